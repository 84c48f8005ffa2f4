"""The section [numbers] of a profile: what a number looks like, and which texts mean that there is none.

decimal = "point"        or "comma", or "either"
thousands = "point"      or "comma", "blank", "apostrophe": between groups of three digits; without it none
separator = "decimal"    or "thousands": what one point or comma before exactly three digits is, in kg or lb.
                         With `thousands`, or `decimal` = point or comma, it is known (decimal); else, and
                         with separator = "", the setting `separator` says it
no_value = ["NO DATA"]   measured badly; blanks and runs of - * # ? . _ are known anyway
overload = ["OL", "^"]   a single character stands for a run of it
underload = ["UL"]
"""

import re
from dataclasses import dataclass, replace

from drivers.decimals import Written, read_written
from drivers.generic.tables import Table
from drivers.reading import Flag

_RUN = re.compile(r"[-*#?._ ]*")
_SIGNED = re.compile(r"([+-]?)[ ]*([0-9.,]{1,24})", re.ASCII)
_FORMS = {
    "point": re.compile(r"[0-9]{1,9}(?:\.[0-9]{0,6})?|\.[0-9]{1,6}", re.ASCII),
    "comma": re.compile(r"[0-9]{1,9}(?:,[0-9]{0,6})?|,[0-9]{1,6}", re.ASCII),
    "either": re.compile(r"[0-9]{1,9}(?:[.,][0-9]{0,6})?|[.,][0-9]{1,6}", re.ASCII),
}
_GROUPS = {"point": ".", "comma": ",", "blank": " ", "apostrophe": "'"}


class NotANumber(ValueError):
    """The text is neither a number nor a token of the profile."""


@dataclass(frozen=True, slots=True)
class Numbers:
    """`mark` is what stands before decimals (either: both do), `group` what stands between thousands and
    nowhere else; `separator` what the profile says of three digits behind one mark, empty where it says
    nothing."""

    mark: str
    group: str
    separator: str
    tokens: tuple[tuple[str, Flag], ...]

    def read(self, text: str) -> tuple[Written | None, Flag | None]:
        """Return the number, or None and the flag that tells why. NotANumber."""
        text = text.strip()
        for token, flag in self.tokens:
            if text.casefold() == token or (len(token) == 1 and text and not text.strip(token)):
                return None, flag
        if _RUN.fullmatch(text):
            return None, Flag.ERROR
        found = _SIGNED.fullmatch(self._without_groups(text))
        written = self._written(found[2]) if found else None
        if found is None or written is None:
            raise NotANumber(f"{text!r} is not a number")
        return (written.negated() if found[1] == "-" else written), None

    def _written(self, digits: str) -> Written | None:
        if self.group or self.mark != "either":
            if not _FORMS[self.mark].fullmatch(digits):
                return None
            digits = digits.removesuffix(",") or digits
        written = read_written(digits)
        if written is None or written.thousands is None or not self.separator:
            return written
        return Written(written.thousands if self.separator == "thousands" else written.decimal)

    def _without_groups(self, text: str) -> str:
        """Leave a text whose groups are not of three digits as it is: it is no number."""
        mark = re.escape(self.group)
        grouped = self.group and re.fullmatch(
            rf"([+-]? *[0-9]{{1,3}})((?:{mark}[0-9]{{3}})+)((?![0-9]).*)", text
        )
        return grouped[1] + grouped[2].replace(self.group, "") + grouped[3] if grouped else text


def read_numbers(table: Table) -> Numbers:
    mark = table.choice("decimal", tuple(_FORMS), "point")
    group = _GROUPS[table.choice("thousands", tuple(_GROUPS))] if table.has("thousands") else ""
    if (group == "." and mark != "comma") or (group == "," and mark != "point"):
        raise table.error("thousands", "is the decimal mark already")
    numbers = Numbers(mark, group, _separator(table, mark, group), ())
    tokens: list[tuple[str, Flag]] = []
    meanings = {"no_value": Flag.ERROR, "overload": Flag.OVERLOAD, "underload": Flag.UNDERLOAD}
    for key, flag in meanings.items():
        for token in table.texts(key, ()):
            text = token.strip()
            if not text or _is_number(numbers, text):
                raise table.error(key, f"{token!r} is blank or a number")
            tokens.append((text if len(text) == 1 else text.casefold(), flag))
    table.refuse_unread()
    return replace(numbers, tokens=tuple(tokens))


def _separator(table: Table, mark: str, group: str) -> str:
    is_said = bool(group) or (table.has("decimal") and mark != "either")
    separator = table.choice("separator", ("decimal", "thousands", ""), "decimal" if is_said else "")
    if group and separator != "decimal":
        raise table.error("separator", "contradicts thousands, which says what stands between groups")
    return separator


def _is_number(numbers: Numbers, text: str) -> bool:
    try:
        return numbers.read(text)[0] is not None
    except NotANumber:
        return False
