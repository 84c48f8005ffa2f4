"""Bring it today? A farmer's bag is judged as a load of so many tonnes that may come; nothing is recorded and
nothing is reserved."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from station.acts.desk import Desk
from station.acts.refusals import Conflict, Fault, Invalid, NotFound
from station.grain.assessed import Assessment
from station.grain.cells import Proposal
from station.grain.lines import Product, barred_for
from station.grain.paying import Pay, pay_of
from station.grain.routing import route
from station.receival.arrivals.visits import check_declared
from station.receival.deciding.judging import (
    assessed,
    expected_of,
    facts_of,
    ground_read,
    photo_values_of,
)
from station.receival.deciding.load_evidence import LoadEvidence
from station.store.corrections import applicable
from station.store.evidence import captures_seen, readings_by_sample
from station.store.queries import sample_by_barcode
from station.store.tables import Load, Sample


@dataclass(frozen=True, slots=True)
class CourtesyAnswer:
    """`grade` is that of the cell that is proposed; `pay` what the pack takes and adds at that grade, None
    without a grade."""

    sample: Sample
    species: str
    load_t: float
    assessment: Assessment
    proposal: Proposal
    grade: str | None
    pay: Pay | None


def bring_today(
    tx: Session, desk: Desk, barcode: str, load_t: float, species: str | None, claims: Sequence[str],
    at: datetime,
) -> CourtesyAnswer:  # fmt: skip
    """`species` counts where nobody said it of the sample. Raises NotFound(unknown_sample),
    Conflict(not_a_courtesy), Invalid(courtesy_species, unknown_species, unknown_claim)."""
    sample = sample_by_barcode(tx, barcode)
    if sample is None:
        raise NotFound(Fault.UNKNOWN_SAMPLE, barcode=barcode)
    if sample.kind != "courtesy":
        raise Conflict(Fault.NOT_A_COURTESY, barcode=barcode)
    kind = sample.species or species
    if kind is None:
        raise Invalid(Fault.COURTESY_SPECIES, barcode=barcode)
    check_declared(desk, kind, claims)
    return _judge(tx, desk, sample, kind, load_t, claims, at)


def _judge(
    tx: Session, desk: Desk, sample: Sample, species: str, load_t: float, claims: Sequence[str], at: datetime
) -> CourtesyAnswer:
    on, of = ground_read(tx, desk, at), _evidence(tx, sample, species, claims)
    pack = on.pack_of(species)
    sources = {row.instrument_id for row in of.readings}
    corrections = applicable(on.learnt.corrections, "machine", sources, species)
    awaited = expected_of(of.load, on, at)
    assessment = assessed(
        of.readings, desk.policy, pack, corrections, photo_values_of(of, on.learnt), sample.points, awaited
    )
    facts = facts_of(of.load, assessment, load_t * 1000, waived=on.waived.get(species, ()), expected=awaited)
    stand = barred_for(on.cells, on.found, Product.of(species, list(claims)), "")
    proposal = route(facts, stand, pack)
    grade = next((cell.grade for cell in stand if cell.id == proposal.cell), None)
    pay = pay_of(pack, grade, load_t * 1000, facts.values) if pack and grade and pack.grade(grade) else None
    return CourtesyAnswer(sample, species, load_t, assessment, proposal, grade, pay)


def _evidence(tx: Session, sample: Sample, species: str, claims: Sequence[str]) -> LoadEvidence:
    """Of a load that is not there: it is in no table."""
    load = Load(id="", visit_id="", position=1, species=species, claims=list(claims), declared={})
    return LoadEvidence(
        load, [], None, tuple(readings_by_sample(tx, [sample.id]).get(sample.id, ())),
        tuple(captures_seen(tx, [sample.id]).get(sample.id, ())), points=(sample.points,),
    )  # fmt: skip
