"""Stored tares at the terminal: kept from a real empty weight, and chosen as a visit's last weighing."""

from station.api import schemas
from ui.tui.asked_again import ask_again
from ui.tui.dialogs import Choice, Option
from ui.tui.lines.texts import age, with_trailer
from ui.tui.screens.base import StationScreen

_LONGEST = 20


def uses_tares(screen: StationScreen) -> bool:
    return screen.board.site is not None and screen.board.site.stored_tare_days is not None


def ask_tare(screen: StationScreen, visit: schemas.VisitRow) -> None:
    """Show the tare that is kept of the visit's vehicle, how old it is, and what may be done with it."""
    client = screen.station.client
    screen.station.read(lambda: client.tare_of_visit(visit.id), lambda found: _choose(screen, visit, found))


def _choose(screen: StationScreen, visit: schemas.VisitRow, tare: schemas.StoredTare | None) -> None:
    t, station = screen.t, screen.station
    if tare is None:
        text = t.gettext("No tare of {plate} is kept: weigh it empty.")
        station.say(text.format(plate=with_trailer(visit.plate, visit.trailer)), is_problem=True)
        return
    options = [Option("end", t.gettext("the vehicle was changed: keep it no more"))]
    if tare.counts:
        options.insert(0, Option("use", t.gettext("it is its empty weight today: write the tickets")))

    def take(choice: Choice) -> None:
        if choice.key == "use":
            _use(screen, visit, tare)
        else:
            text = t.gettext("The tare of {plate} is kept no more.").format(plate=tare.plate)
            station.act(lambda: station.client.end_tare(tare.id), lambda _: station.say(text))

    screen.choose(_title(screen, tare), options, take, preselects=False)


def _title(screen: StationScreen, tare: schemas.StoredTare) -> str:
    t, site = screen.t, screen.board.site
    text = t.gettext("{plate}: stored tare {kg}, weighed on {day}, {age} ago, kept by {who}")
    title = text.format(
        plate=with_trailer(tare.plate, tare.trailer), kg=t.kg(tare.kg),
        day=t.moment(tare.weighed_at, screen.station.zone), age=age(tare.weighed_at, screen.board.now, t),
        who=tare.by,
    )  # fmt: skip
    if tare.counts or site is None or site.stored_tare_days is None:
        return title
    days = site.stored_tare_days
    text = t.ngettext(
        "It is too old: the site lets it count for {days} day. Weigh the empty vehicle.",
        "It is too old: the site lets it count for {days} days. Weigh the empty vehicle.",
        days,
    )
    return f"{title}\n{text.format(days=days)}"


def _use(
    screen: StationScreen, visit: schemas.VisitRow, tare: schemas.StoredTare, *, is_sure: bool = False
) -> None:
    station, t = screen.station, screen.t
    body = schemas.UseTareIn(tare_id=tare.id, despite_remarks=is_sure)

    def show(done: schemas.WeighingConfirmed) -> None:
        text = t.gettext("Ticket {number}: {plate}, net {kg}.")
        told = [text.format(number=one.number, plate=one.plate, kg=t.kg(one.net_kg)) for one in done.tickets]
        station.say(" ".join(told))

    station.act(
        lambda: station.client.use_tare(visit.id, body),
        show,
        on_refusal=ask_again(screen, lambda: _use(screen, visit, tare, is_sure=True)),
    )


def keep_offered(screen: StationScreen, offer: schemas.Weighing) -> None:
    """Ask whose empty weight the offered one is, and keep it."""
    t = screen.t

    def check(text: str) -> str | None:
        return None if 2 <= len(text) <= _LONGEST else t.gettext("Type the plate.")

    def check_trailer(text: str) -> str | None:
        return None if len(text) <= _LONGEST else t.gettext("Type the plate.")

    def ask_trailer(plate: str) -> None:
        def send(trailer: str) -> None:
            body = schemas.StoreTareIn(weighing_id=offer.id, plate=plate, trailer=trailer)
            _keep(screen, body)

        screen.ask(t.gettext("Plate of the trailer (empty: none)"), "", check_trailer, send)

    title = t.gettext("Plate of the empty vehicle that weighs {kg}").format(kg=t.kg(offer.kg))
    screen.ask(title, "", check, ask_trailer)


def keep_last(screen: StationScreen, visit_id: str) -> None:
    """Keep the weight with which an ended visit's vehicle left."""
    station = screen.station

    def keep(visit: schemas.Visit) -> None:
        last = next((one for one in reversed(visit.weighings) if one.role == "last"), None)
        if last is None:
            text = screen.t.gettext("{plate} was not weighed empty: no tare of it can be kept.")
            station.say(text.format(plate=visit.plate), is_problem=True)
            return
        _keep(screen, schemas.StoreTareIn(weighing_id=last.id))

    station.read(lambda: station.client.visit(visit_id), keep)


def _keep(screen: StationScreen, body: schemas.StoreTareIn) -> None:
    station, t = screen.station, screen.t

    def show(tare: schemas.StoredTare) -> None:
        text = t.gettext("Tare of {plate} kept: {kg}.")
        station.say(text.format(plate=with_trailer(tare.plate, tare.trailer), kg=t.kg(tare.kg)))

    station.act(lambda: station.client.store_tare(body), show)
