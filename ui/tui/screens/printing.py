"""A ticket is printed again: by the printer of tickets, or by one that the person chooses."""

from collections.abc import Sequence

from station.api import schemas
from ui.tui.dialogs import Choice, Option
from ui.tui.screens.base import StationScreen


def print_again(screen: StationScreen, ticket: schemas.Ticket) -> None:
    """Ask for the printer where there are several; the paper says that it is a duplicate where it is one."""
    station = screen.station
    station.read(station.client.printers, lambda printers: _choose(screen, ticket, printers))


def _choose(screen: StationScreen, ticket: schemas.Ticket, printers: Sequence[schemas.Printer]) -> None:
    t, able = screen.t, [one.id for one in printers if "ticket" in one.prints]
    if not able:
        screen.station.say(t.gettext("The site has no printer of tickets."), is_problem=True)
    elif len(able) == 1:
        _print(screen, ticket, able[0])
    else:
        title = t.gettext("Ticket {number}: which printer?").format(number=ticket.number)
        options = [Option(one, one) for one in able]
        screen.choose(title, options, lambda choice: _chosen(screen, ticket, choice))


def _chosen(screen: StationScreen, ticket: schemas.Ticket, choice: Choice) -> None:
    _print(screen, ticket, choice.key)


def _print(screen: StationScreen, ticket: schemas.Ticket, printer: str) -> None:
    station, t = screen.station, screen.t
    body = schemas.PrintIn(printer=printer, campaign=ticket.campaign)

    def show(job: schemas.PrintJob) -> None:
        text = t.gettext("Ticket {number} goes to the printer {printer}.")
        if job.is_duplicate:
            text = t.gettext("Ticket {number} goes to the printer {printer}, as a duplicate.")
        station.say(text.format(number=ticket.number, printer=printer))

    station.act(lambda: station.client.print_ticket(ticket.number, body), show)
