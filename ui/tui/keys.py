"""One key means one thing on every screen: this is the table of all keys.

No letter, figure or sign is a command, because a plate, a barcode or a reason may be typed anywhere: only
function keys, Ctrl with a letter, Space and the keys that move.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from textual.binding import Binding, BindingType

from ui.words.i18n import N_, Translator


@dataclass(frozen=True, slots=True)
class Key:
    """`pressed` are Textual's names of the keys, `shown` what stands on them, `meaning` what they do."""

    pressed: str
    shown: str
    meaning: str


# By action. A screen that has the action does it in the sense of its meaning.
KEYS: Mapping[str, Key] = {
    "choose": Key("enter", N_("Enter"), N_("does what the band on top asks, else opens the marked line")),
    "leave": Key("escape", N_("Esc"), N_("goes back, without an answer")),
    "help": Key("f1", "F1", N_("this page")),
    "show('queue')": Key("f2", "F2", N_("the queue")),
    "show('arrival')": Key("f3", "F3", N_("the arrival")),
    "show('exceptions')": Key("f4", "F4", N_("the exceptions")),
    "show('ended')": Key("ctrl+t", N_("Ctrl+T"), N_("the loads that ended today")),
    "see": Key("f5", "F5", N_("see the marked load, with all that is known of it")),
    "another": Key("f6", "F6", N_("the next question, visit for the weight, cell, load, list or day")),
    "type": Key(
        "f7", "F7", N_("type a weight, value, variety, barcode, instrument, movement or reason by hand")
    ),
    "set_aside": Key("f8", "F8", N_("set aside (dismiss, refuse, cancel, remove, destroy)")),
    "take_back": Key("f9", "F9", N_("take back what was set aside or assigned")),
    "menu": Key("f10,ctrl+o", "F10", N_("the menu, with everything else (also Ctrl+O)")),
    "language": Key("f11", "F11", N_("French or English")),
    "contrast": Key("f12", "F12", N_("light or dark")),
    "save": Key("ctrl+s", N_("Ctrl+S"), N_("save the arrival, sign the day")),
    "add": Key("ctrl+n", N_("Ctrl+N"), N_("one more load of the arrival")),
    "new_sample": Key("ctrl+r", N_("Ctrl+R"), N_("a meter that repeats its value shows a new sample")),
    "see_well": Key("ctrl+g", N_("Ctrl+G"), N_("the load was looked at, and all is well")),
    "find": Key("ctrl+b", N_("Ctrl+B"), N_("smell, live insects, heat or ergot is found")),
    "keep": Key("ctrl+k", N_("Ctrl+K"), N_("keep a part of the load's sample")),
    "print": Key("ctrl+p", N_("Ctrl+P"), N_("print again: the marked ticket, labels, a delivery note")),
    "state_time": Key("ctrl+l", N_("Ctrl+L"), N_("state the time, while the station does not know it")),
    "invite_phone": Key("ctrl+f", N_("Ctrl+F"), N_("shows the QR code that a phone opens to take photos")),
    "assign": Key("ctrl+a", N_("Ctrl+A"), N_("assign what waits to its likeliest sample")),
    "mark": Key("space", N_("Space"), N_("mark several exceptions")),
    "quit": Key("ctrl+q", N_("Ctrl+Q"), N_("quit the terminal")),
    "move(-1)": Key("up", "↑", N_("move")),
    "move(1)": Key("down", "↓", N_("move")),
    "move(-8)": Key("pageup", N_("PgUp"), N_("move")),
    "move(8)": Key("pagedown", N_("PgDn"), N_("move")),
    "move(-9999)": Key("home", N_("Home"), N_("move")),
    "move(9999)": Key("end", N_("End"), N_("move")),
}


def bound(*actions: str, priority: bool = False) -> list[BindingType]:
    """Bind the keys of these actions."""
    return [Binding(KEYS[action].pressed, action, show=False, priority=priority) for action in actions]


def shown(action: str, t: Translator) -> str:
    """Write what stands on the action's key."""
    return t.gettext(KEYS[action].shown)


def help_text(t: Translator) -> str:
    """Write the page of keys."""
    moving, line = t.gettext("↑ ↓ PgUp PgDn: move"), t.gettext("{key}: {meaning}")
    return "\n".join(
        [
            t.gettext("Scan a sample's barcode on any screen: its load opens, or it is entered as a sample."),
            t.gettext("Letters and figures are never commands: they are only typed into fields."),
            "",
            *(
                line.format(key=shown(action, t), meaning=t.gettext(key.meaning))
                for action, key in KEYS.items()
                if not action.startswith("move")
            ),
            moving,
        ]
    )
