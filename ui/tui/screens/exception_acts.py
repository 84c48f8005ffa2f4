"""These are the acts on exceptions: assigned, entered as a courtesy sample, measured again, dismissed, taken
back. What has to be asked first is asked on `screen`.

Only a sample that nothing speaks against is preselected. Any other is an override with a reason.
"""

from collections.abc import Sequence

from station.api import schemas
from ui.tui.dialogs import Choice, Option
from ui.tui.lines import lists as lines
from ui.tui.lines.texts import reason_list, value_list
from ui.tui.screens.base import StationScreen
from ui.words.i18n import Translator
from ui.words.parameters import odds

# No barcode has a blank.
_COURTESY, _AGAIN, _DISMISS = " courtesy", " again", " dismiss"


def ask_what(screen: StationScreen, item: schemas.ExceptionItem) -> None:
    """Ask what becomes of the item: the samples that fit, then what else it may be, then what contradicts."""
    t = screen.t

    def go_on(choice: Choice) -> None:
        if choice.key == _COURTESY:
            _ask_courtesy(screen, item)
        elif choice.key == _AGAIN:
            text = t.gettext("Dismissed: measure the sample again, by its barcode and with its product.")
            _dismiss(screen, [item], t.gettext("to be measured again"), text)
        elif choice.key == _DISMISS:
            ask_why_dismissed(screen, [item])
        else:
            _assign(screen, item, choice.key or choice.text)

    question = t.gettext("What is it? Choose, or scan or type the sample's barcode")
    screen.choose(
        f"{lines.exception_title(item, screen.board, t)}\n{question}",
        _answers(screen, item),
        go_on,
        free=True,
        preselects=item.suggested is not None,
        takes_scan=True,
    )


def _answers(screen: StationScreen, item: schemas.ExceptionItem) -> list[Option]:
    board, t = screen.board, screen.t
    fitting = [code for code in item.candidates if code in item.fitting]
    against = [code for code in item.candidates if code not in item.fitting]
    contradicts = t.gettext("✗ contradicts: {sample}")
    return [
        *(Option(code, lines.candidate_label(code, board, t), _odds(item, code, t)) for code in fitting),
        Option(_COURTESY, t.gettext("a courtesy sample, without load")),
        Option(_AGAIN, t.gettext("measure again")),
        Option(_DISMISS, t.gettext("dismiss it")),
        *(
            Option(
                code,
                contradicts.format(sample=lines.candidate_label(code, board, t)),
                _odds(item, code, t),
            )
            for code in against
        ),
    ]


def _odds(item: schemas.ExceptionItem, barcode: str, t: Translator) -> str:
    """Write how likely the sample is, where that is known."""
    return odds(item.odds[barcode], t) if barcode in item.odds else ""


def assign_suggested(screen: StationScreen, item: schemas.ExceptionItem) -> None:
    if item.suggested is not None:
        _assign(screen, item, item.suggested)


def ask_scanned(screen: StationScreen, item: schemas.ExceptionItem, barcode: str) -> None:
    """Ask whether the item is of the sample that was scanned."""
    t = screen.t
    label = lines.candidate_label(barcode, screen.board, t)
    option = Option(barcode, t.gettext("yes, assign to {sample}").format(sample=label))
    title = lines.exception_title(item, screen.board, t)
    fits = barcode in item.fitting
    screen.choose(title, [option], lambda _: _assign(screen, item, barcode), preselects=fits)


def _assign(
    screen: StationScreen,
    item: schemas.ExceptionItem,
    barcode: str,
    *,
    reason: str = "",
    as_courtesy: bool = False,
    is_sure: bool = False,
) -> None:
    """Assign the item; where something speaks against it, or the line failed, ask once more."""
    client, t, station = screen.station.client, screen.t, screen.station

    def ask_again(refused: schemas.Problem) -> bool:
        if refused.code == "contradicts_sample":
            _ask_why_against(screen, item, barcode, refused, as_courtesy=as_courtesy)
        elif refused.code == "measured_with_fault":
            title = t.gettext("The line failed during this measurement. Does the instrument show this?")
            option = Option("yes", t.gettext("yes: {values}").format(values=value_list(item.values, t)))
            screen.choose(
                title,
                [option],
                lambda _: _assign(
                    screen, item, barcode, reason=reason, as_courtesy=as_courtesy, is_sure=True
                ),
                preselects=False,
            )
        return refused.code in ("contradicts_sample", "measured_with_fault")

    def show(_: object) -> None:
        text = t.gettext("Assigned to {barcode}.").format(barcode=barcode)
        station.offer_undo(text, lambda: client.restore_exceptions([item.id]))
        station.say(text)

    station.act(
        lambda: client.assign(
            item.id, barcode, reason=reason, as_courtesy=as_courtesy, despite_remarks=is_sure
        ),
        show,
        on_refusal=ask_again,
    )


def _ask_why_against(
    screen: StationScreen,
    item: schemas.ExceptionItem,
    barcode: str,
    refused: schemas.Problem,
    *,
    as_courtesy: bool,
) -> None:
    t = screen.t
    against = [schemas.Reason.model_validate(why) for why in refused.params.get("remarks", [])]
    label = lines.candidate_label(barcode, screen.board, t)
    title = t.gettext("{against}. Why is it of {sample} all the same?")
    reasons = [
        t.gettext("barcode typed wrong at the instrument"),
        t.gettext("wrong product chosen at the instrument, values checked"),
    ]
    screen.choose_reason(
        title.format(against=reason_list(against, t), sample=label),
        reasons,
        lambda reason: _assign(screen, item, barcode, reason=reason, as_courtesy=as_courtesy),
    )


def _ask_courtesy(screen: StationScreen, item: schemas.ExceptionItem) -> None:
    """Enter a courtesy sample of the item's own barcode; where it has none, ask for it."""
    t = screen.t
    if item.barcode and item.barcode not in item.candidates:
        _assign(screen, item, item.barcode, as_courtesy=True)
        return
    screen.ask(
        t.gettext("Barcode of the courtesy sample"),
        "",
        lambda text: None if text else t.gettext("Scan or type the barcode."),
        lambda barcode: _assign(screen, item, barcode, as_courtesy=True),
        takes_scan=True,
    )


def ask_why_dismissed(screen: StationScreen, items: Sequence[schemas.ExceptionItem]) -> None:
    t, count = screen.t, len(items)
    reasons = [t.gettext("trial measurement"), t.gettext("measured twice"), t.gettext("wrong calibration")]
    title = t.gettext("Why is it dismissed?")
    if count > 1:
        title = t.ngettext(
            "Why is {count} exception dismissed?", "Why are {count} exceptions dismissed?", count
        ).format(count=count)
    text = t.ngettext("{count} exception dismissed.", "{count} exceptions dismissed.", count)
    screen.choose_reason(title, reasons, lambda why: _dismiss(screen, items, why, text.format(count=count)))


def _dismiss(screen: StationScreen, items: Sequence[schemas.ExceptionItem], reason: str, text: str) -> None:
    client, ids = screen.station.client, [item.id for item in items]
    screen.station.record(
        lambda: client.dismiss_exceptions(ids, reason), text, undo=lambda: client.restore_exceptions(ids)
    )


def ask_which_assignment(screen: StationScreen) -> None:
    """Offer to take back any assignment that stands on no ticket yet."""
    station, t, board = screen.station, screen.t, screen.board

    def offer(assigned: list[schemas.ExceptionItem]) -> None:
        if not assigned:
            station.say(t.gettext("No assignment can be taken back now."))
            return
        options = [Option(item.id, lines.assignment_title(item, board, t)) for item in assigned]
        screen.choose(
            t.gettext("Which assignment is taken back?"),
            options,
            lambda choice: station.record(
                lambda: station.client.restore_exceptions([choice.key]),
                t.gettext("Taken back: it waits again."),
            ),
            preselects=False,
        )

    station.read(station.client.assigned_items, offer)
