"""What is asked and done of an outbound visit: it comes, is checked, weighed, loaded, sampled, ended."""

from collections.abc import Awaitable, Callable, Sequence

from station.api import schemas
from ui.tui.asked_again import ask_again
from ui.tui.dialogs import Choice, Option
from ui.tui.screens.base import StationScreen
from ui.tui.screens.cell_acts import cell_option
from ui.words import vocabulary
from ui.words.i18n import Translator

_LONGEST = 80
_AXLES = (2, 3, 4, 5, 6)
_NOBODY = "nobody "  # no name ends so


def step_text(row: schemas.OutboundVisit, t: Translator) -> str:
    """Name the next step of a visit in this state."""
    steps = {
        "arrived": t.gettext("check the empty body"),
        "unfit": t.gettext("check it again"),
        "fit": t.gettext("weigh empty"),
        "empty": t.gettext("weigh what was loaded"),
    }
    return steps.get(row.state, t.gettext("weigh what was loaded"))


def ask_next(screen: StationScreen, row: schemas.OutboundVisit) -> None:
    if row.state in ("arrived", "unfit"):
        _ask_cargo(screen, row, [])
    elif row.state == "fit":
        _ask_weight(screen, lambda offer: _weigh(screen, row, offer, "empty"))
    else:
        _ask_weight(screen, lambda offer: _ask_cell(screen, row, offer))


# --- it comes ---------------------------------------------------------------------------------------
def ask_arrival(screen: StationScreen) -> None:
    """Ask for the plate, then what it takes to whom: by an order, which says the rest, or typed."""
    t = screen.t

    def ask_trailer(plate: str) -> None:
        title = t.gettext("Plate of the trailer (empty: none)")
        _ask(screen, title, lambda trailer: ask_axles(plate, trailer))

    def ask_axles(plate: str, trailer: str) -> None:
        options = [Option(str(count), t.number(count, 0)) for count in _AXLES]
        title = t.gettext("How many axles, with the trailer?")
        screen.choose(
            title, options, lambda choice: ask_carrier(plate, trailer, int(choice.key)), preselects=False
        )

    def ask_carrier(plate: str, trailer: str, axles: int) -> None:
        said = {"plate": plate, "trailer": trailer, "axles": axles}

        def offer(names: schemas.OutboundNames) -> None:
            options = [Option(_NOBODY, t.gettext("not known")), *(Option(one, one) for one in names.carriers)]

            def ask_order(choice: Choice) -> None:
                carrier = "" if choice.key == _NOBODY else choice.text
                _list_orders(screen, {**said, "carrier": carrier}, names.buyers)

            screen.choose(t.gettext("Carrier"), options, ask_order, free=True, preselects=False)

        screen.station.act(screen.station.client.outbound_names, offer)

    _ask(screen, t.gettext("Plate of the vehicle that is to be loaded"), ask_trailer, may_be_empty=False)


def _list_orders(screen: StationScreen, said: dict[str, object], buyers: Sequence[str]) -> None:
    def offer(orders: Sequence[schemas.OutboundOrder]) -> None:
        t = screen.t
        options = [Option(one.number, f"{one.number} · {one.buyer}", _order_remark(one, t)) for one in orders]
        options.append(Option("", t.gettext("without an order")))

        def take(choice: Choice) -> None:
            if choice.key:
                _enter(screen, {**said, "order": choice.key})
            else:
                _ask_buyer(screen, said, buyers)

        screen.choose(t.gettext("Which order?"), options, take, preselects=False)

    screen.station.act(screen.station.client.outbound_orders, offer)


def _order_remark(one: schemas.OutboundOrder, t: Translator) -> str:
    species = vocabulary.species_name(one.species, t.language)
    if one.left_kg is None:
        return species
    left = t.gettext("{tonnes} left").format(tonnes=t.tonnes(one.left_kg / 1000))
    return f"{species}, {left}"


def _ask_buyer(screen: StationScreen, said: dict[str, object], buyers: Sequence[str]) -> None:
    t = screen.t
    known = screen.board.site.species if screen.board.site else []
    options = [Option(one, vocabulary.species_name(one, t.language)) for one in known]

    def ask_species(buyer: str) -> None:
        screen.choose(
            t.gettext("Which species leaves?"),
            options,
            lambda choice: _enter(screen, {**said, "buyer": buyer, "species": choice.key}),
            preselects=False,
        )

    known_buyers = [Option(one, one) for one in buyers]
    title = t.gettext("For which buyer?")
    screen.choose(title, known_buyers, lambda choice: ask_species(choice.text), free=True, preselects=False)


def _enter(screen: StationScreen, said: dict[str, object]) -> None:
    station = screen.station
    body = schemas.OutboundIn.model_validate(said)
    text = screen.t.gettext("{plate} is entered: check its empty body.").format(plate=body.plate)
    station.act(lambda: station.client.enter_outbound(body), lambda _: station.say(text))


# --- its empty body ---------------------------------------------------------------------------------
def _ask_cargo(
    screen: StationScreen, row: schemas.OutboundVisit, said: Sequence[schemas.PreviousCargo]
) -> None:
    """Ask for the last three cargoes and the cleaning after each, the last one first."""
    t = screen.t
    if len(said) == 3:
        _ask_findings(screen, row, said)
        return
    titles = [
        t.gettext("{plate}: what did it carry last?"),
        t.gettext("{plate}: what before that?"),
        t.gettext("{plate}: and before that?"),
    ]
    options = [Option(key, t.gettext(text)) for key, text in vocabulary.CARGOES.items()]

    def ask_cleaning(choice: Choice) -> None:
        levels = [Option(key or "none", t.gettext(text)) for key, text in vocabulary.CLEANING.items()]
        title = t.gettext("How was it cleaned after: {cargo}?").format(cargo=choice.text)

        def go_on(level: Choice) -> None:
            cleaning = "" if level.key == "none" else level.key
            one = schemas.PreviousCargo.model_validate({"cargo": choice.key, "cleaning": cleaning})
            _ask_cargo(screen, row, [*said, one])

        screen.choose(title, levels, go_on, preselects=False)

    screen.choose(titles[len(said)].format(plate=row.plate), options, ask_cleaning, preselects=False)


def _ask_findings(
    screen: StationScreen, row: schemas.OutboundVisit, previous: Sequence[schemas.PreviousCargo]
) -> None:
    t = screen.t
    options = [Option("well", t.gettext("clean, dry, without smell or pests"))]
    options += [Option(key, t.gettext(text)) for key, text in vocabulary.BODY_FINDINGS.items()]

    def send(choice: Choice) -> None:
        findings = [] if choice.key == "well" else [choice.key]
        body = schemas.TransportCheckIn.model_validate({"previous": previous, "findings": findings})
        client = screen.station.client
        _send(screen, lambda: client.check_outbound(row.id, body))

    title = t.gettext("{plate}: what is the empty body like?").format(plate=row.plate)
    screen.choose(title, options, send, preselects=False)


# --- its weights ------------------------------------------------------------------------------------
def _ask_weight(screen: StationScreen, then: Callable[[schemas.Weighing], None]) -> None:
    t, offers = screen.t, screen.board.offers
    if not offers:
        screen.station.say(t.gettext("No weight is offered: put the vehicle on the bridge."), is_problem=True)
        return
    options = [Option(one.id, t.kg(one.kg)) for one in offers]

    def take(choice: Choice) -> None:
        then(next(one for one in offers if one.id == choice.key))

    screen.choose(t.gettext("Which weight?"), options, take)


def _ask_cell(screen: StationScreen, row: schemas.OutboundVisit, offer: schemas.Weighing) -> None:
    """Ask from which cell it came since the weight before; the same weight again came from none."""
    t = screen.t

    def ask_role(cell: str) -> None:
        options = [
            Option("last", t.gettext("it leaves: write the delivery note")),
            Option("loading", t.gettext("it is loaded further")),
        ]
        title = t.gettext("{plate}: {kg} full").format(plate=row.plate, kg=t.kg(offer.kg))
        screen.choose(
            title, options, lambda choice: _weigh(screen, row, offer, choice.key, cell), preselects=False
        )

    before = row.full_kg if row.full_kg is not None else row.empty_kg
    if before == offer.kg:
        ask_role("")
        return
    options = [cell_option(screen, cell) for cell in screen.board.cells]
    screen.choose(
        t.gettext("From which cell was it loaded?"), options, lambda c: ask_role(c.key), preselects=False
    )


def _weigh(
    screen: StationScreen, row: schemas.OutboundVisit, offer: schemas.Weighing, role: str, cell: str = "", *,
    is_sure: bool = False,
) -> None:  # fmt: skip
    """Take the weight; what the station asks of it is asked, and sent once more with the answer."""
    client, t = screen.station.client, screen.t
    net_kg = None if row.empty_kg is None else round(offer.kg - row.empty_kg, 3)
    asked = {"despite_kg": net_kg, "reason": t.gettext("asked and answered")} if role == "last" else {}
    body = schemas.OutboundWeighingIn.model_validate(
        {
            "weighing": offer.id, "role": role, "drawn": [{"cell": cell}] if cell else [],
            "despite_remarks": is_sure, **(asked if is_sure else {}),
        }
    )  # fmt: skip
    again = ask_again(screen, lambda: _weigh(screen, row, offer, role, cell, is_sure=True))
    _send(screen, lambda: client.weigh_outbound(row.id, body), on_refusal=again)


# --- its sample, its end ----------------------------------------------------------------------------
def ask_sample(screen: StationScreen, row: schemas.OutboundVisit) -> None:
    client, t = screen.station.client, screen.t

    def ask_seal(barcode: str) -> None:
        def send(seal: str) -> None:
            body = schemas.OutboundSampleIn.model_validate({"barcode": barcode, "seal": seal})
            _send(screen, lambda: client.sample_outbound(row.id, body))

        _ask(screen, t.gettext("Number of the seal (empty: none)"), send)

    _ask(screen, t.gettext("Barcode of the sample"), ask_seal, may_be_empty=False)


def ask_end(screen: StationScreen, row: schemas.OutboundVisit) -> None:
    client, t = screen.station.client, screen.t
    options = [
        Option("refused", t.gettext("the silo refuses it")),
        Option("left", t.gettext("it leaves again without grain")),
        Option("cancelled", t.gettext("it was entered in error")),
    ]
    reasons = [t.gettext("body not clean"), t.gettext("no grain for it today"), t.gettext("entered twice")]

    def ask_why(choice: Choice) -> None:
        def send(reason: str) -> None:
            body = schemas.OutboundEndIn.model_validate({"outcome": choice.key, "reason": reason})
            _send(screen, lambda: client.end_outbound(row.id, body))

        screen.choose_reason(t.gettext("Why?"), reasons, send)

    title = t.gettext("{plate}: how does it end?").format(plate=row.plate)
    screen.choose(title, options, ask_why, preselects=False)


def _send(
    screen: StationScreen, call: Callable[[], Awaitable[schemas.OutboundVisit]], *,
    on_refusal: Callable[[schemas.Problem], bool] | None = None,
) -> None:  # fmt: skip
    station, t = screen.station, screen.t

    def say(row: schemas.OutboundVisit) -> None:
        if row.number is not None and row.empty_kg is not None and row.full_kg is not None:
            text = t.gettext("{plate}: delivery note {number}, net {kg}.")
            net = t.kg(row.full_kg - row.empty_kg)
            station.say(text.format(plate=row.plate, number=row.number, kg=net))
        else:
            word = vocabulary.word(vocabulary.OUTBOUND_STATES, row.state, t.language)
            station.say(t.named(row.plate, word))

    station.act(call, say, on_refusal=on_refusal)


def _ask(
    screen: StationScreen, title: str, then: Callable[[str], None], *, may_be_empty: bool = True
) -> None:
    t = screen.t

    def check(text: str) -> str | None:
        if not text and not may_be_empty:
            return t.gettext("Type it.")
        return None if len(text) <= _LONGEST else t.gettext("This is too long.")

    screen.ask(title, "", check, then)
