"""Ask about models by name: which stand where, now or on a given day, and which judge a photo."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from station.grain.identifiers import photo_species
from station.models.standing import Standing, standing_after
from station.store.evidence import CapturePhotos, inspected_by
from station.store.tables import ModelRelease, PromotionPolicy, ReleaseAct

Slot = tuple[str, str]  # a task and a species


def acts(tx: Session, until: datetime | None = None) -> Sequence[ReleaseAct]:
    """Return everything done with models, oldest first."""
    query = select(ReleaseAct).order_by(col(ReleaseAct.seq))
    return tx.exec(query.where(col(ReleaseAct.at) <= until) if until else query).all()


def standings(tx: Session, at: datetime | None = None) -> dict[Slot, Standing]:
    """Return the standing per (task, species), now or as it was at a time: a decision of last July names the
    models of its day."""
    done: dict[Slot, list[tuple[str, str]]] = {}
    for row in acts(tx, at):
        done.setdefault((row.task, row.species), []).append((row.act, row.sha256))
    return {slot: standing_after(steps) for slot, steps in sorted(done.items())}


def active_set(tx: Session, at: datetime | None = None) -> dict[Slot, str]:
    """Return the one active release (SHA-256) per (task, species)."""
    return {slot: s.active for slot, s in standings(tx, at).items() if s.active is not None}


def judges(tx: Session, species: str | None) -> tuple[str, ...]:
    """Return the active releases that judge a photo declared as `species`: those that stand for it, or all
    where nothing is declared or none stands for it (they then count its kernels)."""
    active = active_set(tx)
    judged_as = photo_species(species) if species else None
    fitting = [sha256 for (_, name), sha256 in active.items() if name == judged_as]
    return tuple(dict.fromkeys(fitting or active.values()))


def judges_left(tx: Session, capture: CapturePhotos) -> list[str]:
    """Return the active releases that stand for a capture and have not inspected it yet."""
    done = inspected_by(tx, capture.capture_id)
    return [sha256 for sha256 in judges(tx, capture.species) if sha256 not in done]


def shadows(tx: Session) -> dict[str, tuple[str, ...]]:
    """Return {release: the species it is tried for} of all in shadow, the longest installed first."""
    found: dict[str, list[str]] = {}
    for (_, species), standing in standings(tx).items():
        for sha256 in standing.shadows:
            found.setdefault(sha256, []).append(species)
    return {sha256: tuple(found[sha256]) for sha256 in sorted(found, key=lambda one: _since(tx, one))}


def set_aside(tx: Session) -> list[tuple[ModelRelease, ReleaseAct]]:
    """Return the releases that do not run here, with the act that says why."""
    found = {s for one in standings(tx).values() for s, status in one.status.items() if status == "set_aside"}
    pairs = [(tx.get_one(ModelRelease, one), last_act(tx, one, "set_aside")) for one in sorted(found)]
    return [(row, act) for row, act in pairs if act is not None]


def release(tx: Session, name: str, version: str) -> ModelRelease | None:
    query = select(ModelRelease).where(ModelRelease.name == name, ModelRelease.version == version)
    return tx.exec(query).first()


def releases(tx: Session) -> Sequence[ModelRelease]:
    query = select(ModelRelease).order_by(col(ModelRelease.name), col(ModelRelease.installed_at))
    return tx.exec(query).all()


def last_act(tx: Session, sha256: str, act: str | None = None) -> ReleaseAct | None:
    """Return the newest thing done with a release, of this kind where one is named."""
    query = select(ReleaseAct).where(ReleaseAct.sha256 == sha256).order_by(col(ReleaseAct.seq).desc())
    query = query.where(ReleaseAct.act == act) if act else query
    return tx.exec(query.limit(1)).first()


def changed(tx: Session, slot: Slot, sha256: str) -> ReleaseAct:
    """Return what gave a release its present status for a task and species: maybe done with another release.

    Raises LookupError for one that was never installed there."""
    rows = [row for row in acts(tx) if (row.task, row.species) == slot]
    status = [
        standing_after((row.act, row.sha256) for row in rows[:count]).status.get(sha256)
        for count in range(len(rows) + 1)
    ]
    turns = [row for row, before, after in zip(rows, status, status[1:], strict=False) if before != after]
    if not turns:
        raise LookupError(f"{sha256} was never installed for {slot}")
    return turns[-1]


def policy(tx: Session, task: str, species: str) -> PromotionPolicy | None:
    """Return the standing order that holds, if one does."""
    query = (
        select(PromotionPolicy)
        .where(PromotionPolicy.task == task, PromotionPolicy.species == species)
        .order_by(col(PromotionPolicy.seq).desc())
    )
    row = tx.exec(query.limit(1)).first()
    return row if row is not None and row.act == "approved" else None


def _since(tx: Session, sha256: str) -> str:
    installed = last_act(tx, sha256, "installed")
    return installed.id if installed else ""
