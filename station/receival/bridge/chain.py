"""The chain of a visit's weighings, and which two of them make a load's net.

A vehicle that is longer than the bridge is weighed in parts, one after the other: uncoupled, or axle by axle,
which is no legal weight. The sum of the parts is then one weight of the chain.
"""

from collections.abc import Sequence

from station.grain.units import known
from station.store.batches import Chain
from station.store.tables import Load, Weighing, WeighingUse

Link = tuple[WeighingUse, Weighing]


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


def summed(chain: Chain) -> Chain:
    """Return the chain with one weight for all parts of a vehicle; left out are those whose rest is not
    weighed yet."""
    whole = [links for links in _in_parts(chain) if not links[-1][0].part]
    return [(links[0][0], one_weight([weighing for _, weighing in links])) for links in whole]


def unfinished(chain: Chain) -> Sequence[Link]:
    """Return the parts of the vehicle whose rest is weighed next."""
    parts = _in_parts(chain)
    return parts[-1] if parts and parts[-1][-1][0].part else ()


def parts_of(chain: Chain, weighing: Weighing) -> Sequence[Link]:
    """Return the links that are summed under this weight's name; a whole weight has one."""
    return next((links for links in _in_parts(chain) if links[0][1].id == weighing.id), ())


def one_weight(parts: Sequence[Weighing]) -> Weighing:
    """Return the sum of these, which no row holds; what was remarked of a part stays the part's."""
    if len(parts) == 1:
        return parts[0]
    typed_by = next((part.typed_by for part in parts if part.typed_by), None)
    told = {"kg": known(sum(part.kg for part in parts)), "remarks": [], "sealed_number": None}
    return Weighing(**parts[0].model_dump() | told | {"typed_by": typed_by})


def _in_parts(chain: Chain) -> list[list[Link]]:
    found: list[list[Link]] = []
    for link in chain:
        if found and found[-1][-1][0].part:
            found[-1].append(link)
        else:
            found.append([link])
    return found
