"""The chain of a visit's weighings, and which two of them make a load's net."""

from station.store.batches import Chain
from station.store.tables import Load, Weighing


def weighed_apart(chain: Chain) -> bool:
    """Were truck and trailer put on the bridge one after the other?"""
    return len([use for use, _ in chain if use.role == "first"]) > 1


def gross_weighing(chain: Chain, load: Load) -> Weighing | None:
    """Returns the weight this load's net is counted from: the vehicle's weight just before it was tipped.
    Where truck and trailer were weighed apart, the load's own first weighing."""
    firsts = [weighing for use, weighing in chain if use.role == "first"]
    if len(firsts) > 1:
        return firsts[min(load.position, len(firsts)) - 1]
    return chain[-1][1] if chain else None
