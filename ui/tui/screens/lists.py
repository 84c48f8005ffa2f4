"""These screens are lists to read: devices, cells, tickets."""

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import BindingType
from textual.widget import Widget

from station.api import schemas
from ui.tui.columns import Column, header_row, table_row, wrap
from ui.tui.dialogs import Choice, Option, TextDialog
from ui.tui.keys import bound, shown
from ui.tui.lines import lists as lines
from ui.tui.screens.base import StationScreen
from ui.tui.screens.printing import print_again
from ui.tui.screens.settle import ask_size
from ui.tui.screens.swap import Swap, ask_verification
from ui.tui.widgets.bars import Plain
from ui.tui.widgets.rows import ListRow, Rows


class ListScreen(StationScreen):
    """A list has a heading, column titles and rows."""

    def body(self) -> Sequence[Widget]:
        return [
            Plain(id="heading", classes="heading"),
            Plain(id="columns", classes="columns"),
            Rows(id="rows"),
        ]

    def draw(self) -> None:
        self.query_one("#heading", Plain).show_text(self.heading())
        columns, titles = self.columns(), self.query_one("#columns", Plain)
        titles.show_text(header_row(columns, self.width - 2))
        titles.display = bool(columns)  # a list of several tables has the titles of each in its rows
        self.query_one("#rows", Rows).show(self.rows)

    def keys(self) -> list[tuple[str, str]]:
        return [("↑ ↓", self.t.gettext("move")), (shown("leave", self.t), self.t.gettext("queue"))]

    def on_rows_moved(self) -> None:
        self.redraw()

    def heading(self) -> str:
        raise NotImplementedError

    def columns(self) -> list[Column]:
        raise NotImplementedError

    def rows(self, width: int) -> list[ListRow]:
        raise NotImplementedError


class DevicesScreen(ListScreen):
    BINDINGS: ClassVar[list[BindingType]] = bound("type")

    def keys(self) -> list[tuple[str, str]]:
        device, text = self._device, self.t.gettext("swap the instrument, verified again")
        if device is None:
            return super().keys()
        if device.open_ways:
            text = self.t.gettext("what the display shows, swap the instrument, verified again")
        return [(shown("type", self.t), text), *super().keys()]

    @property
    def _device(self) -> schemas.Device | None:
        marked = self.query_one("#rows", Rows).marked
        return next((device for device in self.board.devices if device.id == marked), None)

    def action_type(self) -> None:
        """Ask what is new about the marked instrument."""
        device, t = self._device, self.t
        if device is None:
            return
        options = [
            *([Option("settle", t.gettext("what its display shows"))] if device.open_ways else []),
            Option("swap", t.gettext("another instrument stands there")),
            Option("verified", t.gettext("it was verified again")),
        ]

        def go_on(choice: Choice) -> None:
            if choice.key == "settle":
                ask_size(self, device)
            elif choice.key == "swap":
                Swap(self, device).ask()
            else:
                ask_verification(self, device)

        self.choose(t.gettext("{name}: what has changed?").format(name=device.name), options, go_on)

    def heading(self) -> str:
        return self.t.gettext("Devices")

    def columns(self) -> list[Column]:
        return lines.device_columns(self.t)

    def rows(self, width: int) -> list[ListRow]:
        rows = []
        for device in self.board.devices:
            cells = lines.device_texts(device, self.board, self.t)
            notes = (
                part
                for note in lines.device_notes(device, self.t)
                for part in wrap("  " + note, width, indent=4)
            )
            rows.append(ListRow(device.id, (table_row(cells, self.columns(), width), *notes)))
        return rows or [ListRow(None, (self.t.gettext("No device is configured in the site file."),))]


class CellsScreen(ListScreen):
    def heading(self) -> str:
        return self.t.gettext("Cells")

    def columns(self) -> list[Column]:
        return lines.cell_columns(self.t)

    def rows(self, width: int) -> list[ListRow]:
        rows = []
        for cell in self.board.cells:
            first = table_row(lines.cell_texts(cell, self.t), self.columns(), width)
            notes = wrap("  " + lines.cell_notes(cell, self.board, self.t), width, indent=4)
            rows.append(ListRow(cell.id, (first, *notes)))
        return rows or [ListRow(None, (self.t.gettext("No cell is configured in the site file."),))]


class TicketsScreen(ListScreen):
    BINDINGS: ClassVar[list[BindingType]] = bound("print")

    def heading(self) -> str:
        return self.t.gettext("Tickets")

    def columns(self) -> list[Column]:
        return lines.ticket_columns(self.t)

    def rows(self, width: int) -> list[ListRow]:
        rows = [
            ListRow(
                str(ticket.number),
                (table_row(lines.ticket_texts(ticket, self.board, self.t), self.columns(), width),),
            )
            for ticket in self.board.tickets
        ]
        return rows or [ListRow(None, (self.t.gettext("No ticket yet."),))]

    def keys(self) -> list[tuple[str, str]]:
        if self.query_one("#rows", Rows).marked is None:
            return super().keys()
        own = [("choose", self.t.gettext("read the ticket")), ("print", self.t.gettext("print it again"))]
        return [*((shown(action, self.t), text) for action, text in own), *super().keys()]

    def action_print(self) -> None:
        """Print the marked ticket."""
        ticket = self._ticket(self.query_one("#rows", Rows).marked)
        if ticket is not None:
            print_again(self, ticket)

    def _ticket(self, number: str | None) -> schemas.Ticket | None:
        return next((ticket for ticket in self.board.tickets if str(ticket.number) == number), None)

    def on_rows_chosen(self, event: Rows.Chosen) -> None:
        ticket = self._ticket(event.key)
        if ticket is not None:
            title = self.t.gettext("Ticket {number}").format(number=ticket.number)
            self.app.push_screen(TextDialog(title, ticket.text, self.t))
