"""The little of the protocol buffers wire format that Sparkplug needs: fields out of bytes and back.

field = key varint (number << 3 | type), then: type 0 varint, 1 eight bytes, 2 length and bytes, 5 four bytes
"""

from collections.abc import Iterator

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5
_SIZES = {FIXED64: 8, FIXED32: 4}
_MOST_VARINT = 10

Field = tuple[int, int, int | bytes]


def fields(data: bytes) -> Iterator[Field]:
    """Yield (number, type, value): an int for a varint, else bytes. ValueError where the bytes are no
    message."""
    spot = 0
    while spot < len(data):
        key, spot = _varint(data, spot)
        number, form = key >> 3, key & 7
        if number == 0:
            raise ValueError("field number 0")
        if form == VARINT:
            value, spot = _varint(data, spot)
            yield number, form, value
            continue
        if form == BYTES:
            size, spot = _varint(data, spot)
        elif form in _SIZES:
            size = _SIZES[form]
        else:
            raise ValueError(f"wire type {form}")
        if size > len(data) - spot:
            raise ValueError("a field is longer than the message")
        yield number, form, data[spot : spot + size]
        spot += size


def field(number: int, value: int | bytes, form: int = VARINT) -> bytes:
    """Encode one field: an int as a varint, bytes as `form` says."""
    key = varint(number << 3 | (form if isinstance(value, bytes) else VARINT))
    if not isinstance(value, bytes):
        return key + varint(value)
    return key + (varint(len(value)) if form == BYTES else b"") + value


def varint(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def _varint(data: bytes, spot: int) -> tuple[int, int]:
    number = 0
    for shift in range(_MOST_VARINT):
        if spot + shift >= len(data):
            raise ValueError("the message ends inside a number")
        byte = data[spot + shift]
        number |= (byte & 0x7F) << 7 * shift
        if byte < 0x80:
            return number & 0xFFFF_FFFF_FFFF_FFFF, spot + shift + 1
    raise ValueError("a number of more than ten bytes")
