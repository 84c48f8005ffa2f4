"""The menu offers everything that has no key of its own, and what a keyboard may lack a key for."""

from ui.tui.dialogs import Choice, Option, TextDialog
from ui.tui.keys import shown
from ui.tui.lines.texts import reason_texts
from ui.tui.screens.base import StationScreen
from ui.tui.waived import show_waived

_WAIVED, _WARNINGS = "waived", "warnings"


def open_menu(screen: StationScreen) -> None:
    """Open the menu on `screen`; an option's key is the action that it runs."""
    t, app = screen.t, screen.app
    options = [
        *screen.menu_options(),
        Option("show('devices')", t.gettext("Devices")),
        Option("show('cells')", t.gettext("Cells")),
        Option("show('tickets')", t.gettext("Tickets")),
        Option("show('ended')", t.gettext("Loads that ended today (Ctrl+T)")),
        Option("show('movements')", t.gettext("Cell movements")),
        Option("show('outbound')", t.gettext("Outbound visits")),
        Option("show('retained')", t.gettext("Samples kept")),
        Option("show('morning')", t.gettext("Start of the day")),
        Option("show('closing')", t.gettext("Close the day")),
        *screen.rare_options(),
        Option("show('queue')", t.gettext("Queue (F2)")),
        *([Option("show('arrival')", t.gettext("Arrival (F3)"))] if screen.may_receive else []),
        Option("show('exceptions')", t.gettext("Exceptions (F4)")),
        *([Option(_WARNINGS, t.gettext("Warnings in full"))] if _warnings(screen) else []),
        *_phone(screen),
        Option(_WAIVED, t.gettext("Values approved as missing")),
        Option("take_back", t.gettext("Take back (F9)")),
        Option("help", t.gettext("Keys (F1)")),
        Option("language", t.gettext("Français (F11)")),
        Option("contrast", t.gettext("Light or dark (F12)")),
        *([Option("hand_over", t.gettext("Hand the shift over"))] if screen.may_receive else []),
        Option("change_person", t.gettext("Another person signs in")),
        Option("quit", t.gettext("Quit the terminal")),
    ]

    def run(choice: Choice) -> None:
        if choice.key == _WAIVED:
            show_waived(screen)
            return
        if choice.key == _WARNINGS:
            app.push_screen(TextDialog(t.gettext("Warnings in full"), "\n".join(_warnings(screen)), t))
            return
        app.call_later(app.run_action, choice.key)

    screen.choose(t.gettext("Menu"), options, run)


def _phone(screen: StationScreen) -> list[Option]:
    text = screen.t.gettext("Phone: show the QR code that it opens ({key})")
    key = shown("invite_phone", screen.t)
    if not screen.may_receive:
        return []
    return [
        Option("invite_phone", text.format(key=key)),
        Option("revoke_phone", screen.t.gettext("Phone: one takes no photo any more")),
    ]


def _warnings(screen: StationScreen) -> list[str]:
    health = screen.board.health
    return reason_texts(health.warnings, screen.t) if health else []
