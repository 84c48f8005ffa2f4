"""The monthly state of stocks (état mensuel): by silo, species and regime what was there when a month began,
what came and went, and what was there at its end, in whole kilograms that add up exactly.

Sums are whole grams. What is there at a month's end is rounded, so that a month begins with what the last one
ended with; what is left to the next kilogram goes to those flows of the month that are nearest to it. The
contents that a silo was set up with count as corrections: they are declared, not received."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from typing import Any, Self

from sqlalchemy import Connection, MetaData, select

from station.headquarters.flows import (
    CORRECTION,
    DRYING,
    GRAMS,
    IN,
    OPENING,
    OUT,
    TRANSFER,
    WASTE,
    Flow,
    flows_in,
)
from station.hub.own import STATIONS
from station.hub.stock_tables import STOCK

FLOWS = (IN, OUT, TRANSFER, DRYING, WASTE, CORRECTION)
_SUMMED = (
    "opening", "in_kg", "out_kg", "transfers", "drying", "waste", "corrections", "closing", "corrected",
    "declared",
)  # fmt: skip
Key = tuple[str, str, str, str]  # station, species, regime, organisation


@dataclass(frozen=True, slots=True)
class Line:
    """Kilograms: `opening + in_kg + out_kg + transfers + drying + waste + corrections == closing`; what
    leaves is negative. `drying` is the water with its freinte, `waste` what cleaning the grain took out.
    `corrected` counts the corrections, `declared` is the part of them that the silo was set up with."""

    station: str
    name: str
    species: str
    regime: str
    organisation: str
    opening: int
    in_kg: int
    out_kg: int
    transfers: int
    drying: int
    waste: int
    corrections: int
    closing: int
    corrected: int
    declared: int

    def as_dict(self) -> dict[str, Any]:
        return {one.name: getattr(self, one.name) for one in fields(self)}


@dataclass
class _Account:
    before: int
    flows: dict[str, int]
    corrected: int
    declared: int

    @classmethod
    def empty(cls) -> Self:
        return cls(0, dict.fromkeys(FLOWS, 0), 0, 0)

    def add(self, month: str, flow: Flow, grams: int, count: int) -> None:
        if flow[0] < month:
            self.before += grams
        if flow[0] != month:
            return
        kind = CORRECTION if flow[4] == OPENING else flow[4]
        self.flows[kind] += grams
        if kind == CORRECTION:
            self.corrected += count
        if flow[4] == OPENING:
            self.declared += grams


def monthly_state(
    connection: Connection, hub: MetaData, month: str, stations: Sequence[str] | None = None
) -> list[Line]:
    """Return the lines of a month ("2026-07") of the silos named, None: of all; without those of which
    nothing is there and nothing moved."""
    known, stock = hub.tables[STATIONS], hub.tables[STOCK]
    query = select(known.c.id, known.c.name, stock.c.sums).join(stock, stock.c.station == known.c.id)
    if stations is not None:
        query = query.where(known.c.id.in_(stations))
    accounts: dict[Key, _Account] = defaultdict(_Account.empty)
    names = {}
    for station, name, sums in connection.execute(query):
        names[station] = name or station
        for flow, grams, count in flows_in(sums):
            accounts[station, flow[1], flow[2], flow[3]].add(month, flow, grams, count)
    return [
        line
        for key, account in sorted(accounts.items())
        if (line := _line(key, names[key[0]], account)) is not None
    ]


def months(connection: Connection, hub: MetaData, stations: Sequence[str] | None = None) -> list[str]:
    """Return the months in which anything moved, newest first."""
    stock = hub.tables[STOCK]
    query = select(stock.c.sums)
    if stations is not None:
        query = query.where(stock.c.station.in_(stations))
    found = {flow[0] for sums in connection.execute(query).scalars() for flow, _, _ in flows_in(sums)}
    return sorted(found, reverse=True)


def totals(lines: Iterable[Line]) -> Iterator[Line]:
    """Yield the sums of all silos by species and regime: sums of the lines, so that they too add up."""
    found: dict[tuple[str, str], list[Line]] = defaultdict(list)
    for line in lines:
        found[line.species, line.regime].append(line)
    for (species, regime), some in sorted(found.items()):
        said: dict[str, Any] = {"station": "", "name": "", "species": species, "regime": regime}
        sums = {name: sum(getattr(line, name) for line in some) for name in _SUMMED}
        yield Line(**said, organisation="", **sums)


def _line(key: Key, name: str, account: _Account) -> Line | None:
    grams = [account.flows[kind] for kind in FLOWS]
    opening, closing = whole(account.before), whole(account.before + sum(grams))
    if not (opening or closing or any(grams) or account.corrected):
        return None
    station, species, regime, organisation = key
    in_kg, out_kg, transfers, drying, waste, corrections = share_out(grams, closing - opening)
    return Line(
        station=station, name=name, species=species, regime=regime, organisation=organisation,
        opening=opening, in_kg=in_kg, out_kg=out_kg, transfers=transfers, drying=drying, waste=waste,
        corrections=corrections, closing=closing, corrected=account.corrected,
        declared=whole(account.declared),
    )  # fmt: skip


def whole(grams: int) -> int:
    """Return kilograms, halves away from zero."""
    return (abs(grams) + GRAMS // 2) // GRAMS * (1 if grams >= 0 else -1)


def share_out(grams: Sequence[int], kg: int) -> list[int]:
    """Round each to a kilogram above or below, so that they sum up to `kg`: those whose rest is largest are
    rounded up. Where nothing moved, nothing is rounded; the last one takes what is left."""
    found = [one // GRAMS for one in grams]
    rests = sorted(
        (place for place, one in enumerate(grams) if one % GRAMS), key=lambda at: -(grams[at] % GRAMS)
    )
    left = kg - sum(found)
    for place in rests[: max(0, left)]:
        found[place] += 1
    left = kg - sum(found)
    if left:  # the balance itself was rounded over a half
        biggest = max(range(len(grams)), key=lambda at: abs(grams[at]))
        found[biggest] += left
    return found
