"""Where a choice is guarded a manager decides it, or a second person has approved this very act."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from station.acts.desk import Actor, Desk
from station.acts.refusals import Conflict, Fault, NotAllowed
from station.grain.guard import Guard, Guarded, guard_of, waived_of
from station.receival.measuring.waiver_standing import standing
from station.receival.packs.pack_standing import pack_with
from station.receival.persons.enrolments import enrolled
from station.store.tables import Approval, Cell, Load, Person, Proposal, Waiver

FAULT_OF = {
    Guarded.NEVER_BLEND: Fault.NEVER_BLEND_OVERRIDE,
    Guarded.CLAIMS: Fault.CLAIMS_OVERRIDE,
    Guarded.MEASUREMENT: Fault.UNMEASURED_OVERRIDE,
}
_MANAGER = frozenset({"manager"})


@dataclass(frozen=True, slots=True)
class Consent:
    """What a decision rests on beside who took it; `approved_by` None: nobody else had to agree."""

    guard: tuple[Guarded, ...] = ()
    approved_by: str | None = None
    approval_id: str | None = None
    waivers: tuple[str, ...] = ()


def guard_for(tx: Session, result: Mapping[str, Any], cell: str) -> Guard:
    """What the load breaks in this cell, by a proposal's result."""
    role: Any = tx.get_one(Cell, cell).role
    return guard_of(result, cell, role)


def consent(
    tx: Session, desk: Desk, load: Load, proposal: Proposal, cell: str, pit: str, actor: Actor, at: datetime,
    approval_id: str | None,
) -> Consent:  # fmt: skip
    """Whose word the choice rests on; a given approval is used up. The rule pack may say whose word is enough
    alone.

    Raises NotAllowed, by a code that names the gravest rule, for an operator alone; its parameters name all
    rules, and who may decide or approve. Raises Conflict(approval_over) for an approval of another act, a
    used or an old one."""
    guard = guard_for(tx, proposal.result, cell)
    if guard and not _may_alone(tx, proposal, guard, actor):
        row = _given(tx, desk, load, cell, pit, guard, actor, at, approval_id)
        return Consent(guard.rules, row.approver_id, row.id)
    waivers = _waivers(tx, desk, load, waived_of(proposal.result), at)
    approved_by = next((row.approved_by for row in waivers if row.approved_by != actor.id), None)
    return Consent(guard.rules, approved_by, waivers=tuple(row.id for row in waivers))


def _may_alone(tx: Session, proposal: Proposal, guard: Guard, actor: Actor) -> bool:
    """Whether one word is enough for every rule that is broken: whose, the rule pack says, and where it says
    nothing a manager's. What may never be blended is no operator's alone, whatever a pack says."""
    pack = pack_with(tx, proposal.rule_pack)
    stated = dict(pack.overrides) if pack else {}
    stated[Guarded.NEVER_BLEND.value] = _MANAGER
    return all(actor.roles & stated.get(rule.value, _MANAGER) for rule in guard.rules)


def act_of(guard: Guard, cell: str, pit: str) -> dict[str, Any]:
    """The act as an approval is bound to it, beside its load and who asks where."""
    return {
        "cell": cell,
        "pit": pit,
        "rules": [rule.value for rule in guard.rules],
        "grounds": [reason.as_dict() for reason in guard.grounds],
    }


def _given(
    tx: Session, desk: Desk, load: Load, cell: str, pit: str, guard: Guard, actor: Actor, at: datetime,
    approval_id: str | None,
) -> Approval:  # fmt: skip
    if approval_id is None:
        raise NotAllowed(
            FAULT_OF[guard.rules[0]],
            cell=cell,
            rules=[rule.value for rule in guard.rules],
            lacking=list(guard.lacking),
            species=load.species,
            managers=managers(tx),
            approvers=sorted(enrolled(tx, desk) - {actor.id}),
        )
    row = tx.get(Approval, approval_id)
    if row is None or not (
        row.state == "given"
        and row.load_id == load.id
        and (row.asked_by, row.terminal) == (actor.id, actor.terminal)
        and row.approver_id != actor.id
        and row.at <= at < row.until
        and {name: row.what[name] for name in ("cell", "pit", "rules", "grounds")} == act_of(guard, cell, pit)
    ):
        raise Conflict(Fault.APPROVAL_OVER)
    row.state = "used"
    tx.add(row)
    return row


def managers(tx: Session) -> list[str]:
    """Who may decide what is guarded, signed in at a terminal."""
    rows = tx.exec(select(Person).where(col(Person.active).is_(True)).order_by(col(Person.name)))
    return [row.id for row in rows if "manager" in row.roles]


def _waivers(tx: Session, desk: Desk, load: Load, waived: tuple[str, ...], at: datetime) -> list[Waiver]:
    """Those that the proposal was made with."""
    if not waived:
        return []
    holding = standing(tx, desk.policy, at)
    return [row for row in holding if row.species == load.species and row.analyte in waived]
