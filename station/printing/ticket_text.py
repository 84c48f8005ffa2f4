"""The ticket as text: 42 columns, the width of a receipt printer."""

from collections.abc import Iterator, Mapping
from textwrap import wrap
from typing import Any

from station.printing.lines import Duplicate, Line, Pair, Section, Title, is_parted
from station.printing.ticket_lines import ticket_sections

WIDTH = 42
_RULE, _DOUBLE = "-" * WIDTH, "=" * WIDTH


def ticket_text(
    document: Mapping[str, Any], language: str, *, provisional: bool = False,
    duplicate: Duplicate | None = None,
) -> str:  # fmt: skip
    """Write the paper of a ticket's document; each line has at most 42 characters."""
    sections = ticket_sections(document, language, provisional=provisional, duplicate=duplicate)
    return "\n".join([*text_lines(sections), _DOUBLE]) + "\n"


def text_lines(sections: list[Section]) -> Iterator[str]:
    """Write the sections with a rule between them."""
    for number, section in enumerate(sections):
        if is_parted(number, section):
            yield _RULE
        for line in section:
            yield from written(line)


def written(line: Line) -> Iterator[str]:
    """Write a name left and its value right, on lines of its own where both do not fit; a title between."""
    if isinstance(line, Title):
        yield _DOUBLE
        yield line.text.center(WIDTH).rstrip()
    elif isinstance(line, Pair):
        yield from _pair(line.name, line.value)
    else:
        hang = line.depth + 2 * line.text.lstrip().startswith("!")
        yield from wrap(line.text, WIDTH, subsequent_indent=" " * hang)


def _pair(name: str, value: str) -> Iterator[str]:
    room = WIDTH - len(name) - 1
    if len(value) <= room:
        yield f"{name} {value:>{room}}"
        return
    yield from wrap(name, WIDTH, subsequent_indent="  ")
    yield from wrap(value, WIDTH, initial_indent="    ", subsequent_indent="    ")
