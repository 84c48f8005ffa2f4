"""`long-day`: every odd case of the weighbridge, again and again, twelve visits open at a time, until the day
is closed: no kilogram and no number is missing, and nobody waits."""

import os
import random
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from benchmarks.long_day import inbound, outbound
from benchmarks.long_day.program import Program
from benchmarks.long_day.truck import Day, Passage
from benchmarks.long_day.yard import Yard, open_yard
from benchmarks.machine import summary

OPEN, SEED = 12, 1
# Twenty-nine passages, of which the shuttle is two visits.
CASES: tuple[Callable[[Day], Passage], ...] = (
    *[inbound.one_load] * 8, *[inbound.two_products] * 2, inbound.weighed_apart, inbound.uncoupled,
    inbound.axle_by_axle, inbound.compartments, inbound.shuttle, inbound.weighed_again,
    inbound.three_owners, inbound.split_tip, *[inbound.tipped_elsewhere] * 2, inbound.refused,
    inbound.gone_again, inbound.cancelled, inbound.from_the_pad, outbound.delivered, outbound.delivered,
    outbound.washed, outbound.forbidden_cargo, outbound.returned,
)  # fmt: skip
VISITS = len(CASES) + 1
OFF = (1 / 3, 1 / 2)  # of the day the program is off


def long_day(rounds: int = 10) -> dict[str, Any]:
    with (
        tempfile.TemporaryDirectory() as folder,
        open_yard(Path(folder), SEED) as yard,
        closing(Program(yard, Path(folder) / "books.json")) as program,
    ):
        day, before_kg = Day(yard, program), _held_kg(yard)
        _open(yard)
        _receive(day, rounds)
        return {**_times(yard), **_counts(day, _held_kg(yard) - before_kg), **_close(day)}


def _open(yard: Yard) -> None:
    lines = yard.look("/days/list")["lines"]
    waved = {line["topic"]: "vu" for line in lines if line["state"] != "ok"}
    yard.act("/days/open", waved=waved)
    for name, text in outbound.LISTS.items():
        taken = yard.act("/reference/{}/file", name, text=text)
        assert taken["added"] == 1, taken


def _receive(day: Day, rounds: int) -> None:
    """Whatever step of whichever truck comes next; the program asks after each, while it is on."""
    rng = random.Random(SEED)
    coming = [case for _ in range(rounds) for case in rng.sample(CASES, len(CASES))]
    count, here = len(coming), list[Passage]()
    while coming or here:
        day.program.is_on = not OFF[0] <= 1 - len(coming) / count < OFF[1]
        while coming and len(here) < OPEN:
            here.append(coming.pop(0)(day))
        passage = rng.choice(here)
        if next(passage, passage) is passage:
            here.remove(passage)
        day.program.turn()


def _times(yard: Yard) -> dict[str, Any]:
    """Milliseconds of what is waited for: what somebody does, what somebody looks at, what is proposed."""
    return {
        "act_ms": _together(yard.act_ms), "bar_act_ms_p95": 100, "slowest_act": _slowest(yard.act_ms),
        "propose_ms": summary(yard.propose_ms), "bar_propose_ms_p95": 200,
        "look_ms": _together(yard.look_ms), "slowest_look": _slowest(yard.look_ms),
        "act_cpu_ms": _together(yard.act_cpu_ms), "load_average": round(os.getloadavg()[1], 1),
        "acts_ms": _each(yard.act_ms), "acts_cpu_ms": _each(yard.act_cpu_ms),
    }  # fmt: skip


def _together(times: Mapping[str, Sequence[float]]) -> dict[str, float]:
    return summary([one for some in times.values() for one in some])


def _each(times: Mapping[str, Sequence[float]]) -> dict[str, dict[str, float]]:
    return {path: summary(some) for path, some in times.items()}


def _slowest(times: Mapping[str, Sequence[float]]) -> str:
    return max(times, key=lambda path: summary(times[path])["p95"])


def _counts(day: Day, gained_kg: float) -> dict[str, Any]:
    """What happened in the yard, and how far the station is from it."""
    yard = day.yard
    papers = [one for one in yard.look("/print-jobs") if one["state"] == "waiting"]
    return {
        "visits": day.visits,
        "open": len(yard.look("/visits")) + len(yard.look("/outbound")),
        "weights_left": len(yard.look("/weighings", state="offered")),
        "exceptions": len(yard.look("/exceptions")),
        "papers_wait": len(papers),
        "notes_off": len(yard.look("/outbound/notes", limit=200)) - day.notes,
        "kg_in": day.in_kg,
        "kg_out": day.out_kg,
        "kg_off": round(gained_kg - day.in_kg + day.out_kg, 3),
    }


def _close(day: Day) -> dict[str, Any]:
    """The day is closed; its sheet beside the yard and beside the program's books."""
    sheet, books = day.yard.look("/days/sheet"), day.program.books
    (numbers,) = sheet["numbers"]
    said = {one["key"]: "relu" for one in sheet["findings"]}
    closed = day.yard.act("/days/close", day=sheet["day"], said=said)
    return {
        "tickets": numbers["issued"],
        "tickets_off": numbers["issued"] - day.tickets - day.corrections,
        "gaps": sum(last - first + 1 for first, last in numbers["missing"]),
        "ticket_kg": sum(one["ticket_kg"] for one in sheet["tonnes"]),
        "moved_kg": sum(one["moved_kg"] for one in sheet["tonnes"]),
        "erp_kg": sum({bon.load_id: bon.net_kg for bon in books.bons.values()}.values()),
        "erp_off": len(books.bons) - numbers["issued"],
        "erp_holes": books.holes,
        "erp_refused": day.program.refused,
        "findings": [one["message"] for one in sheet["findings"]],
        "closed": closed["closed_at"] is not None,
    }


def _held_kg(yard: Yard) -> float:
    return sum(1000.0 * float(cell["content_t"]) for cell in yard.look("/cells"))
