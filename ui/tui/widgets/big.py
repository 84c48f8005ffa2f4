"""Large figures, five lines high, are read from across the room."""

from ui.tui.widgets.bars import Plain

_FIGURES = {
    "0": ("█████", "█   █", "█   █", "█   █", "█████"),
    "1": ("  █  ", " ██  ", "  █  ", "  █  ", "█████"),
    "2": ("█████", "    █", "█████", "█    ", "█████"),
    "3": ("█████", "    █", " ████", "    █", "█████"),
    "4": ("█   █", "█   █", "█████", "    █", "    █"),
    "5": ("█████", "█    ", "█████", "    █", "█████"),
    "6": ("█████", "█    ", "█████", "█   █", "█████"),
    "7": ("█████", "    █", "   █ ", "  █  ", "  █  "),
    "8": ("█████", "█   █", "█████", "█   █", "█████"),
    "9": ("█████", "█   █", "█████", "    █", "█████"),
}
HEIGHT = 5


def big_figures(name: str) -> str:
    """Draw the figures in a pit's name; a name without figures is made large by spaced capitals."""
    digits = [c for c in name if c in _FIGURES][:3]
    if digits:
        return "\n".join("  ".join(_FIGURES[digit][line] for digit in digits) for line in range(HEIGHT))
    spaced = " ".join(name.upper()[:9])
    return f"\n\n{spaced}" if spaced else ""


class Big(Plain):
    """It shows the pit number of a proposal; it is empty when there is none."""

    DEFAULT_CSS = "Big { width: auto; height: 5; padding: 0 2 0 1; text-style: bold; }"

    def show(self, name: str) -> None:
        self.show_text(big_figures(name))
