"""Where a line holds the weight, in which unit and how large: by one loaded reading and its display."""

from collections.abc import Callable
from dataclasses import dataclass

from station.cli.console import Console, tell
from station.cli.linelist import HeardLine, chosen_lines, show_lines
from station.cli.say import _
from station.commissioning.marking import (
    UNITS,
    Hit,
    Magnitude,
    Shown,
    Span,
    decimal_marks,
    find_glued_unit,
    find_number,
    find_unit,
    magnitudes,
    parse_shown,
    parse_span,
    parts_thousands,
    shown_number,
    to_kg,
    without_marks,
)

_FEWEST_DIGITS = 2
_SHOWN_HITS = 6


@dataclass(frozen=True, slots=True)
class MarkedWeight:
    """The line that was compared with the display, and where it holds what."""

    line: HeardLine
    kg: float
    span: Span
    is_reversed: bool
    unit: Span | None
    unit_word: str
    magnitude: Magnitude


def ask_weight(console: Console, heard: Callable[[], list[HeardLine]]) -> MarkedWeight | None:
    """Returns None where the person gives up."""
    while True:
        shown, shown_kg = _ask_shown(console)
        lines = heard()
        place = _ask_place(console, lines, shown)
        if place is None:
            continue
        line, hit = place
        unit = _ask_unit(console, line, hit.span, shown)
        word = unit.of(line.text).strip().lower() if unit else ""
        sent_unit = word if word in UNITS else shown.unit
        magnitude = _ask_magnitude(console, lines, line, hit, sent_unit, shown, shown_kg)
        if magnitude is not None:
            return MarkedWeight(
                line, shown_kg, hit.span, hit.reversed, unit if word in UNITS else None, sent_unit, magnitude
            )
        if not console.ask_yes(_("Compare again, with a load that stands still?")):
            return None


def _ask_shown(console: Console) -> tuple[Shown, float]:
    """The number on the display, its unit, and what it is in kg."""

    def problem(text: str) -> str | None:
        shown = parse_shown(text)
        if shown is None:
            return _("Type the number as the display shows it, such as 12 340 kg.")
        if len(shown.digits) < _FEWEST_DIGITS:
            return _("Take a load: a number of one digit is found everywhere.")
        return None

    tell(_("Put a load on the scale whose number has several different digits, and let it stand still."))
    shown = parse_shown(
        console.ask(_("What does the display show? (with its unit, such as 12 340 kg)"), problem)
    )
    if shown is None:
        raise AssertionError("refused above")
    if not shown.unit:
        wrong = _("One of: {units}").format(units=", ".join(UNITS))
        unit = console.ask(
            _("Which unit stands on the display? (kg, t, g, lb)"),
            lambda text: None if text.lower() in UNITS else wrong,
        )
        shown = Shown(shown.number, unit.lower(), shown.is_negative)
    marks = decimal_marks(shown)
    mark = marks[0]
    if len(marks) > 1:
        small, large = (f"{shown_number(shown, decimal=one):.15g}" for one in marks)
        tell(_("What does {number} mean?").format(number=shown.number))
        tell(f"  1  {_decimal_text(small)} {shown.unit}")
        tell(f"  2  {large} {shown.unit}")
        mark = marks[console.ask_number(_("Number"), 2, None) - 1]
    return shown, round(to_kg(shown_number(shown, decimal=mark), shown.unit), 6)


def _decimal_text(number: str) -> str:
    whole, _mark, rest = number.partition(".")
    return f"{whole} + {rest.ljust(3, '0')}/1000"


def _ask_place(console: Console, lines: list[HeardLine], shown: Shown) -> tuple[HeardLine, Hit] | None:
    """The line and columns: found by the digits, or told by the person. None to compare again."""
    latest = list({one.text: one for one in lines}.values())
    for line in reversed(latest):
        texts = [one.text for one in latest]
        hits = [
            Hit(hit.span if hit.reversed else without_marks(hit.span, line.text, texts), hit.reversed)
            for hit in find_number(line.text, shown)
        ]
        if not hits:
            continue
        place = _confirm_hit(console, line, hits[:_SHOWN_HITS])
        if place is not None:
            return line, place
        break
    else:
        tell(_("No line holds these digits."))
        if not console.ask_yes(_("Mark them by hand? (n: compare again)"), default=False):
            return None
    few = chosen_lines(lines)
    show_lines(few)
    line = few[console.ask_number(_("Which line is the reading on the display?"), len(few), None) - 1]
    return line, Hit(_ask_columns(console, line, _("In which columns is the weight? (such as 5-10)")), False)


def _confirm_hit(console: Console, line: HeardLine, hits: list[Hit]) -> Hit | None:
    hit = hits[0]
    if len(hits) > 1:
        show_lines([line])
        tell(_("The digits stand in several places. Which is the weight of the display (the gross)?"))
        for number, one in enumerate(hits, start=1):
            tell(f"  {number}  " + _place_text(line, one))
        tell("  0  " + _("none of these"))
        number = console.ask_number(_("Number"), len(hits), 1, least=0)
        if number == 0:
            return None
        hit = hits[number - 1]
    show_lines([line], hit.span)
    tell(_("The weight: {place}").format(place=_place_text(line, hit)))
    question = _("Enter if that is all of the number, or type its columns (0: another line)")

    def problem(text: str) -> str | None:
        is_good = text == "0" or parse_span(text, len(line.text)) is not None
        return None if is_good else _("Type columns such as 5-10.")

    answer = console.ask(question, problem, hit.span.say())
    if answer == "0":
        return None
    span = parse_span(answer, len(line.text))
    return Hit(span, hit.reversed) if span else None


def _place_text(line: HeardLine, hit: Hit) -> str:
    text = _('column {columns}, "{text}"').format(columns=hit.span.say(), text=hit.span.of(line.text))
    return text + (_(", the last digit first") if hit.reversed else "")


def _ask_columns(console: Console, line: HeardLine, question: str) -> Span:
    show_lines([line])

    def problem(text: str) -> str | None:
        return None if parse_span(text, len(line.text)) else _("Type columns such as 5-10.")

    span = parse_span(console.ask(question, problem), len(line.text))
    if span is None:
        raise AssertionError("refused above")
    return span


def _ask_unit(console: Console, line: HeardLine, weight: Span, shown: Shown) -> Span | None:
    found = find_unit(line.text, weight, shown.unit) or find_glued_unit(line.text, weight)

    def problem(text: str) -> str | None:
        is_good = text == "0" or parse_span(text, len(line.text)) is not None
        return None if is_good else _("Type columns such as 12-13, or 0.")

    if found:
        question = _('The unit: column {columns}, "{text}". Enter if so, or type its columns (0: not sent)')
        question = question.format(columns=found.say(), text=found.of(line.text))
    else:
        question = _("No unit is seen. Type its columns if it is sent (Enter: it is not)")
    answer = console.ask(question, problem, found.say() if found else "0")
    return None if answer == "0" else parse_span(answer, len(line.text))


def _ask_magnitude(
    console: Console,
    lines: list[HeardLine],
    line: HeardLine,
    hit: Hit,
    sent_unit: str,
    shown: Shown,
    shown_kg: float,
) -> Magnitude | None:
    """The number on the line beside the one on the display: always asked, never guessed."""
    field = hit.span.of(line.text)
    field = field[::-1] if hit.reversed else field
    found = magnitudes(field, sent_unit, abs(shown_kg))
    if not found:
        tell(_("The line says \"{field}\", the display {shown} {unit}: not the same digits.").format(
            field=field.strip(), shown=shown.number, unit=shown.unit
        ))  # fmt: skip
        return None
    chosen = found[0]
    if len(found) > 1:
        chosen = _ask_mark(console, lines, hit, found)
    text = _('The line says "{field}", the display {shown} {unit}: {how}.')
    tell(
        text.format(
            field=field.strip(), shown=shown.number, unit=shown.unit, how=_magnitude_text(chosen, sent_unit)
        )
    )
    return chosen if console.ask_yes(_("Is it so?")) else None


def _ask_mark(console: Console, lines: list[HeardLine], hit: Hit, found: list[Magnitude]) -> Magnitude:
    """A mark three digits from the end parts thousands, or decimals of a larger unit: small numbers tell."""
    fields = [text for one in lines if (text := hit.span.of(one.text)) and any(map(str.isdigit, text))]
    is_between = None if hit.reversed else parts_thousands(fields)
    if is_between is not None:
        return next(one for one in found if bool(one.thousands) == is_between)
    tell(_("With little on the scale (under a thousand), the line would show:"))
    tell("  1  " + _("a mark as well, such as 0.980"))
    tell("  2  " + _("no mark, such as 980"))
    number = console.ask_number(_("Number"), 2, None)
    return next(one for one in found if bool(one.thousands) == (number == 2))


def _magnitude_text(magnitude: Magnitude, unit: str) -> str:
    if magnitude.scale == 1.0:
        return _("the number is sent as it is, in {unit}").format(unit=unit)
    return _("the number on the line is multiplied by {scale}, in {unit}").format(
        scale=f"{magnitude.scale:g}", unit=unit
    )
