"""Compare what tickets stand on with a head's sealed memory (mémoire alibi, DSD).

A head numbers what it seals without a gap, for ever or from 1 each day; an export may leave leading zeros
out.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

SAME_KG = 0.5  # nearer than this two weights are the same whole kilogram


@dataclass(frozen=True, slots=True)
class Sealed:
    """A weight of the memory, on its day by the head's clock."""

    number: str
    kg: float
    day: date


@dataclass(frozen=True, slots=True)
class Weighed:
    """A weight that `tickets` stand on, under the number by which the head had sealed it."""

    number: str
    kg: float
    day: date
    tickets: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    code: str  # sealed_missing, sealed_differs, sealed_twice, sealed_gap, sealed_gaps
    params: Mapping[str, Any]


def plain_number(text: str) -> str:
    """Return a sealed number without the zeros and signs around it: "00000-000123" and "123" are one."""
    groups = [group.lstrip("0") for group in re.findall(r"[0-9]+", text)]
    while len(groups) > 1 and not groups[0]:
        groups = groups[1:]
    return "-".join(group or "0" for group in groups)


def within(memory: Sequence[Sealed], weighed: Sequence[Weighed]) -> list[Weighed]:
    """Return the weights that were sealed between the memory's first number and its last."""
    sealed = sorted((one.day, *_parted(one.number)) for one in memory)
    if not sealed:
        return []
    return [one for one in weighed if sealed[0] <= (one.day, *_parted(one.number)) <= sealed[-1]]


def compare(memory: Sequence[Sealed], weighed: Sequence[Weighed]) -> list[Difference]:
    """Return which of these weights the memory lacks or has otherwise, and what it lacks itself."""
    by_number: dict[str, list[Sealed]] = defaultdict(list)
    for one in memory:
        by_number[plain_number(one.number)].append(one)
    # A day's clocks may differ around midnight, but not where the same numbers come every day.
    apart = timedelta(days=0 if any(len(found) > 1 for found in by_number.values()) else 1)
    found: list[Difference] = []
    for weight in weighed:
        same = by_number.get(plain_number(weight.number), ())
        found += _of_weight(weight, [one for one in same if abs(one.day - weight.day) <= apart])
    return [*found, *_twice(by_number), *_gaps(memory)]


def _of_weight(weight: Weighed, sealed: Sequence[Sealed]) -> Iterator[Difference]:
    said = {"number": ", ".join(map(str, weight.tickets)), "sealed": weight.number, "kg": weight.kg}
    if not sealed:
        yield Difference("sealed_missing", said)
    elif all(abs(one.kg - weight.kg) >= SAME_KG for one in sealed):
        yield Difference("sealed_differs", {**said, "memory_kg": sealed[0].kg})


def _twice(by_number: Mapping[str, Sequence[Sealed]]) -> Iterator[Difference]:
    """Find the numbers under which the memory has two weights on one day."""
    for number, entries in by_number.items():
        first: dict[date, Sealed] = {}
        for one in entries:
            other = first.setdefault(one.day, one)
            if abs(other.kg - one.kg) >= SAME_KG:
                yield Difference("sealed_twice", {"sealed": number, "kg": other.kg, "memory_kg": one.kg})


def _gaps(memory: Sequence[Sealed]) -> Iterator[Difference]:
    """Find the numbers between the memory's own that it lacks; where they begin anew, from 1 on."""
    before: tuple[list[int], int] | None = None
    for _, head, number in sorted((one.day, *_parted(one.number)) for one in memory):
        goes_on = before is not None and before[0] == head and before[1] <= number
        first = before[1] + 1 if before is not None and goes_on else 1
        if before is not None and first < number:
            code = "sealed_gap" if first == number - 1 else "sealed_gaps"
            yield Difference(code, {"sealed": _joined(head, first), "last_sealed": _joined(head, number - 1)})
        before = head, number


def _parted(number: str) -> tuple[list[int], int]:
    *head, last = (int(group or 0) for group in plain_number(number).split("-"))
    return head, last


def _joined(head: Sequence[int], number: int) -> str:
    return "-".join(map(str, (*head, number)))
