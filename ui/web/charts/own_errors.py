"""The own random error of each of three methods, none of them taken for the truth."""

from collections.abc import Iterator, Mapping
from typing import Any

from ui.web.charts.frame import height_of_key, key
from ui.web.charts.rows import LEFT, RIGHT, Row, bar, height_of, rows, whisker
from ui.web.charts.scales import Scale, drawable, pair, scale, written
from ui.web.charts.svg import diamond, dot, drawing
from ui.words.i18n import Translator

METHODS = ("phone", "machine", "lab")


def own_errors(result: Mapping[str, Any], names: Mapping[str, str], t: Translator) -> str:
    """Draw `methods`: {phone, machine, lab: {sd, sd_ci, replicate_sd}} as bars with their intervals, what a
    method repeats itself with as a diamond, what triple collocation says as a ring. An SD of None is too
    small to see."""
    stated = result.get("methods") or {}
    methods = {name: said for name in METHODS if isinstance(said := stated.get(name), Mapping)}
    other = result.get("triple_collocation") or {}
    others = {name: drawable((other.get("sd") or {}).get(name)) for name in methods}
    shown = scale(_values(methods, others), LEFT, RIGHT, air=0.0)
    shown = Scale(0.0, max(shown.high, 1e-12) * 1.04, LEFT + 1, RIGHT)
    content = [
        Row(names.get(name, name), _said(said, shown, t), _Marks(shown, said, others[name]).drawn)
        for name, said in methods.items()
    ]
    entries = [("bar", t.gettext("own random error, with its interval"))]
    if any(drawable(said.get("replicate_sd")) is not None for said in methods.values()):
        entries.append(("diamond repeats", t.gettext("how well it repeats itself")))
    if any(value is not None for value in others.values()):
        entries.append(("dot ring", t.gettext("by triple collocation, beside it")))
    height = height_of(len(content))
    unit = str(result.get("unit") or "")
    return drawing(
        "own-errors",
        height + height_of_key(entries),
        t.gettext("Own random error of each method"),
        "; ".join(t.named(row.name, row.said) for row in content),
        (
            *rows(shown, content, t.gettext("standard deviation, {unit}").format(unit=unit), t),
            *key(entries, height),
        ),
    )


class _Marks:
    def __init__(self, shown: Scale, said: Mapping[str, Any], other: float | None) -> None:
        self.shown, self.other = shown, other
        self.sd, self.interval = drawable(said.get("sd")), pair(said.get("sd_ci"))
        self.repeats = drawable(said.get("replicate_sd"))

    def drawn(self, middle: float) -> Iterator[str]:
        if self.sd is not None:
            yield bar(self.shown, self.sd, middle, "bar")
        yield from whisker(self.shown, self.interval, middle)
        if self.other is not None:
            yield dot(self.shown.at(self.other), middle, "dot ring", 5.0)
        if self.repeats is not None:
            yield diamond(self.shown.at(self.repeats), middle, "diamond repeats")


def _values(methods: Mapping[str, Mapping[str, Any]], others: Mapping[str, float | None]) -> Iterator[Any]:
    yield 0.0
    yield from others.values()
    for said in methods.values():
        yield from (said.get("sd"), said.get("replicate_sd"), *(pair(said.get("sd_ci")) or ()))


def _said(said: Mapping[str, Any], shown: Scale, t: Translator) -> str:
    sd, interval = drawable(said.get("sd")), pair(said.get("sd_ci"))
    decimals = 2 if shown.high < 20 else 1
    low, high = (written(value, decimals, t) for value in interval) if interval else ("?", "?")
    if sd is None:
        return t.gettext("too small to see (up to {high})").format(high=high) if interval else "?"
    return t.gettext("{value} ({low} to {high})").format(value=written(sd, decimals, t), low=low, high=high)
