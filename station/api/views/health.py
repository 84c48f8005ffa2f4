"""Whether trucks can be received, and what somebody should look at."""

from collections.abc import Iterator
from typing import Literal

from station import release
from station.api import schemas
from station.api.context import Context
from station.api.language import reason
from station.api.views.clock import clock
from station.api.views.view import View
from station.api.views.watching import quality_warnings
from station.clock import NOTICEABLE, ClockStanding
from station.models import releases
from station.receival.packs.pack_standing import packs_in_force
from station.runtime.live import BackupFacts, Coded, HealthFacts, PostFacts, Standing
from station.store import audit
from station.store.tables import ModelRelease

# what keeps the station from taking readings or captures for good
REFUSES = frozenset({"disk_full", "intake_waits_for_disk", "intake_stands", "data_not_written", "taken_over"})


def health(view: View, context: Context) -> schemas.Health:
    facts, standing = context.health(), context.timekeeper.standing()
    free_mb = min(context.blobs.free_mb(), context.desk.ledger.free_mb())
    held = {f"{pack.name} {pack.version}" for pack in packs_in_force(view.tx, view.now).values()}
    coded = dict(_clock_warnings(standing))
    coded |= _warnings(facts, context, free_mb, has_pack=bool(held))
    coded |= quality_warnings(view, context.desk.watching)
    warnings = [reason(code, params, view.language) for code, params in coded.items()]
    refuses = [warning for warning in warnings if warning.code in REFUSES]
    return schemas.Health(
        accepting=not refuses,
        refuses=refuses,
        now=view.now,
        last_event=audit.last_seq(view.tx),
        disk_free_mb=free_mb,
        vision=facts.vision,
        rule_pack=", ".join(sorted(held)) or None,
        intake=_intake(facts.intake),
        backup=_backup(facts.backup),
        post=_post(facts.post),
        clock=clock(standing),
        warnings=warnings,
        release=release.release(),
        revision=release.revision(),
        models=_active(view),
    )


def _active(view: View) -> list[str]:
    rows = [view.tx.get_one(ModelRelease, one) for one in sorted(set(releases.active_set(view.tx).values()))]
    return sorted(f"{row.name} {row.version}" for row in rows)


def _intake(now: Standing) -> schemas.IntakeHealth:
    state: Literal["ok", "stands"] = "stands" if now.stands else "ok"
    return schemas.IntakeHealth(state=state, waiting=now.waiting, moved_at=now.moved_at)


def _backup(facts: BackupFacts | None) -> schemas.BackupHealth | None:
    return schemas.BackupHealth(made_at=facts.made_at, proved_at=facts.proved_at) if facts else None


def _post(facts: PostFacts | None) -> schemas.PostHealth | None:
    if facts is None:
        return None
    return schemas.PostHealth(
        bags=facts.bags,
        changes=facts.changes,
        oldest_at=facts.oldest_at,
        heard_at=facts.heard_at,
        room_days=facts.room_days,
        offset_s=facts.offset_s,
    )


def _clock_warnings(now: ClockStanding) -> Iterator[Coded]:
    """What a person states is asked for elsewhere; a small lead heals by itself."""
    lead = now.now - (now.stated or now.wall)
    params = {"now": now.now, "machine": now.wall, "stated": now.stated}
    if now.needs_repair:
        yield "clock_needs_repair", params
    elif now.doubt is not None and now.stated is not None:
        yield "clock_goes_by_word", params
    elif now.doubt is not None:
        yield f"clock_{now.doubt.value}", params
    elif lead > NOTICEABLE:
        yield "clock_heals", {"seconds": round(lead.total_seconds())}


def _warnings(facts: HealthFacts, context: Context, free_mb: int, *, has_pack: bool) -> Iterator[Coded]:
    if free_mb < context.limits.min_free_mb_uploads:
        yield "disk_full", {"free_mb": free_mb}
    elif free_mb < context.limits.warn_free_mb:
        yield "disk_low", {"free_mb": free_mb}
    if not (context.desk.ledger.takes_writing() and context.blobs.takes_writing()):
        yield "data_not_written", {}
    if not has_pack:
        yield "no_rule_pack", {"at": None}
    if facts.vision == "off":
        yield "vision_off", {}
    yield from facts.warnings
