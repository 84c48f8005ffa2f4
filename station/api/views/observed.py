"""How often a station that only observes would have proposed what was done, by species and cell."""

from collections import defaultdict
from datetime import datetime

from station.api import schemas
from station.api.views.view import View
from station.receival.days.observing import Observed, observed


def agreements(view: View, since: datetime, until: datetime) -> list[schemas.ObservedShare]:
    groups: dict[tuple[str, str], list[Observed]] = defaultdict(list)
    for one in observed(view.tx, since, until):
        groups[one.species, one.cell].append(one)
    return [_agreement(species, cell, some) for (species, cell), some in sorted(groups.items())]


def _agreement(species: str, cell: str, some: list[Observed]) -> schemas.ObservedShare:
    from station.lab.statistics.proportions import exact_interval  # noqa: PLC0415  loads numpy, for one page

    agreed = sum(one.agrees for one in some)
    low, high = exact_interval(agreed, len(some))
    return schemas.ObservedShare(
        species=species, cell=cell, loads=len(some), agreed=agreed, told=sum(one.told for one in some),
        not_proposed=sum(one.proposed is None for one in some), low=round(low, 4), high=round(high, 4),
    )  # fmt: skip
