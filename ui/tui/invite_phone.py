"""The terminal shows a QR code; the phone that scans it may take photos from then on, until it is revoked."""

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen

from station.api import schemas
from ui.tui.dialogs import Choice, Option
from ui.tui.keys import bound
from ui.tui.screens.base import StationScreen
from ui.tui.widgets.bars import Code, Plain
from ui.words.i18n import Translator
from ui.words.qr import half_blocks


class CodeDialog(ModalScreen[None]):
    """A QR code and, beside it, what to do with it. Escape or Enter closes it."""

    DEFAULT_CSS = """
    CodeDialog { align: center middle; }
    CodeDialog > Horizontal { width: 78; max-width: 100%; height: auto; max-height: 100%;
        border: heavy $primary; background: $surface; }
    CodeDialog #code { width: auto; height: auto; }
    CodeDialog Vertical { width: 1fr; height: auto; padding: 0 1; }
    CodeDialog Plain { height: auto; width: 1fr; margin: 0 0 1 0; }
    """
    BINDINGS: ClassVar[list[BindingType]] = bound("leave", "choose")

    def __init__(self, title: str, text: str, address: str, t: Translator) -> None:
        super().__init__()
        self._title, self._text, self.address, self._t = title, text, address, t

    def compose(self) -> ComposeResult:
        with Horizontal():
            yield Code(half_blocks(self.address))
            with Vertical():
                yield Plain(id="title", classes="heading")
                yield Plain(id="text")
                yield Plain(id="address")
                yield Plain(id="keys")

    def on_mount(self) -> None:
        self.query_one("#title", Plain).show_text(self._title)
        self.query_one("#text", Plain).show_text(self._text)
        self.query_one("#address", Plain).show_text(self.address)
        self.query_one("#keys", Plain).show_text(self._t.gettext("[Enter] or [Esc] back"))

    def action_choose(self) -> None:
        self.dismiss(None)

    def action_leave(self) -> None:
        self.dismiss(None)


def invite_phone(screen: StationScreen) -> None:
    station, t = screen.station, screen.t

    def show(made: schemas.PhoneInvitation) -> None:
        text = t.gettext(
            "Scan this with the phone's camera, in the site's Wi-Fi, before {time}. One phone, once."
        ).format(time=t.time(made.until, station.zone))
        screen.app.push_screen(CodeDialog(t.gettext("A phone takes photos"), text, made.address, t))

    station.act(station.client.invite_phone, show)


def revoke_phone(screen: StationScreen) -> None:
    """Ask which phone may take photos no more, as one that was lost."""
    station = screen.station
    station.read(station.client.phones, lambda phones: _choose(screen, phones))


def _choose(screen: StationScreen, phones: Sequence[schemas.Phone]) -> None:
    station, t = screen.station, screen.t
    if not phones:
        station.say(t.gettext("No phone may take photos here."))
        return

    def revoke(choice: Choice) -> None:
        said = t.gettext("The phone {name} takes no photo any more.").format(name=choice.text)
        station.record(lambda: station.client.revoke_phone(choice.key), said)

    options = [Option(one.id, one.name) for one in phones]
    screen.choose(t.gettext("Which phone takes no photo any more?"), options, revoke, preselects=False)
