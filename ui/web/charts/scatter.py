"""The scatter of two methods: each sample once, the line of equal values, and the Deming line."""

from collections.abc import Iterable, Mapping
from typing import Any

from ui.web.charts.frame import Field, axes, height_of_key, key, left_edge
from ui.web.charts.scales import drawable, numbers, scale
from ui.web.charts.svg import MARGIN, WIDTH, dots, drawing
from ui.words.i18n import Translator

_TOP, _BELOW = 30.0, 44.0


def scatter(result: Mapping[str, Any], test: str, reference: str, t: Translator) -> str:
    """Draw `points` [{x, y}], the line of `numbers["deming"]`, and the class `limits`; `test` and `reference`
    are the methods' names."""
    points = drawn_points(result)
    deming = (result.get("numbers") or {}).get("deming") or {}
    slope, intercept = drawable(deming.get("slope")), drawable(deming.get("intercept"))
    field = _field([value for point in points for value in point], t)
    unit = str(result.get("unit") or "")
    below = field.edges[3] + _BELOW
    entries = [("same", t.gettext("same value by both"))]
    deming_line = ""
    if slope is not None and intercept is not None:
        deming_line = field.sloped(slope, intercept, "fitted")
        entries.append(("fitted", _said_of(deming, slope, t)))
    if limits := list(_limits(result, field)):
        entries.append(("limit", t.gettext("limit of a class")))
    return drawing(
        "scatter",
        below + height_of_key(entries),
        t.gettext("{test} against {reference}").format(test=test, reference=reference),
        t.gettext("{n} samples; the closer to the line, the better they agree.").format(n=len(points)),
        (
            *axes(field, f"{reference}, {unit}", f"{test}, {unit}", t),
            *limits,
            field.sloped(1.0, 0.0, "same"),
            dots(((field.x.at(x), field.y.at(y)) for x, y in points), "dots"),
            deming_line,
            *key(entries, below),
        ),
    )


def drawn_points(result: Mapping[str, Any]) -> list[tuple[float, float]]:
    """Return the pairs (reference, test) that can be drawn."""
    found = ((drawable(point.get("x")), drawable(point.get("y"))) for point in result.get("points") or ())
    return [(x, y) for x, y in found if x is not None and y is not None]


def _field(values: list[float], t: Translator) -> Field:
    """Return a square field with one scale for both."""
    bottom = _TOP + 320.0
    y = scale(values, bottom, _TOP)
    left, right = left_edge(y, t), WIDTH - 2 * MARGIN
    bottom = _TOP + right - left
    return Field(scale(values, left, right), scale(values, bottom, _TOP))


def _said_of(deming: Mapping[str, Any], slope: float, t: Translator) -> str:
    ratio = drawable(deming.get("error_ratio"))
    words = t.gettext("Deming line, slope {slope}").format(slope=t.number(slope, 2))
    if ratio is None:
        return words
    return words + " " + t.gettext("(error ratio {ratio})").format(ratio=t.plain(ratio, 2))


def _limits(result: Mapping[str, Any], field: Field) -> Iterable[str]:
    levels = sorted(set(numbers(limit.get("limit") for limit in result.get("limits") or ())))
    for level in levels[:12]:
        if field.x.holds(level):
            yield field.upright(level, "limit")
            yield field.across(level, "limit")
