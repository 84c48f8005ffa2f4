"""The list at the start of a day, from what the station sees of itself now."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from station.api import schemas
from station.api.context import Context
from station.api.language import reason
from station.api.views.health import health
from station.api.views.view import View
from station.grain.day_list import Coded, DayLine, day_lines
from station.receival.days import day_closing, day_opening
from station.receival.storage import cells
from station.runtime.live import DeviceLive

OLD = timedelta(hours=36)  # a backup, or a bag that waits: since before yesterday's evening
_BELOW_T = -0.0005


def lines_now(view: View, context: Context) -> list[DayLine]:
    now = health(view, context)
    seen: dict[str, Mapping[str, Any]] = {one.code: one.params for one in now.warnings}
    seen |= dict(_bridges(context.live())) | dict(_of_the_ledger(view)) | dict(_aged(view, now))
    content_t = sum(state.content_t for state in cells.states(view.tx))
    made_at = now.backup.made_at if now.backup else None
    right: dict[str, Coded] = {
        "bridge": ("bridge_shows_zero", {}),
        "pack": ("pack_of_the_day", {"pack": now.rule_pack}),
        "cells": ("cells_hold", {"load_t": round(content_t, 3)}),
        "disk": ("disk_free", {"free_mb": now.disk_free_mb}),
    }
    if made_at is not None:
        right["backup"] = ("backup_made", {"taken_at": made_at.isoformat()})
    return day_lines(seen, right)


def day_list(view: View, context: Context) -> schemas.DayList:
    day = view.policy.collecting_day(view.now)
    row = day_opening.opening_of(view.tx, day)
    lines = [
        schemas.DayListLine(
            topic=one.topic, state=one.state,
            messages=[reason(code, params, view.language).message for code, params in one.found],
        )
        for one in lines_now(view, context)
    ]  # fmt: skip
    return schemas.DayList(
        day=day, lines=lines, signed_at=row.at if row else None,
        signed_by=view.name_of(row.by) if row else None,
        waved={one["topic"]: one["reason"] for one in row.lines if one["reason"]} if row else {},
    )  # fmt: skip


def _bridges(live: list[DeviceLive]) -> Iterator[Coded]:
    """A bridge is right when it is heard and shows zero."""
    bridges = [one for one in live if one.category == "weighbridge"]
    if not bridges:
        yield "no_bridge", {}
    if silent := [one.name for one in bridges if one.state != "live"]:
        yield "bridge_not_heard", {"instruments": silent}
    for one in bridges:
        if one.state == "live" and one.weight_kg != 0:
            yield "bridge_shows", {"instrument": one.name, "kg": one.weight_kg}


def _of_the_ledger(view: View) -> Iterator[Coded]:
    if below := [state.id for state in cells.states(view.tx) if state.content_t < _BELOW_T]:
        yield "cell_below_nothing", {"cell": below[0]}
    first = day_closing.next_day(view.tx, view.policy, view.now)
    if first < view.policy.collecting_day(view.now):
        yield "day_not_closed", {"until": first.isoformat()}


def _aged(view: View, now: schemas.Health) -> Iterator[Coded]:
    if now.backup is None:
        yield "no_second_disk", {}
    elif now.backup.made_at is None or view.now - now.backup.made_at > OLD:
        yield "backup_old", {}
    oldest = now.post.oldest_at if now.post else None
    if oldest is not None and view.now - oldest > OLD:
        yield "post_late", {"taken_at": oldest.isoformat()}
