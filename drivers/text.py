"""Text that strangers give: nothing is kept or printed of it that a reader cannot see.

A control character moves a terminal's cursor, a bidi mark turns a line round, a zero-width one makes two
names look alike. There are two doors. Where somebody can be asked, such text is refused (`checked_text`: a
request, a site file, a rule pack, a manifest). Where nobody can be asked it is cleaned (`clean_text`: a
device's line, a message, a phone's form); its bytes stay in the frame or the photo. What is kept is NFC, on
one line, with plain blanks. Whatever prints shows the rest by its number (`visible`, `visible_json`).
"""

import hashlib
import re
import unicodedata
from collections.abc import Callable
from typing import Any

LONGEST = 400
LONGEST_NAME = 120
# A plate has Latin letters with their accents: Europe's others are used only where they look like these.
PLATE, LONGEST_PLATE = r"^[A-Za-z0-9À-ÖØ-öø-ɏ -]+$", 16
_BREAKS = "\t\n\r"
_FORMULA = (*"=+-@", *_BREAKS, *(chr(ord(sign) + 0xFEE0) for sign in "=+-@"))  # and their wide forms
_LINE_ENDS = _BREAKS + "\v\f\x85\u2028\u2029"
# What Unicode calls letters, marks and symbols and yet draws as nothing.
_BLANKS = frozenset(
    map(
        chr,
        (
            0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x180B, 0x180C, 0x180D, 0x180F, 0x2800, 0x3164, 0xFFA0,
            *range(0xFE00, 0xFE10),
            *range(0xE0100, 0xE01F0),
        ),
    )
)  # fmt: skip

_AIM_PREFIX = re.compile(r"^\][A-Za-z][0-9A-Za-z]")
# Letters that Unicode does not take apart.
_WRITTEN_OUT = str.maketrans(
    {"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"}
)


class HiddenCharacter(ValueError):
    """A text holds a character that cannot be seen; `number` names it as U+202E. `where` is the path to the
    text in a file's content."""

    def __init__(self, char: str, where: str = "") -> None:
        self.char = char
        self.number = f"U+{ord(char):04X}"
        self.where = where
        super().__init__(f"holds {self.number}, a character that cannot be seen")


def is_hidden(char: str) -> bool:
    """Tell whether a reader sees nothing of this character: control and format characters, bidi and
    zero-width ones, line separators, tags, surrogates, private and unassigned ones. Blanks are seen."""
    return char in _BLANKS or not (char.isprintable() or unicodedata.category(char) == "Zs")


def clean_text(text: str, most: int = LONGEST) -> str:
    """Return the text as it may be kept, at most `most` characters: ends of lines become blanks, what else
    is hidden is left out."""
    if not _is_plain(text):
        kept = ("" if is_hidden(char) else char for char in _with_blanks(text, _LINE_ENDS))
        text = unicodedata.normalize("NFC", "".join(kept))
    return text.strip()[:most].rstrip()


def checked_text(text: str) -> str:
    """Return the text as it may be kept, of any length; a tab or an end of line becomes a blank. Raises
    HiddenCharacter."""
    return text if _is_plain(text) else _refuse_hidden(_with_blanks(text, _BREAKS))


def checked_file(text: str) -> str:
    """Return a file's text as it is, with its lines. Raises HiddenCharacter."""
    _refuse_hidden(text.translate(dict.fromkeys(map(ord, _BREAKS), " ")))
    return text


def clean_value(value: Any, most: int = LONGEST) -> Any:
    """Clean every text in a value of JSON, keys too; a value that needs none is returned as it is."""
    return value if _is_clean(value, most) else _each_text(value, lambda text: clean_text(text, most))


def checked_value(value: Any, where: str = "") -> Any:
    """Check every text in the content of a TOML or JSON file, keys too. Raises HiddenCharacter."""
    if isinstance(value, str):
        return _checked_at(value, where)
    if isinstance(value, dict):
        return {
            _checked_at(key, where): checked_value(part, f"{where}.{key}" if where else key)
            for key, part in value.items()
        }
    if isinstance(value, list):
        return [checked_value(part, f"{where}[{index}]") for index, part in enumerate(value)]
    return value


def clean_identity(text: str, most: int = LONGEST_NAME) -> str:
    """Return an identity that may be kept: two that differ stay different, so one that would have to be
    cleaned or cut is kept as its hash."""
    if clean_text(text, most) == text:
        return text
    return "sha256:" + hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def is_formula(text: str) -> bool:
    """Tell whether a spreadsheet may run a cell of this text."""
    return text.startswith(_FORMULA)


def unaccented(text: str) -> str:
    """Return the text as it is sought: small letters without accents, ligatures written out."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(char for char in apart if not unicodedata.combining(char)).translate(_WRITTEN_OUT)
    return unicodedata.normalize("NFC", plain)


def fold(name: str) -> str:
    """Return the key under which two spellings of one name are the same: its letters and digits without
    accents or case, or the whole name where it has none."""
    plain = unaccented(name)
    return "".join(char for char in plain if char.isalnum()) or plain.strip()


def is_plate(text: str) -> bool:
    return 2 <= len(text) <= LONGEST_PLATE and re.match(PLATE, text) is not None


def plate_key(plate: str) -> str:
    """Return a plate's identity: its letters with their accents, its groups parted by one dash, whatever
    parts them on paper."""
    plain = unicodedata.normalize("NFC", unicodedata.normalize("NFC", plate).casefold())
    groups = "".join(char if char.isalnum() else " " for char in plain).split()
    return "-".join(groups) or plain.strip()


def barcode_of(text: str) -> str:
    """Return a barcode as it is kept and compared: without the AIM prefix that a scanner puts before it
    (`]C1` for Code 128), in capitals."""
    bare = _AIM_PREFIX.sub("", text.strip(), count=1).strip()
    return unicodedata.normalize("NFC", bare.upper())


def visible(text: str) -> str:
    r"""Show a text on one line of a terminal or log: what is hidden as \x1b or \u202e, a line's end too."""
    if text.isprintable() and _BLANKS.isdisjoint(text):
        return text
    return "".join(char.encode("unicode_escape").decode() if is_hidden(char) else char for char in text)


def visible_json(text: str) -> str:
    """Write what is hidden in a JSON document of one line by its \\u number; the document means the same."""
    if text.isprintable() and _BLANKS.isdisjoint(text):
        return text
    return "".join(_escape_json(char) if is_hidden(char) else char for char in text)


def visible_value(value: Any, most: int) -> Any:
    """Show every text in a value of JSON, keys too, composed (NFC), at most `most` characters of each."""
    return _each_text(value, lambda text: visible(unicodedata.normalize("NFC", text[:most])))


def _each_text(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        return {_each_text(key, change): _each_text(part, change) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(_each_text(part, change) for part in value)
    return value


def _is_clean(value: Any, most: int) -> bool:
    """Tell quickly that nothing has to be cleaned: what instruments send is mostly short and plain. Python
    writes what cannot be seen with a backslash."""
    written = repr(value)
    return len(written) <= most and written.isascii() and "\\" not in written


def _is_plain(text: str) -> bool:
    return text.isascii() and text.isprintable()


def _with_blanks(text: str, breaks: str) -> str:
    """Write a plain blank for every other one and for `breaks`."""
    return "".join(
        " " if char in breaks or unicodedata.category(char) == "Zs" else char
        for char in text.replace("\r\n", "\n")
    )


def _refuse_hidden(text: str) -> str:
    hidden = next((char for char in text if is_hidden(char)), None)
    if hidden is not None:
        raise HiddenCharacter(hidden)
    return unicodedata.normalize("NFC", text)


def _checked_at(text: str, where: str) -> str:
    try:
        return checked_text(text)
    except HiddenCharacter as error:
        raise HiddenCharacter(error.char, where) from None


def _escape_json(char: str) -> str:
    units = char.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at : at + 2].hex()}" for at in range(0, len(units), 2))
