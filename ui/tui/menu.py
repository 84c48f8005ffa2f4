"""The menu offers everything that has no function key of its own; the page of keys says all keys."""

from ui.tui.dialogs import Choice, Option
from ui.tui.screens.base import StationScreen
from ui.words.i18n import Translator


def open_menu(screen: StationScreen) -> None:
    """Open the menu on `screen`; an option's key is the action that it runs."""
    t, app = screen.t, screen.app
    options = [
        *screen.menu_options(),
        Option("show('devices')", t.gettext("Devices (D)")),
        Option("show('cells')", t.gettext("Cells (C)")),
        Option("show('tickets')", t.gettext("Tickets (T)")),
        Option("show('queue')", t.gettext("Queue (F2/Q)")),
        Option("show('arrival')", t.gettext("Arrival (F3/A)")),
        Option("show('exceptions')", t.gettext("Exceptions (F4/E)")),
        Option("language", t.gettext("Français (F11/L)")),
        Option("contrast", t.gettext("Light or dark (F12/K)")),
        Option("change_person", t.gettext("Another person signs in")),
        Option("quit", t.gettext("Quit the terminal")),
    ]

    def run(choice: Choice) -> None:
        app.call_later(app.run_action, choice.key)

    screen.choose(t.gettext("Menu"), options, run)


def help_text(t: Translator) -> str:
    """Write the page of keys."""
    lines = [
        t.gettext("Enter does what the band on top asks; without a band it opens the marked load."),
        t.gettext("Scan a sample's barcode on any screen: its load opens, or it is entered as a sample."),
        t.gettext("Letters are keys outside of fields only; Esc leaves a field, then the screen."),
        "",
        t.gettext("F2/Q queue   F3/A arrival   F4/E exceptions   D devices   C cells   T tickets"),
        t.gettext("F10/M menu   F11/L language   F12/K light or dark   ↑ ↓ or P and N move   Ctrl+Q quit"),
        "",
        t.gettext("Queue: F5/V see the load   F6/O weight is for another visit   F7/W type a weight"),
        t.gettext("F8/X dismiss the weight   F9/Z cancel the visit   menu: tipped elsewhere"),
        t.gettext("Load: F5/I type a value or the variety   F6/O another cell   F7/B barcode"),
        t.gettext("F8/X refuse   F9/G the supplier leaves"),
        t.gettext("Arrival: F5/V save   F9/P add a load   F6/O next load   F7/X remove it"),
        t.gettext("Exceptions: Enter or a scan assigns   F8/X dismisses"),
        t.gettext("Devices: F7/S another instrument   F5/V it was verified again"),
        t.gettext("R: a meter that repeats its value shows a new sample of the same value"),
    ]
    return "\n".join(lines)
