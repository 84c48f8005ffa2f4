"""A paper is printed again: by the printer of such papers, or by one that the person chooses."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from station.api import schemas
from ui.tui.dialogs import Choice, Option
from ui.tui.screens.base import StationScreen
from ui.words.i18n import N_

_NONE = {
    "ticket": N_("The site has no printer of tickets."),
    "delivery": N_("The site has no printer of delivery notes."),
    "label": N_("The site has no printer of labels."),
}
_WHICH = {
    "ticket": N_("Ticket {number}: which printer?"),
    "delivery": N_("Delivery note {number}: which printer?"),
    "label": N_("Labels of {number}: which printer?"),
}
_GOES = {
    "ticket": N_("Ticket {number} goes to the printer {printer}."),
    "delivery": N_("Delivery note {number} goes to the printer {printer}."),
    "label": N_("The labels of {number} go to the printer {printer}."),
}
_GOES_AGAIN = _GOES | {
    "ticket": N_("Ticket {number} goes to the printer {printer}, as a duplicate."),
    "delivery": N_("Delivery note {number} goes to the printer {printer}, as a duplicate."),
}


@dataclass(frozen=True, slots=True)
class _Paper:
    """`send` asks the station for it on a printer."""

    kind: str
    number: str
    send: Callable[[str], Awaitable[schemas.PrintJob]]


def print_again(screen: StationScreen, ticket: schemas.Ticket) -> None:
    """Ask for the printer where there are several; the paper says that it is a duplicate where it is one."""
    client = screen.station.client

    def send(printer: str) -> Awaitable[schemas.PrintJob]:
        return client.print_ticket(ticket.number, schemas.PrintIn(printer=printer, campaign=ticket.campaign))

    _ask_printer(screen, _Paper("ticket", str(ticket.number), send))


def print_of(screen: StationScreen, load_id: str) -> None:
    """Print the ticket of a load that has ended; one that ended without says so."""
    station = screen.station

    def go_on(load: schemas.Load) -> None:
        if load.ticket_document is None:
            station.say(screen.t.gettext("This load has no ticket."))
        else:
            print_again(screen, load.ticket_document)

    station.read(lambda: station.client.load(load_id), go_on)


def print_label(screen: StationScreen, number: str) -> None:
    """Print the labels of a retained sample."""
    client = screen.station.client

    def send(printer: str) -> Awaitable[schemas.PrintJob]:
        return client.print_label(number, schemas.DocumentPrintIn(printer=printer))

    _ask_printer(screen, _Paper("label", number, send))


def choose_delivery(screen: StationScreen) -> None:
    """Ask which of the newest delivery notes is printed."""
    station, t = screen.station, screen.t

    def offer(notes: Sequence[schemas.DeliveryNote]) -> None:
        if not notes:
            station.say(t.gettext("No delivery note yet."), is_problem=True)
            return
        options = [
            Option(str(one.number), f"{one.number} · {one.plate}", f"{one.buyer}, {t.kg(one.net_kg)}")
            for one in notes
        ]
        title = t.gettext("Which delivery note?")
        screen.choose(title, options, lambda choice: print_delivery(screen, int(choice.key)))

    station.read(station.client.delivery_notes, offer)


def print_delivery(screen: StationScreen, number: int) -> None:
    client = screen.station.client

    def send(printer: str) -> Awaitable[schemas.PrintJob]:
        return client.print_delivery(number, schemas.DocumentPrintIn(printer=printer))

    _ask_printer(screen, _Paper("delivery", str(number), send))


def _ask_printer(screen: StationScreen, paper: _Paper) -> None:
    station = screen.station
    station.read(station.client.printers, lambda printers: _choose(screen, paper, printers))


def _choose(screen: StationScreen, paper: _Paper, printers: Sequence[schemas.Printer]) -> None:
    t, able = screen.t, [one.id for one in printers if paper.kind in one.prints]
    if not able:
        screen.station.say(t.gettext(_NONE[paper.kind]), is_problem=True)
    elif len(able) == 1:
        _print(screen, paper, able[0])
    else:
        title = t.gettext(_WHICH[paper.kind]).format(number=paper.number)
        options = [Option(one, one) for one in able]

        def take(choice: Choice) -> None:
            _print(screen, paper, choice.key)

        screen.choose(title, options, take)


def _print(screen: StationScreen, paper: _Paper, printer: str) -> None:
    station, t = screen.station, screen.t

    def show(job: schemas.PrintJob) -> None:
        text = t.gettext((_GOES_AGAIN if job.is_duplicate else _GOES)[paper.kind])
        station.say(text.format(number=paper.number, printer=printer))

    station.act(lambda: paper.send(printer), show)
