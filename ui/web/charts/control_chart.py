"""The control chart of an instrument or a phone: each check in units of its usual scatter, their running mean
(EWMA) with its limits, the 3 s limits, alarms and adjustments."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ui.web.charts.frame import Field, height_of_key, key, left_edge
from ui.web.charts.scales import drawable, scale, ticks, written
from ui.web.charts.svg import MARGIN, TEXT, WIDTH, box, dots, drawing, line, path, square, text, width_of
from ui.web.charts.times import day_ticks, instant, instants
from ui.words.i18n import Translator

_TOP, _FIELD, _FOOT = 44.0, 240.0, 34.0
_MOST_SHOWN = 8.0  # in units of the usual scatter: what lies beyond stands at the edge
ACTION = 3.0


@dataclass(frozen=True, slots=True)
class _Check:
    at: datetime
    u: float | None
    ewma: float | None
    limit: float | None
    is_control: bool


def control_chart(result: Mapping[str, Any], name: str, t: Translator, action: float = ACTION) -> str:
    """Draw `checks` [{at, u, ewma, limit, kind}], `alarms` [{at}] and `splits` [{at}]; `action` is the limit
    of a single check, a little wider where the usual scatter is known from few checks."""
    checks = _checks(result)
    alarms = instants(alarm.get("at") for alarm in result.get("alarms") or ())
    adjusted = instants(split.get("at") for split in result.get("splits") or ())
    times = [at.timestamp() for at in (*(check.at for check in checks), *alarms, *adjusted)]
    field = _field(checks, times, action, t)
    entries = _key(checks, alarms, adjusted, t)
    below = _TOP + _FIELD + _FOOT
    return drawing(
        "control-chart",
        below + height_of_key(entries),
        t.gettext("Checks of {name}").format(name=name),
        t.gettext("{n} checks, {alarms} alarms, {adjusted} adjustments").format(
            n=len(checks), alarms=len(alarms), adjusted=len(adjusted)
        ),
        (
            *_axes(field, [*(check.at for check in checks), *alarms, *adjusted], t),
            *(field.across(level, "action") for level in (-action, action)),
            field.across(0.0, "zero"),
            *_limits(checks, field),
            *_uprights(alarms, "alarm", field, t.gettext("alarm")),
            *_uprights(adjusted, "adjusted", field, t.gettext("adjusted")),
            dots(_places((c for c in checks if not c.is_control), field), "dots"),
            *(square(x, y, "square") for x, y in _places((c for c in checks if c.is_control), field)),
            path(_curve([(c.at, c.ewma) for c in checks], field), "ewma"),
            *key(entries, below),
        ),
    )  # fmt: skip


def _checks(result: Mapping[str, Any]) -> list[_Check]:
    found = (
        _Check(
            at, drawable(check.get("u")), drawable(check.get("ewma")), drawable(check.get("limit")),
            check.get("kind") == "control",
        )
        for check in result.get("checks") or ()
        if (at := instant(check.get("at"))) is not None
    )  # fmt: skip
    return sorted(found, key=lambda check: check.at)


def _field(checks: Sequence[_Check], times: Sequence[float], action: float, t: Translator) -> Field:
    said = [value for check in checks for value in (check.u, check.ewma) if value is not None]
    high = min(_MOST_SHOWN, max([action, *map(abs, said)]))
    y = scale((-high, high), _TOP + _FIELD, _TOP)
    x = scale(times, left_edge(y, t), WIDTH - 2 * MARGIN, air=0.02)
    return Field(x, y)


def _axes(field: Field, times: Sequence[datetime], t: Translator) -> Iterator[str]:
    left, top, right, bottom = field.edges
    yield box(left, top, right, bottom, "field")
    levels = ticks(field.y, 7)
    for level in levels.places:
        yield field.across(level, "grid")
        yield text(
            left - MARGIN / 2, field.y.at(level) + TEXT / 3, written(level, levels.decimals, t), "tick", "end"
        )
    for place, words in day_ticks(min(times), max(times), 5, t) if times else ():
        half = width_of(words) / 2
        x = min(max(field.x.at(place), half), WIDTH - half)
        yield line(field.x.at(place), bottom, field.x.at(place), bottom + 4, "tick-mark")
        yield text(x, bottom + TEXT + 6, words, "tick", "middle")
    yield text(MARGIN / 2, TEXT + 2, t.gettext("difference, in units of the usual scatter (SEP)"), "axis")


def _limits(checks: Sequence[_Check], field: Field) -> Iterator[str]:
    for sign in (-1, 1):
        limits = [(c.at, None if c.limit is None else sign * abs(c.limit)) for c in checks]
        yield path(_curve(limits, field), "ewma-limit")


def _curve(values: Sequence[tuple[datetime, float | None]], field: Field) -> Iterator[tuple[float, float]]:
    return ((field.x.at(at.timestamp()), field.y.at(value)) for at, value in values if value is not None)


def _uprights(times: Sequence[datetime], kind: str, field: Field, words: str) -> Iterator[str]:
    """Draw a line for each time; the first bears the word, the key explains the others."""
    for place, at in enumerate(times[:60]):
        yield field.upright(at.timestamp(), kind)
        if place == 0:
            x = field.x.at(at.timestamp())
            is_right = x + width_of(words) > WIDTH - MARGIN
            row = _TOP - 4 if kind == "alarm" else _TOP + _FIELD - 5
            yield text(x - 3 if is_right else x + 3, row, words, kind, "end" if is_right else "start")


def _places(checks: Iterator[_Check], field: Field) -> Iterator[tuple[float, float]]:
    return ((field.x.at(c.at.timestamp()), field.y.at(c.u)) for c in checks if c.u is not None)


def _key(
    checks: Sequence[_Check], alarms: Sequence[datetime], adjusted: Sequence[datetime], t: Translator
) -> list[tuple[str, str]]:
    said = (
        ("dot", t.gettext("check against the laboratory"), any(not c.is_control for c in checks)),
        ("square", t.gettext("check with a control sample"), any(c.is_control for c in checks)),
        ("ewma", t.gettext("running mean (EWMA)"), any(c.ewma is not None for c in checks)),
        ("ewma-limit", t.gettext("its limits"), any(c.limit is not None for c in checks)),
        ("action", t.gettext("3 s limit of a single check"), True),
        ("upright alarm", t.gettext("alarm"), bool(alarms)),
        ("upright adjusted", t.gettext("the instrument was adjusted"), bool(adjusted)),
    )
    beyond = any(c.u is not None and abs(c.u) > _MOST_SHOWN for c in checks)
    words = t.gettext("beyond ±{most}: drawn at the edge").format(most=t.plain(_MOST_SHOWN))
    return [(kind, words) for kind, words, is_drawn in (*said, ("none", words, beyond)) if is_drawn]
