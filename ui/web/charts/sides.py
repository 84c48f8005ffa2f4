"""Whom the laboratory sided with, where phone and machine disagreed."""

from collections.abc import Iterator, Mapping
from typing import Any

from ui.web.charts.frame import height_of_key, key
from ui.web.charts.rows import LEFT, RIGHT, Row, bar, height_of, rows, whisker
from ui.web.charts.scales import Scale, drawable, pair
from ui.web.charts.svg import drawing
from ui.words.i18n import Translator

SIDES = ("phone", "machine", "both", "neither")


def sides(result: Mapping[str, Any], names: Mapping[str, str], t: Translator) -> str:
    """Draw `counts`: {phone, machine, both, neither: {n, share, ci, tonnes}} as four bars of 0 to 100 %."""
    counts = result.get("counts") or {}
    shown = Scale(0.0, 1.0, LEFT + 1, RIGHT)
    content = [
        Row(names.get(side, side), _said(said, t), _Marks(shown, said, side).drawn)
        for side in SIDES
        if isinstance(said := counts.get(side), Mapping)
    ]
    entries = [("bar", t.gettext("share of these loads, with its interval"))]
    height = height_of(len(content))
    return drawing(
        "sides",
        height + height_of_key(entries),
        t.gettext("Whom the laboratory sides with"),
        "; ".join(t.named(row.name, row.said) for row in content),
        (
            *rows(shown, content, "", t, lambda value, _decimals: t.percent(value)),
            *key(entries, height - 12),
        ),
    )  # fmt: skip


class _Marks:
    def __init__(self, shown: Scale, said: Mapping[str, Any], side: str) -> None:
        self.shown, self.share, self.interval = shown, drawable(said.get("share")), pair(said.get("ci"))
        self.kind = f"bar side-{side}"

    def drawn(self, middle: float) -> Iterator[str]:
        if self.share is not None:
            yield bar(self.shown, self.share, middle, self.kind)
        yield from whisker(self.shown, self.interval, middle)


def _said(said: Mapping[str, Any], t: Translator) -> str:
    n, share = drawable(said.get("n")), drawable(said.get("share"))
    tonnes = drawable(said.get("tonnes"))
    words = [
        "?" if n is None else t.number(n, 0),
        "" if share is None else f"({t.percent(share)})",
        "" if tonnes is None else t.tonnes(tonnes, 0),
    ]
    return " ".join(word for word in words if word)
