"""Values just inside a limit, beside what chance alone gives."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ui.web.charts.frame import height_of_key, key
from ui.web.charts.rows import LEFT, RIGHT, Row, height_of, rows, whisker
from ui.web.charts.scales import Scale, drawable, numbers, pair
from ui.web.charts.svg import dot, drawing, line
from ui.words.i18n import Translator

MOST_ROWS = 20
ALARM = 0.05


def fairness_dots(entries: Sequence[Mapping[str, Any]], what: str, t: Translator) -> str:
    """Draw [{name, near, just_inside, expected, ci}]: how many of the values near a limit lie just inside,
    and the interval in which that number lies by chance. Those that stand out come first, and those
    of too few values to have such an interval are left out."""
    told = (entry for entry in entries if isinstance(entry, Mapping) and pair(entry.get("ci")))
    shown_entries = sorted(told, key=_order)[:MOST_ROWS]
    counts = numbers(
        value
        for entry in shown_entries
        for value in (entry.get("just_inside"), entry.get("expected"), *(pair(entry.get("ci")) or ()))
    )
    shown = Scale(0.0, max([1.0, *counts]) * 1.05, LEFT + 6, RIGHT)
    content = [
        Row(str(entry.get("name") or entry.get("key") or "?"), _said(entry, t), _Marks(shown, entry).drawn)
        for entry in shown_entries
    ]
    legend = [
        ("dot sure", t.gettext("counted, more or fewer than chance gives")),
        ("dot unsure", t.gettext("counted, as chance gives")),
        ("whisker", t.gettext("what chance alone gives")),
    ]
    if len(shown_entries) < len(entries):
        words = t.gettext("drawn: {drawn} of {count}; the table has all")
        legend.append(("none", words.format(drawn=len(shown_entries), count=len(entries))))
    height = height_of(len(content))
    return drawing(
        "fairness",
        height + height_of_key(legend),
        t.gettext("Values just inside a limit, by {what}").format(what=what),
        "; ".join(t.named(row.name, row.said) for row in content[:20]),
        (
            *rows(shown, content, t.gettext("values just inside a limit"), t),
            *key(legend, height),
        ),
    )


def stands_out(entry: Mapping[str, Any]) -> bool:
    """Tell whether chance hardly gives as many: by its probability where it is known, else the interval."""
    p = drawable((entry.get("chances") or {}).get("just_inside"))
    if p is not None:
        return p < ALARM
    count, interval = drawable(entry.get("just_inside")), pair(entry.get("ci"))
    return count is not None and interval is not None and not interval[0] <= count <= interval[1]


class _Marks:
    def __init__(self, shown: Scale, entry: Mapping[str, Any]) -> None:
        self.shown, self.interval = shown, pair(entry.get("ci"))
        self.count, self.expected = drawable(entry.get("just_inside")), drawable(entry.get("expected"))
        self.kind = "dot sure" if stands_out(entry) else "dot unsure"

    def drawn(self, middle: float) -> Iterator[str]:
        yield from whisker(self.shown, self.interval, middle)
        if self.expected is not None:
            x = self.shown.at(self.expected)
            yield line(x, middle - 3, x, middle + 3, "whisker")
        if self.count is not None:
            yield dot(self.shown.at(self.count), middle, self.kind, 5.0)


def _order(entry: Mapping[str, Any]) -> tuple[bool, float, str]:
    return (not stands_out(entry), -(drawable(entry.get("n")) or 0.0), str(entry.get("name")))


def _said(entry: Mapping[str, Any], t: Translator) -> str:
    count, expected, n = (drawable(entry.get(name)) for name in ("just_inside", "expected", "near"))
    return t.gettext("{count} of {n} near it, by chance {expected}").format(
        count="?" if count is None else t.number(count, 0),
        n="?" if n is None else t.number(n, 0),
        expected="?" if expected is None else t.number(expected, 1),
    )
