"""The biases of groups, drawn towards their common mean, largest first; the raw mean is a faint dot."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ui.web.charts.frame import Field, height_of_key, key
from ui.web.charts.scales import decimals_of, drawable, fitting_ticks, numbers, pair, scale, signed, written
from ui.web.charts.svg import MARGIN, TEXT, WIDTH, dot, drawing, line, shorten, text, width_of
from ui.words.i18n import Translator

MOST_ROWS = 40
_ROW, _TOP, _NAMES, _FOOT = 24.0, 8.0, 140.0, 38.0


def caterpillar(
    by: Mapping[str, Any], unit: str, what: str, t: Translator, decimals: int | None = None
) -> str:  # fmt: skip
    """Draw `groups` [{name, n, raw, shrunken, ci}] and their `mean`; `what` says what is grouped, for the
    title. The groups that differ most are drawn where there are too many."""
    every = [group for group in by.get("groups") or () if isinstance(group, Mapping)]
    groups = shown_groups(every)
    mean = drawable(by.get("mean"))
    bottom = _TOP + _ROW * max(1, len(groups))
    names = min(_NAMES, max([60.0, *(width_of(_name(group, t)) + 2 * MARGIN for group in groups)]))
    shown = scale([0.0, mean, *_values(groups)], names, WIDTH - 2 * MARGIN)
    field = Field(shown, scale([], bottom, _TOP))
    decimals = decimals_of([*_values(groups), 0.0]) if decimals is None else decimals
    entries = _key(len(groups), len(every), mean, decimals, t)
    ticks = fitting_ticks(shown, lambda found: width_of(signed(shown.low, found.decimals, t)))
    return drawing(
        "caterpillar",
        bottom + _FOOT + height_of_key(entries),
        t.gettext("Bias by {what}").format(what=what),
        "; ".join(
            t.named(_name(group, t), signed(_bias(group), decimals, t)) for group in groups[:20]
        ),
        (
            *(field.upright(place, "grid") for place in ticks.places),
            *(
                text(shown.at(place), bottom + TEXT + 3, signed(place, ticks.decimals, t), "tick", "middle")
                for place in ticks.places
            ),
            field.upright(0.0, "zero"),
            "" if mean is None else field.upright(mean, "bias"),
            *(mark for place, group in enumerate(groups) for mark in _row(group, place, field, names, t)),
            text(WIDTH - 2 * MARGIN, bottom + 2 * TEXT + 7,
                 t.gettext("bias against the reference, {unit}").format(unit=unit), "axis", "end"),
            *key(entries, bottom + _FOOT),
        ),
    )  # fmt: skip


def shown_groups(groups: Sequence[Mapping[str, Any]], most: int = MOST_ROWS) -> list[Mapping[str, Any]]:
    """Return the groups that are drawn, the highest bias first: of very many those farthest from zero."""

    far = sorted(groups, key=lambda group: (-abs(_bias(group)), str(group.get("name"))))[:most]
    return sorted(far, key=lambda group: (-_bias(group), str(group.get("name"))))


def _row(group: Mapping[str, Any], place: int, field: Field, names: float, t: Translator) -> Iterator[str]:
    middle = _TOP + _ROW * (place + 0.5)
    yield text(MARGIN / 2, middle + TEXT / 3, _name(group, t, names - MARGIN), "name")
    if (raw := drawable(group.get("raw"))) is not None:
        yield dot(field.x.at(raw), middle, "dot raw", 4.0)
    if interval := pair(group.get("ci")):
        yield line(field.x.at(interval[0]), middle, field.x.at(interval[1]), middle, "whisker")
    if (shrunken := drawable(group.get("shrunken"))) is not None:
        excludes = interval is not None and (interval[0] > 0 or interval[1] < 0)
        yield dot(field.x.at(shrunken), middle, "dot sure" if excludes else "dot unsure", 4.5)


def _bias(group: Mapping[str, Any]) -> float:
    return drawable(group.get("shrunken")) or 0.0


def _name(group: Mapping[str, Any], t: Translator, room: float = 1e3) -> str:
    """Return the name, cut to the room, and on how many samples the group stands, which is never cut."""
    n = drawable(group.get("n"))
    count = f" ({'?' if n is None else written(n, 0, t)})"
    return shorten(str(group.get("name") or group.get("group") or "?"), room - width_of(count)) + count


def _values(groups: Sequence[Mapping[str, Any]]) -> list[float]:
    said = ((group.get("raw"), group.get("shrunken"), *(pair(group.get("ci")) or ())) for group in groups)
    return numbers(value for values in said for value in values)


def _key(
    drawn: int, count: int, mean: float | None, decimals: int, t: Translator
) -> list[tuple[str, str]]:  # fmt: skip
    entries = [
        ("dot sure", t.gettext("best estimate; its interval excludes zero")),
        ("dot unsure", t.gettext("best estimate; zero is possible")),
        ("dot raw", t.gettext("mean of its own samples alone")),
    ]
    if mean is not None:
        entries.append(("bias", t.gettext("mean of all, {mean}").format(mean=signed(mean, decimals, t))))
    if drawn < count:
        words = t.gettext("drawn: {drawn} of {count}, those farthest from zero")
        entries.append(("none", words.format(drawn=drawn, count=count)))
    return entries
