"""Who is at the gate: a badge, an announced apport's code or a plate names it, and one key confirms it."""

from collections.abc import Awaitable, Callable
from datetime import tzinfo
from typing import Protocol, cast

from station.api import schemas
from ui.tui import suggestions
from ui.tui.client import StationClient
from ui.tui.dialogs import Choice, Option
from ui.tui.entry import ArrivalDraft
from ui.tui.screens.arrival_acts import SHIPMENT, Answers, Then, send_asked
from ui.tui.screens.base import StationScreen
from ui.tui.suggestions import Suggestion
from ui.words.i18n import Translator


class _ArrivalForm(Protocol):
    """What is asked of the arrival's screen."""

    def prefill(self, vehicle: schemas.Vehicle) -> None: ...

    def call_after_refresh(self, callback: Callable[[], None]) -> bool: ...


async def plates_like(
    client: StationClient, typed: str, zone: tzinfo | None, t: Translator
) -> list[Suggestion]:
    """Suggest what is announced first; before anything is typed nothing else."""
    expected = suggestions.announced(await client.announced(typed), zone, t)
    known = suggestions.vehicles(await client.vehicles(typed), t) if typed else []
    return [*expected, *known][: suggestions.MOST + 2]


def identify(screen: StationScreen, text: str, otherwise: Callable[[], object]) -> None:
    """Offer who may be here by what was scanned; do the other thing where nobody is meant."""
    client = screen.station.client

    def offer(found: list[schemas.Candidate]) -> None:
        if not found:
            otherwise()
        elif found[0].announced is None:
            begin(screen, found[0])
        else:
            _choose(screen, [one.announced for one in found if one.announced])

    screen.station.read(lambda: client.identify(text), offer)


def _choose(screen: StationScreen, rows: list[schemas.Announced]) -> None:
    """Ask which one is here; the surest is marked."""
    t, zone = screen.t, screen.station.zone
    options = [Option(row.id, suggestions.announced_text(row, zone, t)) for row in rows]
    by_id = {row.id: row for row in rows}

    def answer(choice: Choice) -> None:
        confirm(screen, by_id[choice.key], ArrivalDraft(), lambda visit: _say(screen, visit))

    screen.choose(t.gettext("Who is here?"), options, answer)


def begin(screen: StationScreen, one: schemas.Candidate) -> None:
    """Begin the arrival of the vehicle that a badge names."""
    form = cast(_ArrivalForm, screen.app.get_screen("arrival"))
    if (vehicle := one.vehicle) is not None:
        screen.station.show("arrival")
        form.call_after_refresh(lambda: form.prefill(vehicle))


def confirm(screen: StationScreen, row: schemas.Announced, draft: ArrivalDraft, then: Then) -> None:
    """Enter it, with what the form has beside it; what the station asks is asked."""
    client = screen.station.client
    body = schemas.AnnouncedArrivalIn(
        barcodes=[load.barcode.strip() or None for load in draft.loads][: len(row.loads)],
        trailer=draft.trailer.strip() or None, note=draft.note.strip(),
    )  # fmt: skip

    def send(answers: Answers) -> Awaitable[schemas.Visit]:
        if number := answers.get(SHIPMENT):
            return client.shipment_arrives(str(number), schemas.ShipmentArrivalIn(plate=row.plate))
        return client.announced_arrives(row.id, body.model_copy(update=dict(answers)))

    send_asked(screen, send, then, row.supplier)


def _say(screen: StationScreen, visit: schemas.Visit) -> None:
    screen.station.say(screen.t.gettext("{plate} entered.").format(plate=visit.plate))
    screen.station.show("queue")
