"""Results are made from the ledger's own rows, and made again only where something changed."""

import json
import shutil
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session, select

from drivers.reading import Analyte, Basis
from station.lab.pages.asking import Wanted
from station.lab.pages.gather import site_of, study_of
from station.lab.pages.making import make
from station.lab.pages.records import of_ledger
from station.lab.results import NewResult, record_result
from station.receival.arrivals.visits import NewLoad
from station.receival.laboratory import retaining
from station.receival.persons import people
from station.runtime.renewal import renew_here, wanted_of
from station.store.ids import new_id
from station.store.stored import choices, result_of
from station.store.tables import (
    Adjustment,
    ControlCheck,
    ControlTarget,
    Hold,
    HoldAct,
    Instrument,
    Sample,
    Sending,
    SentSample,
    StoredResult,
    Supplier,
)
from tests.silo_rig import MARC, Silo

PROTEIN = {"analyte": "protein", "species": "soft_wheat", "period": "campaign"}
PAIR = {**PROTEIN, "test": "machine", "reference": "lab", "source": ""}
LOADS = 6


@pytest.fixture(scope="module")
def received(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six loads, each measured by the NIR (10.4 % as is at 13.5 %: 12.023 % dm) and analysed (11.9 % dm)."""
    folder = tmp_path_factory.mktemp("received") / "data"
    silo = Silo.open(folder)
    for number in range(LOADS):
        silo.receive(f"AB-{number:03d}-CD")
        analyse(silo, number)
    silo.desk.ledger.close()
    return folder


@pytest.fixture
def season(received: Path, tmp_path: Path) -> Iterator[Silo]:
    silo = Silo.reopen(shutil.copytree(received, tmp_path / "data"))
    yield silo
    silo.desk.ledger.close()


def samples(tx: Session) -> list[Sample]:
    return list(tx.exec(select(Sample).order_by(Sample.seq)))  # type: ignore[arg-type]


def analyse(silo: Silo, number: int, value: float = 11.9) -> None:
    with silo.desk.ledger.read() as tx:
        barcode = samples(tx)[number].barcode
    new = NewResult(barcode, Analyte.PROTEIN, value, Basis.DRY_MATTER, "Labo Sud", silo.clock())
    record_result(silo.desk.ledger, new, "Marc", silo.clock())


def study(silo: Silo, analyte: str = "protein") -> Any:
    records = of_ledger(silo.desk.ledger.read)
    return study_of(records, analyte, site_of(records, wanted_of(silo.desk, silo.clock())))


def shown(silo: Silo, page: str, asked: dict[str, str]) -> dict[str, Any]:
    with silo.desk.ledger.read() as tx:
        row = result_of(tx, page, asked)
        assert row is not None
        return row.result


def test_a_pair_is_compared_on_dry_matter_with_names_limits_and_tickets(season: Silo) -> None:
    assert renew_here(season.desk, season.clock()) > 10
    found = shown(season, "pair", PAIR)
    assert found["n"] == LOADS
    assert found["numbers"]["bias"] == pytest.approx(10.4 / 0.865 - 11.9, abs=1e-6)
    assert found["basis"] == {"machine": "dm", "lab": "dm"}
    assert 11.0 in [one["limit"] for one in found["limits"]]
    assert found["sampling"]["unknown"] == LOADS
    by_source = shown(season, "pair", {**PAIR, "source": "nir"})
    assert by_source["asked"]["source_name"] == "NIR"
    facts = study(season).loads
    assert sorted(one.ticket for one in facts.values()) == list(range(1, LOADS + 1))
    assert {one.tonnes for one in facts.values()} == {27.88}
    with season.desk.ledger.read() as tx:
        assert {choice["source_name"] for choice in choices(tx, "pair")} == {"", "NIR"}
        (dupont,) = tx.exec(select(Supplier)).all()
    fair = shown(season, "fairness", PROTEIN)["by"]
    assert (fair["supplier"][0]["key"], fair["supplier"][0]["name"]) == (dupont.id, "EARL Dupont")
    assert fair["operator"][0]["key"] == "anne"


def test_only_what_changed_is_made_again(season: Silo) -> None:
    renew_here(season.desk, season.clock())
    assert renew_here(season.desk, season.clock()) == 0
    analyse(season, 0, 12.1)
    again = made(season)
    assert ("pair", "machine", "lab") in again
    assert all(page in ("pair", "groups", "watch") for page, *_ in again)
    assert shown(season, "pair", PAIR)["numbers"]["bias"] == pytest.approx(12.023121 - 71.6 / 6, abs=1e-6)


def made(silo: Silo) -> set[tuple[str, str | None, str | None]]:
    read, now = silo.desk.ledger.read, silo.clock()
    found = set()
    for one in make(read, wanted_of(silo.desk, now)):
        if one.renewed and one.key[0] != "about":
            asked = json.loads(one.key[1])
            found.add((one.key[0], asked.get("test"), asked.get("reference")))
    renew_here(silo.desk, now)
    return found


def test_results_of_questions_that_nobody_asks_any_more_are_gone(season: Silo) -> None:
    with season.desk.ledger.write() as tx:
        tx.add(StoredResult(page="pair", asked='{"analyte":"gone"}', up_to=1, at=season.clock(), result={}))
    renew_here(season.desk, season.clock())
    with season.desk.ledger.read() as tx:
        assert {choice["analyte"] for choice in choices(tx, "pair")} == {"protein"}


def held(silo: Silo, act: str | None) -> Iterator[object]:
    """A hold on the NIR's protein over the first three loads' readings, and how it ended."""
    at = silo.clock()
    with silo.desk.ledger.read() as tx:
        until = study(silo).rows[4]["at"] + timedelta(microseconds=1)
        sample = samples(tx)[0].id
    target = ControlTarget(
        id=new_id(at), sample_id=sample, analyte="protein", value=11.0, unit="%", tolerance=0.2, at=at, by="m"
    )
    check = ControlCheck(
        id=new_id(at), source_id="r", method="machine", source="nir", sample_id=sample, target_id=target.id,
        analyte="protein", value=11.4, passed=False, at=at,
    )  # fmt: skip
    hold = Hold(
        id=new_id(at), check_id=check.id, method="machine", source="nir", analyte="protein", until=until,
        ended=act is not None, at=at,
    )  # fmt: skip
    yield from ([target], [check], [hold])
    if act:
        yield [HoldAct(id=new_id(at), hold_id=hold.id, act=act, reason="", at=at, by="m")]


def recorded(silo: Silo, rows: Iterator[Any]) -> None:
    with silo.desk.ledger.write() as tx:
        for some in rows:
            tx.add_all(some)
            tx.flush()


@pytest.mark.parametrize(
    ("act", "n", "left_out"),
    [(None, 3, {"held": 3, "released": 0}), ("released", 3, {"held": 0, "released": 3}),
     ("confirmed", 6, {"held": 0, "released": 0}), ("corrected", 6, {"held": 0, "released": 0})],
)  # fmt: skip
def test_what_is_held_or_released_is_left_out_and_counted(
    season: Silo, act: str | None, n: int, left_out: dict[str, int]
) -> None:
    recorded(season, held(season, act))
    made_of = study(season)
    assert made_of.left_out(PAIR) == left_out
    assert made_of.with_held.left_out(PAIR) == {"held": 0, "released": 0}
    for other in ({"test": "phone"}, {"source": "another"}, {"species": "barley"}):
        assert made_of.left_out({**PAIR, **other}) == {"held": 0, "released": 0}
    assert len([row for row in made_of.rows if row["method"] == "machine"]) == n
    assert [one.target for one in made_of.controls] == [11.0]


def test_how_samples_were_sent_comes_from_the_lists(season: Silo) -> None:
    at = season.clock()
    with season.desk.ledger.read() as tx:
        barcodes = [one.barcode for one in samples(tx)[:3]]
    kept = [retaining.keep(season.desk, barcode, MARC, at) for barcode in barcodes]
    sending = Sending(id=new_id(at), kind="choice", at=at, by="m")
    sent = [
        SentSample(sending_id=sending.id, retained_id=one.id, position=place, reason=reason, weight=weight)
        for place, (one, reason, weight) in enumerate(
            zip(kept, ("random", "doubt", "all"), (4.0, None, None), strict=True)
        )
    ]
    recorded(season, iter([[sending], sent]))
    found = study(season).sent
    assert [(found[one.sample_id].how, found[one.sample_id].weight) for one in kept] == [
        ("random", 4.0), ("chosen", None), ("random", 1.0),
    ]  # fmt: skip


def test_an_instrument_is_known_by_its_serial_number(season: Silo) -> None:
    """The GAC's readings name no serial number; once it has one, its values are under that."""
    at = season.clock()
    with season.desk.ledger.write() as tx:
        nir = tx.get_one(Instrument, "nir")
        nir.serial_number, nir.verified_until = "NIR-7", date(2026, 8, 1)
        tx.add(nir)
    season.measure_well(season.arrive("ZZ-999-ZZ", NewLoad("soft_wheat", barcode="S99")))
    recorded(
        season,
        iter(
            [[Adjustment(id=new_id(at), instrument_id="nir", analyte="protein", done_at=at, at=at, by="m")]]
        ),
    )
    found = study(season)
    assert {row["source"] for row in found.rows if row["method"] == "machine"} == {"nir", "NIR-7"}
    assert found.name_of("NIR-7") == "NIR"
    assert {one.source for one in found.adjusted} == {"nir", "NIR-7"}
    assert found.verified_until["NIR-7"] == "2026-08-01"


def test_the_last_30_days_begin_at_midnight_and_other_campaigns_are_none_of_this_one(season: Silo) -> None:
    wanted = wanted_of(season.desk, season.clock())
    assert wanted.since["last_30_days"].hour == 0
    later = Wanted(wanted.now + timedelta(days=40), "2026", {}, {}, packs=wanted.packs)
    records = of_ledger(season.desk.ledger.read)
    made_of = study_of(records, "protein", site_of(records, later))
    assert made_of.common("", "last_30_days", ("machine", "lab")) == {}
    assert len(made_of.common("soft_wheat", "campaign", ("machine", "lab"))) == LOADS


def test_a_phone_has_its_terminal_s_name(season: Silo) -> None:
    phone, _ = people.add_terminal(season.desk, "Pixel 6a 2", "phone", season.clock())
    assert study(season).name_of(phone.id) == "Pixel 6a 2"
