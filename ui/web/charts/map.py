"""A map without a ground: each silo a circle, each farm store a square, as large as it can hold, filled as it
is. Labels never lie on each other: where there is no room for a name, its number in the list stands."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import cos, pi, sin, sqrt
from xml.sax.saxutils import escape

from ui.web.charts.land import Land, Room, Spot, spread
from ui.web.charts.svg import TEXT, line, link, shorten, tag, title, width_of
from ui.words import vocabulary
from ui.words.i18n import Translator

COLOURS = 15  # in the style sheet, as classes s0, s1 ...
OTHER = "other"
LINE = TEXT + 3
MARGIN = 34.0
KEY_LINE = 20.0
_DESK, _FEW = 600.0, 20  # from so wide on a map is seen without turning; so few places need no height
_LARGEST, _SMALLEST, _LONGEST_NAME = 36.0, 5.0, 150.0


@dataclass(frozen=True, slots=True)
class Mark:
    """A place on the map: `number` is that of the list, `parts` kilograms by species, `told` what a reader is
    told who points at it, `note` what its label says after the name. `is_old`: no word came for a while."""

    number: int
    name: str
    latitude: float
    longitude: float
    parts: Mapping[str, float]
    capacity_kg: float
    is_farm: bool
    is_old: bool
    href: str
    told: str
    note: str = ""


def draw_map(t: Translator, marks: Sequence[Mark], width: float, kind: str) -> str:
    """Draw the map `width` units wide, as an SVG; nothing where there is no place to draw."""
    if not marks:
        return ""
    tallest = 1.2 if width < _DESK else 0.6 if len(marks) < _FEW else 0.9
    land = Land.around([(one.latitude, one.longitude) for one in marks], width, MARGIN, tallest)
    spots = list(zip(_by_size(marks), spread(_spots(marks, land), land), strict=True))
    room = Room([spot for _, spot in spots], land)
    km, length = land.bar()
    bar = _bar(t, land, km, length, room)
    symbols = [_symbol(one, spot) for one, spot in spots]
    labels = [_label(one, spot, room) for one, spot in spots]
    species = sorted({name for one in marks for name in one.parts}, key=_order)
    key, key_height = _key(t, species, width, land.height, any(one.is_farm for one in marks))
    inside = "".join([_ground(land), *(_leader(spot) for _, spot in spots), *symbols, *labels, bar, key])
    name = t.gettext("Where the grain lies")
    return tag(
        "svg", f"map {kind}", title(name) + inside, viewBox=f"0 0 {width:.0f} {land.height + key_height:.0f}",
        role="img", xmlns="http://www.w3.org/2000/svg", aria_label=name,
    )  # fmt: skip


def species_kind(species: str) -> str:
    """Return the class of a species' colour."""
    place = _order(species)[0]
    return f"s{place % COLOURS}" if place < len(vocabulary.SPECIES) else OTHER


def _order(species: str) -> tuple[int, str]:
    known = list(vocabulary.SPECIES)
    return (known.index(species) if species in known else len(known)), species


def _by_size(marks: Iterable[Mark]) -> list[Mark]:
    """The large ones find a label first, and the small ones are drawn over them."""
    return sorted(marks, key=lambda one: (-one.capacity_kg, one.number))


def _spots(marks: Sequence[Mark], land: Land) -> list[Spot]:
    largest = max(1.0, *(one.capacity_kg for one in marks))
    most = max(2 * _SMALLEST, min(_LARGEST, 0.17 * land.width / sqrt(len(marks))))
    found = []
    for one in _by_size(marks):
        x, y = land.at(one.latitude, one.longitude)
        radius = max(_SMALLEST, most * sqrt(max(0.0, one.capacity_kg) / largest))
        found.append(Spot(x, y, radius, x, y))
    return found


def _ground(land: Land) -> str:
    return tag("rect", "ground", x=0.5, y=0.5, width=land.width - 1, height=land.height - 1, rx=6)


def _leader(spot: Spot) -> str:
    """A symbol that made room for another points to its place."""
    moved = abs(spot.x - spot.true_x) + abs(spot.y - spot.true_y)
    return line(spot.true_x, spot.true_y, spot.x, spot.y, "leader") if moved > 4 else ""


def _symbol(mark: Mark, spot: Spot) -> str:
    kind = "old" if mark.is_old else "fresh"
    held = sum(mark.parts.values())
    whole = max(mark.capacity_kg, held, 1.0)
    shares = [(species_kind(name), kg / whole) for name, kg in mark.parts.items() if kg > 0]
    drawn = _square(spot, shares, kind) if mark.is_farm else _pie(spot, shares, kind)
    return link(mark.href, title(mark.told) + drawn)


def _pie(spot: Spot, shares: Iterable[tuple[str, float]], kind: str) -> str:
    parts = [tag("circle", "empty", cx=spot.x, cy=spot.y, r=spot.r)]
    begun = 0.0
    for colour, share in shares:
        parts.append(_sector(spot, begun, min(1.0, begun + share), colour))
        begun += share
    parts.append(tag("circle", f"rim {kind}", cx=spot.x, cy=spot.y, r=spot.r))
    return "".join(parts)


def _sector(spot: Spot, begin: float, end: float, colour: str) -> str:
    if end - begin > 0.999:
        return tag("circle", colour, cx=spot.x, cy=spot.y, r=spot.r)
    if end <= begin:
        return ""
    (x1, y1), (x2, y2) = (_on_rim(spot, share) for share in (begin, end))
    large = 1 if end - begin > 0.5 else 0
    arc = f"A{spot.r:.1f} {spot.r:.1f} 0 {large} 1 {x2:.1f} {y2:.1f}Z"
    drawn = f"M{spot.x:.1f} {spot.y:.1f}L{x1:.1f} {y1:.1f}{arc}"
    return tag("path", colour, d=drawn)


def _on_rim(spot: Spot, share: float) -> tuple[float, float]:
    """From the top on, as a clock goes."""
    angle = 2 * pi * share
    return spot.x + spot.r * sin(angle), spot.y - spot.r * cos(angle)


def _square(spot: Spot, shares: Iterable[tuple[str, float]], kind: str) -> str:
    """Filled from below."""
    half = spot.r * 0.88
    left, bottom, side = spot.x - half, spot.y + half, 2 * half
    parts = [tag("rect", "empty", x=left, y=bottom - side, width=side, height=side)]
    for colour, share in shares:
        bottom -= share * side
        parts.append(tag("rect", colour, x=left, y=bottom, width=side, height=share * side))
    parts.append(tag("rect", f"rim {kind}", x=left, y=spot.y - half, width=side, height=side))
    return "".join(parts)


def _label(mark: Mark, spot: Spot, room: Room) -> str:
    """The name with its note, the name alone, its number beside the symbol, or the number on it."""
    name = shorten(mark.name, _LONGEST_NAME)
    words = [f"{name} · {mark.note}"] if mark.note else []
    for text, kind in [*((one, "label") for one in (*words, name)), (str(mark.number), "label number")]:
        box = room.label(spot, width_of(text) + 4, LINE)
        if box is not None:
            return _text(text, box[0] + 2, box[1] + LINE - 4, kind + (" old" if mark.is_old else ""))
    return _text(str(mark.number), spot.x, spot.y + 4, "label number within", "middle")


def _text(words: str, x: float, y: float, kind: str, anchor: str = "start") -> str:
    return tag("text", kind, escape(words), x=x, y=y, text_anchor=anchor)


def _bar(t: Translator, land: Land, km: int, length: float, room: Room) -> str:
    left, y = 12.0, land.height - 12
    words = f"{t.number(km, 0)}\N{NO-BREAK SPACE}km"
    room.take((left, y - LINE, left + length + width_of(words) + 8, y + 6))
    ends = line(left, y - 4, left, y + 4, "bar") + line(left + length, y - 4, left + length, y + 4, "bar")
    return line(left, y, left + length, y, "bar") + ends + _text(words, left + length + 6, y + 4, "small")


def _key(
    t: Translator, species: Sequence[str], width: float, top: float, has_farms: bool
) -> tuple[str, float]:
    """What the colours and shapes say, in as many lines as they need."""
    entries = [(species_kind(one), vocabulary.species_name(one, t.language) if one else t.gettext("not said"))
               for one in species]  # fmt: skip
    entries += [("empty", t.gettext("free room")), ("rim old", t.gettext("old word"))]
    entries += [("rim farm", t.gettext("farm store"))] if has_farms else []
    x, y, parts = 2.0, top + KEY_LINE, []
    for kind, words in entries:
        taken = 20 + width_of(words) + 14
        if x + taken > width and x > 2:
            x, y = 2.0, y + KEY_LINE
        is_round = kind != "rim farm"
        shape = tag("circle", kind + (" edge" if kind == "empty" else ""), cx=x + 7, cy=y - 4, r=6)
        square = tag("rect", "rim fresh", x=x + 1, y=y - 10, width=12, height=12)
        parts.append((shape if is_round else square) + _text(words, x + 20, y, "small"))
        x += taken
    return "".join(parts), y - top + 8
