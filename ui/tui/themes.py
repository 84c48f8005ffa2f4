"""There are two themes: dark, and light with high contrast for a screen in the sun. Nothing is told by
colour alone, so that both, and a terminal without colour, say the same."""

from textual.theme import Theme

DARK = Theme(
    name="silo-dark",
    primary="#6fb1ff",
    secondary="#9ad0a0",
    warning="#ffd24a",
    error="#ff8f7a",
    success="#8fe08f",
    accent="#ffd24a",
    foreground="#f2f2f2",
    background="#101418",
    surface="#171d23",
    panel="#26303a",
    dark=True,
    text_alpha=1.0,
)
LIGHT = Theme(
    name="silo-light",
    primary="#00307a",
    secondary="#004d1a",
    warning="#6b4a00",
    error="#9c0000",
    success="#004d1a",
    accent="#00307a",
    foreground="#000000",
    background="#ffffff",
    surface="#ffffff",
    panel="#dfe5ec",
    dark=False,
    text_alpha=1.0,
)
PLAIN = "plain"  # dark, without colour
THEMES = {"dark": DARK, "light": LIGHT, PLAIN: DARK}

CSS = """
Screen { background: $background; color: $foreground; }
ModalScreen { background: $background 70%; }
StatusBar.alarm { text-style: bold reverse; }
NoticeLine.problem { text-style: bold; color: $error; }
.heading { text-style: bold underline; padding: 0 1; height: auto; }
.columns { text-style: bold; padding: 0 0 0 2; height: 1; width: 1fr; }
.note { height: auto; max-height: 2; padding: 0 1; text-style: italic; }
Input { height: 1; border: none; padding: 0 1; background: $panel; }
Input:focus { border: none; text-style: underline; }
"""
