"""What drivers read on a screen in the yard: the end of a plate and a pit, and nothing else.

Whoever stands there sees the trucks anyway; the whole plate, who brings what, and what it weighs or is worth
is nobody's there. The end is three characters, more only where two trucks would read the same.
"""

from collections.abc import Collection

from drivers.text import fold
from station.api import schemas
from station.api.views.view import View
from station.store import batches, queries

SHOWN = 3
MOST_LINES = 6  # more are not legible from a cab; who was sent last stands first


def board(view: View) -> list[schemas.BoardLine]:
    visits = {visit.id: visit for visit in queries.open_visits(view.tx)}
    loads = [
        load
        for some in batches.loads_by_visit(view.tx, list(visits)).values()
        for load in some
        if load.outcome is None
    ]
    decisions = batches.current_decisions(view.tx, [load.id for load in loads])
    plates = {load.visit_id: _bare(visits[load.visit_id].plate) for load in loads if load.id in decisions}
    ends = {id_: end_of(plate, plates.values()) for id_, plate in plates.items()}
    sent = sorted(
        ((decisions[load.id], load.visit_id) for load in loads if load.id in decisions),
        key=lambda pair: pair[0].seq or 0, reverse=True,
    )  # fmt: skip
    lines = [schemas.BoardLine(plate_end=ends[visit], pit=decision.pit) for decision, visit in sent]
    return list({(one.plate_end, one.pit): one for one in lines}.values())[:MOST_LINES]


def end_of(plate: str, plates: Collection[str]) -> str:
    """Return as few of the last characters as tell a plate from the others on site."""
    for length in range(SHOWN, len(plate)):
        if sum(other.endswith(plate[-length:]) for other in set(plates)) <= 1:
            return plate[-length:]
    return plate


def _bare(plate: str) -> str:
    return "".join(letter for letter in fold(plate).upper() if letter.isalnum())
