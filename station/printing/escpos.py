"""Papers and labels as ESC/POS, the language of receipt printers, written for Epson's and what copies them.

    1B 40                   ESC @       begin anew
    1B 74 13                ESC t 19    code page 858 (French accents, €)
    1B 61 n                 ESC a n     0 left, 1 centred
    1B 45 n                 ESC E n     bold
    1D 21 n                 GS ! n      0 normal, 11 twice as wide and high
    1D 68 n, 1D 77 n        GS h, GS w  a bar code's height and module, in dots
    1D 48 n                 GS H n      2 its text below
    1D 6B 49 n 7B 42 ...    GS k 73     Code 128, code set B
    1D 28 6B pL pH 31 ...   GS ( k      QR code: model, size of a module, correction, its data, print it
    1D 56 42 03             GS V 66 3   feed to the knife and cut
    1D 72 01                GS r 1      answer with one byte once all before it is printed

Source: Epson's ESC/POS command reference for the TM-T88. Never checked on hardware.
"""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import replace
from textwrap import wrap

import segno

from station.printing.lines import Line, Pair, Section, Title, is_parted
from station.printing.ticket_text import WIDTH, written

BEGIN, CODE_PAGE = b"\x1b@", b"\x1bt\x13"
LEFT, CENTRED = b"\x1ba\x00", b"\x1ba\x01"
BOLD, PLAIN = b"\x1bE\x01", b"\x1bE\x00"
LARGE, NORMAL = b"\x1d!\x11", b"\x1d!\x00"
HIGH, WIDE, TEXT_BELOW = b"\x1dh\x50", b"\x1dw\x02", b"\x1dH\x02"
CUT, ASK_PRINTED = b"\x1dVB\x03", b"\x1dr\x01"
_ENCODING = "cp858"
_DOTS = 504  # of the width that 42 columns take
_LARGEST_MODULE = 8
# What the code page lacks and papers say.
_INSTEAD = str.maketrans(
    {
        "≥": ">=", "≤": "<=", "→": "->", "−": "-", "–": "-", "—": "-", "’": "'", "“": '"', "”": '"',
        "…": "...", "œ": "oe", "Œ": "OE", "\N{NARROW NO-BREAK SPACE}": " ", "\N{NO-BREAK SPACE}": " ",
    }
)  # fmt: skip


def receipt(sections: list[Section], code: str) -> bytes:
    """Write a ticket's sections and the QR code of a text, and cut."""
    out = [BEGIN, CODE_PAGE]
    for number, section in enumerate(sections):
        if is_parted(number, section):
            out.append(_line("-" * WIDTH))
        for line in section:
            out += _written(_printable(line))
    return b"".join([*out, _line("=" * WIDTH), *_qr(code), CUT])


def label(number: str, lines: Sequence[str]) -> bytes:
    """Write a label: the number large, its bar code, lines of text, and cut."""
    out = [BEGIN, CODE_PAGE, CENTRED + BOLD + LARGE, _line(_in_page(number)), NORMAL + PLAIN]
    bars = b"{B" + number.encode("ascii", "replace")
    out += [HIGH + WIDE + TEXT_BELOW, b"\x1dkI" + bytes([len(bars)]) + bars, b"\n" + LEFT]
    out += [_line(row) for text in lines for row in wrap(_in_page(text), WIDTH)]
    return b"".join([*out, CUT])


def _written(line: Line) -> Iterator[bytes]:
    if not isinstance(line, Title):
        is_bold = isinstance(line, Pair) and line.strong
        yield b"".join([BOLD * is_bold, *map(_line, written(line)), PLAIN * is_bold])
        return
    yield _line("=" * WIDTH)
    yield CENTRED + BOLD + (LARGE if line.large else b"")
    yield _line(line.text)
    yield NORMAL + PLAIN + LEFT


def _printable(line: Line) -> Line:
    if isinstance(line, Pair):
        return replace(line, name=_in_page(line.name), value=_in_page(line.value))
    return replace(line, text=_in_page(line.text))


def _in_page(text: str) -> str:
    """What the code page cannot print is written without its accent, or as a question mark: no text reaches
    the printer as a command."""
    return "".join(map(_in_page_one, text.translate(_INSTEAD)))


def _in_page_one(sign: str) -> str:
    if sign.isprintable():
        for form in (sign, unicodedata.normalize("NFKD", sign)[:1]):
            if form.isprintable() and form.encode(_ENCODING, "ignore"):
                return form
    return "?"


def _line(text: str) -> bytes:
    return text.encode(_ENCODING) + b"\n"


def _qr(text: str) -> Iterator[bytes]:
    if not text:
        return
    width, _ = segno.make_qr(text, error="m", boost_error=False).symbol_size(border=4)
    module = max(1, min(_LARGEST_MODULE, _DOTS // int(width)))
    yield CENTRED
    for function in (b"A2\x00", b"C" + bytes([module]), b"E1", b"P0" + text.encode(), b"Q0"):
        yield b"\x1d(k" + (len(function) + 1).to_bytes(2, "little") + b"1" + function
    yield b"\n" + LEFT
