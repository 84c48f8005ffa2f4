"""Raw bytes as a person reads them: sixteen on a line, as hexadecimal numbers and as text."""

from dataclasses import dataclass

MOST_BYTES = 4096
LINE = 16


@dataclass(frozen=True, slots=True)
class Dump:
    """`left_out` bytes at the end are not shown."""

    title: str
    size: int
    hex_lines: str
    text: str
    left_out: int


def dump(title: str, data: bytes) -> Dump:
    shown = data[:MOST_BYTES]
    lines = [_line(at, shown[at : at + LINE]) for at in range(0, len(shown), LINE)]
    text = "".join(chr(byte) if 32 <= byte < 127 or byte == 10 else "·" for byte in shown)
    return Dump(title, len(data), "\n".join(lines), text, len(data) - len(shown))


def _line(at: int, part: bytes) -> str:
    text = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in part)
    return f"{at:04x}  {part.hex(' '):<{3 * LINE - 1}}  {text}"
