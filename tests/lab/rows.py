"""Rows as a season leaves them: samples that an instrument or a phone and the laboratory measured."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlmodel import Session, select

from station.store.ids import new_id
from station.store.retained import printed_number
from station.store.tables import (
    Measurement,
    PortAssignment,
    Reading,
    RetainedSample,
    Sample,
    Sending,
    SentSample,
    Terminal,
)
from tests.silo_rig import Silo

PHONE = "phone 3"


def instrument_of(silo: Silo, port: str = "nir") -> str:
    """The instrument that is plugged there."""
    with silo.desk.ledger.read() as tx:
        query = select(PortAssignment.instrument_id).where(PortAssignment.port_id == port)
        return tx.exec(query).one()


def add_phone(silo: Silo, name: str = PHONE) -> str:
    with silo.desk.ledger.write() as tx:
        tx.add(Terminal(id=name, name=name, kind="phone", token_hash=name, created_at=silo.clock()))
    return name


def measured(
    silo: Silo, source: str, differences: Sequence[float], *, method: str = "machine",
    analyte: str = "protein", basis: str = "dm", lab_basis: str = "dm", moisture: float | None = None,
    reason: str | None = "random", weight: float | None = 1.0, species: str = "soft_wheat",
    release: str = "", first: int = 0, lab: float = 11.0, start: datetime | None = None,
) -> list[str]:  # fmt: skip
    """One sample for each difference, an hour apart; the laboratory's word comes three days later."""
    begin = start or silo.clock()
    samples = []
    with silo.desk.ledger.write() as tx:
        sending = Sending(id=new_id(begin), kind="choice", at=begin, by="marc")
        tx.add(sending)
        tx.flush()
        for place, difference in enumerate(differences):
            at = begin + timedelta(hours=place)
            reference = lab + 0.05 * (place % 7)
            sample = Sample(
                id=new_id(at), barcode=f"R{source[:3]}{first + place}", kind="load", species=species,
                entered_at=at, entered_by="anne",
            )  # fmt: skip
            tx.add(sample)
            tx.flush()
            samples.append(sample.id)
            reading = Reading(id=new_id(at), at=at, instrument_id=source if method == "machine" else None)
            tx.add(reading)
            _send(tx, sample, sending, at, reason, weight, first + place + len(source) * 1000)
            shared = {"sample_id": sample.id, "species": species, "unit": "%", "seq": place}
            value = round(reference + difference, 6)
            tx.add(
                Measurement(
                    source_id=reading.id, analyte=analyte, method=method, source=source, value=value, at=at,
                    basis=basis, release=release, **shared,
                )
            )  # fmt: skip
            if moisture is not None:
                tx.add(
                    Measurement(
                        source_id=reading.id, analyte="moisture", method=method, source=source, at=at,
                        value=moisture, basis="as_is", **shared,
                    )
                )  # fmt: skip
            tx.add(
                Measurement(
                    source_id=new_id(at), analyte=analyte, method="lab", source="Labo Sud", value=reference,
                    basis=lab_basis, at=at + timedelta(days=3), **shared,
                )
            )  # fmt: skip
    return samples


def _send(
    tx: Session, sample: Sample, sending: Sending, at: datetime, reason: str | None, weight: float | None,
    number: int,
) -> None:  # fmt: skip
    if reason is None:
        return
    kept = RetainedSample(
        id=new_id(at), number=printed_number(number), sample_id=sample.id, parts=1, sealed_at=at,
        keep_until=(at + timedelta(days=180)).date(),
    )  # fmt: skip
    tx.add(kept)
    tx.flush()
    tx.add(
        SentSample(sending_id=sending.id, retained_id=kept.id, position=number, reason=reason, weight=weight)
    )
