"""Lines of a device under numbered columns, as a person marks them."""

from collections.abc import Sequence
from dataclasses import dataclass

from station.cli.say import tell
from station.commissioning.legibility import shape_of
from station.commissioning.marking import Span
from station.commissioning.own_profile import glyphs, ruler

MOST = 10
_BLOCK = 70


@dataclass(frozen=True, slots=True)
class HeardLine:
    """`text` is what a profile sees of the message."""

    text: str
    message: bytes


def chosen_lines(lines: Sequence[HeardLine], first: Sequence[HeardLine] = ()) -> list[HeardLine]:
    """Returns a few different lines: `first`, the latest of each look, then some of all that was heard."""
    latest = {one.text: one for one in lines}
    looks = {shape_of(one.text.encode("latin-1")): one for one in latest.values()}
    spread = list(latest.values())[:: -max(1, len(latest) // MOST)]
    wanted: dict[str, HeardLine] = {one.text: one for one in first}
    for one in [*reversed(looks.values()), *spread]:
        if len(wanted) >= MOST:
            break
        wanted.setdefault(one.text, one)
    return [one for one in latest.values() if one.text in wanted] or list(wanted.values())


def show_lines(lines: Sequence[HeardLine], marked: Span | None = None) -> None:
    """Long lines are shown in blocks of columns; `marked` is underlined below."""
    width = max((len(one.text) for one in lines), default=0)
    numbers = ruler(width)
    for start in range(0, width, _BLOCK):
        stop = start + _BLOCK
        for row in numbers:
            tell("      " + row[start:stop])
        for number, one in enumerate(lines, start=1):
            label = f"{number:>4}  " if len(lines) > 1 else "      "
            tell(label + glyphs(one.text)[start:stop])
        if marked:
            under = " " * marked.first + "^" * (marked.last - marked.first)
            tell("      " + under[start:stop])
