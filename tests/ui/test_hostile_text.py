"""What strangers wrote moves no cursor, turns no line round and is no markup, on any screen."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from textual import events
from textual.geometry import Size

from drivers.text import is_hidden
from station.receival.arrivals.visits import NewLoad
from station.runtime.live import HealthFacts
from tests.hostile import MARKUP, any_text
from tests.ui.rig import House, Station, bridge, served
from tests.ui.terminal import Terminal, terminal
from ui.tui.columns import fit, flow, wrap
from ui.tui.widgets.rows import ListRow, Rows

UI = Path(__file__).parents[2] / "ui" / "tui"
EVIL = f"\x1b[2J\x9b1m\u202e{MARKUP}\u200b\x07\n\r\U000e0041"
SHOWN = "\\x1b[2J\\x9b1m\\u202e[red]"


@pytest.fixture(scope="module")
def hostile_station(tmp_path_factory: pytest.TempPathFactory, house: House) -> Iterator[Station]:
    """Rows as an older station may have kept them: nothing of this comes in today."""
    with served(house, tmp_path_factory.mktemp("hostile") / "data") as opened:
        silo = opened.silo
        silo.arrive("AB-123-CD", NewLoad("soft_wheat", barcode="S0001", declared_variety=EVIL), supplier=EVIL)
        waiting = silo.arrive("CD-456-EF", NewLoad("soft_wheat", barcode="S0002"), supplier=EVIL)
        silo.confirm(40_000, waiting, "first")
        silo.measure("gac", {"moisture": 13.0}, "S0002", product=EVIL)
        silo.measure("gac", {"moisture": 12.0}, "NOBODY", product=EVIL)
        opened.devices[:] = [bridge(name=f"Bridge {EVIL}", port=EVIL, error=("device_idle", {"port": EVIL}))]
        opened.facts = HealthFacts("off", warnings=(("vision_problem", {"text": EVIL}),))
        yield opened


def clean(t: Terminal) -> None:
    assert not [char for char in t.text.replace("\n", "") if is_hidden(char)], ascii(t.text)


async def test_no_screen_prints_it_raw(hostile_station: Station) -> None:
    async with terminal(hostile_station, "en") as t:
        await t.see(SHOWN)
        for key in ("f2", "f4", "d", "c", "t"):
            await t.press(key)
            clean(t)
        await t.press("f2", "f5")
        await t.see("load 1", SHOWN)
        clean(t)
        await t.press("end")
        clean(t)


async def test_the_arrival_suggests_it_and_takes_it_into_its_fields_shown(hostile_station: Station) -> None:
    async with terminal(hostile_station, "en") as t:
        await t.press("f3")
        await t.write("AB-123")
        await t.see(SHOWN)
        clean(t)
        await t.press("enter")
        await t.see(SHOWN)
        clean(t)


async def test_a_dialog_shows_it_in_its_title_hint_and_options(hostile_station: Station) -> None:
    async with terminal(hostile_station, "en") as t:
        for title, hint in ((EVIL, "hint"), ("title", EVIL)):
            t.app.screen.ask(title, hint, lambda text: text or None, lambda text: None)  # type: ignore[attr-defined]
            await t.see(SHOWN)
            clean(t)
            await t.press("escape")


async def test_what_is_pasted_is_cleaned(hostile_station: Station) -> None:
    async with terminal(hostile_station, "en") as t:
        await t.press("f3")
        t.app.post_message(events.Paste("AB\x1b[2J\u202e-9"))
        await t.see("AB[2J-9")
        clean(t)


async def test_a_notice_shows_it(hostile_station: Station) -> None:
    async with terminal(hostile_station, "en") as t:
        t.app.say(EVIL)
        await t.see(SHOWN)
        clean(t)


@given(any_text, st.integers(4, 60))
def test_what_is_laid_out_is_seen_and_never_wider_than_asked(text: str, width: int) -> None:
    for line in (fit(text, width), *wrap(text, width), *flow(text.split(" "), width)[:1]):
        assert not any(map(is_hidden, line))
    assert cell_len(fit(text, width)) == width
    assert all(cell_len(line) <= width for line in wrap(text, width))


def test_a_row_is_shown_whatever_it_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Rows, "size", property(lambda _: Size(200, 24)))
    rows = Rows()
    rows._rows = [ListRow("a", (EVIL,))]
    (line,), _, _ = rows._lines()
    assert SHOWN in line.plain
    assert not any(map(is_hidden, line.plain))


def test_only_the_widgets_of_this_house_show_text() -> None:
    """Plain and Rows show what cannot be seen by its number and read no markup; Input reads none either."""
    for file in UI.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module == "textual.widgets":
                names = {alias.name for alias in node.names}
                assert names <= ({"Static"} if file.name == "bars.py" else {"Input"}), file
            if isinstance(node, ast.Attribute):
                assert node.attr not in ("notify", "from_markup", "from_ansi"), file
