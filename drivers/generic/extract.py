"""The section [extract] of a profile names the fields in the text of a message.

    method = "regex"      pattern(s) with named groups; the whole message must match (match = "whole")
    method = "csv"        separator, count (fields in a message), [extract.fields] name = position
    method = "columns"    width (characters), [extract.fields] name = [first, last]
    method = "labels"     several lines; [extract.fields] name = "the text before the value"

Positions count from 1. `width` (characters in a message, or a list) may be given for any method: where
a value stands first and its length varies, nothing else tells half a message from a whole one. `ignore`
lists patterns of messages that are known to hold no result.
"""

import csv
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from drivers.generic.pattern import compile_pattern
from drivers.generic.tables import Table

METHODS = ("regex", "csv", "columns", "labels")
_NAME = re.compile(r"[a-z][a-z0-9_]{0,30}")

Extractor = Callable[[str], dict[str, str]]


class NoFields(ValueError):
    """The text is not a message of this profile; the message is the reason."""


@dataclass(frozen=True, slots=True)
class Extraction:
    """`fields(text)` are stripped texts by name, absent where the message has none; NoFields."""

    names: frozenset[str]
    ignore: tuple[re.Pattern[str], ...]
    widths: tuple[int, ...]
    extract: Extractor

    def fields(self, text: str) -> dict[str, str]:
        if any(pattern.fullmatch(text) for pattern in self.ignore):
            raise NoFields("a message that holds no result")
        if self.widths and len(text) not in self.widths:
            raise NoFields(f"{len(text)} characters instead of {' or '.join(map(str, self.widths))}")
        return {name: value.strip() for name, value in self.extract(text).items()}


def read_extraction(table: Table, *, limit: int) -> Extraction:
    """`limit` is the longest text in characters. SettingError for a pattern or position that cannot be."""
    method = table.choice("method", METHODS)
    names, extractor = {"regex": _regex, "csv": _csv, "columns": _columns, "labels": _labels}[method](
        table, limit
    )
    ignore = tuple(_pattern(table, "ignore", text, limit) for text in table.texts("ignore", ()))
    widths = table.wholes("width", 1, 4096) if table.has("width") else ()
    table.refuse_unread()
    for name in names:
        if not _NAME.fullmatch(name):
            raise table.error("fields", f"{name!r} must be small letters, digits and _")
    return Extraction(frozenset(names), ignore, widths, extractor)


def _regex(table: Table, limit: int) -> tuple[set[str], Extractor]:
    anywhere = table.choice("match", ("whole", "anywhere"), "whole") == "anywhere"
    patterns = [_pattern(table, "pattern", text, limit, anywhere=anywhere) for text in table.texts("pattern")]
    names = {name for pattern in patterns for name in pattern.groupindex}
    if not names:
        raise table.error("pattern", "has no named group such as (?P<weight>[0-9]+)")

    def extract(text: str) -> dict[str, str]:
        for pattern in patterns:
            found = pattern.search(text) if anywhere else pattern.fullmatch(text)
            if found:
                return {name: value for name, value in found.groupdict().items() if value is not None}
        raise NoFields("does not match the pattern")

    return names, extract


def _csv(table: Table, _: int) -> tuple[set[str], Extractor]:
    separator = table.text("separator")
    if len(separator) != 1 or separator in "\r\n\"'":
        raise table.error("separator", f"{separator!r} must be one character")
    counts = table.wholes("count", 1, 500)
    fields = table.table("fields", required=True)
    spots = {name: fields.whole(name, 1, min(counts)) - 1 for name in fields.keys()}  # noqa: SIM118

    def extract(text: str) -> dict[str, str]:
        cells = split_csv(text, separator)
        if len(cells) not in counts:
            raise NoFields(f"{len(cells)} fields instead of {' or '.join(map(str, counts))}")
        return {name: cells[spot] for name, spot in spots.items()}

    return set(spots), extract


def split_csv(text: str, separator: str) -> list[str]:
    """Return the fields of one line, quotes taken off. NoFields when a quote is not closed."""
    if '"' not in text:
        return text.split(separator)
    try:
        rows = list(csv.reader([text], delimiter=separator, skipinitialspace=True, strict=True))
    except csv.Error as error:
        raise NoFields(f"unbalanced quotes ({error})") from error
    return rows[0]


def _columns(table: Table, _: int) -> tuple[set[str], Extractor]:
    widths = table.wholes("width", 1, 4096)
    fields = table.table("fields", required=True)
    spans: dict[str, tuple[int, int]] = {}
    for name in fields.keys():  # noqa: SIM118
        ends = fields.wholes(name, 1, min(widths))
        if len(ends) > 2 or ends[0] > ends[-1]:
            raise fields.error(name, "must be [first, last]")
        spans[name] = (ends[0] - 1, ends[-1])

    def extract(text: str) -> dict[str, str]:
        return {name: text[first:last] for name, (first, last) in spans.items()}

    return set(spans), extract


def _labels(table: Table, _: int) -> tuple[set[str], Extractor]:
    """The value stands behind its label, or alone on the next line that is not empty."""
    fields = table.table("fields", required=True)
    labels = {name: fields.text(name).strip() for name in fields.keys()}  # noqa: SIM118
    wanted = table.texts("required", tuple(labels))
    for name in wanted:
        if name not in labels:
            raise table.error("required", f"{name!r} is no field")

    def extract(text: str) -> dict[str, str]:
        lines = [line.strip() for line in re.split(r"[\r\n]+", text) if line.strip()]
        found = {name: _behind(lines, label, labels) for name, label in labels.items()}
        missing = [labels[name] for name in wanted if found[name] is None]
        if missing:
            raise NoFields(f"without {missing[0]!r}")
        return {name: value for name, value in found.items() if value is not None}

    return set(labels), extract


def _behind(lines: list[str], label: str, labels: Mapping[str, str]) -> str | None:
    """Return None when the label is absent, stands twice, or nothing follows it."""
    spots = [n for n, line in enumerate(lines) if line.startswith(label)]
    if len(spots) != 1:
        return None
    rest = lines[spots[0]][len(label) :].strip()
    if rest:
        return rest
    below = lines[spots[0] + 1] if spots[0] + 1 < len(lines) else ""
    return None if any(below.startswith(other) for other in labels.values()) else below or None


def _pattern(table: Table, key: str, text: str, limit: int, *, anywhere: bool = False) -> re.Pattern[str]:
    try:
        return compile_pattern(text, limit=limit, anywhere=anywhere)
    except ValueError as error:
        raise table.error(key, f"{text!r} {error}") from error
