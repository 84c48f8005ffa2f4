"""A cell mixes what lies in it, movement by movement.

What leaves takes of every origin its share, until the cell is empty and nothing of before is in it any more.
Shares are what a perfect mixer would do; that an origin may be in a lot at all does not hang on them.
Kilograms are conserved: what came in lies somewhere, left, or was lost on the way.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from station.grain.overdrawn import Overdrawn

EMPTY_KG = 1.0  # under it a cell is empty
OUT, RECOVERED = "out", "recovered"
NOTHING_KG = 1e-9

OriginKind = Literal["load", "opening", "found", "unknown"]
Content = dict["Origin", float]
Place = tuple[str, str]  # a site, and a cell, movement or load there


@dataclass(frozen=True, slots=True, order=True)
class Origin:
    """Grain as it came into the first cell of it that is known of: a load's, what lay there at the opening,
    what a count found in an empty cell, or what left a cell beyond all that was known to be in it. `ref` is
    the load's id, else the movement's."""

    site: str
    kind: OriginKind
    ref: str


@dataclass(frozen=True, slots=True)
class Move:
    """One cell movement: `kg` is what the cell gains, `kind` what it was (`what_it_was`). `seq` rises within
    a site; `transfer_id` is the movement that the grain left another cell by (its own id for the leaving half
    of a transfer)."""

    id: str
    site: str
    cell: str
    seq: int
    kind: str
    kg: float
    load_id: str | None = None
    transfer_id: str | None = None


def what_it_was(
    kind: str, kg: float, load_id: str | None, transfer_id: str | None, act: Mapping[str, Any]
) -> str:
    """Return what a movement was: one that came back after a restore keeps it in its act, else tells it by
    what it moved."""
    if kind != RECOVERED:
        return kind
    if load_id:
        return "in"
    return str(act.get("was") or (OUT if kg < 0 and not transfer_id else kind))


@dataclass(slots=True)
class Followed:
    """`sent`: what each movement out took, by (site, movement id), and `left` what of it did not come back or
    arrive elsewhere; `tipped`: what each load was made of, by (site, load id); `lies`: what is in each cell,
    by (site, cell); `lost`: what went by a count, by cleaning, by drying or on the road, by (site, movement
    id); `came`: what came in, by origin; `supposed`: what of that is taken to have left before it was
    entered, because more had left than was known to be there. Kilograms throughout."""

    sent: dict[Place, Content] = field(default_factory=dict)
    left: dict[Place, Content] = field(default_factory=dict)
    tipped: dict[Place, Content] = field(default_factory=dict)
    lies: dict[Place, Content] = field(default_factory=dict)
    lost: dict[Place, Content] = field(default_factory=dict)
    came: dict[Origin, float] = field(default_factory=dict)
    supposed: dict[Origin, float] = field(default_factory=dict)

    def contents(self) -> Iterator[Content]:
        """Return all that says of what origin something is."""
        for places in (self.sent, self.left, self.tipped, self.lies, self.lost):
            yield from places.values()


class Mix:
    """Applies one movement after the other. What a count finds is more of what lies there."""

    def __init__(self, waits_for: Mapping[Place, Place] | None = None) -> None:
        self.done = Followed()
        self._waits_for = dict(waits_for or {})
        self._arrived_kg: dict[Place, float] = defaultdict(float)
        self._overdrawn: Overdrawn[Place, Origin] = Overdrawn(self.done.came, self.done.supposed)
        self._is_no_lot: set[Place] = set()

    def begin(self, cell: Place, kg: float, ref: str) -> None:
        """Begin with a cell as it was: what lies there is of one origin; under 0 kg, so much left it that
        nobody knew of."""
        self.done.lies[cell] = {Origin(cell[0], "opening", ref): kg} if kg > NOTHING_KG else {}
        self._overdrawn.leave(cell, Origin(cell[0], "unknown", ref), -kg)

    def must_wait(self, move: Move) -> bool:
        gone = self._waits_for.get(_load_of(move))
        return move.kg > 0 and gone is not None and gone not in self.done.sent

    def give_up(self, move: Move) -> None:
        self._waits_for.pop(_load_of(move))

    def apply(self, move: Move) -> None:
        inside = self.done.lies.setdefault((move.site, move.cell), {})
        if move.kg > 0:
            self._come(move, inside)
        elif move.kg < 0:
            self._go(move, inside)

    def lose_what_did_not_arrive(self) -> None:
        """Count as lost what left for another cell or silo and was not weighed there: freinte, and the water
        that a drying took."""
        for gone in self._is_no_lot:
            self.done.lost[gone] = self.done.left.pop(gone)

    def _go(self, move: Move, inside: Content) -> None:
        move, place = self._less_what_never_came(move, inside), (move.site, move.id)
        gone = _take(move, inside)
        self._overdrawn.leave((move.site, move.cell), _unknown(move), gone.get(_unknown(move), 0.0))
        if move.kind == OUT or move.transfer_id == move.id:
            self.done.sent[place] = gone
            self.done.left[place] = dict(gone)
            if move.kind != OUT:
                self._is_no_lot.add(place)
        else:
            self.done.lost[place] = gone
        if inside and sum(inside.values()) < EMPTY_KG:
            _add(self.done.lost.setdefault(place, {}), inside, 1.0)
            inside.clear()

    def _less_what_never_came(self, move: Move, inside: Content) -> Move:
        """Take back what was entered twice for a load; return what of the movement is beyond that."""
        if move.load_id is None:
            return move
        own = Origin(move.site, "load", move.load_id)
        back = min(-move.kg, inside.get(own, 0.0))
        if back > NOTHING_KG:
            for content in (inside, self.done.came, self.done.tipped[_load_of(move)]):
                content[own] -= back
            if inside[own] <= NOTHING_KG:
                del inside[own]
        return replace(move, kg=move.kg + back)

    def _come(self, move: Move, inside: Content) -> None:
        if move.kind == "correction":  # a count first makes good what had left that nobody knew of
            move = replace(move, kg=move.kg - self._overdrawn.found((move.site, move.cell), move.kg))
            if move.kg <= NOTHING_KG:
                return
        came = self._arriving(move, inside)
        if move.load_id is not None:
            _add(self.done.tipped.setdefault(_load_of(move), {}), came, 1.0)
        self._overdrawn.come((move.site, move.cell), came, self.done.contents())
        _add(inside, came, 1.0)

    def _arriving(self, move: Move, inside: Content) -> Content:
        """Return what the movement brings, by origin, and note what of it came first here."""
        shipped = self._waits_for.get(_load_of(move))
        source = shipped or ((move.site, move.transfer_id) if move.transfer_id else None)
        if source is not None and sum(self.done.sent.get(source, {}).values()) > NOTHING_KG:
            if shipped:
                self._is_no_lot.add(source)
            return self._moved(move, source)
        if move.load_id is not None:
            new = {Origin(move.site, "load", move.load_id): move.kg}
        elif move.kind == "opening":
            new = {Origin(move.site, "opening", move.id): move.kg}
        elif inside and move.kind == "correction":
            there = sum(inside.values())
            new = {origin: move.kg * kg / there for origin, kg in inside.items()}
        else:
            new = {Origin(move.site, "found", move.id): move.kg}
        _add(self.done.came, new, 1.0)
        return new

    def _moved(self, move: Move, source: Place) -> Content:
        """Return what left elsewhere and arrives here. Where more arrives than left, the weights differ and
        more came."""
        gone = self.done.sent[source]
        total, before = sum(gone.values()), self._arrived_kg[source]
        self._arrived_kg[source] = before + move.kg
        more = max(0.0, before + move.kg - total) - max(0.0, before - total)
        _add(self.done.came, gone, more / total)
        still_gone = max(0.0, 1.0 - self._arrived_kg[source] / total)
        self.done.left[source] = {origin: kg * still_gone for origin, kg in gone.items()}
        return {origin: kg * move.kg / total for origin, kg in gone.items()}


def _unknown(move: Move) -> Origin:
    return Origin(move.site, "unknown", move.id)


def _load_of(move: Move) -> Place:
    return move.site, move.load_id or ""


def _take(move: Move, inside: Content) -> Content:
    """Take each origin's share out; what is more than all that is known is unknown."""
    wanted, there = -move.kg, sum(inside.values())
    share = min(1.0, wanted / there) if there > NOTHING_KG else 0.0
    gone = {origin: kg * share for origin, kg in inside.items() if kg * share > NOTHING_KG}
    for origin in list(inside):
        inside[origin] *= 1.0 - share
        if inside[origin] <= NOTHING_KG:
            del inside[origin]
    if wanted > there + NOTHING_KG:
        gone[_unknown(move)] = wanted - there
    return gone


def _add(into: Content, what: Mapping[Origin, float], share: float) -> None:
    for origin, kg in what.items():
        into[origin] = into.get(origin, 0.0) + kg * share
