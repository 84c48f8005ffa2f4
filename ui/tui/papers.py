"""A shipment's paper is scanned: the station knows of the shipment then, and its truck may arrive."""

from station.api import schemas
from ui.tui.dialogs import Choice, Option
from ui.tui.scanner import LONGEST, PAPER
from ui.tui.screens.base import StationScreen


def is_paper(scan: str) -> bool:
    return len(scan) > LONGEST and scan.upper().startswith(PAPER)


def take_paper(text: str, screen: StationScreen, *, despite_site: bool = False) -> None:
    """Read the paper in; one for another silo is asked about."""
    station, t = screen.station, screen.t
    body = schemas.ShipmentTextIn(text=text, despite_site=despite_site)

    def ask(refused: schemas.Problem) -> bool:
        if refused.code != "shipment_for_another":
            return False
        options = [Option("take", t.gettext("it was sent on to this silo"))]
        screen.choose(
            refused.title, options, lambda _: take_paper(text, screen, despite_site=True), preselects=False
        )
        return True

    station.act(lambda: station.client.take_shipment(body), lambda row: _show(row, screen), on_refusal=ask)


def _show(row: schemas.ShipmentExpected, screen: StationScreen) -> None:
    station, t = screen.station, screen.t
    said = t.gettext("Shipment {number} from {site}: {plate}").format(
        number=row.number, site=row.from_name, plate=row.plate
    )
    if not row.verified:
        said = t.gettext("{shipment}, not verified").format(shipment=said)
    if row.state not in ("expected", "refused"):
        station.say(said)
        return
    options = [
        Option("here", t.gettext("the truck is here: enter its arrival")),
        Option("later", t.gettext("it comes later")),
    ]

    def answer(choice: Choice) -> None:
        if choice.key == "here":
            arriving = schemas.ShipmentArrivalIn()
            station.record(lambda: station.client.shipment_arrives(row.number, arriving), said)
        else:
            station.say(said)

    screen.choose(said, options, answer)
