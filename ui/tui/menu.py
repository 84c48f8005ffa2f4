"""The menu of everything that has no function key of its own, and the page of keys."""

from typing import TYPE_CHECKING

from ui.tui.dialogs import Choice, Choose, Option, Read
from ui.tui.new_sample import repeating
from ui.tui.screens.queue import QueueScreen

if TYPE_CHECKING:
    from ui.tui.app import StationApp


def menu_dialog(app: "StationApp") -> None:
    """Opens the menu; what is chosen is done."""
    t = app.t
    options = [
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
    if repeating(app):
        options.insert(0, Option("new_sample", t.gettext("New sample with the same value (R)")))
    queue = app.screen if isinstance(app.screen, QueueScreen) else None
    if queue is not None and queue.may_tip_elsewhere:
        options.insert(0, Option("tipped", t.gettext("Tipped elsewhere than decided")))

    def chosen(choice: Choice | None) -> None:
        if choice is None:
            return
        if choice.key == "tipped" and queue is not None:
            queue.tip_elsewhere()
        else:
            app.call_later(app.run_action, choice.key)

    app.push_screen(Choose(t.gettext("Menu"), options, t), chosen)


def common_keys(app: "StationApp") -> list[tuple[str, str]]:
    """The keys of every screen, for its last lines."""
    t = app.t
    return [
        ("F2/Q", t.gettext("queue")),
        ("F3/A", t.gettext("arrival")),
        ("F4/E", t.gettext("exceptions")),
        *([("R", t.gettext("new sample"))] if repeating(app) else []),
        ("F10/M", t.gettext("menu")),
        ("F1/H", t.gettext("help")),
    ]


def help_dialog(app: "StationApp") -> Read:
    t = app.t
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
    return Read(t.gettext("Keys"), "\n".join(lines), t)
