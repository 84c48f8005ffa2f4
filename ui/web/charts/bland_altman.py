"""The differences of two methods over their mean (Bland and Altman): the bias and what single samples do."""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from ui.web.charts.frame import Field, axes, height_of_key, key, left_edge
from ui.web.charts.scales import decimals_of, drawable, pair, scale, signed
from ui.web.charts.svg import MARGIN, WIDTH, dot, dots, drawing, link
from ui.words.i18n import Translator

_TOP, _FIELD, _BELOW = 30.0, 260.0, 44.0
MOST_LINKS = 40


def bland_altman(
    result: Mapping[str, Any], test: str, reference: str, t: Translator, permitted: float | None = None
) -> str:
    """Draw `points`, and of `numbers` the bias with its interval, limits of agreement and their exact outer
    limits. A sample beyond these leads to its load. `permitted` is the permitted difference."""
    stated = result.get("numbers") or {}
    lines = _Lines(stated, drawable(permitted))
    points = list(_differences(result))
    differences = [d for _, d, _ in points]
    y = scale([*differences, *lines.values()], _TOP + _FIELD, _TOP)
    field = Field(scale([mean for mean, _, _ in points], left_edge(y, t), WIDTH - 2 * MARGIN), y)
    decimals = decimals_of([*differences, 0.0]) if differences else 2
    entries = lines.key(decimals, t)
    far = [point for point in points if lines.is_beyond(point[1]) and point[2]][:MOST_LINKS]
    if far:
        entries.append(("dot far", t.gettext("beyond the outer limits: see the load")))
    unit = str(result.get("unit") or "")
    below = _TOP + _FIELD + _BELOW
    name = t.gettext("{test} minus {reference}").format(test=test, reference=reference)
    return drawing(
        "bland-altman",
        below + height_of_key(entries),
        name,
        "; ".join(words for _, words in entries),
        (
            *axes(
                field,
                t.gettext("mean of both, {unit}").format(unit=unit),
                f"{name}, {unit}",
                t,
            ),
            *lines.drawn(field),
            dots(((field.x.at(mean), field.y.at(d)) for mean, d, _ in points), "dots"),
            *(_far(field, point, signed(point[1], decimals, t)) for point in far),
            *key(entries, below),
        ),
    )  # fmt: skip


class _Lines:
    """The lines across: bias, limits of agreement, outer limits, what is permitted."""

    def __init__(self, stated: Mapping[str, Any], permitted: float | None) -> None:
        self.bias, self.bias_ci = drawable(stated.get("bias")), pair(stated.get("bias_ci"))
        self.limits, self.outer = pair(stated.get("loa")), pair(stated.get("loa_outer"))
        self.permitted = None if permitted is None else (-abs(permitted), abs(permitted))

    def values(self) -> Iterator[float]:
        yield 0.0
        if self.bias is not None:
            yield self.bias
        for both in (self.bias_ci, self.limits, self.outer, self.permitted):
            yield from both or ()

    def is_beyond(self, d: float) -> bool:
        return self.outer is not None and not self.outer[0] <= d <= self.outer[1]

    def drawn(self, field: Field) -> Iterator[str]:
        if self.permitted:
            yield field.band(*self.permitted, "band permitted")
        if self.bias_ci:
            yield field.band(*self.bias_ci, "band interval")
        yield field.across(0.0, "zero")
        for both, kind in ((self.limits, "loa"), (self.outer, "outer"), (self.permitted, "permitted")):
            yield from (field.across(value, kind) for value in both or ())
        if self.bias is not None:
            yield field.across(self.bias, "bias")

    def key(self, decimals: int, t: Translator) -> list[tuple[str, str]]:
        entries = []
        if self.bias is not None:
            entries.append(("bias", t.gettext("bias {bias}").format(bias=signed(self.bias, decimals, t))))
        if self.bias_ci:
            words = t.gettext("interval of the bias, {low} to {high}")
            entries.append(("band interval", _filled(words, self.bias_ci, decimals, t)))
        if self.limits:
            words = t.gettext("95 % of single samples, {low} to {high}")
            entries.append(("loa", _filled(words, self.limits, decimals, t)))
        if self.outer:
            words = t.gettext("their outer limits, {low} to {high}")
            entries.append(("outer", _filled(words, self.outer, decimals, t)))
        if self.permitted:
            words = t.gettext("permitted bias, ±{permitted}")
            entries.append(("band permitted", words.format(permitted=t.plain(self.permitted[1], 8))))
        return entries


def _filled(words: str, both: tuple[float, float], decimals: int, t: Translator) -> str:
    return words.format(low=signed(both[0], decimals, t), high=signed(both[1], decimals, t))


def _differences(result: Mapping[str, Any]) -> Iterator[tuple[float, float, str]]:
    """Return (mean, difference, load) of the points that can be drawn."""
    for point in result.get("points") or ():
        x, y = drawable(point.get("x")), drawable(point.get("y"))
        if x is not None and y is not None:
            yield (x + y) / 2, y - x, str(point.get("load_id") or "")


def _far(field: Field, point: tuple[float, float, str], told: str) -> str:
    mean, d, load = point
    return link(f"/loads/{quote(load, safe='')}", dot(field.x.at(mean), field.y.at(d), "dot far", told=told))
