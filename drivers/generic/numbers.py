"""The section [numbers] of a profile: what a number looks like, and which texts mean that there is none.

decimal = "point"        or "comma", or "either"
thousands = "point"      or "comma", "blank", "apostrophe": between groups of three digits; without it none
no_value = ["NO DATA"]   measured badly; blanks and runs of - * # ? . _ are known anyway
overload = ["OL", "^"]   a single character stands for a run of it
underload = ["UL"]
"""

import re
from dataclasses import dataclass

from drivers.generic.tables import Table
from drivers.reading import Flag

_RUN = re.compile(r"[-*#?._ ]*")
_FORMS = {
    "point": re.compile(r"([+-]?)[ ]*([0-9]{1,9}(?:\.[0-9]{0,6})?|\.[0-9]{1,6})", re.ASCII),
    "comma": re.compile(r"([+-]?)[ ]*([0-9]{1,9}(?:,[0-9]{0,6})?|,[0-9]{1,6})", re.ASCII),
    "either": re.compile(r"([+-]?)[ ]*([0-9]{1,9}(?:[.,][0-9]{0,6})?|[.,][0-9]{1,6})", re.ASCII),
}
_GROUPS = {"point": ".", "comma": ",", "blank": " ", "apostrophe": "'"}


class NotANumber(ValueError):
    """The text is neither a number nor a token of the profile."""


@dataclass(frozen=True, slots=True)
class Numbers:
    form: re.Pattern[str]
    tokens: tuple[tuple[str, Flag], ...]
    group: str = ""

    def read(self, text: str) -> tuple[float | None, Flag | None]:
        """Return the number, or None and the flag that tells why. NotANumber."""
        text = text.strip()
        for token, flag in self.tokens:
            if text.casefold() == token or (len(token) == 1 and text and not text.strip(token)):
                return None, flag
        if _RUN.fullmatch(text):
            return None, Flag.ERROR
        found = self.form.fullmatch(self._without_groups(text))
        if not found:
            raise NotANumber(f"{text!r} is not a number")
        number = float(found.group(2).replace(",", "."))
        return (-number if found.group(1) == "-" else number), None

    def _without_groups(self, text: str) -> str:
        """Leave a text whose groups are not of three digits as it is: it is no number."""
        mark = re.escape(self.group)
        grouped = self.group and re.fullmatch(
            rf"([+-]? *[0-9]{{1,3}})((?:{mark}[0-9]{{3}})+)((?![0-9]).*)", text
        )
        return grouped[1] + grouped[2].replace(self.group, "") + grouped[3] if grouped else text


def read_numbers(table: Table) -> Numbers:
    decimal = table.choice("decimal", tuple(_FORMS), "point")
    form = _FORMS[decimal]
    group = _GROUPS[table.choice("thousands", tuple(_GROUPS))] if table.has("thousands") else ""
    if (group == "." and decimal != "comma") or (group == "," and decimal != "point"):
        raise table.error("thousands", "is the decimal mark already")
    tokens: list[tuple[str, Flag]] = []
    meanings = {"no_value": Flag.ERROR, "overload": Flag.OVERLOAD, "underload": Flag.UNDERLOAD}
    for key, flag in meanings.items():
        for token in table.texts(key, ()):
            text = token.strip()
            if not text or form.fullmatch(text):
                raise table.error(key, f"{token!r} is blank or a number")
            tokens.append((text if len(text) == 1 else text.casefold(), flag))
    table.refuse_unread()
    return Numbers(form, tuple(tokens), group)
