"""Follow grain through the cells: what may be in what, how much of it, and where it is now."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from station.grain.mixing import NOTHING_KG, Content, Followed, Mix, Move, Origin, Place


def follow(moves: Iterable[Move], brought: Mapping[Place, Place] | None = None) -> Followed:
    """Follow all grain through these movements. `brought`: the load (site, load id) that came by the movement
    (site, id) out of another own silo: it is made of what left there, and what it lost on the road is lost.

    Each site's movements count in the order of their `seq`, whatever the clocks of two sites said; a load
    from elsewhere waits for its departure, and is an origin of its own where that is not among them."""
    queues: dict[str, list[Move]] = defaultdict(list)
    for move in sorted(moves, key=lambda one: (one.site, one.seq), reverse=True):
        queues[move.site].append(move)
    departures = {(move.site, move.id) for queue in queues.values() for move in queue if move.kg < 0}
    mix = Mix({load: gone for load, gone in (brought or {}).items() if gone in departures})
    while any(queues.values()):
        went_on = False
        for queue in queues.values():
            while queue and not mix.must_wait(queue[-1]):
                mix.apply(queue.pop())
                went_on = True
        if not went_on:  # two sites wait for each other: their records contradict
            mix.give_up(next(queue[-1] for queue in queues.values() if queue))
    mix.lose_what_did_not_arrive()
    return mix.done


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
        return {place: kg for place, content in places.items() if (kg := part(content)) > NOTHING_KG}

    came = sum(done.came.get(origin, 0.0) for origin in wanted)
    return Fate(came, parts(done.left), parts(done.lies), sum(parts(done.lost).values()))
