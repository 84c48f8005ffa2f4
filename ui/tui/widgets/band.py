"""The band on top of a screen says what Enter does now, with the pit number in large figures."""

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import Horizontal

from ui.tui.columns import SHORT, fit, wrap
from ui.tui.widgets.bars import Plain
from ui.tui.widgets.big import Big, big_figures

_BORDER = 2
_MOST, _MOST_IN_SHORT = 6, 5


class Band(Horizontal):
    """`show` fills it; with no lines it is not there."""

    DEFAULT_CSS = """
    Band { height: auto; width: 1fr; border: solid $primary; padding: 0; }
    Band > #asks { width: 1fr; height: auto; padding: 0 1; }
    """

    def compose(self) -> ComposeResult:
        yield Big(id="pit")
        yield Plain(id="asks")

    def show(self, lines: Sequence[str], *, pit: str = "", title: str = "") -> None:
        """Show at most six lines for the width there is, five on a short screen; the last one (what Enter
        does) always stays."""
        self.display = bool(lines)
        if not lines:
            return
        self.border_title = title
        big = self.query_one("#pit", Big)
        big.display = bool(pit)
        big.show(pit)
        figures = max((len(line) for line in big_figures(pit).split("\n")), default=0) + 3 if pit else 0
        room = max(20, self.app.size.width - _BORDER - 2 - figures)
        wrapped = [part for line in lines[:-1] for part in wrap(line, room)]
        asks = wrap(lines[-1], room)
        most = max(_MOST_IN_SHORT if self.app.size.height < SHORT else _MOST, len(asks) + 1)
        if len(wrapped) + len(asks) > most:
            wrapped = [*wrapped[: most - len(asks) - 1], fit(wrapped[most - len(asks) - 1] + " …", room)]
        self.query_one("#asks", Plain).show_text("\n".join([*wrapped, *asks]))

    @property
    def shown(self) -> str:
        return self.query_one("#asks", Plain).shown if self.display else ""
