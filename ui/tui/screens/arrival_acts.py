"""An arrival is sent; what a slip would spoil is asked, and sent once more with the answer."""

from collections.abc import Awaitable, Callable, Mapping

from drivers.text import fold
from station.api import schemas
from ui.tui.dialogs import Choice, Option
from ui.tui.screens.base import StationScreen
from ui.words.i18n import Translator

Then = Callable[[schemas.Visit], None]
Answers = Mapping[str, bool | str]  # by the request's field, what the person answered
_KNOWN = "known:"  # begins the key of a known supplier's name
SHIPMENT = "shipment"
Send = Callable[[Answers], Awaitable[schemas.Visit]]


def enter_arrival(screen: StationScreen, arrival: schemas.ArrivalIn, then: Then) -> None:
    client = screen.station.client

    def send(answers: Answers) -> Awaitable[schemas.Visit]:
        number = answers.get(SHIPMENT)
        if number:
            arriving = schemas.ShipmentArrivalIn(
                plate=arrival.plate, trailer=arrival.trailer, barcode=arrival.loads[0].barcode,
                note=arrival.note, comes_again=bool(answers.get("comes_again")),
            )  # fmt: skip
            return client.shipment_arrives(str(number), arriving)
        return client.enter_arrival(arrival.model_copy(update=dict(answers)))

    send_asked(screen, send, then, arrival.supplier)


def send_asked(
    screen: StationScreen, send: Send, then: Then, supplier: str, answers: Answers | None = None
) -> None:
    """Send what names a plate or a supplier; what the station asks about it is asked, and sent once more."""
    said = answers or {}

    def go_on(answer: Answers) -> None:
        send_asked(screen, send, then, supplier, {**said, **answer})

    def ask(refused: schemas.Problem) -> bool:
        if refused.code == "vehicle_on_site":
            _ask_on_site(screen, refused, go_on)
        elif refused.code == "new_supplier":
            _ask_supplier(screen, refused, supplier, go_on)
        elif refused.code == "shipment_expected":
            _ask_shipment(screen, refused, go_on)
        else:
            return False
        return True

    screen.station.act(lambda: send(said), then, on_refusal=ask)


def _ask_on_site(screen: StationScreen, refused: schemas.Problem, go_on: Callable[[Answers], None]) -> None:
    t = screen.t
    options = [
        Option("look", t.gettext("look at its visit")),
        Option("comes_again", t.gettext("it left and came back: enter it once more")),
    ]

    def answer(choice: Choice) -> None:
        if choice.key == "look":
            screen.station.show("queue")
        else:
            go_on({choice.key: True})

    screen.choose(t.gettext("{problem}: once more?").format(problem=refused.title), options, answer)


def _ask_supplier(
    screen: StationScreen, refused: schemas.Problem, supplier: str, go_on: Callable[[Answers], None]
) -> None:
    """Offer the known suppliers of nearly that name too, where no owner is new beside the supplier."""
    t = screen.t
    names, near = refused.params["names"], refused.params["near"]
    known = near if [fold(name) for name in names] == [fold(supplier)] else []
    options = [
        Option("new_supplier", t.gettext("a new supplier, spelt so")),
        Option("correct", t.gettext("no: correct the name")),
        *(Option(_KNOWN + name, t.gettext("no: it is {name}").format(name=name)) for name in known),
    ]

    def answer(choice: Choice) -> None:
        if choice.key == "new_supplier":
            go_on({choice.key: True})
        elif choice.key == "correct":
            screen.go_to_names(names)
        else:
            go_on({"supplier": choice.key.removeprefix(_KNOWN)})

    screen.choose(_supplier_title(refused, t), options, answer, preselects=False)


def _ask_shipment(screen: StationScreen, refused: schemas.Problem, go_on: Callable[[Answers], None]) -> None:
    """Offer each shipment of another own silo that this vehicle is to bring, the oldest first."""
    t, site = screen.t, refused.params["site"]
    shipment = t.gettext("shipment {number} from {site}")
    options = [
        *(Option(number, shipment.format(number=number, site=site)) for number in refused.params["numbers"]),
        Option("no_shipment", t.gettext("no: it brings something else")),
    ]

    def answer(choice: Choice) -> None:
        go_on({choice.key: True} if choice.key == "no_shipment" else {SHIPMENT: choice.key})

    screen.choose(refused.title, options, answer)


def _supplier_title(refused: schemas.Problem, t: Translator) -> str:
    title = t.gettext("New supplier: {names}?").format(names=", ".join(refused.params["names"]))
    near = ", ".join(refused.params["near"])
    known = t.gettext("Known: {names}").format(names=near)
    return f"{title} {known}" if near else title
