"""The section [numbers] of a profile: what a number looks like, and which texts mean that there is none.

decimal = "point"        or "comma", or "either"
separator = "decimal"    or "thousands": what one point or comma before exactly three digits is, in kg or lb;
                         without it, and without `decimal` = point or comma, the setting `separator` says it
no_value = ["NO DATA"]   measured badly; blanks and runs of - * # ? . _ are known anyway
overload = ["OL", "^"]   a single character stands for a run of it
underload = ["UL"]
"""

import re
from dataclasses import dataclass

from drivers.decimals import Written, read_written
from drivers.generic.tables import Table
from drivers.reading import Flag

_RUN = re.compile(r"[-*#?._ ]*")
_SIGNED = re.compile(r"([+-]?)[ ]*([0-9.,]{1,24})", re.ASCII)
_FORMS = {
    "point": re.compile(r"[0-9]{1,9}(?:\.[0-9]{0,6})?|\.[0-9]{1,6}", re.ASCII),
    "comma": re.compile(r"[0-9]{1,9}(?:,[0-9]{0,6})?|,[0-9]{1,6}", re.ASCII),
}


class NotANumber(ValueError):
    """The text is neither a number nor a token of the profile."""


@dataclass(frozen=True, slots=True)
class Numbers:
    """`mark` is what stands before decimals (either: both do); `separator` what the profile says of three
    digits behind one mark, empty where it says nothing."""

    mark: str
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
        found = _SIGNED.fullmatch(text)
        written = self._written(found[2]) if found else None
        if found is None or written is None:
            raise NotANumber(f"{text!r} is not a number")
        return (written.negated() if found[1] == "-" else written), None

    def _written(self, digits: str) -> Written | None:
        if self.mark != "either":
            if not _FORMS[self.mark].fullmatch(digits):
                return None
            digits = digits.removesuffix(",") or digits
        written = read_written(digits)
        if written is None or written.thousands is None or not self.separator:
            return written
        return Written(written.thousands if self.separator == "thousands" else written.decimal)


def read_numbers(table: Table) -> Numbers:
    mark = table.choice("decimal", ("point", "comma", "either"), "point")
    is_said = table.has("decimal") and mark != "either"
    separator = table.choice("separator", ("decimal", "thousands", ""), "decimal" if is_said else "")
    numbers = Numbers(mark, separator, ())
    tokens: list[tuple[str, Flag]] = []
    meanings = {"no_value": Flag.ERROR, "overload": Flag.OVERLOAD, "underload": Flag.UNDERLOAD}
    for key, flag in meanings.items():
        for token in table.texts(key, ()):
            text = token.strip()
            if not text or _is_number(numbers, text):
                raise table.error(key, f"{token!r} is blank or a number")
            tokens.append((text if len(text) == 1 else text.casefold(), flag))
    table.refuse_unread()
    return Numbers(mark, separator, tuple(tokens))


def _is_number(numbers: Numbers, text: str) -> bool:
    try:
        return numbers.read(text)[0] is not None
    except NotANumber:
        return False
