"""A confirmed weighing, as requests say what it empties and as the counter answers."""

from collections.abc import Iterable, Mapping, Sequence

from station.api import schemas
from station.api.asked import Inquiry
from station.api.views.tickets import ticket
from station.api.views.view import view_of
from station.api.views.visits import visit
from station.api.views.weighings import weighing
from station.receival.bridge.weighings import Confirmed
from station.receival.storage.tippings import Tipped


def tipped_of(parts: Iterable[schemas.TippedPart]) -> tuple[Tipped, ...]:
    return tuple(Tipped(part.pit, part.cell, part.share, part.kg) for part in parts)


def tipped_by_load(parts: Mapping[str, Sequence[schemas.TippedPart]]) -> dict[str, tuple[Tipped, ...]]:
    return {load_id: tipped_of(some) for load_id, some in parts.items()}


def confirmed(asked: Inquiry, done: Confirmed) -> schemas.WeighingConfirmed:
    with view_of(asked) as view:
        return schemas.WeighingConfirmed(
            weighing=weighing(view, done.weighing),
            visit=visit(view, done.visit),
            tickets=[ticket(view, row) for row in done.tickets],
        )
