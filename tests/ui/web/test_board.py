"""A driver reads his pit from the cab; the screen says nothing that the yard does not show anyway."""

from pathlib import Path

from playwright.sync_api import Browser

from station.api.views.board import end_of
from tests.silo_rig import Silo
from tests.ui.web.rig import Text, pages_of

STYLE = Path(__file__).parents[3] / "ui" / "web" / "static" / "board.css"


def send(silo: Silo, plate: str) -> str:
    visit = silo.arrive(plate)
    silo.confirm(43_120, visit, "first")
    silo.measure_well(visit)
    silo.decide(silo.loads(visit)[0])
    return visit.id


def test_who_is_told_where_to_tip_stands_there_by_the_end_of_the_plate(silo: Silo) -> None:
    send(silo, "AB-101-CD")
    silo.arrive("AB-777-XX")  # nothing is decided
    page = pages_of(silo).stranger("fr").get("/board")
    assert page.status_code == 200
    words = Text(page.text).words
    assert "…1CD" in words
    for secret in ("AB-101", "Dupont", "XX", "43", "c1", "blé"):
        assert secret not in page.text


def test_two_trucks_that_would_read_the_same_show_more(silo: Silo) -> None:
    send(silo, "AB-101-CD")
    send(silo, "AB-201-CD")
    words = Text(pages_of(silo).stranger("en").get("/board").text).words
    assert [one for one in words if one.startswith("…")] == ["…201CD", "…101CD"]
    assert end_of("AB101CD", {"AB101CD"}) == "1CD"
    assert end_of("1CD", {"1CD", "X1CD"}) == "1CD"


def test_nobody_is_called_while_nothing_is_decided(silo: Silo) -> None:
    assert "Attendre l'appel" in Text(pages_of(silo).stranger("fr").get("/board").text).words


def test_the_digits_are_legible_at_ten_metres(silo: Silo, browser: Browser) -> None:
    for number in range(3):
        send(silo, f"AB-{number}01-CD")
    text = pages_of(silo).stranger("fr").get("/board").text
    page = browser.new_page(viewport={"width": 1280, "height": 720})
    page.set_content(text.replace('http-equiv="refresh"', 'name="once"'))
    page.add_style_tag(path=STYLE)
    for pit in page.locator(".pit").all():
        box = pit.bounding_box()
        assert box is not None
        assert box["height"] >= 0.2 * 720
        assert box["y"] + box["height"] <= 720
    page.close()
