"""The list at the start of a collecting day: what the station sees of itself becomes a line of each topic."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Literal

State = Literal["ok", "asks", "failed"]
Coded = tuple[str, Mapping[str, Any]]

# The topics in their order, each with the codes of warnings that fail it and those that only ask a person.
TOPICS: Mapping[str, tuple[Collection[str], Collection[str]]] = {
    "bridge": (("bridge_not_at_zero", "bridge_not_heard"), ("bridge_shows", "no_bridge")),
    "controls": (
        ("controls_overdue", "values_held", "verifications_expired"), ("verifications_expire",)
    ),
    "printer": (
        (
            "printer_unreachable", "printer_not_answering", "printer_offline", "printer_without_paper",
            "printer_gone", "queue_refuses", "queue_silent", "queue_holds", "no_cups",
        ),
        ("printer_silent", "papers_wait", "papers_ask"),
    ),
    "pack": (("no_rule_pack",), ()),
    "cells": ((), ("cell_below_nothing",)),
    "disk": (("disk_full", "data_not_written", "intake_waits_for_disk"), ("disk_low",)),
    "clock": (
        ("clock_needs_repair", "clock_behind", "clock_beyond"), ("clock_goes_by_word", "clock_records_ahead")
    ),
    "backup": (
        ("second_disk_away", "second_disk_fails", "second_disk_full", "backup_old"),
        ("no_second_disk", "second_disk_small", "backup_later"),
    ),
    "post": (
        ("hub_refuses", "post_full", "recovery_held"), ("post_late", "clock_ahead_of_hub", "clock_behind_hub")
    ),
    "program": ((), ("exchange_fails",)),
    "day_before": ((), ("day_not_closed",)),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class DayLine:
    """`found` says why a line is not right; of one that is right what was seen, if anything."""

    topic: str
    state: State
    found: tuple[Coded, ...]


def day_lines(seen: Mapping[str, Mapping[str, Any]], right: Mapping[str, Coded]) -> list[DayLine]:
    """Make the list of what was seen, {code: params}; `right` is what a topic says where nothing is wrong."""
    return [_line(topic, seen, right.get(topic)) for topic in TOPICS]


def _line(topic: str, seen: Mapping[str, Mapping[str, Any]], right: Coded | None) -> DayLine:
    fails, asks = TOPICS[topic]
    failed = [(code, seen[code]) for code in fails if code in seen]
    asked = [(code, seen[code]) for code in asks if code in seen]
    if failed:
        return DayLine(topic, "failed", (*failed, *asked))
    if asked:
        return DayLine(topic, "asks", tuple(asked))
    return DayLine(topic, "ok", (right,) if right else ())
