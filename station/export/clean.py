"""A photo's bytes without place and person; its pixels are not touched, only what is written beside them.

JPEG: of the EXIF segment the camera's fields are kept (see `tiff`); XMP, IPTC, comments and whatever follows
the picture (a second picture, a film) are left out. PNG and WebP: the same of their EXIF chunk, texts are
left out. A photo of any other kind is not given away.
"""

import re
import struct
import zlib
from collections.abc import Iterator

from station.export.tiff import TiffError, camera_fields

_EXIF = b"Exif\0\0"
_ICC = b"ICC_PROFILE\0"
_SCAN, _END, _APP0, _APP1, _APP2, _ADOBE, _COMMENT = 0xDA, 0xD9, 0xE0, 0xE1, 0xE2, 0xEE, 0xFE
_PNG = b"\x89PNG\r\n\x1a\n"
_PNG_TEXTS = (b"tEXt", b"zTXt", b"iTXt", b"tIME")
_MARKER = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")


def cleaned(data: bytes) -> bytes | None:
    """The bytes to give away; None for a kind of photo that cannot be cleaned, or a damaged one."""
    try:
        if data[:3] == b"\xff\xd8\xff":
            return b"".join(_jpeg(data))
        if data[:8] == _PNG:
            return _PNG + b"".join(_png(data))
        if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
            body = b"".join(_webp(data))
            return b"RIFF" + struct.pack("<I", 4 + len(body)) + b"WEBP" + body
    except (ValueError, IndexError, struct.error):
        return None
    return None


def _jpeg(data: bytes) -> Iterator[bytes]:
    """Segments are FF, marker, length (2 bytes, counting itself), content; picture data follows a scan's
    header until the next marker that is neither a stuffed FF 00 nor a restart."""
    yield data[:2]
    at = 2
    while True:
        if data[at] != 0xFF:
            raise ValueError("no marker where one must be")
        marker = data[at + 1]
        if marker == _END:
            yield data[at : at + 2]
            return
        if marker == 0xFF:  # padding
            at += 1
            continue
        (length,) = struct.unpack_from(">H", data, at + 2)
        end = at + 2 + length
        yield from _segment(marker, data[at:end])
        if marker == _SCAN:
            found = _MARKER.search(data, end)
            if found is None:
                raise ValueError("the picture has no end")
            yield data[end : found.start()]
            end = found.start()
        at = end


def _segment(marker: int, segment: bytes) -> Iterator[bytes]:
    content = segment[4:]
    if marker == _APP1:
        if content.startswith(_EXIF):
            for block in _camera(content[len(_EXIF) :]):
                yield segment[:2] + struct.pack(">H", 2 + len(_EXIF) + len(block)) + _EXIF + block
    elif _APP0 <= marker <= 0xEF:
        if marker in (_APP0, _ADOBE) or (marker == _APP2 and content.startswith(_ICC)):
            yield segment
    elif marker != _COMMENT:
        yield segment


def _camera(block: bytes) -> Iterator[bytes]:
    """A damaged block is left out."""
    try:
        yield camera_fields(block)
    except TiffError:
        return


def _png(data: bytes) -> Iterator[bytes]:
    """Chunks are length (4), kind (4), content, CRC-32 of kind and content; IEND is the last."""
    at = 8
    while True:
        length, kind = struct.unpack_from(">I4s", data, at)
        content = data[at + 8 : at + 8 + length]
        if kind == b"eXIf":
            for block in _camera(content):
                crc = struct.pack(">I", zlib.crc32(kind + block))
                yield struct.pack(">I", len(block)) + kind + block + crc
        elif kind not in _PNG_TEXTS:
            yield data[at : at + 12 + length]
        at += 12 + length
        if kind == b"IEND":
            return


def _webp(data: bytes) -> Iterator[bytes]:
    """Chunks are kind (4), length (4, little endian), content, padded to an even length. An emptied chunk
    keeps the header's flags true."""
    at = 12
    while at + 8 <= len(data):
        kind, length = struct.unpack_from("<4sI", data, at)
        content = data[at + 8 : at + 8 + length]
        if kind == b"EXIF":
            content = next(_camera(content.removeprefix(_EXIF)), b"")
        elif kind == b"XMP ":
            content = b""
        yield kind + struct.pack("<I", len(content)) + content + bytes(len(content) % 2)
        at += 8 + length + length % 2
