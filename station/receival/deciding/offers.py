"""Preselect the visit that an offered weight most likely belongs to; a person always confirms it."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session

from station.receival.bridge.chain import gross_weighing, summed, unfinished, weighed_apart
from station.store import batches, queries
from station.store.tables import Load, Visit, Weighing, WeighingUse

# How far an empty vehicle may be from its last tare: mud, a passenger, a full fuel tank.
KNOWN_TARE_TOLERANCE = 0.06
# Without a known tare an empty grain vehicle weighs between these shares of its full weight.
EMPTY_SHARE = (0.2, 0.75)
# A weight this much over the known tare means the vehicle is loaded.
LOADED_FACTOR = 1.15


@dataclass(frozen=True, slots=True)
class Offer:
    """`load_ids` are the loads that the weight would close as `role`. Lower `rank` is likelier."""

    visit_id: str
    plate: str
    role: str
    load_ids: tuple[str, ...]
    rank: tuple[int, float, str]


@dataclass(frozen=True, slots=True)
class Standing:
    """An open visit with what the next weight of its vehicle is judged by. `closable` are the decided loads
    that have not ended, `tare` is the weight of the vehicle with this trailer when it last left empty.
    `rest`: as what a part of the vehicle was weighed whose other parts are weighed next."""

    visit: Visit
    loads: Sequence[Load]
    closable: Sequence[Load]
    chain: Sequence[tuple[WeighingUse, Weighing]]
    tare: float | None
    rest: str | None = None


def offers_among(standing: Sequence[Standing], kg: float) -> tuple[Offer, ...]:
    """Returns those of these visits that could take this weight next, the likeliest first."""
    found = [offer for one in standing for offer in _offers_of(one, kg)]
    return tuple(sorted(found, key=lambda offer: offer.rank))


def standing_visits(tx: Session) -> list[Standing]:
    """Returns all that are open, by a fixed number of questions."""
    return standing_of(tx, queries.open_visits(tx))


def standing_of(tx: Session, visits: Sequence[Visit]) -> list[Standing]:
    ids = [visit.id for visit in visits]
    loads, chains = batches.loads_by_visit(tx, ids), batches.chains_by_visit(tx, ids)
    unended = [load.id for some in loads.values() for load in some if load.outcome is None]
    decided = batches.current_decisions(tx, unended)
    tares = batches.tares_kg(tx, ((visit.vehicle_id, visit.trailer_id) for visit in visits))
    return [
        Standing(
            visit,
            loads.get(visit.id, ()),
            [load for load in loads.get(visit.id, ()) if load.id in decided],
            summed(chains.get(visit.id, ())),
            next(iter(tares[visit.vehicle_id, visit.trailer_id]), None),
            next((use.role for use, _ in unfinished(chains.get(visit.id, ()))), None),
        )
        for visit in visits
    ]


def _offers_of(standing: Standing, kg: float) -> list[Offer]:
    visit, loads, closable = standing.visit, standing.loads, standing.closable
    chain, tare = standing.chain, standing.tare
    if standing.rest is not None:
        to_close = () if standing.rest == "first" else tuple(load.id for load in closable)
        of_it = to_close[:1] if standing.rest == "intermediate" else to_close
        return [Offer(visit.id, visit.plate, standing.rest, of_it, (0, 0.0, visit.id))]
    offers = []
    firsts = [use for use, _ in chain if use.role == "first"]
    if len(firsts) < len(loads):
        offers.append(_first(visit, chain, tare, kg))
    elif len(firsts) == len(chain):  # weighed again, before anything was tipped
        offers.append(Offer(visit.id, visit.plate, "first", (), (5, 0.0, visit.id)))
    if chain and closable:
        offers.append(_next(visit, loads, closable, chain, tare, kg))
    return offers


def _first(
    visit: Visit, chain: Sequence[tuple[WeighingUse, Weighing]], tare: float | None, kg: float
) -> Offer:
    likely = not chain and (tare is None or kg > tare * LOADED_FACTOR)
    return Offer(visit.id, visit.plate, "first", (), (1 if likely else 3, 0.0, visit.id))


def _next(
    visit: Visit, loads: Sequence[Load], closable: Sequence[Load],
    chain: Sequence[tuple[WeighingUse, Weighing]], tare: float | None, kg: float,
) -> Offer:  # fmt: skip
    gross = gross_weighing(chain, closable[0])
    before = gross.kg if gross else chain[-1][1].kg
    unended = [load for load in loads if load.outcome is None]
    if weighed_apart(chain):
        to_close: tuple[str, ...] = (closable[0].id,)
        role = "last" if len(unended) == 1 else "intermediate"
    else:
        to_close, role = _closes(unended, closable, before, tare, kg)
    if kg >= before:
        likelihood, distance = 4, 0.0
    elif role == "intermediate":
        likelihood, distance = 0, 0.5
    elif tare is not None:
        distance = abs(kg - tare) / tare
        likelihood = 0 if distance <= KNOWN_TARE_TOLERANCE else 2
    else:
        low, high = EMPTY_SHARE
        likelihood, distance = (0 if low * before <= kg <= high * before else 2), 1.0
    return Offer(visit.id, visit.plate, role, to_close, (likelihood, distance, visit.id))


def _closes(
    unended: Sequence[Load], closable: Sequence[Load], before: float, tare: float | None, kg: float
) -> tuple[tuple[str, ...], str]:
    """Returns the loads this weight closes, and whether it is the vehicle's last weight.

    With several loads left, the weight is the last when it is nearer to the empty vehicle than to the
    vehicle with one load tipped."""
    everything = tuple(load.id for load in closable)
    if len(unended) == 1:
        return everything, "last"
    total = sum(load.share for load in unended)
    empty = tare if tare is not None else before * 0.4
    one_less = before - (before - empty) * closable[0].share / total
    if len(closable) == len(unended) and abs(kg - empty) < abs(kg - one_less):
        return everything, "last"
    return (closable[0].id,), "intermediate"
