"""Deciding a recorded load again, from its readings, weights, cells, pack and policy as they were."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from itertools import islice
from typing import Any

from pydantic_core import to_json
from sqlmodel import Session, col, func, select

from drivers.reading import Analyte
from station.acts.desk import SitePolicy
from station.acts.engine import engine_version
from station.acts.policy import policy_from_dict, recorded_catalogues
from station.grain.assessed import Assessment
from station.grain.averaging import counts_more
from station.grain.cells import Delivered, Facts
from station.grain.correcting import Correction
from station.grain.expecting import Expected
from station.grain.guard import guard_of
from station.grain.identifiers import CellRole
from station.grain.photographed import PhotoValue
from station.grain.reasons import Code
from station.grain.routing import route
from station.grain.rules import RulePack
from station.grain.wire import read_cells, read_facts
from station.receival.deciding.deliveries import delivered_before
from station.receival.deciding.judging import assessed, estimate, facts_of
from station.receival.packs.pack_standing import pack_with
from station.store.tables import Cell, Decision, Load, Proposal, Reading, SitePolicyRecord

MOST_DIFFERENCES = 50
_COMPARED = ("assessment", "load_t", "pit", "cell", "hold", "result")
# A decision's own: the rules that its choice breaks. Who approved it is what was recorded, not derived.
_GUARD = "guard"
_PLACE = frozenset({Code.REACHED_BY.value, Code.WITHIN_ROOM.value, Code.SPECIES_MATCHES.value})
Judged = dict[str, Any]  # what is compared, by its name


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


@dataclass(frozen=True, slots=True)
class Records:
    """What decided proposals stand on, read for many of them at once; a policy or pack that is the same is
    read once. `delivered` asks for what a supplier had delivered by then, where another pack would count
    more of it than was recorded."""

    proposals: Mapping[str, Proposal]
    readings: Mapping[str, Reading]
    policies: Mapping[str, SitePolicy]
    packs: Mapping[str | None, RulePack | None]
    roles: Mapping[str, CellRole]
    delivered: Callable[[Proposal, Facts, RulePack], tuple[Delivered, ...]]


def replay(tx: Session, decision: Decision) -> Replayed:
    """Makes the proposal of a decision again. Raises LookupError where a record that it stands on is gone."""
    return replayed(read_records(tx, [decision.proposal_id]), decision)


def replayed(records: Records, decision: Decision) -> Replayed:
    """As `replay`, by what was read before."""
    row = decided_proposal(records, decision)
    again = judged_with(records, row, records.packs[row.rule_pack])
    again[_GUARD] = list(guard_of(again["result"], decision.cell, records.roles[decision.cell]).rules)
    recorded = {name: getattr(row, name) for name in _COMPARED} | {_GUARD: decision.guard}
    return beside(decision, row, recorded, again)


def replayed_by(records: Records, decision: Decision, pack: RulePack) -> tuple[Replayed, Judged, Judged]:
    """Makes the proposal of a decision again by another rule pack, beside the one by its own, both by the
    engine that is here; raises what `replay` raises."""
    row = decided_proposal(records, decision)
    own = judged_with(records, row, records.packs[row.rule_pack])
    other = judged_with(records, row, pack)
    return beside(decision, row, own, other), own, other


def why_elsewhere(own: Judged, other: Judged) -> list[dict[str, Any]]:
    """Return why a load goes elsewhere: what speaks against its own cell by the other judgement, else what
    speaks for the other cell; nothing where it stays."""
    if own["cell"] == other["cell"]:
        return []
    favoured = {str(one) for entry in own["result"]["ranked"] for one in entry["reasons"]}
    for entry in other["result"]["refused"]:
        if entry["cell"] == own["cell"]:
            return [one for one in entry["reasons"] if str(one) not in favoured and not _is_place(one)]
    ranked = [entry["reasons"] for entry in other["result"]["ranked"] if entry["cell"] == other["cell"]]
    return [one for one in ranked[0] if not _is_place(one)] if ranked else list(other["result"]["reasons"])


def _is_place(reason: Mapping[str, Any]) -> bool:
    return reason["code"] in _PLACE


def read_records(tx: Session, proposal_ids: Iterable[str]) -> Records:
    """Read what these proposals stand on."""
    wanted = set(proposal_ids)
    rows = {one.id: one for one in tx.exec(select(Proposal).where(col(Proposal.id).in_(wanted)))}
    reading_ids = {one for row in rows.values() if row.inputs for one in row.inputs["readings"]}
    return Records(
        rows,
        {one.id: one for one in tx.exec(select(Reading).where(col(Reading.id).in_(reading_ids)))},
        {sha256: _policy(tx, sha256) for sha256 in {row.policy for row in rows.values()}},
        {sha256: pack_with(tx, sha256) for sha256 in {row.rule_pack for row in rows.values()}},
        dict(tx.exec(select(Cell.id, Cell.role)).all()),  # type: ignore[arg-type] # the roles of a site file
        partial(delivered_by_then, tx),
    )


def delivered_by_then(tx: Session, row: Proposal, facts: Facts, pack: RulePack) -> tuple[Delivered, ...]:
    decided = tx.exec(select(func.max(Decision.seq)).where(Decision.proposal_id == row.id)).first()
    return delivered_before(tx, tx.get_one(Load, row.load_id), facts, pack, decided)


def judged_by(tx: Session, row: Proposal, pack: RulePack | None) -> Judged:
    """Makes a decided proposal again by another rule pack: the same grain, cells and policy. Raises
    LookupError where a record that it stands on is gone."""
    return judged_with(read_records(tx, [row.id]), row, pack)


def judged_with(
    records: Records, row: Proposal, pack: RulePack | None, inputs: dict[str, Any] | None = None
) -> Judged:
    """As `judged_by`, by what was read before; `inputs`: others than the recorded ones."""
    inputs = row.inputs if inputs is None else inputs
    if inputs is None:
        raise LookupError(f"proposal {row.id} was decided on without its inputs")
    if lost := [one for one in inputs["readings"] if one not in records.readings]:
        raise LookupError(f"reading {lost[0]} of proposal {row.id} is not in the ledger")
    readings, policy = [records.readings[one] for one in inputs["readings"]], records.policies[row.policy]
    with recorded_catalogues(policy):
        return _judged_again(records, row, readings, inputs, policy, pack)


def assessed_by(
    readings: Sequence[Reading], inputs: Mapping[str, Any], policy: SitePolicy, pack: RulePack | None,
    corrections: Sequence[Correction] | None = None,
) -> Assessment:  # fmt: skip
    """Assess these readings as a recorded policy and pack say; `corrections`: others than the recorded
    ones."""
    if corrections is None:
        corrections = [Correction.from_dict(one) for one in inputs.get("corrections", ())]
    photos = [PhotoValue.from_dict(one) for one in inputs.get("photo_values", ())]
    awaited = recorded_expected(inputs)
    return assessed(readings, policy, pack, corrections, photos, inputs.get("points"), awaited)


def recorded_expected(inputs: Mapping[str, Any]) -> dict[Analyte, Expected]:
    """Return what a decided proposal expected of what was not measured."""
    return {Analyte(name): Expected.from_dict(one) for name, one in inputs.get("expected", {}).items()}


def recorded_facts(inputs: Mapping[str, Any]) -> Facts:
    """Return what a decided proposal was told of its load."""
    return read_facts(to_json(inputs["facts"]))


def decided_proposal(records: Records, decision: Decision) -> Proposal:
    """Return the proposal that was decided on. Raises LookupError."""
    if decision.proposal_id not in records.proposals:
        raise LookupError(f"proposal {decision.proposal_id} is not in the ledger")
    return records.proposals[decision.proposal_id]


def _policy(tx: Session, sha256: str) -> SitePolicy:
    return policy_from_dict(tx.get_one(SitePolicyRecord, sha256).content)


def beside(decision: Decision, row: Proposal, recorded: Judged, again: Judged) -> Replayed:
    """Lay one judgement beside another, as what came of the decision's proposal."""
    is_same = _is_same(again, recorded) or _text(again) == _text(recorded)
    found = () if is_same else tuple(islice(_differences("", recorded, again), MOST_DIFFERENCES))
    return Replayed(
        decision.load_id, decision.id, decision.at, again["pit"], again["cell"],
        row.engine, engine_version(), found,
    )  # fmt: skip


def _judged_again(
    records: Records, row: Proposal, readings: Sequence[Reading], inputs: dict[str, Any], policy: SitePolicy,
    pack: RulePack | None,
) -> Judged:  # fmt: skip
    assessment = assessed_by(readings, inputs, policy, pack)
    declared, awaited = recorded_facts(inputs), recorded_expected(inputs)
    load = Load(
        id=row.load_id, visit_id="", position=1, species=declared.species, claims=sorted(declared.claims),
        declared={analyte.value: one.value for analyte, one in declared.declared.items()},
    )  # fmt: skip
    facts = facts_of(
        load, assessment, estimate(inputs["weights"], policy.net_share), adverse=declared.adverse,
        waived=declared.waived, brought=inputs.get("brought", {}), questions=declared.questions,
        expected=awaited, uncertified=declared.uncertified, never_blend=declared.never_blend,
    )  # fmt: skip
    facts = replace(facts, delivered=declared.delivered)
    if pack is not None and pack.sha256 != row.rule_pack and counts_more(facts, pack):
        facts = replace(facts, delivered=records.delivered(row, facts, pack))
    routed = route(facts, read_cells(to_json(inputs["cells"])), pack)
    return {
        "assessment": assessment.as_dict(),
        "load_t": facts.load_t,
        "pit": routed.pit,
        "cell": routed.cell,
        "hold": routed.hold,
        "result": routed.as_dict(),
    }


def _is_same(one: Any, other: Any) -> bool:
    """Are they the same to the byte, whatever order their keys are in? An integer is no float."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(_is_same(one[name], other[name]) for name in one)
    if isinstance(one, list):
        return len(one) == len(other) and all(map(_is_same, one, other))
    return bool(one == other)


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def _differences(path: str, recorded: Any, replayed: Any) -> Iterator[Difference]:
    if _is_same(recorded, replayed):
        return
    if isinstance(recorded, dict) and isinstance(replayed, dict):
        for name in sorted(recorded.keys() | replayed.keys()):
            yield from _differences(f"{path}{name}.", recorded.get(name), replayed.get(name))
    elif isinstance(recorded, list) and isinstance(replayed, list) and len(recorded) == len(replayed):
        for index, (before, after) in enumerate(zip(recorded, replayed, strict=True)):
            yield from _differences(f"{path}{index}.", before, after)
    elif _text(recorded) != _text(replayed):
        yield Difference(path.rstrip("."), recorded, replayed)
