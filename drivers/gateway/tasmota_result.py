"""What a Tasmota board says of its serial port, message by message.

    {"SSerialReceived":"..."}             the serial bridge (GPIO); SerialReceived: the board's own RX and TX
    {"SSerialReceived":{"Data":"..."}}    the same in other releases
    {"SSerialReceived":{...}}             the instrument itself sent a JSON object

Many releases escape nothing: line ends, quotes and backslashes of the instrument stand in the text as they
are, and hex digits without quotes. That is no JSON, so what stands between the marks is taken as it is.
"""

import re

from drivers.errors import FrameError, NotUnderstood
from drivers.json_object import load_object

LIMIT = 4096
BRIDGE, CONSOLE = "SSerialReceived", "SerialReceived"
ADVICE = "check the board's topic and SerialDelimiter, and the settings data and driver"
_OPENING = rb'\{\s*"S?SerialReceived"\s*:'
_WHOLE = re.compile(_OPENING + rb"\s*(.*?)\s*\}", re.DOTALL)
_DATA = re.compile(rb'\{\s*"Data"\s*:\s*(.*?)\s*\}', re.DOTALL)
# A message begins behind the one before, on a line of its own where it is another one of the board.
BOUNDARY = re.compile(
    rb'(?<=\})[ \t]*[\r\n]\s*(?=\{\s*")|(?:(?<=\})|[\r\n])\s*(?=' + _OPENING + rb")",
)


def received_key(message: bytes) -> str:
    return BRIDGE if b'"SSerialReceived"' in message else CONSOLE


def received_data(message: bytes, *, as_hex: bool) -> bytes:
    """Return the instrument's bytes of one message; NotUnderstood when it holds none. `as_hex`: they come as
    hex digits."""
    text = _escaped_text(message)
    sent = _text_as_it_stands(message, as_hex=as_hex) if text is None else _encode(text)
    if not as_hex:
        return sent
    try:
        return bytes.fromhex(sent.decode("ascii"))
    except ValueError as error:
        raise NotUnderstood(
            "the data are not hex digits", message, "set data = text, or hex on the board"
        ) from error


def _escaped_text(message: bytes) -> str | None:
    """Return the text where the message is JSON, also with line ends in it as they are; else None."""
    try:
        whole = load_object(message, LIMIT, strict=False)
    except FrameError:
        if len(message) > LIMIT:
            raise
        return None
    value = whole.get(BRIDGE, whole.get(CONSOLE))
    text = value.get("Data") if isinstance(value, dict) else value
    return text if isinstance(text, str) else None


def _encode(text: str) -> bytes:
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
        return text.encode("utf-8")


def _text_as_it_stands(message: bytes, *, as_hex: bool) -> bytes:
    whole = _WHOLE.fullmatch(message)
    if whole is None:
        raise NotUnderstood(f"no {BRIDGE} or {CONSOLE} with data", message, ADVICE)
    data = _DATA.fullmatch(whole[1])
    sent: bytes = data[1] if data else whole[1]
    if len(sent) > 1 and sent[:1] == sent[-1:] == b'"':
        sent = sent[1:-1]
    elif not as_hex and not sent.startswith(b"{"):
        raise NotUnderstood("the data are no text", message, ADVICE)
    if b"SerialReceived" in sent:
        raise NotUnderstood("several messages in one that cannot be told apart", message, ADVICE)
    return sent
