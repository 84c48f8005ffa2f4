"""The map is drawn so that it can be read: labels lie on nothing, and every place is named or numbered."""

import re
from random import Random
from xml.etree import ElementTree

import pytest

from ui.web.charts.land import Land, Room, Spot, overlap, spread
from ui.web.charts.map import LINE, Mark, draw_map
from ui.web.charts.svg import width_of
from ui.words.i18n import translator

SVG = "{http://www.w3.org/2000/svg}"
FR = translator("fr")
SPECIES = ("soft_wheat", "durum", "barley", "maize", "rapeseed", "pea")


def mark(number: int, name: str, latitude: float, longitude: float, **more: object) -> Mark:
    said = {
        "parts": {"soft_wheat": 300_000.0}, "capacity_kg": 900_000.0, "is_farm": False, "is_old": False,
        "href": f"/sites/{number}", "told": name, **more,
    }  # fmt: skip
    return Mark(number, name, latitude, longitude, **said)  # type: ignore[arg-type]


def sixty(seed: int) -> list[Mark]:
    """So many silos, some of them in one town, on a hundred kilometres."""
    draw = Random(seed)
    towns = [(draw.uniform(46.6, 47.6), draw.uniform(3.9, 5.4)) for _ in range(45)]
    found = []
    for number in range(1, 61):
        north, east = draw.choice(towns)
        parts = {draw.choice(SPECIES): draw.uniform(0, 3e6) for _ in range(3)}
        found.append(
            mark(
                number, f"Silo de Saint-{draw.choice(['Amand', 'Léger', 'Martin'])}-{number}",
                north + draw.uniform(-0.01, 0.01), east + draw.uniform(-0.01, 0.01), parts=parts,
                capacity_kg=draw.uniform(5e5, 2e7), is_farm=number % 7 == 0, is_old=number % 9 == 0,
                note="dit il y a 3 j" if number % 9 == 0 else "",
            )
        )  # fmt: skip
    return found


def labels(svg: str) -> list[tuple[str, float, float]]:
    root = ElementTree.fromstring(svg)
    return [
        (str(one.text), float(one.get("x", 0)), float(one.get("y", 0)))
        for one in root.iter(f"{SVG}text")
        if "label" in one.get("class", "") and "within" not in one.get("class", "")
    ]


@pytest.mark.parametrize("width", [1000.0, 360.0])
@pytest.mark.parametrize("seed", range(3))
def test_labels_of_sixty_sites_do_not_lie_on_each_other(width: float, seed: int) -> None:
    svg = draw_map(FR, sixty(seed), width, "wide")
    boxes = [(x, y - LINE + 4, x + width_of(words), y + 4) for words, x, y in labels(svg)]
    assert not [1 for at, one in enumerate(boxes) for other in boxes[:at] if overlap(one, other)]
    assert all(left >= 0 and right <= width for left, _, right, _ in boxes)
    root = ElementTree.fromstring(svg)
    named = [one for one in root.iter(f"{SVG}text") if "label" in one.get("class", "")]
    assert len(named) == 60
    assert len(list(root.iter(f"{SVG}a"))) == 60


def test_symbols_of_one_town_are_moved_apart_and_stay_on_the_map() -> None:
    land = Land.around([(47.0, 4.8), (47.5, 5.0)], 400, 34)
    spots = spread([Spot(390.0, 5.0, 20.0, 390.0, 5.0)] * 6, land)
    for at, one in enumerate(spots):
        assert one.r <= one.x <= 400 - one.r
        for other in spots[:at]:
            assert (one.x - other.x) ** 2 + (one.y - other.y) ** 2 >= (one.r + other.r) ** 2 - 1


def test_north_is_up_and_a_kilometre_is_one_length_in_both_directions() -> None:
    land = Land.around([(46.5, 4.0), (47.5, 5.5)], 1000, 34)
    (x, y), (east, _), (_, north) = land.at(47, 4.7), land.at(47, 4.8), land.at(47.1, 4.7)
    assert north < y
    assert (y - north) / (east - x) == pytest.approx(1 / 0.682, rel=0.01)  # cos of 47 degrees
    assert all(0 <= one <= 1000 for one in land.at(47.5, 5.5))


def test_one_silo_alone_is_a_map_too() -> None:
    root = ElementTree.fromstring(draw_map(FR, [mark(1, "Beaulieu", 47.0, 4.8)], 360, "narrow"))
    assert [one.text for one in root.iter(f"{SVG}text") if one.get("class") == "label"] == ["Beaulieu"]
    assert draw_map(FR, [], 360, "narrow") == ""


def test_what_is_full_is_a_share_of_the_circle_and_of_the_square() -> None:
    parts = {"soft_wheat": 450_000.0}
    circle = draw_map(FR, [mark(1, "A", 47.0, 4.8, parts=parts)], 360, "wide")
    arc = re.search(
        r'class="s0" d="M([\d.]+) ([\d.]+)L([\d.]+) ([\d.]+)A[\d. ]+ 0 \d 1 ([\d.]+) ([\d.]+)Z', circle
    )
    assert arc is not None
    x, y, _, top, end_x, end_y = map(float, arc.groups())
    assert (end_x, end_y) == pytest.approx((x, 2 * y - top), abs=0.2)  # half a circle
    square = draw_map(FR, [mark(1, "A", 47.0, 4.8, parts=parts, is_farm=True)], 360, "wide")
    held = re.search(r'class="s0" x="[\d.]+" y="[\d.]+" width="([\d.]+)" height="([\d.]+)"', square)
    assert held is not None
    assert float(held[2]) == pytest.approx(float(held[1]) / 2, abs=0.1)


def test_a_name_is_text_and_nothing_else() -> None:
    svg = draw_map(FR, [mark(1, "<b>A&\u202eB", 47.0, 4.8)], 360, "wide")
    assert "<b>" not in svg
    ElementTree.fromstring(svg)


def test_a_label_with_no_room_is_none() -> None:
    land = Land.around([(47.0, 4.8)], 100, 34)
    spot = Spot(50, 20, 5, 50, 20)
    room = Room([spot], land)
    room.take((0, 0, 100, land.height))
    assert room.label(spot, 20, LINE) is None
