"""Follow grain through the cells: what may be in what, and how much of it.

A cell mixes what lies in it: what leaves takes of every origin its share, until the cell is empty and nothing
of before is in it any more. Shares are what a perfect mixer would do; that an origin may be in a lot at all
does not hang on them. Kilograms are conserved: what came in lies somewhere, left, or was lost on the way.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

EMPTY_KG = 1.0  # under it a cell is empty
_NOTHING = 1e-9

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
    """One cell movement: `kg` is what the cell gains. `seq` rises within a site; `transfer_id` is the
    movement that the grain left another cell by (its own id for the leaving half of a transfer)."""

    id: str
    site: str
    cell: str
    seq: int
    kind: str
    kg: float
    load_id: str | None = None
    transfer_id: str | None = None


@dataclass(slots=True)
class Followed:
    """`sent`: what each movement out took, by (site, movement id), and `left` what of it did not come back or
    arrive elsewhere; `tipped`: what each load was made of, by (site, load id); `lies`: what is in each cell,
    by (site, cell); `lost`: what went by a count, by cleaning, by drying or on the road, by (site, movement
    id); `came`: what came in, by origin. Kilograms throughout."""

    sent: dict[Place, Content] = field(default_factory=dict)
    left: dict[Place, Content] = field(default_factory=dict)
    tipped: dict[Place, Content] = field(default_factory=dict)
    lies: dict[Place, Content] = field(default_factory=dict)
    lost: dict[Place, Content] = field(default_factory=dict)
    came: dict[Origin, float] = field(default_factory=dict)


def follow(moves: Iterable[Move], brought: Mapping[Place, Place] | None = None) -> Followed:
    """Follow all grain through these movements. `brought`: the load (site, load id) that came by the movement
    (site, id) out of another own silo: it is made of what left there, and what it lost on the road is lost.

    Each site's movements count in the order of their `seq`, whatever the clocks of two sites said; a load
    from elsewhere waits for its departure, and is an origin of its own where that is not among them."""
    queues: dict[str, list[Move]] = defaultdict(list)
    for move in sorted(moves, key=lambda one: (one.site, one.seq), reverse=True):
        queues[move.site].append(move)
    departures = {(move.site, move.id) for queue in queues.values() for move in queue if move.kg < 0}
    follower = _Follower({load: gone for load, gone in (brought or {}).items() if gone in departures})
    while any(queues.values()):
        went_on = False
        for queue in queues.values():
            while queue and not follower.must_wait(queue[-1]):
                follower.apply(queue.pop())
                went_on = True
        if not went_on:  # two sites wait for each other: their records contradict
            follower.give_up(next(queue[-1] for queue in queues.values() if queue))
    follower.lose_what_did_not_arrive()
    return follower.done


class _Follower:
    """Applies one movement after the other."""

    def __init__(self, waits_for: dict[Place, Place]) -> None:
        self.done = Followed()
        self._waits_for = waits_for
        self._arrived_kg: dict[Place, float] = defaultdict(float)
        self._beyond_kg: dict[Place, float] = defaultdict(float)  # what left each cell that nobody knew of
        self._shipped: set[Place] = set()

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
        """Count as lost what left for another silo and was not weighed there."""
        for gone in self._shipped:
            self.done.lost[gone] = self.done.left.pop(gone)

    def _go(self, move: Move, inside: Content) -> None:
        gone, place = _take(move, inside), (move.site, move.id)
        beyond = gone.get(_unknown(move), 0.0)
        self._beyond_kg[move.site, move.cell] += beyond
        _add(self.done.came, {_unknown(move): beyond} if beyond else {}, 1.0)
        if move.kind == "out" or move.transfer_id == move.id:
            self.done.sent[place] = gone
            self.done.left[place] = dict(gone)
        else:
            self.done.lost[place] = gone
        if inside and sum(inside.values()) < EMPTY_KG:
            _add(self.done.lost.setdefault(place, {}), inside, 1.0)
            inside.clear()

    def _come(self, move: Move, inside: Content) -> None:
        if move.kind == "correction":  # a count first makes good what had left that nobody knew of
            place = (move.site, move.cell)
            known_of = min(move.kg, self._beyond_kg[place])
            self._beyond_kg[place] -= known_of
            move = replace(move, kg=move.kg - known_of)
            if move.kg <= _NOTHING:
                return
        came = self._arriving(move, inside)
        _add(inside, came, 1.0)
        if move.load_id is not None:
            _add(self.done.tipped.setdefault(_load_of(move), {}), came, 1.0)

    def _arriving(self, move: Move, inside: Content) -> Content:
        """Return what the movement brings, by origin, and note what of it came first here."""
        shipped = self._waits_for.get(_load_of(move))
        source = shipped or ((move.site, move.transfer_id) if move.transfer_id else None)
        if source is not None and sum(self.done.sent.get(source, {}).values()) > _NOTHING:
            if shipped:
                self._shipped.add(source)
            return self._moved(move, source)
        if move.load_id is not None:
            new = {Origin(move.site, "load", move.load_id): move.kg}
        elif move.kind == "opening":
            new = {Origin(move.site, "opening", move.id): move.kg}
        elif inside:  # a count found more of what lies there
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
    share = min(1.0, wanted / there) if there > _NOTHING else 0.0
    gone = {origin: kg * share for origin, kg in inside.items() if kg * share > _NOTHING}
    for origin in list(inside):
        inside[origin] *= 1.0 - share
        if inside[origin] <= _NOTHING:
            del inside[origin]
    if wanted > there + _NOTHING:
        gone[_unknown(move)] = wanted - there
    return gone


def _add(into: Content, what: Mapping[Origin, float], share: float) -> None:
    for origin, kg in what.items():
        into[origin] = into.get(origin, 0.0) + kg * share


@dataclass(frozen=True, slots=True)
class Fate:
    """Where some grain went: what is in each movement out and each cell, and what was lost. By kilograms."""

    came_kg: float
    left: Mapping[Place, float]
    lies: Mapping[Place, float]
    lost_kg: float

    @property
    def balance_kg(self) -> float:
        """Return what is not accounted for; 0 but for rounding."""
        return self.came_kg - sum(self.left.values()) - sum(self.lies.values()) - self.lost_kg


def fate_of(origins: Sequence[Origin], done: Followed) -> Fate:
    """Return where all grain of these origins is now."""
    wanted = set(origins)

    def part(content: Content) -> float:
        return sum(kg for origin, kg in content.items() if origin in wanted)

    def parts(places: Mapping[Place, Content]) -> dict[Place, float]:
        return {place: kg for place, content in places.items() if (kg := part(content)) > _NOTHING}

    came = sum(done.came.get(origin, 0.0) for origin in wanted)
    return Fate(came, parts(done.left), parts(done.lies), sum(parts(done.lost).values()))
