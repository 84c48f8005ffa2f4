import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.draws import examples
from tests.ui.web import stored
from ui.web.charts.bland_altman import bland_altman
from ui.web.charts.caterpillar import caterpillar
from ui.web.charts.control_chart import control_chart
from ui.web.charts.fairness import fairness_dots
from ui.web.charts.own_errors import own_errors
from ui.web.charts.scales import scale, ticks
from ui.web.charts.scatter import scatter
from ui.web.charts.sides import sides
from ui.web.charts.svg import TEXT, shorten, width_of
from ui.words.i18n import translator

FRENCH, ENGLISH = translator("fr"), translator("en")
NAMES = {"phone": "Téléphone", "machine": "Analyseur", "lab": "Laboratoire"}
SVG = "{http://www.w3.org/2000/svg}"

Chart = Callable[[Any], str]
CHARTS: Mapping[str, Chart] = {
    "scatter": lambda result: scatter(result, "Téléphone 3", "Laboratoire", FRENCH),
    "bland_altman": lambda result: bland_altman(result, "Téléphone 3", "Laboratoire", FRENCH, 0.3),
    "own_errors": lambda result: own_errors(result, NAMES, FRENCH),
    "sides": lambda result: sides(result, NAMES, FRENCH),
    "caterpillar": lambda by: caterpillar(by, "%", "modèle", FRENCH),
    "control_chart": lambda result: control_chart(result, "Infratec 1", FRENCH),
    "fairness": lambda entries: fairness_dots(entries, "opérateur", FRENCH),
}
GIVEN: Mapping[str, Any] = {
    "scatter": stored.pair(),
    "bland_altman": stored.pair(),
    "own_errors": stored.three_ways(),
    "sides": stored.who_was_right(),
    "caterpillar": stored.groups()["by"]["variety"],
    "control_chart": stored.watch(),
    "fairness": stored.fairness()["by"]["supplier"],
}

_odd_numbers = st.one_of(
    st.none(),
    st.floats(allow_nan=True, allow_infinity=True),
    st.sampled_from([0.0, -0.0, 12.5, 1e300, -1e300, 1e99, 5e-324, 1e-12, 1e15, True, "12,5", [], {}]),
    st.integers(-(10**30), 10**30),
)
_odd_words = st.one_of(
    st.text(max_size=80),
    st.sampled_from(
        [
            "", "</text><script>alert(1)</script>", '"><image href="//x.example/y"/>', "\x00\x0b\ufffe\ud800",
            "\u202egnissap", "W" * 300, "粮" * 50, "]]>", "&amp;&#0;", "{n} {unit} %s",
        ]
    ),
)  # fmt: skip


def _strange(value: Any) -> st.SearchStrategy[Any]:
    """Draw a thing of the same shape, every number and word of it odd, every list of another length."""
    if isinstance(value, dict):
        return st.fixed_dictionaries({}, optional={key: _strange(part) for key, part in value.items()})
    if isinstance(value, list) and value:
        return st.lists(_strange(value[0]), max_size=6)
    if isinstance(value, str):
        return st.one_of(_odd_words, st.just(value))
    return st.one_of(_odd_numbers, st.just(value))


@pytest.mark.parametrize("name", CHARTS)
@settings(max_examples=examples(24))
@given(data=st.data())
def test_nothing_that_is_stored_breaks_a_chart(name: str, data: st.DataObject) -> None:
    _check(CHARTS[name](data.draw(_strange(_short(GIVEN[name])))))


@pytest.mark.parametrize("name", CHARTS)
def test_a_chart_is_whole_and_the_same_each_time(name: str) -> None:
    drawn = CHARTS[name](GIVEN[name])
    _check(drawn)
    assert drawn == CHARTS[name](GIVEN[name])


@pytest.mark.parametrize("name", CHARTS)
def test_a_chart_of_nothing_is_an_empty_chart(name: str) -> None:
    _check(CHARTS[name]([] if name == "fairness" else {}))


@settings(max_examples=examples(40))
@given(words=_odd_words)
def test_names_are_text_whatever_they_hold(words: str) -> None:
    for drawn in (
        scatter(stored.pair(3), words, words, ENGLISH),
        control_chart(stored.watch(), words, ENGLISH),
        own_errors(stored.three_ways(), {"phone": words}, ENGLISH),
    ):
        _check(drawn)


def test_two_thousand_points_stay_small() -> None:
    result = stored.pair(2000)
    assert all(len(CHARTS[name](result).encode()) < 60_000 for name in ("scatter", "bland_altman"))
    many = {"groups": stored.groups()["by"]["variety"]["groups"] * 100}
    assert len(CHARTS["caterpillar"](many)) < 60_000


def test_points_and_lines_stand_where_their_values_are() -> None:
    drawn = scatter({"points": [{"x": 0, "y": 0}, {"x": 10, "y": 10}]}, "A", "B", ENGLISH)
    places = re.findall(r"M([\d.]+) ([\d.]+)h0", drawn)
    root = ElementTree.fromstring(drawn)
    field = next(mark for mark in root.iter(f"{SVG}rect") if mark.get("class") == "field")
    left, top, width, height = (float(field.get(side, "")) for side in ("x", "y", "width", "height"))
    shares = [((float(x) - left) / width, (float(y) - top) / height) for x, y in places]
    assert shares == [pytest.approx((1 / 22, 21 / 22), abs=1e-3), pytest.approx((21 / 22, 1 / 22), abs=1e-3)]


def test_numbers_are_written_as_their_reader_writes_them() -> None:
    french = bland_altman(stored.pair(), "Téléphone 3", "Laboratoire", FRENCH, 0.1)
    english = bland_altman(stored.pair(), "Phone 3", "Laboratory", ENGLISH, 0.1)
    assert ">0,5<" in french
    assert ">0.5<" not in french
    assert ">0.5<" in english


def test_a_sample_beyond_the_outer_limits_leads_to_its_load() -> None:
    point = {"x": 11.0, "y": 14.0, "load_id": "a/b?c", "at": "2026-07-01T00:00:00+00:00"}
    drawn = bland_altman({**stored.pair(20), "points": [point]}, "A", "B", ENGLISH)
    assert 'href="/loads/a%2Fb%3Fc"' in drawn


def test_controls_and_laboratory_checks_have_marks_of_their_own() -> None:
    drawn = control_chart(stored.watch(), "Infratec 1", ENGLISH)
    checks = stored.watch()["checks"]
    controls = sum(check["kind"] == "control" for check in checks)
    root = ElementTree.fromstring(drawn)
    squares = [mark for mark in root.iter(f"{SVG}rect") if mark.get("class") == "square"]
    assert len(squares) == controls + 1  # one in the key
    assert drawn.count("h0") == len(checks) - controls
    uprights = [mark.get("class") for mark in root.iter(f"{SVG}line")]
    assert uprights.count("alarm") == 1
    assert uprights.count("adjusted") == 1


def test_a_group_whose_interval_excludes_zero_is_marked() -> None:
    drawn = caterpillar(stored.groups()["by"]["phone_model"], "%", "model", ENGLISH)
    root = ElementTree.fromstring(drawn)
    marks = [mark.get("class") for mark in root.iter(f"{SVG}circle")]
    assert (marks.count("dot sure"), marks.count("dot unsure")) == (2 + 1, 1 + 1)
    assert "Galaxy A54 (120)" in drawn


@given(st.lists(st.floats(-1e12, 1e12), max_size=8), st.integers(1, 12))
def test_ticks_are_few_round_and_within(values: list[float], most: int) -> None:
    shown = scale(values, 0, 100)
    found = ticks(shown, most)
    assert len(found.places) <= most + 1
    assert all(shown.low <= place <= shown.high for place in found.places)
    assert list(found.places) == sorted(set(found.places))


@given(_odd_words, st.floats(0, 400))
def test_words_are_cut_to_their_room(words: str, room: float) -> None:
    assert width_of(shorten(words, room)) <= max(room, width_of("…"))


def _short(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _short(part) for key, part in value.items()}
    return [_short(part) for part in value[:1]] if isinstance(value, list) else value


def _check(drawn: str) -> None:
    """The text is XML, has no style, no script and no address outside, and all of it lies in the picture."""
    root = ElementTree.fromstring(drawn)
    width, height = (float(side) for side in root.get("viewBox", "").split()[2:])
    assert root.find(f"{SVG}title") is not None
    for element in root.iter():
        assert element.tag.removeprefix(SVG) in {
            "svg", "title", "desc", "a", "line", "rect", "circle", "path", "text",
        }  # fmt: skip
        assert "style" not in element.attrib
        assert element.get("href", "/loads/").startswith("/loads/")
        for x, y in _places(element):
            assert 0 <= x <= width
            assert 0 <= y <= height


def _places(element: ElementTree.Element) -> Iterator[tuple[float, float]]:
    at = {key: float(value) for key, value in element.attrib.items() if key in _NUMBERS}
    name = element.tag.removeprefix(SVG)
    if name == "line":
        yield from ((at["x1"], at["y1"]), (at["x2"], at["y2"]))
    elif name == "rect":
        yield from ((at["x"], at["y"]), (at["x"] + at["width"], at["y"] + at["height"]))
    elif name == "circle":
        yield from ((at["cx"] - at["r"], at["cy"] - at["r"]), (at["cx"] + at["r"], at["cy"] + at["r"]))
    elif name == "path":
        found = [
            float(number)
            for number in re.findall(r"-?[\d.]+|nan|inf", element.get("d", "").replace("h0", ""))
        ]
        yield from zip(found[::2], found[1::2], strict=True)
    elif name == "text":
        words = "".join(element.itertext()) if element.find(f"{SVG}title") is None else element[0].tail or ""
        breadth = width_of(words)
        shift = {"end": breadth, "middle": breadth / 2}.get(element.get("text-anchor", ""), 0.0)
        yield from ((at["x"] - shift + 0.1, at["y"] - TEXT), (at["x"] - shift + breadth - 0.1, at["y"]))


_NUMBERS = {"x", "y", "x1", "x2", "y1", "y2", "cx", "cy", "r", "width", "height"}


def test_methods_stand_in_one_order_whatever_order_they_are_kept_in() -> None:
    stated = stored.three_ways()
    turned = {**stated, "methods": dict(sorted(stated["methods"].items()))}
    assert own_errors(turned, NAMES, FRENCH) == own_errors(stated, NAMES, FRENCH)
