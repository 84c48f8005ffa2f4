"""Write the profile of an unknown scale from what a person marked on its lines."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType

from drivers.generic.checksum import Checksum, WrongChecksum
from drivers.generic.controls import visible_text
from drivers.generic.framing import Framing
from station.commissioning.lines import Lines
from station.commissioning.marking import Magnitude, Span
from station.commissioning.partings import framing_lines

_THOUSANDS = {".": "point", ",": "comma", " ": "blank", "'": "apostrophe"}
_MOST_BLANKS = 12
_MOST_DIGITS = 11


@dataclass(frozen=True, slots=True)
class Proof:
    """A recorded message and what a person read on the display with it, in kg; `flags` only where told."""

    message: bytes
    kg: float
    flags: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Cut:
    """How messages are cut from the stream and what text of them is read."""

    framing: Framing
    checksum: Checksum | None = None
    checksum_section: str = ""

    def text(self, message: bytes) -> str | None:
        """Returns what [extract] sees: no markers, no sum. None where the sum is wrong."""
        counted = self.framing.counted_part(message)
        start, stop = self.framing.body(counted)
        if self.checksum is None:
            return counted[start:stop].decode("latin-1")
        try:
            self.checksum.check(counted)
            first, end = self.checksum.span(len(counted))
        except WrongChecksum:
            return None
        return (counted[start : min(first, stop)] + counted[max(end, start) : stop]).decode("latin-1")


@dataclass(frozen=True, slots=True)
class Marking:
    """All that a person said of the line `lines.sample`.

    `unit` is where the line tells its unit, `unit_word` what it is elsewhere; `meanings` the texts of each
    marked span that may be read, with their flags; `fixed` are digits that must be these.
    """

    lines: Lines
    weight: Span
    is_reversed: bool
    magnitude: Magnitude
    unit_word: str
    unit: Span | None = None
    sign: Span | None = None
    meanings: Mapping[Span, Mapping[str, tuple[str, ...]]] = field(
        default_factory=lambda: MappingProxyType({})
    )
    free: Sequence[Span] = ()
    fixed: Sequence[Span] = ()
    rule: str = "equal"

    def fields(self) -> list[tuple[str, Span]]:
        named = [("weight", self.weight), ("unit", self.unit), ("sign", self.sign)]
        named += [(f"mark_{n}", span) for n, span in enumerate(self.meanings, start=1)]
        return sorted(((name, span) for name, span in named if span), key=lambda one: one[1])

    def pattern(self) -> str:
        """Returns what matches this line and those like it, and no other."""
        parts, named = [], self.fields()
        cells = self.lines.cells(self.lines.sample)
        position = 0
        while position < len(self.lines.sample):
            name, span = next((one for one in named if one[1].first == position), ("", None))
            if span is None:
                span = next((one for one in [*self.fixed, *self.free] if one.first == position), None)
                if span is None:
                    stop = next(cell.last for cell in cells if cell.last > position)
                    stop = min([stop, *(one.first for _, one in named if one.first > position)])
                    span = Span(position, stop)
                parts.append(self._unnamed(span))
            else:
                parts.append(f"(?P<{name}>{self._named(name, span)})")
            position = span.last
        return "".join(_joined(parts))

    def _named(self, name: str, span: Span) -> str:
        size = span.last - span.first
        if self.lines.is_fixed:
            return f".{{{size}}}" if size > 1 else "."
        if name == "sign":
            return "[-+ ]"
        if name == "weight":
            blank = " " if self.magnitude.thousands == " " else ""
            first = "[0-9]" if not self.is_reversed else "[-+0-9]"
            return f" {{0,{_MOST_BLANKS}}}[-+]? {{0,3}}{first}[0-9.,'{blank}]{{0,{_MOST_DIGITS}}}"
        if name == "unit":
            return "[A-Za-z]{1,3}"
        return "|".join(map(_escaped, sorted(self.meanings[span], key=len, reverse=True))) or r"\x00"

    def _unnamed(self, span: Span) -> str:
        text = span.of(self.lines.sample)
        if span in self.free:
            return "." if self.lines.is_fixed else "[!-~]{1,24}"
        if span in self.fixed:
            return _escaped(text)
        cell = next(
            n
            for n, one in enumerate(self.lines.cells(self.lines.sample))
            if one.first <= span.first < one.last
        )
        if not self.lines.is_numeric(cell):
            return _escaped(text)
        if self.lines.is_fixed:
            return "[-+ 0-9.,']"
        return f" {{0,{_MOST_BLANKS}}}[-+]?[0-9][0-9.,']{{0,{_MOST_DIGITS}}}"


def profile_text(name: str, cut: Cut, marking: Marking, proofs: Sequence[Proof], at: datetime) -> str:
    """Returns the whole file."""
    longest = max((len(proof.message) for proof in proofs), default=64)
    pattern = marking.pattern()
    sections = [
        _head(name, cut, marking, at),
        ["[framing]", *framing_lines(cut.framing), f"limit = {max(64, 2 * longest)}"],
        ["[checksum]", *cut.checksum_section.splitlines()] if cut.checksum else [],
        ["[extract]", 'method = "regex"', *_width(marking), f"pattern = {_literal(pattern)}"],
        _values(marking),
        _numbers(marking),
        *_flags(marking),
        ["[stability]", f"rule = {_text(marking.rule)}"],
        *(_example(proof) for proof in proofs),
    ]
    return "\n\n".join("\n".join(lines) for lines in sections if lines) + "\n"


def _head(name: str, cut: Cut, marking: Marking, at: datetime) -> list[str]:
    sample = marking.lines.sample
    ruler = [*_ruler(len(sample)), glyphs(sample)]
    columns = ", ".join(f"{name} {span.say()}" for name, span in marking.fields())
    unknown = ["what is sent at overload and below zero"]
    if cut.checksum is None:
        unknown.append("nothing proves a line: a changed digit is another weight")
    return [
        f"# Written by `silo commission` on {at:%Y-%m-%d} from lines of the device, marked by a person.",
        "#",
        *(f"#   {line}".rstrip() for line in ruler),
        "#",
        f"# columns: {columns}",
        "# Compare ten readings with the display, empty and loaded, then write commissioned = true.",
        "",
        "[profile]",
        f"name = {_text(name)}",
        'category = "weighbridge"',
        'evidence = "captured"',
        "commissioned = false",
        f'source = "lines of the device, recorded on {at:%Y-%m-%d}"',
        f"unknown = [{', '.join(map(_text, unknown))}]",
        *(["silent_after_s = 5.0"] if marking.rule != "always" else []),
    ]


def _width(marking: Marking) -> list[str]:
    return [f"width = {len(marking.lines.sample)}"] if marking.lines.is_fixed else []


def _values(marking: Marking) -> list[str]:
    lines = ["[values.weight]"]
    if marking.unit:
        lines.append('unit_from = "unit"')
    else:
        lines.append(f"unit = {_text(marking.unit_word)}")
    if marking.sign:
        lines.append('sign_from = "sign"')
    if marking.is_reversed:
        lines.append("reversed = true")
    if marking.magnitude.scale != 1.0:
        lines.append(f"scale = {marking.magnitude.scale}")
    return lines


def _numbers(marking: Marking) -> list[str]:
    lines = ["[numbers]", f"decimal = {_text(marking.magnitude.decimal)}"]
    thousands = marking.magnitude.thousands
    if thousands:
        if thousands in ".,":
            lines[1] = f"decimal = {_text('comma' if thousands == '.' else 'point')}"
        lines.append(f"thousands = {_text(_THOUSANDS[thousands])}")
    return lines


def _flags(marking: Marking) -> list[list[str]]:
    found = []
    for number, meanings in enumerate(marking.meanings.values(), start=1):
        lines = [f"[flags.mark_{number}]"]
        stripped = {text.strip(): flags for text, flags in meanings.items()}
        lines += [f"{_text(text)} = {json.dumps(list(flags))}" for text, flags in stripped.items()]
        found.append(lines)
    return found


def _example(proof: Proof) -> list[str]:
    lines = ["[[examples]]", f"sent = {_text(visible_text(proof.message))}", 'origin = "captured"']
    lines.append(f"weight = {proof.kg}")
    if proof.flags is not None:
        lines.append(f"flags = {json.dumps(sorted(proof.flags))}")
    return lines


def glyphs(text: str) -> str:
    """Returns the text with a sign of one column for each control character."""
    return "".join(
        chr(0x2400 + ord(one)) if one < " " else "␡" if one == "\x7f" else one if one.isprintable() else "·"
        for one in text
    )


def _ruler(width: int) -> list[str]:
    tens = "".join(str(n // 10 % 10) if n % 10 == 0 else " " for n in range(1, width + 1))
    ones = "".join(str(n % 10) for n in range(1, width + 1))
    return [tens.rstrip(), ones] if width > 9 else [ones]


def ruler(width: int) -> list[str]:
    """Returns the lines that number the columns."""
    return _ruler(width)


def _joined(parts: Sequence[str]) -> list[str]:
    """Counts equal parts in a row."""
    found: list[tuple[str, int]] = []
    for part in parts:
        if found and found[-1][0] == part and len(part) > 1 and part.startswith("["):
            found[-1] = (part, found[-1][1] + 1)
        else:
            found.append((part, 1))
    return [part if count == 1 else f"{part}{{{count}}}" for part, count in found]


def _escaped(text: str) -> str:
    return "".join(
        one
        if (one.isalnum() and one.isascii()) or one in " ,=:;<>@!\"%&/_'"
        else f"\\x{ord(one):02x}"
        if not " " < one <= "~"
        else f"\\{one}"
        for one in text
    )


def _literal(text: str) -> str:
    return f"'{text}'" if "'" not in text and text.isprintable() and text.isascii() else _text(text)


def _text(value: str) -> str:
    """A basic TOML string; JSON's escapes are among TOML's, except for DEL."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
