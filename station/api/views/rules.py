"""Rule packs with their newest act, and decisions beside what is decided now."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import TypeVar

from station.acts.engine import engine_version
from station.acts.refusals import Fault, NotFound
from station.api import schemas
from station.api.language import reasons
from station.api.views.view import View
from station.grain.rules import RulePack
from station.receival.packs import replay, replay_photos
from station.receival.packs.pack_signatures import signed
from station.receival.packs.pack_standing import packs_in_force, parsed_pack, standings
from station.receival.packs.replay import Judged, Records, Replayed, read_records
from station.receival.packs.whatif import compare_packs, judged_decisions
from station.store.batches import tickets_by_load
from station.store.tables import Decision, Inspection

_Decided = TypeVar("_Decided", bound=schemas.ReplayedDecision)


def rule_packs(view: View) -> list[schemas.RulePack]:
    holds: dict[str, list[str]] = defaultdict(list)
    for species, pack in packs_in_force(view.tx, view.now).items():
        holds[pack.sha256].append(species)
    return [
        schemas.RulePack(
            sha256=one.record.sha256,
            name=one.record.name,
            version=one.record.version,
            valid_from=one.record.valid_from,
            valid_until=parsed_pack(one.record.text).valid_until,
            act=one.newest.act,
            at=one.newest.at,
            by=view.name_of(one.newest.by),
            why=one.newest.why,
            in_force=bool(holds[one.record.sha256]),
            species=holds[one.record.sha256],
            key=one.installed.key,
            signed=signed(one.record.sha256, one.installed.key),
        )
        for one in standings(view.tx).values()
    ]


def rule_pack(view: View, sha256: str) -> schemas.RulePack:
    return next(one for one in rule_packs(view) if one.sha256 == sha256)


def rule_pack_text(view: View, sha256: str) -> schemas.RulePackText:
    """Raises NotFound."""
    found = standings(view.tx).get(sha256)
    if found is None:
        raise NotFound(Fault.UNKNOWN_RULE_PACK, name=sha256, version="")
    row = found.record
    return schemas.RulePackText(
        sha256=sha256, name=row.name, version=row.version, text=row.text, signature=found.installed.signature
    )


def what_if(view: View, rows: Sequence[Decision], pack: RulePack) -> schemas.WhatIfPage:
    """Show what the pack makes of the decisions; where a record of one is gone, it is named."""
    loads, lost = compare_packs(view.tx, rows, pack)
    shown = [schemas.WhatIfLoad.model_validate(one, from_attributes=True) for one in loads]
    return schemas.WhatIfPage(loads=shown, lost=lost)


def replayed(view: View, rows: Sequence[Decision]) -> list[schemas.ReplayedDecision]:
    """Show decisions made again; a record that is gone makes one no equal one."""
    records = read_records(view.tx, [row.proposal_id for row in rows])
    return _ticketed(view, [_replayed(records, row) for row in rows])


def _replayed(records: Records, decision: Decision) -> schemas.ReplayedDecision:
    try:
        made = replay.replayed(records, decision)
        return schemas.ReplayedDecision.model_validate(made, from_attributes=True)
    except LookupError as error:
        return _lost(records, decision, error)


def _lost(records: Records, decision: Decision, error: LookupError) -> schemas.ReplayedDecision:
    row = records.proposals.get(decision.proposal_id)
    return schemas.ReplayedDecision(
        load_id=decision.load_id, decision_id=decision.id, at=decision.at, pit=None, cell=None,
        engine=row.engine if row else "", engine_now=engine_version(), is_equal=False, lost=str(error),
    )  # fmt: skip


def replayed_by(view: View, rows: Sequence[Decision], pack: RulePack) -> list[schemas.ReplayedByPack]:
    """Show the decisions that the pack judges made again by it: where each load would go, and why, in
    words."""
    judged = judged_decisions(view.tx, rows, pack)
    records = read_records(view.tx, [row.proposal_id for row in judged])
    return _ticketed(view, [_replayed_by(view, records, row, pack) for row in judged])


def replayed_with(view: View, decision: Decision, said: Mapping[str, Inspection]) -> schemas.ReplayedByModel:
    """Show a decision made again with what another model says of its photos."""
    records = read_records(view.tx, [decision.proposal_id])
    try:
        made, own, other = replay_photos.replayed_with(view.tx, records, decision, said)
    except LookupError as error:
        lost = _lost(records, decision, error)
        unjudged = schemas.ReplayedByModel(**lost.model_dump(), load_t=None, own_cell=None, own_pit=None)
        return _ticketed(view, [unjudged])[0]
    shown = _laid_beside(view, records, decision, made, own, other)
    then, now = (reasons(one[replay_photos.PHOTO], view.language) for one in (own, other))
    laid = schemas.ReplayedByModel(**shown.model_dump(), photo_then=then, photo_now=now)
    return _ticketed(view, [laid])[0]


def _ticketed(view: View, shown: Sequence[_Decided]) -> list[_Decided]:
    """Say the tickets, by which people know loads."""
    tickets = tickets_by_load(view.tx, [one.load_id for one in shown])
    numbers = {load: f"{ticket.campaign}/{ticket.number}" for load, ticket in tickets.items()}
    return [one.model_copy(update={"ticket": numbers.get(one.load_id)}) for one in shown]


def _replayed_by(view: View, records: Records, decision: Decision, pack: RulePack) -> schemas.ReplayedByPack:
    try:
        made, own, other = replay.replayed_by(records, decision, pack)
    except LookupError as error:
        lost = _lost(records, decision, error)
        return schemas.ReplayedByPack(**lost.model_dump(), load_t=None, own_cell=None, own_pit=None)
    return _laid_beside(view, records, decision, made, own, other)


def _laid_beside(
    view: View, records: Records, decision: Decision, made: Replayed, own: Judged, other: Judged
) -> schemas.ReplayedByPack:
    inputs = records.proposals[decision.proposal_id].inputs or {}
    grades = {cell["id"]: cell["grade"] for cell in inputs["cells"]["cells"]}
    why = replay.why_elsewhere(own, other)
    return schemas.ReplayedByPack(
        **schemas.ReplayedDecision.model_validate(made, from_attributes=True).model_dump(),
        load_t=other["load_t"], own_cell=own["cell"], own_pit=own["pit"],
        own_grade=grades.get(own["cell"]), grade=grades.get(other["cell"]),
        is_elsewhere=own["cell"] != other["cell"], why=reasons(why, view.language),
    )  # fmt: skip
