"""What else a line tells: the sign, whether the weight stands still, gross and net, what belongs to the
head."""

from collections.abc import Callable, Mapping
from functools import partial

from station.cli.console import Console, tell
from station.cli.guide_weight import MarkedWeight
from station.cli.linelist import HeardLine, chosen_lines, show_lines
from station.cli.say import _
from station.commissioning.lines import Group, Lines, compare
from station.commissioning.marking import Span, parse_span
from station.commissioning.own_profile import Marking

_SIGNS = {" ", "+", "-"}
_ADDRESS_DIGITS = 3
_REFUSED = ("?",)
_MEANINGS: tuple[tuple[str, ...], ...] = (
    (),
    ("gross",),
    ("net",),
    ("stable",),
    ("motion",),
    ("overload",),
    _REFUSED,
)


def ask_marks(
    console: Console, heard: Callable[[], list[HeardLine]], weight: MarkedWeight, *, is_rare: bool
) -> tuple[Marking, HeardLine | None]:
    """Returns the marking, and a line in motion where the head marks it."""
    rule, at_rest, moving = _ask_stability(console, heard, weight, is_rare=is_rare)
    lines = compare(weight.line.text, [one.text for one in heard()], weight.span)
    sign = _ask_sign(console, lines, weight)
    marked = [span for span in (weight.span, weight.unit, sign) if span]
    groups = lines.groups(marked)
    meanings: dict[Span, Mapping[str, tuple[str, ...]]] = {}
    if moving is not None:
        group = _ask_status(console, lines, groups, at_rest.text, moving.text)
        if group is None:
            tell(_("Equal readings for a second count as stable."))
            rule = "equal"
        else:
            meanings[group.span] = _status_meanings(console, lines, group, at_rest.text, moving.text)
    for group in groups:
        if group.span not in meanings and not group.is_free:
            meanings[group.span] = _ask_meanings(console, group)
    told = [flag for one in meanings.values() for flags in one.values() for flag in flags]
    if rule == "equal" and ("stable" in told or "motion" in told):
        rule = "flags"
    marking = Marking(
        lines=lines,
        weight=weight.span,
        is_reversed=weight.is_reversed,
        magnitude=weight.magnitude,
        unit_word=weight.unit_word,
        unit=weight.unit,
        sign=sign,
        meanings=meanings,
        free=[group.span for group in groups if group.is_free],
        fixed=_ask_fixed(console, lines, [*marked, *meanings], weight),
        rule=rule,
    )
    return marking, moving if rule == "flags" else None


def _ask_stability(
    console: Console, heard: Callable[[], list[HeardLine]], weight: MarkedWeight, *, is_rare: bool
) -> tuple[str, HeardLine, HeardLine | None]:
    """The rule of [stability], a line at rest, and one in motion where the head marks it."""
    if is_rare and console.ask_yes(
        _("Does the head send only when its PRINT key is pressed?"), default=False
    ):
        return "always", weight.line, None
    tell(_("Now move the load, or drive off and on: is there a mark on the lines while the weight moves?"))
    while True:
        few = chosen_lines(heard(), [weight.line])
        show_lines(few)
        question = _("Number of a line while the weight moved (0: the head has no mark, n: newer lines)")
        answer = console.ask(question, partial(_line_problem, len(few)))
        if answer == "0":
            tell(_("Equal readings for a second count as stable."))
            return "equal", weight.line, None
        if answer.lower() == "n":
            continue
        compared = next(number for number, one in enumerate(few, start=1) if one.text == weight.line.text)
        at_rest = console.ask_number(_("Number of a line while the weight stood still"), len(few), compared)
        return "flags", few[at_rest - 1], few[int(answer) - 1]


def _line_problem(most: int, text: str) -> str | None:
    is_good = text.lower() == "n" or (text.isascii() and text.isdecimal() and int(text) <= most)
    return None if is_good else _("There is no number {number}.").format(number=text)


def _ask_sign(console: Console, lines: Lines, weight: MarkedWeight) -> Span | None:
    """Seen on the lines, or told; where nobody knows, a line with a minus is refused."""
    texts = [text for text in (lines.sample, *lines.others) if len(text) == len(lines.sample)]
    if any(one in weight.span.of(text) for text in texts for one in "+-"):
        return None
    if not lines.is_fixed:
        behind = lines.sample[weight.span.last : weight.span.last + 1]
        return Span(weight.span.last, weight.span.last + 1) if behind in ("+", "-") else None
    for column in range(len(lines.sample)):
        seen = {text[column] for text in texts}
        if seen <= _SIGNS and seen & {"+", "-"}:
            return Span(column, column + 1)

    def problem(text: str) -> str | None:
        span = parse_span(text, len(lines.sample))
        is_one = span is not None and span.last == span.first + 1
        return None if text == "0" or is_one else _("Type one column, or 0.")

    show_lines([HeardLine(lines.sample, b"")], weight.span)
    question = _("Below zero, in which column does the minus stand? (Enter: before the digits, or not known)")
    span = parse_span(console.ask(question, problem, "0"), len(lines.sample))
    if span is None or weight.span.first <= span.first < weight.span.last:
        return None
    return span


def _ask_status(
    console: Console, lines: Lines, groups: list[Group], at_rest: str, moving: str
) -> Group | None:
    """The mark that differs between the line at rest and the one in motion."""
    found = [
        group
        for group in groups
        if not group.is_free
        and _differ(lines.text_at(at_rest, group.span), lines.text_at(moving, group.span))
    ]
    if not found:
        return _ask_mark_columns(console, lines, at_rest, moving)
    if len(found) == 1:
        return found[0]
    tell(_("The two lines differ in several places. Which one tells that the weight moves?"))
    for number, group in enumerate(found, start=1):
        tell(
            f"  {number}  "
            + _mark_text(group.span, lines.text_at(at_rest, group.span), lines.text_at(moving, group.span))
        )
    return found[console.ask_number(_("Number"), len(found)) - 1]


def _ask_mark_columns(console: Console, lines: Lines, at_rest: str, moving: str) -> Group | None:
    """A digit may be a mark too, which only a person sees."""

    def problem(text: str) -> str | None:
        return None if text == "0" or parse_span(text, width) else _("Type columns such as 5-10.")

    width = len(lines.sample)
    show_lines([HeardLine(at_rest, b""), HeardLine(moving, b"")])
    tell(_("The two lines differ in nothing but numbers."))
    answer = console.ask(_("In which column is the mark? (Enter: there is none)"), problem, "0")
    span = parse_span(answer, width)
    return lines.group_at(span) if span else None


def _status_meanings(
    console: Console, lines: Lines, group: Group, at_rest: str, moving: str
) -> Mapping[str, tuple[str, ...]]:
    rest, motion = lines.text_at(at_rest, group.span) or "", lines.text_at(moving, group.span) or ""
    tell(_mark_text(group.span, rest, motion))
    meanings: dict[str, tuple[str, ...]] = {rest: ("stable",), motion: ("motion",)}
    if not console.ask_yes(_("Is it so?")):
        return _ask_meanings(console, group)
    for text in group.texts:
        if text not in meanings:
            meanings |= _ask_meaning(console, group, text)
    return meanings


def _differ(one: str | None, other: str | None) -> bool:
    return one is not None and other is not None and one != other


def _mark_text(span: Span, at_rest: str | None, in_motion: str | None) -> str:
    text = _("Column {columns}: {rest} at rest, {motion} in motion.")
    return text.format(columns=span.say(), rest=_quoted(at_rest or ""), motion=_quoted(in_motion or ""))


def _ask_meanings(console: Console, group: Group) -> Mapping[str, tuple[str, ...]]:
    meanings: dict[str, tuple[str, ...]] = {}
    for text in group.texts:
        meanings |= _ask_meaning(console, group, text)
    return meanings


def _ask_meaning(console: Console, group: Group, text: str) -> dict[str, tuple[str, ...]]:
    """A text that may not be read is not listed: the profile refuses such a line."""
    words = (
        _("nothing about the weight"), _("gross"), _("net"), _("at rest"), _("in motion"), _("overload"),
        _("such a line is no weight: refuse it"),
    )  # fmt: skip
    question = _("Column {columns} says {text} on some lines. What does it mean?")
    tell(question.format(columns=group.span.say(), text=_quoted(text)))
    tell("  " + "  ".join(f"{number} {word}" for number, word in enumerate(words, start=1)))
    flags = _MEANINGS[console.ask_number(_("Number"), len(words), None) - 1]
    return {} if flags == _REFUSED else {text: flags}


def _ask_fixed(console: Console, lines: Lines, marked: list[Span], weight: MarkedWeight) -> list[Span]:
    """Digits that never changed are the head's address, or a number that has not changed yet."""
    found = []
    for span in lines.constant_numbers(marked):
        digits = span.of(lines.sample)
        if digits.strip("0") == weight.span.of(lines.sample).strip(" 0+-"):
            continue
        question = _("Column {columns} always says {text}. Is that the address of the head, always the same?")
        is_short = len(digits) <= _ADDRESS_DIGITS
        if console.ask_yes(question.format(columns=span.say(), text=_quoted(digits)), default=is_short):
            found.append(span)
    return found


def _quoted(text: str) -> str:
    return f'"{text}"' if text.strip() else _("a blank")
