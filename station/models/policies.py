"""Standing policies for models are approved and withdrawn by a manager and applied by the station.

Nothing is automatic unless a manager has approved it, by name and date; every automatic act names the
policy that it stands on.
"""

from datetime import datetime

from sqlmodel import Session

from station.acts.desk import Actor, Desk
from station.acts.refusals import Fault, NotFound
from station.models import acts as models
from station.models import releases, verdicts
from station.models.acts import Mandate
from station.models.agreement import abstention_rate, agreement
from station.models.releases import Slot
from station.models.terms import Terms, alarm, is_earned
from station.store import audit
from station.store.ids import new_id
from station.store.tables import ModelRelease, PromotionPolicy

DAY_S = 86_400.0


def approve(desk: Desk, slot: Slot, terms: Terms, actor: Actor, why: str, at: datetime) -> PromotionPolicy:
    """Put a policy in the place of an earlier one for this task and species."""
    return _append(desk, slot, "approved", terms, actor, why, at)


def withdraw(desk: Desk, slot: Slot, actor: Actor, why: str, at: datetime) -> PromotionPolicy:
    """Withdraw the policy of a task and species. Raises NotFound(no_policy)."""
    with desk.ledger.read() as tx:
        held = releases.policy(tx, *slot)
    if held is None:
        raise NotFound(Fault.NO_POLICY, task=slot[0], species=slot[1])
    return _append(desk, slot, "withdrawn", Terms.from_dict(held.terms), actor, why, at)


def apply_one(desk: Desk, at: datetime) -> bool:
    """Do the first thing that a standing policy calls for; False when none calls for anything."""
    with desk.ledger.read() as tx:
        held = {slot: releases.policy(tx, *slot) for slot in releases.standings(tx)}
    return any(
        _roll_back(desk, slot, policy, at) or _promote(desk, slot, policy, at)
        for slot, policy in held.items()
        if policy is not None
    )


def _roll_back(desk: Desk, slot: Slot, policy: PromotionPolicy, at: datetime) -> bool:
    with desk.ledger.read() as tx:
        standing = releases.standings(tx)[slot]
        if standing.active is None or not standing.before:
            return False
        since = releases.changed(tx, slot, standing.active).at
        signal = alarm(Terms.from_dict(policy.terms), verdicts.verdicts(tx, standing.active, since))
    if signal is None:
        return False
    models.roll_back(desk, *slot, _mandate(policy, signal, at))
    return True


def _promote(desk: Desk, slot: Slot, policy: PromotionPolicy, at: datetime) -> bool:
    with desk.ledger.read() as tx:
        standing = releases.standings(tx)[slot]
        earned = next((one for one in standing.shadows if _is_earned(tx, slot, one, policy, at)), None)
        row = tx.get_one(ModelRelease, earned) if earned else None
    if row is None:
        return False
    by = _mandate(policy, "it agrees as the policy asks", at)
    models.promote(desk, row.name, row.version, by, species=slot[1])
    return True


def _is_earned(tx: Session, slot: Slot, shadow: str, policy: PromotionPolicy, at: datetime) -> bool:
    active = releases.active_set(tx).get(slot)
    if active is None:
        return False
    since = releases.changed(tx, slot, shadow).at
    mine = verdicts.verdicts(tx, shadow, since)
    agreed = agreement(mine, verdicts.verdicts(tx, active, since))
    days = (at - since).total_seconds() / DAY_S
    return is_earned(Terms.from_dict(policy.terms), days, agreed, abstention_rate(mine))


def _mandate(policy: PromotionPolicy, why: str, at: datetime) -> Mandate:
    return Mandate(None, why, at, policy.id)


def _append(
    desk: Desk, slot: Slot, act: str, terms: Terms, actor: Actor, why: str, at: datetime
) -> PromotionPolicy:
    row = PromotionPolicy(
        id=new_id(at), task=slot[0], species=slot[1], act=act, terms=terms.as_dict(), at=at, by=actor.id,
        why=why,
    )  # fmt: skip
    with desk.ledger.write() as tx:
        tx.add(row)
        audit.record(
            tx, f"model_policy_{act}", at, by=actor.id, terminal=actor.terminal, subject_id=row.id,
            data={"task": row.task, "species": row.species, "terms": row.terms, "why": why},
        )  # fmt: skip
    return row
