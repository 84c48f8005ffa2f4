"""Where a scanned barcode goes: the field that asks for one, the load it belongs to, or a new sample."""

import re
from typing import TYPE_CHECKING

from station.api import schemas
from ui.tui.client import StationProblem
from ui.tui.dialogs import Ask, Choice, Choose, Option
from ui.tui.screens.base import StationScreen
from ui.tui.screens.load import LoadScreen
from ui.tui.screens.queue import QueueScreen

if TYPE_CHECKING:
    from ui.tui.app import StationApp

_BARCODE = re.compile(r"[A-Za-z0-9._-]{1,40}")


class ScanRouter:
    def __init__(self, app: "StationApp") -> None:
        self._app = app

    def route(self, barcode: str) -> None:
        app, screen = self._app, self._app.screen
        if not _BARCODE.fullmatch(barcode):
            told = app.t.gettext("“{text}” is no barcode: set the scanner to this keyboard's language.")
            app.say(told.format(text=barcode), is_problem=True)
        elif isinstance(screen, Ask | Choose):
            self._into_dialog(screen, barcode)
        elif not isinstance(screen, StationScreen):
            app.pop_screen()
            app.call_after_refresh(self.route, barcode)
        elif not screen.scanned(barcode):
            self._find(barcode)

    def _into_dialog(self, dialog: Ask | Choose, barcode: str) -> None:
        if dialog.takes_scan:
            dialog.take(barcode)
        else:
            told = self._app.t.gettext("{barcode} was scanned: finish this first (Esc), then scan again.")
            self._app.say(told.format(barcode=barcode), is_problem=True)

    def _find(self, barcode: str) -> None:
        """Open loads are known here; older and other samples are asked for."""
        load = self._app.board.load_with_barcode(barcode)
        if load is not None:
            self._app.open_load(load.id)
            return
        client = self._app.client

        async def look_up() -> schemas.Sample | None:
            try:
                return await client.sample(barcode)
            except StationProblem as refused:
                if refused.problem.code == "unknown_sample":
                    return None
                raise

        self._app.act(look_up, lambda sample: self._found(barcode, sample))

    def _found(self, barcode: str, sample: schemas.Sample | None) -> None:
        if sample is None:
            self._offer(barcode)
        elif sample.load_id is not None:
            self._app.open_load(sample.load_id)
        else:
            told = self._app.t.gettext("{barcode} is known: a sample without load, {count} readings.")
            self._app.say(told.format(barcode=barcode, count=len(sample.readings)))

    def _offer(self, barcode: str) -> None:
        """An unknown barcode may become the selected load's sample, or a courtesy sample."""
        app, t = self._app, self._app.t
        options = [Option("courtesy", t.gettext("a courtesy sample, without load"))]
        row = self._selected()
        visit = app.board.visit_of_load(row.id) if row else None
        if row is not None and visit is not None and row.barcode is None:
            label = t.gettext("the sample of {plate}, {supplier}").format(
                plate=visit.plate, supplier=visit.supplier
            )
            options.insert(0, Option(row.id, label))

        def chosen(choice: Choice | None) -> None:
            if choice is None:
                return
            told = t.gettext("Sample {barcode} entered.").format(barcode=barcode)
            if choice.key == "courtesy":
                sample = schemas.SampleIn(barcode=barcode, kind="courtesy")
                app.record(lambda: app.client.enter_sample(sample), told)
            else:
                app.record(lambda: app.client.enter_load_sample(choice.key, barcode), told)

        title = t.gettext("{barcode} is not known. Enter it as").format(barcode=barcode)
        app.push_screen(Choose(title, options, t), chosen)

    def _selected(self) -> schemas.LoadRow | None:
        screen = self._app.screen
        if isinstance(screen, QueueScreen):
            return screen.selected_load()
        return screen.load if isinstance(screen, LoadScreen) else None
