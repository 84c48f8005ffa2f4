r"""ASTM E1394 (LIS02): the records of a message, as text.

    H|\^&|||sender||||||||version|time        header; declares field | repeat \ component ^ escape &
    P|1|...                                   patient: here the lot or supplier
    O|1|sample id|instrument's own id|...     order: one sample
    R|1|^^^code|value|unit||flags||status|||started|completed|instrument
    C|1|...                                   comment
    L|1|N                                     terminator

Every record ends with CR; LF, CR LF and CR CR LF are read as well. Delimiters are taken from the header,
never assumed.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

LINE_ENDS = re.compile(rb"[\r\n]+")


@dataclass(frozen=True, slots=True)
class Delimiters:
    field: str
    repeat: str
    component: str
    escape: str


def end_of_message(data: bytes | bytearray) -> int:
    """Return how many bytes the first whole message of `data` has, its L record and CR included; else 0."""
    field = bytes(data[1:2])
    start = 0
    while (end := data.find(b"\r", start)) >= 0:
        record = bytes(data[start:end]).strip(b"\n")
        if record == b"L" or (field and record.startswith(b"L" + field)):
            return end + 1
        start = end + 1
    return 0


def split_by_order(message: bytes) -> list[bytes]:
    """Return one message per sample: header, patient and terminator around each order and its results.

    A message that holds no result (a query, a sign of life) gives none; results without an order record are
    one sample for each patient.
    """
    head: list[bytes] = []
    patient: list[bytes] = []
    orders: list[list[bytes]] = []
    is_open, last = False, b""
    for record in filter(None, LINE_ENDS.split(message)):
        letter = record[:1]
        if letter == b"L":
            last = record
        elif letter == b"P":
            patient, is_open = [record], False
        elif letter == b"O" or (letter == b"R" and not is_open):
            orders.append([*patient, record])
            is_open = True
        elif is_open:
            orders[-1].append(record)
        else:
            (patient or head).append(record)
    return [
        b"\r".join([*head, *order, last]) + b"\r"
        for order in orders
        if any(record[:1] == b"R" for record in order)
    ]


def delimiters(header: str) -> Delimiters:
    """Read the delimiters from `H` and the four characters that follow it. ValueError where they cannot be
    delimiters."""
    marks = header[1:5]
    if header[:1] != "H" or len(set(marks)) != 4 or any(mark.isalnum() or mark.isspace() for mark in marks):
        raise ValueError("the header declares no four different delimiters")
    return Delimiters(*marks)


def fields(record: str, marks: Delimiters) -> list[str]:
    return record.split(marks.field)


def components(field: str, marks: Delimiters) -> list[str]:
    """Return the parts of the first repeat of a field, escapes resolved."""
    first = field.split(marks.repeat, maxsplit=1)[0]
    return [unescape(part, marks) for part in first.split(marks.component)]


def unescape(text: str, marks: Delimiters) -> str:
    """&F& &S& &R& &E& stand for the delimiters themselves; another escape is left as it is."""
    if marks.escape not in text:
        return text
    return "".join(_unescape(text, marks))


def _unescape(text: str, marks: Delimiters) -> Iterator[str]:
    known = {"F": marks.field, "S": marks.component, "R": marks.repeat, "E": marks.escape}
    spot = 0
    while spot < len(text):
        code = text[spot + 1 : spot + 2]
        if text[spot] == marks.escape and code in known and text[spot + 2 : spot + 3] == marks.escape:
            yield known[code]
            spot += 3
        else:
            yield text[spot]
            spot += 1
