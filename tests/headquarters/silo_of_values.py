"""A silo with values enough for every page of comparisons: a few trucks that were really received, and loads
whose rows are written as they would be."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import Engine, insert, update
from sqlalchemy import select as select_core
from sqlmodel import col, select

from drivers.reading import Analyte
from station.acts.desk import Desk, Watching
from station.hub.lab_tables import LAB_RESULTS
from station.hub.own import STATIONS
from station.lab.pages.asking import Wanted
from station.post.folder import BagFolder
from station.runtime.renewal import wanted_of
from station.runtime.word import compares
from station.store.engine import Ledger
from station.store.ids import new_id
from station.store.tables import (
    LabResult,
    Load,
    Measurement,
    RetainedSample,
    Sample,
    Sending,
    SentSample,
    Supplier,
    Terminal,
    Vehicle,
    Visit,
)
from tests.post.post_rig import HUB, Post
from tests.silo_rig import POLICY, START, HandClock, Silo

ANALYTE = "protein"
WATCHING = Watching({Analyte.PROTEIN: 0.3}, {Analyte.PROTEIN: 0.2}, "a circular", 14)


@dataclass
class SiloOfValues:
    """`bias` is the phone's; the machine is right."""

    silo: Silo
    post: Post

    @classmethod
    def begin(
        cls, folder: Path, hub: Engine, name: str, *, loads: int = 30, bias: float = 0.6
    ) -> "SiloOfValues":
        (folder / name).mkdir()
        silo = Silo.open(folder / name / "data")
        made = cls._enrolled(silo, folder / name, hub, name)
        silo.receive("AB-001-CD")
        silo.receive("AB-002-CD")
        made.add(loads, bias, Random(name))
        made.send()
        return made

    @classmethod
    def of(cls, ledger: Ledger, folder: Path, hub: Engine) -> "SiloOfValues":
        """A silo that has a ledger already."""
        at = START + timedelta(days=60)
        return cls._enrolled(Silo(Desk(ledger, POLICY), HandClock(at)), folder, hub, "beaulieu")

    @classmethod
    def _enrolled(cls, silo: Silo, folder: Path, hub: Engine, name: str) -> "SiloOfValues":
        silo.desk = replace(silo.desk, watching=WATCHING)
        post = Post(silo.desk.ledger, BagFolder(folder / "post"), hub, name)
        with hub.begin() as connection:
            row = {"id": name, "name": name.capitalize(), "added_at": START}
            connection.execute(insert(HUB.tables[STATIONS]).values(row))
        post.enrol()
        return cls(silo, post)

    @property
    def wanted(self) -> Wanted:
        return wanted_of(self.silo.desk, self.silo.clock())

    def send(self) -> None:
        """All goes the whole way, and the silo's word with it."""
        self.post.settle()
        stations = HUB.tables[STATIONS]
        word = {"compares": compares(self.silo.desk)}
        with self.post.hub.begin() as connection:
            connection.execute(update(stations).where(stations.c.id == self.post.station).values(alive=word))

    def add(self, count: int, bias: float, draw: Random) -> None:
        """Every third load is not analysed; of those that are, half were drawn by lot."""
        at, name = self.silo.clock(), self.post.station
        shared = [
            Terminal(id=f"{name} phone", name="Galaxy A54 2", kind="phone", token_hash=f"{name} token"),
            Supplier(id=f"{name} moreau", name="GAEC Moreau", name_key="moreau"),
            Vehicle(id=f"{name} xx", plate="XX-1", plate_key="XX 1", plate_folded="XX1"),
            Sending(id=f"{name} sending", kind="choice", at=at, by="marc"),
        ]
        loads = [
            self._load(number, at + timedelta(minutes=10 * number), bias, draw) for number in range(count)
        ]
        with self.silo.desk.ledger.write() as tx:
            for some in (shared, *zip(*loads, strict=True)):
                tx.add_all([row for one in some for row in (one if isinstance(one, list) else [one])])
                tx.flush()

    def not_analysed(self) -> Measurement:
        """Return what the machine said of a load that was drawn by lot and not analysed yet."""
        analysed = select(Measurement.sample_id).where(Measurement.method == "lab")
        query = select(Measurement).where(
            Measurement.analyte == ANALYTE, Measurement.method == "machine", Measurement.seq >= 10_000,
            col(Measurement.seq) % 2 == 1,
            col(Measurement.sample_id).not_in(analysed),
        ).order_by(col(Measurement.seq))  # fmt: skip
        with self.silo.desk.ledger.read() as tx:
            found = tx.exec(query).first()
        assert found is not None
        return found

    def add_result(self) -> None:
        """The laboratory answers on one more load."""
        machine = self.not_analysed()
        self._note(machine.model_dump(), new_id(machine.at), machine.value + 0.1)

    def import_result(self, value: float, corrects: str = "") -> str:
        """The laboratory answers to headquarters; return the number of its word there."""
        results = HUB.tables[LAB_RESULTS]
        with self.post.hub.begin() as connection:
            before = (
                connection.execute(select_core(results).where(results.c.id == corrects)).mappings().first()
            )
            sample = before["sample_id"] if before else self.not_analysed().sample_id
            said = {"value": value, "comparator": "", "basis": "dm", "nitrogen_factor": None}
            number = f"{self.post.station} {value}"
            connection.execute(
                insert(results).values(
                    id=number, station=self.post.station, sample_id=sample, state="sent", sought="",
                    laboratory="Labo Sud", report="", lab_number="", analyte=ANALYTE, said=said, sha256="",
                    line=1, supersedes=corrects, at=self.silo.clock(), by="Marc",
                )
            )  # fmt: skip
        return number

    def judge(self, imported: str) -> None:
        """The silo has its own row of what headquarters imported."""
        results, at = HUB.tables[LAB_RESULTS], self.silo.clock()
        with self.post.hub.connect() as connection:
            row = connection.execute(select_core(results).where(results.c.id == imported)).mappings().one()
        own = LabResult(
            id=new_id(at), sample_id=row["sample_id"], analyte=ANALYTE, value=row["said"]["value"], unit="%",
            basis="dm", laboratory="Labo Sud", received_at=at, at=at, by="Marc", hub_id=imported,
        )  # fmt: skip
        told = self.not_analysed().model_dump()
        with self.silo.desk.ledger.write() as tx:
            tx.add(own)
            tx.flush()
        self._note(told, own.id, own.value)

    def _note(self, machine: dict[str, Any], source_id: str, value: float) -> None:
        told = {"source_id": source_id, "method": "lab", "source": "Labo Sud", "value": value}
        with self.silo.desk.ledger.write() as tx:
            tx.add(Measurement(**{**machine, **told, "seq": machine["seq"] + 1}))

    def _load(self, number: int, at: datetime, bias: float, draw: Random) -> tuple[Any, ...]:
        """Return the rows of one load, in the order in which they name each other."""
        name = self.post.station
        visit = Visit(
            id=new_id(at), plate="XX-1", vehicle_id=f"{name} xx", supplier_id=f"{name} moreau", arrived_at=at,
            entered_at=at, entered_by="anne",
        )  # fmt: skip
        load = Load(id=new_id(at), visit_id=visit.id, position=1, species="soft_wheat", campaign="2026")
        sample = Sample(
            id=new_id(at), barcode=f"{name} {number}", load_id=load.id, species="soft_wheat", entered_at=at,
            entered_by="anne",
        )  # fmt: skip
        true = draw.gauss(11.5, 0.5)
        values = [
            ("machine", "NIR-7", true + draw.gauss(0, 0.1)),
            ("phone", f"{name} phone", true + bias + draw.gauss(0, 0.2)),
            ("lab", "Labo Sud", true + draw.gauss(0, 0.05)),
        ]
        kept = RetainedSample(
            id=new_id(at),
            number=f"{number:07d}",
            sample_id=sample.id,
            parts=1,
            sealed_at=at,
            keep_until=at.date(),
        )
        drawn = {"reason": "random", "weight": 4.0} if number % 2 else {"reason": "doubt"}
        sent = SentSample(sending_id=f"{name} sending", retained_id=kept.id, position=number + 1, **drawn)
        measured = [
            Measurement(
                source_id=new_id(at), analyte=ANALYTE, method=method, seq=10_000 + 3 * number,
                sample_id=sample.id, load_id=load.id, species="soft_wheat", variety="KWS", source=source,
                value=round(value, 2), unit="%", basis="dm", at=at,
            )
            for method, source, value in (values if number % 3 else values[:2])
        ]  # fmt: skip
        return visit, load, sample, kept, [sent, *measured]
