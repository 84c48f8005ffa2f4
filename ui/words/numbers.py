"""Read the numbers that a person types as this program prints them, in any of its languages.

    24860   24 860   24,860   24.860   24'860        thousands apart by a blank, comma, point, apostrophe
    13,2    13.2     1 250,5  1,250.5                a comma or a point before the decimals

One comma or point before three figures may be either sign. Of kilograms it never is a decimal sign: nobody
weighs a vehicle to the gram. Of anything else a person is asked.
"""

import re

_BLANK = re.compile(r"[ \t\u00a0\u2007\u2009\u202f]")
_SIGN = re.compile(r"[+-]")
_PLAIN = re.compile(r"([0-9]{1,9})(?:[.,]([0-9]{1,6}))?")
_GROUPED = re.compile(r"([1-9][0-9]{0,2}(?:([ '.,])[0-9]{3})(?:\2[0-9]{3})?)(?:([.,])([0-9]{1,6}))?")
_EITHER = re.compile(r"[1-9][0-9]{0,2}[.,][0-9]{3}")
_MASS = re.compile(r"(.*?)[ \t\u00a0\u202f]*(kg|t)", re.IGNORECASE)
_UNIT = re.compile(r"\s*kg$", re.IGNORECASE)


def numbers_in(text: str) -> tuple[float, ...]:
    """Return what a typed number may mean: one number, two where a sign before three figures may part
    thousands or decimals (thousands first), none where it is no number."""
    plain = _BLANK.sub(" ", text.strip()).replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
    plain = plain.replace("\N{MINUS SIGN}", "-")
    sign = -1.0 if plain.startswith("-") else 1.0
    plain = _SIGN.sub("", plain, count=1).strip() if _SIGN.match(plain) else plain
    found = [number for number in (_grouped(plain), _with_decimals(plain)) if number is not None]
    return tuple(sign * number if number else number for number in found)


def kilograms_in(text: str) -> float | None:
    """Return the kilograms that a person typed, "kg" behind them or not; None where it is no weight."""
    plain = _UNIT.sub("", text.strip())
    found = numbers_in(plain)
    return found[0] if found and found[0] >= 0 and not _is_split_wrong(plain) else None


def masses_in(text: str) -> tuple[float, ...]:
    """Return the kilograms that a typed quantity with its unit may mean: "26,4 t", "26 400 kg"; none where it
    is no quantity or has no unit, as tonnes and kilograms are both usual."""
    found = _MASS.fullmatch(text.strip())
    if found is None:
        return ()
    if found[2].lower() == "kg":
        kg = kilograms_in(found[1])
        return () if kg is None else (kg,)
    return tuple(round(number * 1000, 6) for number in numbers_in(found[1]) if number >= 0)


def _grouped(text: str) -> float | None:
    """Return a number whose thousands stand apart."""
    match = _GROUPED.fullmatch(text)
    if match is None or match[2] == match[3]:
        return None
    whole = re.sub(r"[^0-9]", "", match[1])
    return float(f"{whole}.{match[4] or 0}")


def _with_decimals(text: str) -> float | None:
    match = _PLAIN.fullmatch(text)
    return float(f"{match[1]}.{match[2] or 0}") if match else None


def _is_split_wrong(text: str) -> bool:
    """Three figures behind one sign are thousands: "0,860" and "2486,000" are neither those nor a weight."""
    return bool(re.search(r"^[0-9]+[.,][0-9]{3,}$", text)) and not _EITHER.fullmatch(text)
