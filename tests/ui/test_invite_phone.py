"""The terminal shows a QR code that a phone can read off an 80×24 screen."""

import cv2
import numpy as np
import pytest

from station.acts.refusals import NotAllowed
from station.receival.persons import people
from station.vision.labels import barcodes_on
from tests.ui.rig import Station
from tests.ui.terminal import terminal
from ui.tui.invite_phone import CodeDialog
from ui.words.qr import half_blocks

ADDRESS = "http://192.168.100.100:8321/phone#0123456789abcdef01234567"
_HALVES = {" ": (0, 0), "▀": (1, 0), "▄": (0, 1), "█": (1, 1)}


def photo_of(rows: list[str]) -> bytes:
    """What a camera sees of these lines, whose cells are about twice as high as wide, on a dark screen."""
    dark = np.array([[_HALVES[cell][half] for cell in row] for row in rows for half in (0, 1)], bool)
    light = np.where(np.kron(dark, np.ones((6, 6), bool)), 0, 255).astype(np.uint8)
    photo = cv2.copyMakeBorder(light, 90, 90, 90, 90, cv2.BORDER_CONSTANT, value=20)
    return bytes(cv2.imencode(".jpg", photo)[1])


@pytest.mark.parametrize(
    "address", [ADDRESS, "http://silo.local:80/phone#0", ADDRESS.replace("8321", "65535")]
)
def test_the_half_blocks_are_the_code_and_fit_beside_a_text(address: str) -> None:
    rows = half_blocks(address)
    assert barcodes_on(photo_of(rows)) == [address]
    assert len(rows) <= 21
    assert {len(row) for row in rows} == {len(rows[0])}
    assert len(rows[0]) <= 42


@pytest.mark.parametrize("language", ["fr", "en"])
async def test_one_key_shows_it_whole_and_a_phone_that_reads_it_finds_the_station(
    station: Station, language: str
) -> None:
    station.phone_address = "http://192.168.100.100:8321"
    async with terminal(station, language) as it:
        await it.press("ctrl+f")
        await it.until(lambda: isinstance(it.app.screen, CodeDialog), "the code")
        await it.see("8321/phone")
        dialog = it.app.screen
        assert isinstance(dialog, CodeDialog)
        rows = half_blocks(dialog.address)
        assert all(row.strip() in it.text for row in rows)
        assert barcodes_on(photo_of(rows)) == [dialog.address]
        await it.press("escape")
        await it.until(lambda: not isinstance(it.app.screen, CodeDialog), "the queue")


async def test_where_no_phone_comes_it_says_why(station: Station) -> None:
    async with terminal(station, "en") as it:
        await it.press("ctrl+f")
        await it.hear("No phone finds this station")


async def test_a_lost_phone_is_chosen_in_the_menu_and_takes_no_photo_any_more(station: Station) -> None:
    async with terminal(station, "en") as it:
        await it.open("one takes no photo")
        await it.hear("No phone may take photos here.")
        desk, at = station.silo.desk, station.silo.clock()
        _, token = people.admit_phone(desk, "red one", "anne", at)
        await it.open("one takes no photo")
        await it.see("red one")
        await it.press("down", "enter")
        await it.hear("The phone red one takes no photo any more.")
        with pytest.raises(NotAllowed):
            people.terminal_of(desk, token)
