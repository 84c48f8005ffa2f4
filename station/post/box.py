"""Which machine this is, so that headquarters can name both where two say that they are one station."""

import os
from functools import cache
from pathlib import Path

_CARDS = Path("/sys/class/net")


@cache
def this_box() -> str:
    """Return the machine's name and the address of its first network card. A disk that was copied takes the
    name along; the card stays in its box."""
    cards = sorted(card for card in _CARDS.glob("*/address") if (card.parent / "device").exists())
    name = os.uname().nodename
    try:
        return f"{name} ({cards[0].read_text().strip()})" if cards else name
    except OSError:
        return name
