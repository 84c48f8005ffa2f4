"""Models with what speaks for and against them."""

from collections.abc import Mapping, Sequence
from datetime import UTC, timedelta
from zoneinfo import ZoneInfo

from station.acts.desk import Desk
from station.api import schemas
from station.api.views.view import View
from station.models import releases, verdicts
from station.models.agreement import Reference, Verdict, abstention_rate, agreement, evidence
from station.models.references import references
from station.models.signals import daily_signals
from station.store.tables import ModelRelease, PromotionPolicy


def models(view: View, desk: Desk) -> list[schemas.Model]:
    """Every release for every species it was installed for; the active ones first."""
    rows = {row.sha256: row for row in releases.releases(view.tx)}
    said = {sha256: verdicts.verdicts(view.tx, sha256) for sha256 in rows}
    captures = {one.capture_id for found in said.values() for one in found}
    known = references(view.tx, desk, sorted(captures))
    found = [
        _model(view, rows[sha256], species, status, said, standing.active, known)
        for (_, species), standing in releases.standings(view.tx).items()
        for sha256, status in standing.status.items()
    ]
    return sorted(found, key=lambda one: (one.task, one.species, one.status != "active", one.since))


def _model(
    view: View, row: ModelRelease, species: str, status: schemas.ReleaseStatus,
    said: Mapping[str, Sequence[Verdict]], active: str | None, known: Mapping[str, Sequence[Reference]],
) -> schemas.Model:  # fmt: skip
    last = releases.changed(view.tx, (row.task, species), row.sha256)
    mine = said[row.sha256]
    other = said[active] if active is not None and active != row.sha256 else None
    return schemas.Model(
        name=row.name,
        version=row.version,
        sha256=row.sha256,
        task=row.task,
        species=species,
        status=status,
        since=last.at,
        by=view.name_of(last.by),
        why=last.why,
        origin=row.origin,  # type: ignore[arg-type]  # the column holds one of the two
        signed_by=row.signed_by,
        captures=verdicts.judged(view.tx, row.sha256),
        abstention_rate=abstention_rate(mine),
        agreement=schemas.Agreement(**agreement(mine, other)) if other is not None and mine else None,
        evidence=[schemas.ModelEvidence(**one) for one in evidence(mine, known)],
    )


def signals(view: View, days: int) -> list[schemas.Signal]:
    zone = ZoneInfo(view.policy.timezone) if view.policy.timezone else UTC
    rows = {row.sha256: row for row in releases.releases(view.tx)}
    found = daily_signals(verdicts.looked(view.tx, view.now - timedelta(days=days), zone))
    told = [
        schemas.Signal(
            day=one.day,
            silo=view.policy.site,
            name=rows[one.release].name,
            version=rows[one.release].version,
            task=rows[one.release].task,
            of=one.of,
            value=one.value,
            captures=one.captures,
            abstention_rate=one.abstention_rate,
            distance2=one.distance2,
            unfamiliar=one.unfamiliar,
        )
        for one in found
        if one.release in rows
    ]
    return sorted(told, key=lambda one: one.day, reverse=True)


def policies(view: View) -> list[schemas.PromotionPolicy]:
    held = (releases.policy(view.tx, *slot) for slot in releases.standings(view.tx))
    return [policy(view, row) for row in held if row is not None]


def policy(view: View, row: PromotionPolicy) -> schemas.PromotionPolicy:
    return schemas.PromotionPolicy(**{**row.model_dump(exclude={"act", "seq"}), "by": view.name_of(row.by)})


def release(row: ModelRelease) -> schemas.Release:
    return schemas.Release(
        name=row.name, version=row.version, sha256=row.sha256, task=row.task, species=row.species
    )
