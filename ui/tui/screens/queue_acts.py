"""These are the acts of the queue: a weight confirmed, typed or dismissed, a visit cancelled. What has to be
asked first is asked on `screen`."""

from collections.abc import Callable, Mapping

from station.api import schemas
from ui.tui.dialogs import Option
from ui.tui.questions import MISSING, ask_missing
from ui.tui.screens.base import StationScreen
from ui.words.i18n import Translator
from ui.words.numbers import kilograms_in

HEAVIEST_KG = 200_000


def confirm_weighing(
    screen: StationScreen,
    offer: schemas.Weighing,
    candidate: schemas.Preselection | None,
    tipped: Mapping[str, list[schemas.TippedPart]] | None = None,
    part: schemas.VehiclePart | None = None,
) -> None:
    """Take the weight for the candidate's visit; without one, go and enter the arrival."""
    if candidate is None or candidate.visit_id is None:
        screen.station.say(screen.t.gettext("Enter the arrival; the weight stays offered."))
        screen.station.show("arrival")
        return
    body = schemas.ConfirmWeighingIn(
        visit_id=candidate.visit_id,
        role=candidate.role,
        load_ids=candidate.load_ids,
        tipped=dict(tipped or {}),
        part=part,
    )
    _send_weighing(screen, offer, body)


def _send_weighing(screen: StationScreen, offer: schemas.Weighing, body: schemas.ConfirmWeighingIn) -> None:
    """Confirm the weight; where the station wants to know that it is right, ask once more."""
    station, t = screen.station, screen.t

    def ask_again(refused: schemas.Problem) -> bool:
        if refused.code == MISSING:
            load_id = str(refused.params.get("load_id"))
            ask_missing(screen, load_id, lambda: _send_weighing(screen, offer, body))
            return True
        if "remarks" not in refused.params:
            return False
        sure = body.model_copy(update={"despite_remarks": True})
        _ask_if_right(screen, offer.kg, refused, lambda: _send_weighing(screen, offer, sure))
        return True

    def show(confirmed: schemas.WeighingConfirmed) -> None:
        texts = [_issued(ticket, t) for ticket in confirmed.tickets]
        text = t.gettext("{plate}: {kg} recorded.")
        recorded = text.format(plate=confirmed.visit.plate, kg=t.kg(confirmed.weighing.kg))
        station.say(" ".join(texts) or recorded)

    station.act(lambda: station.client.confirm_weighing(offer.id, body), show, on_refusal=ask_again)


def _issued(ticket: schemas.Ticket, t: Translator) -> str:
    text = t.gettext("Ticket {number}: {plate}, net {kg}.")
    number = ticket.erp_number or ticket.number
    said = text.format(number=number, plate=ticket.plate, kg=t.kg(ticket.net_kg))
    if not ticket.awaits_number:
        return said
    return " ".join((said, t.gettext("Its number is awaited.")))


def type_weight(screen: StationScreen) -> None:
    """Ask for a weight that a person has read, of several bridges on which; it is offered like a measured
    one."""
    bridges = [device for device in screen.board.devices if device.category == "weighbridge"]
    if len(bridges) < 2:
        _ask_weight(screen, None)
        return
    options = [Option(device.id, device.name) for device in bridges]
    title = screen.t.gettext("Which bridge shows the weight?")
    screen.choose(title, options, lambda choice: _ask_weight(screen, choice.key))


def _ask_weight(screen: StationScreen, bridge: str | None) -> None:
    t = screen.t

    def check(text: str) -> str | None:
        kg = kilograms_in(text)
        is_weight = kg is not None and 0 < kg <= HEAVIEST_KG
        return None if is_weight else t.gettext("Type kilograms, up to 200 000.")

    def send(text: str) -> None:
        kg = kilograms_in(text)
        if kg is not None:
            _send_typed(screen, kg, bridge)

    screen.ask(t.gettext("Weight in kg, read from the bridge by you"), "43120", check, send)


def _send_typed(screen: StationScreen, kg: float, bridge: str | None, *, is_sure: bool = False) -> None:
    """Send a typed weight; where the bridge cannot show it, ask once more."""
    station, t = screen.station, screen.t

    def ask_again(refused: schemas.Problem) -> bool:
        if "remarks" not in refused.params:
            return False
        _ask_if_right(screen, kg, refused, lambda: _send_typed(screen, kg, bridge, is_sure=True))
        return True

    notice = t.gettext("{kg} typed; confirm it for a visit.").format(kg=t.kg(kg))
    station.act(
        lambda: station.client.type_weighing(kg, bridge=bridge, despite_remarks=is_sure),
        lambda _: station.say(notice),
        on_refusal=ask_again,
    )


def dismiss_weighing(screen: StationScreen, offer: schemas.Weighing) -> None:
    """Ask why the offered weight counts for nobody, then dismiss it."""
    station, t = screen.station, screen.t
    reasons = [t.gettext("not a delivery"), t.gettext("weighed twice"), t.gettext("vehicle badly placed")]

    def send(reason: str) -> None:
        notice = t.gettext("Weighing of {kg} dismissed.").format(kg=t.kg(offer.kg))
        station.record(
            lambda: station.client.dismiss_weighing(offer.id, reason),
            notice,
            undo=lambda: station.client.restore_weighing(offer.id),
        )

    title = t.gettext("Why is {kg} dismissed?").format(kg=t.kg(offer.kg))
    screen.choose_reason(title, reasons, send)


def _ask_if_right(
    screen: StationScreen, kg: float, refused: schemas.Problem, then: Callable[[], None]
) -> None:
    """Ask everything that the station asks of a weight, all of it in words: one answer is for all.

    Enter alone confirms nothing that is out of the ordinary; an unprotected line is asked of every weight."""
    t = screen.t
    shown = t.kg(kg)
    options = [Option("yes", t.gettext("yes, {kg} is right").format(kg=shown))]
    asked = [str(remark["message"]) for remark in refused.params["remarks"]]
    if refused.code == "measured_with_fault":
        asked[:1] = [t.gettext("The line failed during this weighing. Does the bridge show {kg}?")]
        options = [Option("yes", t.gettext("yes, {kg} stood on the display").format(kg=shown))]
    elif refused.code == "unprotected_line":
        asked[:1] = [t.gettext("This is one line, unprotected. Does the bridge show {kg}?")]
        options = [Option("yes", t.gettext("yes, {kg} stood on the display").format(kg=shown))]
    elif refused.code == "found_after_decision":
        asked.append(t.gettext("Has it tipped all the same, as decided?"))
        options = [Option("yes", t.gettext("yes, it has tipped, and {kg} is right").format(kg=shown))]
    else:
        asked.append(t.gettext("Is {kg} right?"))
    preselects = refused.code == "unprotected_line"
    text = "\n".join(asked).replace("{kg}", shown)
    screen.choose(text, options, lambda _: then(), preselects=preselects)


def cancel_visit(screen: StationScreen, visit: schemas.VisitRow | schemas.Visit) -> None:
    """Ask why, then cancel a visit that was entered in error."""
    station, t = screen.station, screen.t
    reasons = [t.gettext("entered twice"), t.gettext("wrong plate"), t.gettext("did not come")]

    def send(reason: str) -> None:
        notice = t.gettext("Visit of {plate} cancelled.").format(plate=visit.plate)
        station.record(
            lambda: station.client.cancel_visit(visit.id, reason),
            notice,
            undo=lambda: station.client.restore_visit(visit.id),
        )

    title = t.gettext("Cancel the visit of {plate}: why?").format(plate=visit.plate)
    screen.choose_reason(title, reasons, send)
