"""These are the acts on one load: override, a typed value, a barcode, the variety seen, refusal, leaving.
Each asks on `screen` first."""

import re
from collections.abc import Awaitable, Callable, Sequence

from station.api import schemas
from ui.tui.decisions import decide
from ui.tui.dialogs import Choice, Option
from ui.tui.lines.load import odds_of
from ui.tui.lines.queue import way
from ui.tui.lines.texts import reason_list, reasons_against
from ui.tui.paper_pad import ask_pad
from ui.tui.questions import change_answer
from ui.tui.screens.base import StationScreen
from ui.tui.screens.correcting import correct_arrival
from ui.tui.screens.queue_acts import cancel_visit
from ui.tui.typed_values import analyte_options, ask_value
from ui.words.agreement import form_of, typed

_VARIETY, _BARCODE, _ARRIVAL, _FORM, _PAD = "variety", "barcode", "arrival", "form", "pad"
_WITH_POINTS = re.compile(r"(\S+)\s+([1-9]|[1-5][0-9]|60)")


# --- another cell -------------------------------------------------------------------------------------
def may_override(load: schemas.Load) -> bool:
    """Tell whether another cell may be chosen, also instead of the decided one."""
    return load.proposal is not None and load.state in ("weighed", "waiting", "proposed", "decided")


def override(screen: StationScreen, load: schemas.Load) -> None:
    """Ask for the pit and cell, then for the reason; a decision is changed until the grain is tipped."""
    station, board, t = screen.station, screen.board, screen.t
    if load.proposal is None or not may_override(load):
        station.say(t.gettext("There is nothing to decide for this load now."), is_problem=True)
        return
    reasons = board.site.override_reasons if board.site else []

    def ask_why(choice: Choice) -> None:
        pit, _, cell = choice.key.partition("\n")
        title = t.gettext("Why {way}?").format(way=way(pit, cell, board, t))
        screen.choose_reason(title, reasons, lambda reason: decide(screen, load, pit, cell, reason))

    screen.choose(t.gettext("Which cell instead?"), _other_ways(screen, load, load.proposal), ask_why)


def _other_ways(screen: StationScreen, load: schemas.Load, proposal: schemas.Proposal) -> list[Option]:
    """List the ranked ways first, then every other pit and cell of the site with what speaks against it;
    the way that is decided, or else proposed, is no other."""
    board, t = screen.board, screen.t
    options = {
        (ranked.pit, ranked.cell): Option(
            f"{ranked.pit}\n{ranked.cell}",
            way(ranked.pit, ranked.cell, board, t),
            " · ".join(odds_of(ranked, t)[:1]) or reason_list(ranked.reasons[:2], t),
        )
        for ranked in proposal.ranked
    }
    obstacles = {refused.cell: reasons_against(refused.reasons, t) for refused in proposal.refused}
    for cell in board.cells:
        why_not = obstacles.get(cell.id) or t.gettext("not ranked")
        for pit in cell.pits:
            label = t.gettext("✗ {way}").format(way=way(pit, cell.id, board, t))
            options.setdefault((pit, cell.id), Option(f"{pit}\n{cell.id}", label, why_not))
    chosen = load.decision or proposal
    now = (chosen.pit, chosen.cell)
    return [option for ends, option in options.items() if ends != now]


# --- values -------------------------------------------------------------------------------------------
def type_value(screen: StationScreen, load: schemas.Load) -> None:
    """Ask for a value by analyte (protein and oil by basis), for the variety that is seen, or the barcode."""
    t = screen.t
    options = analyte_options(screen)
    options += _other_entries(screen, load)
    barcode = Option(_BARCODE, t.gettext("barcode of the sample"))
    options.insert(0 if load.barcode is None else len(options), barcode)
    others = {
        _VARIETY: _ask_variety, _FORM: change_answer, _ARRIVAL: correct_arrival, _PAD: ask_pad,
        _BARCODE: ask_barcode,
    }  # fmt: skip

    def ask(choice: Choice) -> None:
        if choice.key in others:
            others[choice.key](screen, load)
        elif load.barcode is None:
            text = t.gettext("Scan the load's sample first, then type values.")
            screen.station.say(text, is_problem=True)
        else:
            _ask_value(screen, load.barcode, choice)

    screen.choose(t.gettext("Type which value?"), options, ask)


def _other_entries(screen: StationScreen, load: schemas.Load) -> list[Option]:
    t = screen.t
    is_asked = any(one.asked for one in load.questions)
    return [
        Option(_VARIETY, t.gettext("variety seen")),
        *([Option(_FORM, t.gettext("answer to a question of the form"))] if is_asked else []),
        Option(_ARRIVAL, t.gettext("correct the arrival")),
        Option(_PAD, t.gettext("what the paper pad says: weights, times, cell")),
    ]


def _ask_value(screen: StationScreen, barcode: str, asked: Choice) -> None:
    t = screen.t

    def send(analyte: str, value: schemas.TypedValueIn) -> None:
        reading = schemas.TypedReadingIn(barcode=barcode, values={analyte: value})
        notice = t.gettext("{name}: {value} ({typed})").format(
            name=asked.text, value=t.plain(value.value), typed=typed(form_of(analyte), t)
        )
        _send_reading(screen, reading, notice)

    ask_value(screen, asked, send)


def _send_reading(screen: StationScreen, reading: schemas.TypedReadingIn, notice: str) -> None:
    """Send a typed value; ask once more where it is not usual, or an instrument says another."""
    station, t = screen.station, screen.t

    def send_again(**more: object) -> None:
        _send_reading(screen, reading.model_copy(update=more), notice)

    def ask_again(refused: schemas.Problem) -> bool:
        if refused.code == "typed_over_instrument":
            title = t.gettext("{problem}. Why is another value typed?").format(problem=refused.title)
            reasons = [
                t.gettext("read off the display"),
                t.gettext("wrong calibration"),
                t.gettext("sample mixed up"),
            ]
            screen.choose_reason(title, reasons, lambda note: send_again(note=note))
        elif refused.code == "unusual_value":
            title = t.gettext("{problem}. Is it right?").format(problem=refused.title)
            option = Option("yes", t.gettext("yes, the value is right"))
            screen.choose(title, [option], lambda _: send_again(despite_remarks=True), preselects=False)
        else:
            return False
        return True

    station.act(
        lambda: station.client.type_reading(reading), lambda _: station.say(notice), on_refusal=ask_again
    )


def _ask_variety(screen: StationScreen, load: schemas.Load) -> None:
    station, t = screen.station, screen.t

    def send(variety: str) -> None:
        notice = t.gettext("Variety seen: {variety}.").format(variety=variety)
        station.record(lambda: station.client.see_variety(load.id, variety), notice)

    title = t.gettext("Variety that you see (not what is declared)")
    screen.ask(title, load.declared_variety, lambda text: None, send)


# --- barcode ------------------------------------------------------------------------------------------
def ask_barcode(screen: StationScreen, load: schemas.Load) -> None:
    t = screen.t

    def check(text: str) -> str | None:
        return None if text else t.gettext("Scan or type the barcode.")

    title = t.gettext("Barcode of the sample (then the probe points, if not as planned)")
    screen.ask(title, "", check, lambda text: enter_barcode(screen, load, text), takes_scan=True)


def probed(text: str) -> tuple[str, int | None]:
    """Return the barcode, and how many probe points were typed after it."""
    found = _WITH_POINTS.fullmatch(text.strip())
    return (found[1], int(found[2])) if found else (text, None)


def enter_barcode(screen: StationScreen, load: schemas.Load, barcode: str) -> None:
    """Enter the sample; "A17 8" is one of eight probe points."""
    station = screen.station
    notice = screen.t.gettext("Sample {barcode} entered for {plate}.")
    barcode, points = probed(barcode)
    station.record(
        lambda: station.client.enter_load_sample(load.id, barcode, points),
        notice.format(barcode=barcode, plate=load.plate),
    )


# --- ends ---------------------------------------------------------------------------------------------
def set_aside(screen: StationScreen, load: schemas.Load) -> None:
    """Ask how the load ends without a ticket; then for the reason."""
    t, visit = screen.t, screen.board.visit(load.visit_id)
    options = [
        Option("refuse", t.gettext("the silo refuses the load")),
        Option("leave", t.gettext("the supplier leaves with it")),
    ]
    if visit is not None:
        text = t.gettext("the visit was entered in error: cancel it")
        options.append(Option("cancel", text))

    def go_on(choice: Choice) -> None:
        if choice.key == "refuse":
            refuse(screen, load)
        elif choice.key == "leave":
            leave(screen, load)
        elif visit is not None:
            cancel_visit(screen, visit)

    title = t.gettext("{plate}: how does it end?").format(plate=load.plate)
    screen.choose(title, options, go_on, preselects=False)


def refuse(screen: StationScreen, load: schemas.Load) -> None:
    t, site = screen.t, screen.board.site
    reasons = site.refusal_reasons if site else []
    notice = t.gettext("Load of {plate} refused: {reason}.")
    _end(screen, load, t.gettext("Why is the load refused?"), reasons, screen.station.client.refuse, notice)


def leave(screen: StationScreen, load: schemas.Load) -> None:
    t = screen.t
    title = t.gettext("Why does the supplier leave with the load?")
    reasons = [t.gettext("price"), t.gettext("waiting time"), t.gettext("wrong site")]
    notice = t.gettext("{plate} left with the load: {reason}.")
    _end(screen, load, title, reasons, screen.station.client.leave, notice)


def _end(
    screen: StationScreen,
    load: schemas.Load,
    title: str,
    reasons: Sequence[str],
    act: Callable[[str, str], Awaitable[schemas.Load]],
    notice: str,
) -> None:
    """Ask for the reason, do the act and go back to the queue."""
    station = screen.station

    def send(reason: str) -> None:
        station.act(lambda: act(load.id, reason), lambda _: show(reason))

    def show(reason: str) -> None:
        text = notice.format(plate=load.plate, reason=reason)
        station.offer_undo(text, lambda: station.client.restore_load(load.id))
        station.say(text)
        station.show("queue")

    screen.choose_reason(title, reasons, send)
