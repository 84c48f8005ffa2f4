"""These are the acts on samples that are kept: keep, hand over, receive, move, dispute, destroy."""

from collections.abc import Awaitable, Callable, Sequence

from station.api import schemas
from ui.tui.dialogs import Choice, Option
from ui.tui.screens.base import StationScreen

_LONGEST = 40


def keep(screen: StationScreen, load: schemas.LoadRow) -> None:
    """Keep a part of the load's sample on the next free place of the shelf."""
    station, t = screen.station, screen.t

    def show(kept: schemas.Retained) -> None:
        text = t.gettext("Kept: no. {number}, until {date}.")
        if kept.place:
            text = t.gettext("Kept: no. {number}, place {place}, until {date}.")
        station.say(text.format(number=kept.number, place=kept.place, date=t.day(kept.keep_until)))

    station.act(lambda: station.client.keep_of_load(load.id), show)


def ask_what_happened(screen: StationScreen, row: schemas.Retained) -> None:
    """Ask what was done with the marked one."""
    t = screen.t
    is_disputed = "dispute" in row.blocks
    dispute = t.gettext("it is no longer disputed") if is_disputed else t.gettext("it is disputed: keep it")
    options = [Option("hand_over", t.gettext("it was handed to somebody"))] if row.parts else []
    if row.holder:
        text = t.gettext("{whom} has received it").format(whom=row.holder)
        options += [Option("received", text), Option("returned", t.gettext("a part came back"))]
    if row.parts:
        options += [Option("move", t.gettext("it lies elsewhere")), Option("dispute", dispute)]

    def go_on(choice: Choice) -> None:
        asks = {"hand_over": _ask_whom, "move": _ask_place, "dispute": _ask_why}
        client = screen.station.client
        if choice.key in asks:
            asks[choice.key](screen, row)
        elif choice.key == "received":
            _send(screen, lambda: client.receive_retained(row.number), t.gettext("{number}: received."))
        else:
            _send(screen, lambda: client.return_retained(row.number), t.gettext("{number}: it is back."))

    title = t.gettext("{number}: what happened?").format(number=row.number)
    screen.choose(title, options, go_on, preselects=False)


def _ask_whom(screen: StationScreen, row: schemas.Retained) -> None:
    """Ask who was given it; where several parts lie there, how many were."""
    t = screen.t

    def send(whom: str, parts: int | None) -> None:
        client = screen.station.client
        said = t.gettext("{number}: handed to {whom}.").replace("{whom}", whom)
        _send(screen, lambda: client.hand_over(row.number, whom, parts), said)

    def ask_parts(whom: str) -> None:
        if row.parts == 1:
            send(whom, None)
            return
        options = [Option(str(count), t.number(count, 0)) for count in range(1, row.parts + 1)]
        screen.choose(t.gettext("How many parts?"), options, lambda choice: send(whom, int(choice.key)))

    title = t.gettext("{number}: handed to whom?").format(number=row.number)
    screen.ask(title, t.gettext("laboratory, supplier, carrier"), _not_empty(screen), ask_parts)


def _ask_place(screen: StationScreen, row: schemas.Retained) -> None:
    t = screen.t

    def send(place: str) -> None:
        client = screen.station.client
        _send(screen, lambda: client.move_retained(row.number, place), t.gettext("{number}: moved."))

    title = t.gettext("{number}: at which place does it lie?").format(number=row.number)
    screen.ask(title, row.place, _not_empty(screen), send)


def _ask_why(screen: StationScreen, row: schemas.Retained) -> None:
    t, client = screen.t, screen.station.client
    ends = "dispute" in row.blocks
    act = client.release_retained if ends else client.block_retained
    said = t.gettext("{number}: no longer blocked.") if ends else t.gettext("{number}: not to be destroyed.")
    reasons = [t.gettext("settled")] if ends else [t.gettext("disputed by the supplier")]
    title = t.gettext("Why?")
    screen.choose_reason(title, reasons, lambda reason: _send(screen, lambda: act(row.number, reason), said))


def ask_destroyed(screen: StationScreen, row: schemas.Retained, listed: Sequence[schemas.Retained]) -> None:
    """Ask whether the marked one was destroyed, or all that may be of the list."""
    station, t = screen.station, screen.t
    due = [one.number for one in listed if one.due]
    if not row.due:
        station.say(t.gettext("It is not to be destroyed yet: [F6] lists what is."), is_problem=True)
        return
    options = [Option("one", t.gettext("{number} was destroyed").format(number=row.number))]
    if len(due) > 1:
        text = t.gettext("all {count} of the list were destroyed").format(count=len(due))
        options.append(Option("all", text))

    def send(choice: Choice) -> None:
        numbers = due if choice.key == "all" else [row.number]
        text = t.ngettext("{count} sample destroyed.", "{count} samples destroyed.", len(numbers))
        station.record(lambda: station.client.destroy_retained(numbers), text.format(count=len(numbers)))

    title = t.gettext("Destroyed? Once written it stays.")
    screen.choose(title, options, send, preselects=False)


def _send(screen: StationScreen, call: Callable[[], Awaitable[schemas.Retained]], said: str) -> None:
    screen.station.act(call, lambda row: screen.station.say(said.format(number=row.number)))


def _not_empty(screen: StationScreen) -> Callable[[str], str | None]:
    def check(text: str) -> str | None:
        if not text:
            return screen.t.gettext("Type it.")
        return None if len(text) <= _LONGEST else screen.t.gettext("This is too long.")

    return check
