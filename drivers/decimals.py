"""A number as a device writes it: a point or a comma may stand before its decimals, or between its thousands.

43120   43120.5   12.34   .5         one way to read it
12.345,6   12,345.6                  two separators: the last one stands before the decimals
1.234.567                            the same one again: thousands
12.345   84,320                      three digits after one separator: twelve or twelve thousand
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from drivers.kind import open_setting
from drivers.reading import Analyte
from drivers.values import plausible_number

SEPARATOR_SETTING = open_setting(
    ("decimal", "thousands"), "what a point or comma before exactly three digits is, in kg or lb"
)
Conversion = Callable[[float], float | None]
_ONE = re.compile(r"([0-9]{0,9})([.,])([0-9]{0,6})", re.ASCII)
_SAME = re.compile(r"[0-9]{1,3}(?:(?:\.[0-9]{3}){2,}|(?:,[0-9]{3}){2,})", re.ASCII)
_TWO = re.compile(
    r"([0-9]{1,3}(?:\.[0-9]{3})+),([0-9]{1,6})|([0-9]{1,3}(?:,[0-9]{3})+)\.([0-9]{1,6})", re.ASCII
)
_TENTHS = re.compile(r"-?[0-9]+\.[0-9]{3}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Written:
    """`thousands` is the number where its separator stands between thousands; None where it cannot."""

    decimal: float
    thousands: float | None = None

    def number(self, chosen: Mapping[str, str]) -> float:
        """Return the number as the setting `separator` says. Raises Unset where it has to be made first."""
        if self.thousands is None or self.thousands == self.decimal:
            return self.decimal
        return self.thousands if chosen["separator"] == "thousands" else self.decimal

    def negated(self) -> "Written":
        return Written(-self.decimal + 0.0, None if self.thousands is None else -self.thousands + 0.0)


def number_of(
    analyte: Analyte, written: Written, convert: Conversion, chosen: Mapping[str, str]
) -> float | None:
    """Return an analyzer's number in the analyte's own unit. Three digits behind one separator are thousands
    for none but a large number that can be true: the setting `separator` says it then. Raises Unset."""
    if written.thousands is None or abs(written.decimal) < 1.0:
        return convert(written.decimal)
    is_possible = plausible_number(analyte, convert(written.thousands)) is not None
    return convert(written.number(chosen) if is_possible else written.decimal)


def read_written(text: str) -> Written | None:
    """Return what digits with or without separators may be; None where they are no number. No sign."""
    if re.fullmatch(r"[0-9]{1,9}", text, re.ASCII):
        return Written(float(text))
    if found := _ONE.fullmatch(text):
        return _with_one(*found.groups())
    if _SAME.fullmatch(text):
        return Written(float(re.sub("[.,]", "", text)))
    if found := _TWO.fullmatch(text):
        whole, decimals = (found[1], found[2]) if found[1] else (found[3], found[4])
        return Written(float(f"{re.sub('[.,]', '', whole)}.{decimals}"))
    return None


def _with_one(whole: str, separator: str, behind: str) -> Written | None:
    """A number that ends with a comma was cut off; one that ends with a point is written so by some heads."""
    if not behind and (separator == "," or not whole):
        return None
    decimal = float(f"{whole}.{behind}")
    return Written(decimal, float(whole + behind) if whole and len(behind) == 3 else None)


def unmistakable(digits: str) -> str:
    """Return a number that this program wrote so that the three digits behind its point are no thousands."""
    return f"{digits}0" if _TENTHS.fullmatch(digits) else digits
