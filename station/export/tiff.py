"""The EXIF block of a photo (a small TIFF file) with the camera's fields and nothing else.

TIFF 6.0 and Exif 2.3: byte order, 42, the offset of the first directory; a directory is a count, entries of
12 bytes (tag, type, count, value or its offset) and the offset of the next one. The block is not edited but
written anew from fields that are known to tell of camera, lens and exposure: what is not listed here (place,
names, notes of the maker, thumbnails, serial numbers) cannot be left over.
"""

import struct
from dataclasses import dataclass

_EXIF = 0x8769  # the offset of the directory with the exposure
_PHOTO = frozenset({0x010F, 0x0110, 0x0112, 0x011A, 0x011B, 0x0128, 0x0131, 0x0132, 0x0213})
_EXPOSURE = frozenset(
    {
        0x829A, 0x829D, 0x8822, 0x8827, 0x8830, 0x8832, 0x9000, 0x9003, 0x9004, 0x9101, 0x9201, 0x9202,
        0x9203, 0x9204, 0x9205, 0x9206, 0x9207, 0x9208, 0x9209, 0x920A, 0xA000, 0xA001, 0xA002, 0xA003,
        0xA20E, 0xA20F, 0xA210, 0xA215, 0xA217, 0xA301, 0xA401, 0xA402, 0xA403, 0xA404, 0xA405, 0xA406,
        0xA407, 0xA408, 0xA409, 0xA40A, 0xA40C, 0xA432, 0xA433, 0xA434,
    }
)  # fmt: skip
_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 7: 1, 9: 4, 10: 8}  # bytes of one value, by type
_ASCII = 2
_LAST = bytes(byte if byte == 0 or 0x20 <= byte < 0x7F else 0x20 for byte in range(256))
_MOST = 4096  # bytes of one value: camera fields are short


class TiffError(ValueError):
    """The block is damaged or not TIFF."""


@dataclass(frozen=True, slots=True)
class _Field:
    tag: int
    kind: int
    count: int
    value: bytes


def camera_fields(data: bytes) -> bytes:
    """The block with make, model, orientation, times, lens and exposure. Raises TiffError."""
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(data[:4])
    if order is None:
        raise TiffError("no TIFF header")
    photo, exposure_at = _directory(data, order, _long(data, order, 4), _PHOTO)
    exposure = _directory(data, order, exposure_at, _EXPOSURE)[0] if exposure_at else []
    return _written(order, photo, exposure)


def _directory(data: bytes, order: str, at: int, wanted: frozenset[int]) -> tuple[list[_Field], int]:
    """The wanted fields of one directory, and where the exposure's directory is (0: nowhere)."""
    fields, below = [], 0
    for number in range(_short(data, order, at)):
        entry = at + 2 + 12 * number
        tag, kind = _short(data, order, entry), _short(data, order, entry + 2)
        count = _long(data, order, entry + 4)
        if tag == _EXIF:
            below = _long(data, order, entry + 8)
        size = _SIZES.get(kind, 0) * count
        if tag not in wanted or not 0 < size <= _MOST:
            continue
        start = entry + 8 if size <= 4 else _long(data, order, entry + 8)
        value = data[start : start + size]
        if len(value) < size:
            raise TiffError("a value outside the block")
        fields.append(_Field(tag, kind, count, _seen(value) if kind == _ASCII else value))
    return fields, below


def _seen(value: bytes) -> bytes:
    """A text with a blank for every byte that is no printable character of ASCII, its end apart."""
    return bytes(byte if 0x20 <= byte < 0x7F else 0x20 for byte in value[:-1]) + value[-1:].translate(_LAST)


def _written(order: str, photo: list[_Field], exposure: list[_Field]) -> bytes:
    head = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(order + "I", 8)
    pointer = _Field(_EXIF, 4, 1, bytes(4))
    below = 8 + len(_placed(order, 8, [*photo, pointer]))
    pointer = _Field(_EXIF, 4, 1, struct.pack(order + "I", below))
    return head + _placed(order, 8, [*photo, pointer]) + _placed(order, below, exposure)


def _placed(order: str, at: int, fields: list[_Field]) -> bytes:
    """One directory at the offset `at`, with its longer values behind it, and none after it."""
    entries, values = b"", b""
    behind = at + 2 + 12 * len(fields) + 4
    for field in sorted(fields, key=lambda one: one.tag):
        place = field.value.ljust(4, b"\0")
        if len(field.value) > 4:
            place = struct.pack(order + "I", behind + len(values))
            values += field.value + bytes(len(field.value) % 2)
        entries += struct.pack(order + "HHI", field.tag, field.kind, field.count) + place
    return struct.pack(order + "H", len(fields)) + entries + bytes(4) + values


def _short(data: bytes, order: str, at: int) -> int:
    return _unpacked(data, order + "H", at)


def _long(data: bytes, order: str, at: int) -> int:
    return _unpacked(data, order + "I", at)


def _unpacked(data: bytes, form: str, at: int) -> int:
    try:
        (value,) = struct.unpack_from(form, data, at)
    except struct.error as error:
        raise TiffError("the block is too short") from error
    return int(value)
