"""Deciding a recorded load again, from its readings, weights, cells, pack and policy as they were."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from station.acts.desk import SitePolicy
from station.acts.engine import engine_version
from station.acts.policy import policy_from_dict, recorded_catalogues
from station.grain.assessed import Assessment
from station.grain.assessment import assess
from station.grain.cells import Facts
from station.grain.correcting import Correction
from station.grain.routing import route
from station.grain.rules import RulePack
from station.grain.wire import read_cells, read_facts
from station.receival.guards import guard_for
from station.receival.judging import estimate, facts_of
from station.receival.pack_standing import pack_with
from station.store.evidence import evidence_of
from station.store.tables import Decision, Load, Proposal, Reading, SitePolicyRecord

MOST_DIFFERENCES = 50
_COMPARED = ("assessment", "load_t", "pit", "cell", "hold", "result")
# A decision's own: the rules that its choice breaks. Who approved it is what was recorded, not derived.
_GUARD = "guard"


@dataclass(frozen=True, slots=True)
class Difference:
    """`path` names a value of the proposal ("result.ranked.0.score"); None stands for no such value."""

    path: str
    recorded: Any
    replayed: Any


@dataclass(frozen=True, slots=True)
class Replayed:
    """One decision's proposal, made again. `engine` made the recorded one, `engine_now` this one."""

    load_id: str
    decision_id: str
    at: datetime
    pit: str | None
    cell: str | None
    engine: str
    engine_now: str
    differences: tuple[Difference, ...]

    @property
    def is_equal(self) -> bool:
        return not self.differences


def replay(tx: Session, decision: Decision) -> Replayed:
    """Makes the proposal of a decision again. Raises LookupError where a record that it stands on is gone."""
    row = tx.get_one(Proposal, decision.proposal_id)
    again = _again(tx, row)
    again[_GUARD] = list(guard_for(tx, again["result"], decision.cell).rules)
    recorded = {name: getattr(row, name) for name in _COMPARED} | {_GUARD: decision.guard}
    found = [] if _text(again) == _text(recorded) else list(_differences("", recorded, again))
    return Replayed(
        decision.load_id, decision.id, decision.at, again["pit"], again["cell"],
        row.engine, engine_version(), tuple(found[:MOST_DIFFERENCES]),
    )  # fmt: skip


def judged_by(tx: Session, row: Proposal, pack: RulePack | None) -> dict[str, Any]:
    """Makes a decided proposal again by another rule pack: the same grain, cells and policy. Raises
    LookupError where a record that it stands on is gone."""
    inputs = row.inputs
    if inputs is None:
        raise LookupError(f"proposal {row.id} was decided on without its inputs")
    policy = policy_from_dict(tx.get_one(SitePolicyRecord, row.policy).content)
    with recorded_catalogues(policy):
        return _judged_again(tx, row, inputs, policy, pack)


def assessed_by(
    readings: Sequence[Reading], policy: SitePolicy, pack: RulePack | None, corrections: Sequence[Correction]
) -> Assessment:
    """Assess these readings as a recorded policy and pack say."""
    repeatability = pack.repeatability if pack else {}
    return assess(evidence_of(readings), policy.instrument_order, repeatability, corrections)


def recorded_facts(inputs: Mapping[str, Any]) -> Facts:
    """Return what a decided proposal was told of its load."""
    return read_facts(json.dumps(inputs["facts"]))


def _again(tx: Session, row: Proposal) -> dict[str, Any]:
    return judged_by(tx, row, pack_with(tx, row.rule_pack))


def _judged_again(
    tx: Session, row: Proposal, inputs: dict[str, Any], policy: SitePolicy, pack: RulePack | None
) -> dict[str, Any]:
    readings = {
        one.id: one for one in tx.exec(select(Reading).where(col(Reading.id).in_(inputs["readings"])))
    }
    if lost := [one for one in inputs["readings"] if one not in readings]:
        raise LookupError(f"reading {lost[0]} of proposal {row.id} is not in the ledger")
    corrections = [Correction.from_dict(one) for one in inputs.get("corrections", ())]
    assessment = assessed_by([readings[one] for one in inputs["readings"]], policy, pack, corrections)
    declared = recorded_facts(inputs)
    load = Load(
        id=row.load_id, visit_id="", position=1, species=declared.species, claims=sorted(declared.claims),
        declared={analyte.value: one.value for analyte, one in declared.declared.items()},
    )  # fmt: skip
    facts = facts_of(
        load, assessment, estimate(inputs["weights"], policy.net_share), adverse=declared.adverse,
        waived=declared.waived, brought=inputs.get("brought", {}),
    )  # fmt: skip
    routed = route(facts, read_cells(json.dumps(inputs["cells"])), pack)
    return {
        "assessment": assessment.as_dict(),
        "load_t": facts.load_t,
        "pit": routed.pit,
        "cell": routed.cell,
        "hold": routed.hold,
        "result": routed.as_dict(),
    }


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def _differences(path: str, recorded: Any, replayed: Any) -> Iterator[Difference]:
    if isinstance(recorded, dict) and isinstance(replayed, dict):
        for name in sorted(recorded.keys() | replayed.keys()):
            yield from _differences(f"{path}{name}.", recorded.get(name), replayed.get(name))
    elif isinstance(recorded, list) and isinstance(replayed, list) and len(recorded) == len(replayed):
        for index, (before, after) in enumerate(zip(recorded, replayed, strict=True)):
            yield from _differences(f"{path}{index}.", before, after)
    elif _text(recorded) != _text(replayed):
        yield Difference(path.rstrip("."), recorded, replayed)
