"""At 60x20 nothing of a load is out of reach, and the keys that lead to all others stay."""

from collections.abc import Sequence

from textual.app import App, ComposeResult

from station.runtime.live import HealthFacts
from tests.ui.rig import Station
from tests.ui.terminal import plain, terminal
from tests.ui.test_screens import busy
from ui.tui.screens.load import LoadScreen
from ui.tui.widgets.bars import KeyLine, StatusBar
from ui.tui.widgets.rows import ListRow, Rows


async def test_every_line_of_a_loads_evidence_comes_by_and_menu_and_help_are_named(station: Station) -> None:
    busy(station.silo)
    async with terminal(station) as t:
        await t.see("GH-012-IJ")
        await t.pilot.resize_terminal(60, 20)
        await t.press("f5")
        await t.at(LoadScreen)
        await t.see("▶ humidité", "F10 menu", "F1 aide")
        assert len(t.app.screen.query_one("#keys", KeyLine).shown.split("\n")) <= 3
        rows = t.app.screen.query_one("#sections", Rows)
        told = [plain(line).strip() for row in rows._rows[:9] if row.key for line in row.lines]
        seen = plain(t.text)
        for _ in told:
            await t.press("down")
            seen += plain(t.text)
        assert [line for line in told if line not in seen] == []


async def test_warnings_leave_room_for_the_work_and_are_read_in_full_in_the_menu(station: Station) -> None:
    held = ("values_held", {"instruments": [f"NIR {name} (protéines)" for name in "ABCDEFGH"]})
    station.facts = HealthFacts("off", warnings=(held, ("vision_problem", {"text": "ZUTPHEN"})))
    busy(station.silo)
    async with terminal(station) as t:
        await t.see("GH-012-IJ")
        await t.pilot.resize_terminal(60, 20)
        await t.see("… [F10]")
        lines = t.app.screen.query_one("#status", StatusBar).shown.split("\n")
        assert len([line for line in lines if line.startswith(("! ", "  "))]) == 2
        assert "ZUTPHEN" not in plain(t.text)
        await t.press("f10", *"entier", "enter")
        await t.see("ZUTPHEN")


class _OneList(App[None]):
    def compose(self) -> ComposeResult:
        yield Rows(id="rows")

    def show(self, rows: Sequence[ListRow]) -> Rows:
        listed = self.query_one(Rows)
        listed.show(lambda width: rows)
        listed.focus()
        return listed


async def test_a_row_longer_than_the_screen_is_read_to_its_end_before_the_next_is_marked() -> None:
    app = _OneList()
    async with app.run_test(size=(30, 4)) as pilot:
        rows = app.show([ListRow("a", tuple(f"line {n}" for n in range(9))), ListRow("b", ("last",))])
        seen = []
        for _ in range(5):
            await pilot.pause()
            seen.append((rows.marked, "line 8" in rows.render().plain, "line 0" in rows.render().plain))
            await pilot.press("down")
        assert [marked for marked, _, _ in seen] == ["a", "a", "a", "b", "b"]
        assert seen[0][2]
        assert seen[2][1]
        await pilot.press("up", "up")
        await pilot.pause()
        assert rows.marked == "a"
