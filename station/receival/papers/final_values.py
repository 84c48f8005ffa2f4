"""What is known of a closed load now: its recorded inputs with all that came late.

Pure but for the rows that it reads. Nothing that only the engine changed changes a load: what its proposal
assessed stands, unless it has other readings or corrections by now.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any

from sqlmodel import Session, col, select

from drivers.reading import Analyte, Basis
from station.acts.policy import policy_from_dict, recorded_catalogues
from station.grain.averaging import counts_more
from station.grain.cells import Delivered, Facts
from station.grain.correcting import Correction
from station.grain.revising import LateValue, measured_of, with_laboratory
from station.grain.rules import RulePack
from station.receival.packs.pack_standing import pack_with
from station.receival.packs.replay import assessed_by, delivered_by_then, recorded_facts
from station.receival.storage import cells
from station.store import corrections as corrections_store
from station.store.batches import samples_by_load
from station.store.evidence import readings_by_sample
from station.store.laboratory import results_by_sample
from station.store.tables import (
    CellMovement,
    Hold,
    HoldAct,
    Load,
    Proposal,
    Reading,
    SitePolicyRecord,
)
from station.store.tables import Correction as CorrectionRow

CORRECTED = "corrected"
COVERAGE = 2.0  # laboratories state twice the standard uncertainty
Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Final:
    """A load's values with all that came late, its facts but for them, and the pack of its day. `delivered`
    asks for what its supplier had delivered by then."""

    values: Values
    facts: Facts
    pack: RulePack | None
    delivered: Callable[[Facts, RulePack], tuple[Delivered, ...]] = lambda facts, pack: ()

    def with_values(self, values: Mapping[str, Any]) -> Facts:
        facts = replace(self.facts, values=measured_of(values), badly=())
        if self.pack is None or not counts_more(facts, self.pack):
            return facts
        return replace(facts, delivered=self.delivered(facts, self.pack))


def provisional_values(tx: Session, load_id: str) -> Values:
    """What the cells took a load for when it was closed."""
    query = select(CellMovement.values).where(CellMovement.load_id == load_id, CellMovement.kg > 0)
    moved = tx.exec(query.order_by(col(CellMovement.seq)).limit(1)).first() or {}
    return {name: {key: one[key] for key in one if key != "known_t"} for name, one in moved.items()}


def final_values(tx: Session, load: Load, proposal: Proposal, without: Iterable[str]) -> Final:
    """`without`: what a manager dismissed, by its identifier. Raises LookupError where the proposal has no
    inputs."""
    if proposal.inputs is None:
        raise LookupError(f"proposal {proposal.id} has no inputs")
    left_out = frozenset(without)
    policy = policy_from_dict(tx.get_one(SitePolicyRecord, proposal.policy).content)
    pack = pack_with(tx, proposal.rule_pack)
    sample_ids = [one.id for one in samples_by_load(tx, [load.id]).get(load.id, ())]
    with recorded_catalogues(policy):
        by_sample = readings_by_sample(tx, sample_ids)
        readings = [row for one in sample_ids for row in by_sample.get(one, ()) if row.id not in left_out]
        corrections = _corrections(tx, load, readings, proposal.inputs, left_out)
        recorded = proposal.inputs.get("corrections", [])
        if {row.id for row in readings} == set(proposal.inputs["readings"]) and [
            one.as_dict() for one in corrections
        ] == recorded:
            results = proposal.assessment.get("results", {})
        else:
            results = assessed_by(readings, proposal.inputs, policy, pack, corrections).as_dict()["results"]
        before = proposal.assessment.get("results", {})
        came = {name: one for name, one in provisional_values(tx, load.id).items() if name not in before}
        late = _laboratory(tx, sample_ids, left_out)
        values = with_laboratory({**came, **cells.values_of(results)}, late)
        by_then = partial(delivered_by_then, tx, proposal)
        return Final(values, recorded_facts(proposal.inputs), pack, by_then)


def _laboratory(tx: Session, sample_ids: Sequence[str], left_out: frozenset[str]) -> list[LateValue]:
    """What laboratories say of the load's own samples, the oldest first; a limit is no value."""
    by_sample = results_by_sample(tx, sample_ids)
    rows = [row for one in sample_ids for row in by_sample.get(one, ()) if row.party == "lab"]
    return [
        LateValue(
            Analyte(row.analyte), row.value, Basis(row.basis) if row.basis else None, row.laboratory,
            None if row.uncertainty is None else row.uncertainty / COVERAGE,
        )
        for row in sorted(rows, key=lambda row: row.seq or 0)
        if not row.comparator and row.id not in left_out
    ]  # fmt: skip


def _corrections(
    tx: Session, load: Load, readings: Sequence[Reading], inputs: Mapping[str, Any], left_out: frozenset[str]
) -> list[Correction]:
    """The recorded ones, and in their place those by which a manager ended a hold over these readings."""
    found = {
        (one["source"], one["analyte"]): Correction.from_dict(one) for one in inputs.get("corrections", ())
    }
    sources = {row.instrument_id for row in readings if row.instrument_id}
    query = (
        select(Hold, HoldAct)
        .join(HoldAct, col(HoldAct.hold_id) == Hold.id)
        .where(col(Hold.source).in_(sources), HoldAct.act == CORRECTED)
        .order_by(col(HoldAct.seq))
    )
    for hold, act in tx.exec(query) if sources else ():
        if act.id in left_out or not any(_covers(hold, row.instrument_id, row.at) for row in readings):
            continue
        row = tx.get(CorrectionRow, act.correction_id)
        for one in corrections_store.applicable(
            [row] if row else [], hold.method, {hold.source}, load.species
        ):
            found[one.source, one.analyte.value] = one
    return [found[key] for key in sorted(found)]


def _covers(hold: Hold, source: str | None, at: datetime) -> bool:
    return (
        hold.source == source
        and (hold.since is None or hold.since <= at)
        and (hold.until is None or at < hold.until)
    )
