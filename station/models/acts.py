"""Models at the silo are installed, promoted, rolled back, set aside, retired. What is done is appended.

Signature, hashes and the acceptance set are checked before, outside any transaction; a bundle's file is
on the disk before its release is a row.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlmodel import Session

from station.acts.desk import Actor, Desk
from station.acts.refusals import Conflict, Fault, NotFound
from station.models import releases
from station.models.releases import Slot
from station.models.standing import Act
from station.store import audit
from station.store.ids import new_id
from station.store.tables import ModelRelease, ReleaseAct

SHIPPED = "comes with the station"  # the station's own reason


@dataclass(frozen=True, slots=True)
class Checked:
    """Describes a bundle whose file is stored and whose checks are done. `acceptance`: what its own set gave
    on this machine; empty for a shipped one, which was tried when the station was made."""

    sha256: str
    name: str
    version: str
    task: str
    species: tuple[str, ...]
    manifest: Mapping[str, Any]
    signature: str | None = None
    signed_by: str | None = None
    acceptance: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Mandate:
    """Says who does it and why. `actor` None: the station, maybe by a standing policy."""

    actor: Actor | None
    why: str
    at: datetime
    policy_id: str | None = None


def install(desk: Desk, new: Checked, by: Mandate) -> ModelRelease:
    """Make a checked bundle a release that runs in shadow; one that is in use already is left as it is.

    Raises Conflict(release_exists) where name and version are known with another content."""
    with desk.ledger.write() as tx:
        row = _row(tx, new, "installed", by.at)
        for species in new.species:
            standing = releases.standings(tx).get((new.task, species))
            if standing is None or standing.status.get(new.sha256) not in ("shadow", "active"):
                _append(tx, row, species, Act.INSTALLED, by, dict(new.acceptance))
    return row


def ship(desk: Desk, bundles: Iterable[Checked], at: datetime) -> list[Checked]:
    """Make the bundles that came with the station releases at its start: active where nothing else is; a
    newer one than the active runs in shadow. Known ones change nothing. Returns those that were left out
    because their name and version are known here with another content."""
    by, left_out = Mandate(None, SHIPPED, at), []
    with desk.ledger.write() as tx:
        for new in bundles:
            if tx.get(ModelRelease, new.sha256) is not None:
                continue
            if refusal_of(tx, new) is not None:
                left_out.append(new)
                continue
            row = _row(tx, new, "shipped", at)
            active = releases.active_set(tx)
            for species in new.species:
                _append(tx, row, species, Act.INSTALLED, by)
                if (new.task, species) not in active:
                    _append(tx, row, species, Act.PROMOTED, by)
    return left_out


def promote(desk: Desk, name: str, version: str, by: Mandate, *, species: str | None = None) -> ModelRelease:
    """Let this release inform proposals from the next capture on, for this species or for every one it was
    installed for.

    Raises NotFound(unknown_release), Conflict(release_active, release_not_in_shadow)."""
    with desk.ledger.write() as tx:
        row = _release(tx, name, version)
        wanted = [species] if species else row.species
        standing = {s: releases.standings(tx).get((row.task, s)) for s in wanted}
        waiting = [s for s, one in standing.items() if one and one.status.get(row.sha256) != "active"]
        if not waiting:
            raise Conflict(Fault.RELEASE_ACTIVE, name=name, version=version)
        for one in waiting:
            found = standing[one]
            assert found is not None
            status = found.status.get(row.sha256)
            if status not in ("shadow", "superseded"):
                raise Conflict(Fault.RELEASE_NOT_IN_SHADOW, name=name, version=version, status=status)
            _append(tx, row, one, Act.PROMOTED, by)
    return row


def roll_back(desk: Desk, task: str, species: str, by: Mandate) -> ModelRelease:
    """Make the release active that was so before, and return it. Raises Conflict(nothing_to_roll_back)."""
    with desk.ledger.write() as tx:
        before = _roll_back(tx, (task, species), by)
        if before is None:
            raise Conflict(Fault.NOTHING_TO_ROLL_BACK, task=task, species=species)
    return before


def fall_back(desk: Desk, sha256: str, why: str, at: datetime) -> bool:
    """Go on with the release that was active before one that does not run. False where there was none."""
    with desk.ledger.write() as tx:
        slots = [slot for slot, active in releases.active_set(tx).items() if active == sha256]
        found = [_roll_back(tx, slot, Mandate(None, why, at)) for slot in slots]
    return any(found)


def set_aside(desk: Desk, sha256: str, why: str, at: datetime) -> None:
    """Try a shadow that does not run no more; every list says why."""
    with desk.ledger.write() as tx:
        row = tx.get_one(ModelRelease, sha256)
        for species in releases.shadows(tx).get(sha256, ()):
            _append(tx, row, species, Act.SET_ASIDE, Mandate(None, why, at))


def retire(desk: Desk, name: str, version: str, by: Mandate) -> ModelRelease:
    """Use the release no more; its bundle stays for replay. Raises NotFound, Conflict(release_active)."""
    with desk.ledger.write() as tx:
        row = _release(tx, name, version)
        if row.sha256 in releases.active_set(tx).values():
            raise Conflict(Fault.RELEASE_ACTIVE, name=name, version=version)
        for species in row.species:
            _append(tx, row, species, Act.RETIRED, by)
    return row


def refusal_of(tx: Session, new: Checked) -> Conflict | None:
    """Return why this name and version cannot be installed: it is known with another content."""
    known = releases.release(tx, new.name, new.version)
    if known is not None and known.sha256 != new.sha256:
        return Conflict(Fault.RELEASE_EXISTS, name=new.name, version=new.version)
    return None


def _row(tx: Session, new: Checked, origin: str, at: datetime) -> ModelRelease:
    """Return the release's row, a new one where it has none. Raises Conflict(release_exists)."""
    if (refused := refusal_of(tx, new)) is not None:
        raise refused
    row = tx.get(ModelRelease, new.sha256)
    if row is None:
        row = ModelRelease(
            sha256=new.sha256, name=new.name, version=new.version, task=new.task, species=list(new.species),
            manifest=dict(new.manifest), installed_at=at, origin=origin, signature=new.signature,
            signed_by=new.signed_by,
        )  # fmt: skip
        tx.add(row)
        tx.flush()
    return row


def _release(tx: Session, name: str, version: str) -> ModelRelease:
    row = releases.release(tx, name, version)
    if row is None:
        known: Sequence[ModelRelease] = releases.releases(tx)
        raise NotFound(
            Fault.UNKNOWN_RELEASE, name=name, version=version,
            releases=[f"{one.name} {one.version}" for one in known],
        )  # fmt: skip
    return row


def _roll_back(tx: Session, slot: Slot, by: Mandate) -> ModelRelease | None:
    standing = releases.standings(tx).get(slot)
    if standing is None or standing.active is None or not standing.before:
        return None
    _append(tx, tx.get_one(ModelRelease, standing.active), slot[1], Act.ROLLED_BACK, by)
    return tx.get_one(ModelRelease, standing.before[-1])


def _append(
    tx: Session, row: ModelRelease, species: str, act: Act, by: Mandate, data: dict[str, Any] | None = None
) -> None:
    tx.add(
        ReleaseAct(
            id=new_id(by.at), sha256=row.sha256, task=row.task, species=species, act=act.value, at=by.at,
            by=by.actor.id if by.actor else None, why=by.why, policy_id=by.policy_id, data=data or {},
        )
    )  # fmt: skip
    tx.flush()
    audit.record(
        tx, f"model_{act.value}", by.at, by=by.actor.id if by.actor else None,
        terminal=by.actor.terminal if by.actor else None, subject_id=row.sha256,
        data={
            "model": row.name, "version": row.version, "task": row.task, "species": species, "why": by.why,
            "policy": by.policy_id,
        },
    )  # fmt: skip
