"""Sum up a collecting day's grain: tickets beside movements and weighings, owners, and what cells hold."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session

from station.grain.loadweight import owners_kg
from station.receival.bridge.chain import summed
from station.receival.storage import cells
from station.store import batches, days
from station.store.tables import DayClosing, Load, Ticket

SAME_KG = 0.5  # nearer than this two weights are the same whole kilogram


@dataclass(frozen=True, slots=True)
class Received:
    """A load of the day with its ticket, if it has one, and the kilograms that it brought into each cell."""

    load: Load
    ticket: Ticket | None
    moved: Mapping[str, float]

    @property
    def moved_kg(self) -> float:
        return round(sum(self.moved.values()), 3)

    @property
    def paper_kg(self) -> float | None:
        """What its paper says: the ticket, or the one that was written by hand. None: it has none."""
        on_paper = self.moved_kg if self.load.outcome == "on_paper" else None
        return self.ticket.net_kg if self.ticket else on_paper


@dataclass(frozen=True, slots=True)
class Finding:
    """What does not agree, or is not finished: a person says why under `key`."""

    key: str
    code: str
    params: Mapping[str, Any]


def received(tx: Session, loads: Sequence[Load]) -> list[Received]:
    ids = [load.id for load in loads]
    tickets, moved = batches.tickets_by_load(tx, ids), days.moved_by_load(tx, ids)
    return [Received(load, tickets.get(load.id), moved.get(load.id, {})) for load in loads]


def tonnes(rows: Iterable[Received]) -> list[dict[str, Any]]:
    """Sum by outcome, species, regime and organisation; loads without a ticket have no `ticket_kg`."""
    groups: dict[tuple[str, ...], list[Received]] = defaultdict(list)
    for row in rows:
        load = row.load
        groups[load.outcome or "", load.species, load.regime, load.organisation].append(row)
    names = ("outcome", "species", "regime", "organisation")
    return [
        {
            **dict(zip(names, key, strict=True)),
            "loads": len(some),
            "ticket_kg": round(sum(one.ticket.net_kg for one in some if one.ticket), 3),
            "moved_kg": round(sum(one.moved_kg for one in some), 3),
        }
        for key, some in sorted(groups.items())
    ]


def owned(tx: Session, rows: Iterable[Received]) -> list[dict[str, Any]]:
    """Sum papers by owner (the supplier's identifier: a name may have to be forgotten), species and regime.
    Owners of one load share its whole kilograms, so that they add up to its net."""
    brought = [(row.load, row.paper_kg) for row in rows if row.paper_kg]
    shares = days.owners_by_load(tx, [load.id for load, _ in brought])
    kg: dict[tuple[str, str, str], float] = defaultdict(float)
    for load, net_kg in brought:
        for owner, part in owners_kg(net_kg, shares.get(load.id, {})).items():
            kg[owner, load.species, load.regime] += part
    return [
        {"owner": owner, "species": species, "regime": regime, "kg": round(total, 3)}
        for (owner, species, regime), total in sorted(kg.items())
    ]


def in_cells(tx: Session, rows: Iterable[Received], span: days.Span) -> list[dict[str, Any]]:
    """Say of each cell what loads brought by species, what else moved by kind, and what it holds now."""
    brought: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for row in rows:
        for cell, kg in row.moved.items():
            brought[cell][row.load.species] += kg
    others = days.other_movements(tx, span)
    return [
        {
            "cell": state.id,
            "brought": {name: round(kg, 3) for name, kg in sorted(brought[state.id].items())},
            "moved": {kind: round(kg, 3) for kind, kg in sorted(others.get(state.id, {}).items())},
            "content_kg": round(state.content_t * 1000, 3),
        }
        for state in cells.states(tx)
    ]


def against_movements(rows: Iterable[Received]) -> Iterable[Finding]:
    """Find the tickets whose net is not what moved."""
    for row in rows:
        if row.ticket and abs(row.ticket.net_kg - row.moved_kg) >= SAME_KG:
            params = {"number": row.ticket.number, "net_kg": row.ticket.net_kg, "moved_kg": row.moved_kg}
            yield Finding(f"load {row.load.id}", "ticket_not_moved", params)


def against_weighings(tx: Session, rows: Iterable[Received]) -> Iterable[Finding]:
    """Find the pairs of weights whose difference is not what their tickets say together."""
    pairs: dict[tuple[str, str], list[Ticket]] = defaultdict(list)
    visits = set()
    for row in rows:
        if row.ticket:
            pairs[row.ticket.first_weighing_id, row.ticket.last_weighing_id].append(row.ticket)
            visits.add(row.load.visit_id)
    kg = _weights(tx, {id_ for pair in pairs for id_ in pair}, visits)
    for (first, last), tickets in pairs.items():
        weighed_kg, net_kg = round(kg[first] - kg[last], 3), sum(one.net_kg for one in tickets)
        if abs(weighed_kg - net_kg) >= SAME_KG:
            params = {"number": tickets[0].number, "net_kg": net_kg, "weighed_kg": weighed_kg}
            yield Finding(f"weights {last}", "ticket_not_weighed", params)


def _weights(tx: Session, ids: Collection[str], visits: Collection[str]) -> dict[str, float]:
    """Return each weight's kilograms: of a vehicle that was weighed in parts, under the first one's name, all
    of them together."""
    chains = batches.chains_by_visit(tx, list(visits)).values()
    whole = {weighing.id: weighing.kg for chain in chains for _, weighing in summed(chain)}
    return days.weighed_kg(tx, ids) | {id_: kg for id_, kg in whole.items() if id_ in ids}


def against_book(
    tx: Session, cells_now: Iterable[Mapping[str, Any]], before: DayClosing | None
) -> Iterable[Finding]:
    """Find the cells whose content is not that of the closing before and what moved since."""
    if before is None:
        return
    moved = days.moved_since(tx, before)
    then = {one["cell"]: one["content_kg"] for one in before.document["cells"]}
    for cell in cells_now:
        reckoned = then.get(cell["cell"], 0.0) + moved.get(cell["cell"], 0.0)
        if abs(reckoned - cell["content_kg"]) >= SAME_KG:
            params = {
                "cell": cell["cell"],
                "reckoned_kg": round(reckoned, 3),
                "content_kg": cell["content_kg"],
            }
            yield Finding(f"cell {cell['cell']}", "cell_not_reckoned", params)
