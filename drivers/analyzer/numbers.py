"""Numbers as analyzers print them: a decimal point or comma, or a mark that nothing could be measured."""

import re

_NUMBER = re.compile(r"[+-]?[0-9]{1,6}(?:[.,][0-9]{1,4})?", re.ASCII)
_NO_NUMBER = re.compile(r"[-*#^_.?<>=\[\]]*|OVERFL(OW)?|OL|UL|ERR(OR)?|N/?A", re.ASCII | re.IGNORECASE)


def printed_number(text: str) -> float | None:
    """Return the number, or None for a blank, dashes or another mark of absence. ValueError for anything
    else."""
    if _NUMBER.fullmatch(text):
        return float(text.replace(",", "."))
    if _NO_NUMBER.fullmatch(text):
        return None
    raise ValueError(f"{text[:20]!r} is not a number")
