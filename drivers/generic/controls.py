"""Bytes as an installer writes them: `<STX>`, `<CR>` and the like between printable characters."""

import re

_NAMES = (
    *("NUL", "SOH", "STX", "ETX", "EOT", "ENQ", "ACK", "BEL", "BS", "HT", "LF", "VT", "FF", "CR", "SO", "SI"),
    *("DLE", "DC1", "DC2", "DC3", "DC4", "NAK", "SYN", "ETB", "CAN", "EM", "SUB", "ESC", "FS", "GS", "RS"),
    *("US", "SP"),
)
_CODES = {name: code for code, name in enumerate(_NAMES)} | {"DEL": 0x7F}
_TEXTS = tuple(
    f"<{_NAMES[code]}>" if code < 0x20 else "<DEL>" if code == 0x7F else chr(code) for code in range(0x100)
)
_BRACKETED = re.compile(r"<([A-Z0-9]{2,3})>")


def control_bytes(text: str) -> bytes:
    """Turn `<STX>P<CR>` into 02 50 0D. Brackets around anything that is no control name stay as they are.

    Other bytes are written as TOML writes them (`\\u00E0` is E0). ValueError above FF.
    """
    plain = _BRACKETED.sub(lambda found: _control(found.group(1), found.group()), text)
    try:
        return plain.encode("latin-1")
    except UnicodeEncodeError as error:
        raise ValueError(f"{text!r} holds a character that is no single byte") from error


def visible_text(data: bytes) -> str:
    """Turn 02 50 0D into `<STX>P<CR>`, the way back of `control_bytes`; above 7F as latin-1 has it."""
    return "".join(_TEXTS[byte] for byte in data)


def _control(name: str, as_written: str) -> str:
    return chr(_CODES[name]) if name in _CODES else as_written
