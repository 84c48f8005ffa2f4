"""Tell by its bytes what a file is, and how large a photo is and whether it is whole, before it is decoded.

JPEG (ITU T.81 annex B: markers FF xx with a two-byte length; SOF0..SOF15 less DHT, JPG and DAC hold
height and width), PNG (IHDR is the first chunk), WebP (RIFF; VP8, VP8L or VP8X chunk), and what phones
write that cannot be decoded here: HEIC and AVIF (ISO 14496-12: a box `ftyp` with the brand comes first).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_SOF = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_BARE_MARKERS = frozenset({0x01, *range(0xD0, 0xD9)})
_MAX_MARKERS = 2000
_HEIC = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"})
_AVIF = frozenset({b"avif", b"avis"})
MEDIA_TYPES = {"jpeg": "image/jpeg", "png": "image/png", "webp": "image/webp"}  # what is judged here, by kind
_JPEG, _PNG = b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"
_SCAN, _END = 0xDA, 0xD9
_NEXT_MARKER = re.compile(rb"\xff+([^\x00\xff\xd0-\xd7])")  # coded data holds stuffed bytes and restarts only
# What people send by mistake, by its first bytes.
_OTHERS = (
    (b"%PDF", "pdf"),
    (b"PK\x03\x04", "archive"),
    (b"PK\x05\x06", "archive"),
    (b"\x1f\x8b", "archive"),
    (b"7z\xbc\xaf", "archive"),
    (b"Rar!", "archive"),
    (b"\xd0\xcf\x11\xe0", "office"),
    (b"GIF8", "gif"),
    (b"BM", "bmp"),
    (b"II*\0", "tiff"),
    (b"MM\0*", "tiff"),
    (b"\x1aE\xdf\xa3", "film"),
)
_LOOKED_AT = 1000


@dataclass(frozen=True, slots=True)
class PhotoHeader:
    """`bytes_per_pixel` is what a full decode holds; width and height are as stored, before EXIF."""

    kind: str
    width: int
    height: int
    bytes_per_pixel: int

    @property
    def pixels(self) -> int:
        return self.width * self.height


def kind_of(data: bytes) -> str:
    """Name what this is: `jpeg`, `png`, `webp`, `heic`, `avif`, or what is no photo."""
    if not data:
        return "empty"
    if (photo := _photo_kind(data)) is not None:
        return photo
    if data[4:8] == b"ftyp":
        brand = data[8:12]
        return "heic" if brand in _HEIC else "avif" if brand in _AVIF else "film"
    if data[:4] == b"RIFF":
        return "film"
    found = next((kind for start, kind in _OTHERS if data.startswith(start)), None)
    return found or ("text" if _is_text(data[:_LOOKED_AT]) else "unknown")


def is_whole(data: bytes) -> bool:
    """Tell whether a photo's header can be read and its end has come; what follows is not looked at.

    A JPEG's coded data may run to the end of the file: phones leave its end marker out, and only who decodes
    it sees whether more is missing."""
    kind = _photo_kind(data)
    if kind == "jpeg":
        return _jpeg_reaches_picture(data)
    if read_header(data) is None:
        return False
    if kind == "png":
        return _png_ends(data)
    return 8 + int.from_bytes(data[4:8], "little") <= len(data)


def read_header(data: bytes) -> PhotoHeader | None:
    """Return the header of a JPEG, PNG or WebP; None for everything else and for a damaged header."""
    kind = _photo_kind(data)
    return _READERS[kind](data) if kind else None


def scans(data: bytes) -> int:
    """Return how many times a JPEG goes over its picture; what a phone writes behind it (a film, a depth map,
    another picture) does not count."""
    return sum(marker == _SCAN for marker, _ in _markers(data))


def lacks_end(data: bytes) -> bool:
    """Tell whether a JPEG's coded data runs to the end of the file: its end marker is missing, and nothing
    tells whether more than that is."""
    found = [marker for marker, _ in _markers(data)]
    return _SCAN in found and _END not in found


def _photo_kind(data: bytes) -> str | None:
    if data.startswith(_JPEG):
        return "jpeg"
    if data.startswith(_PNG):
        return "png"
    return "webp" if data[:4] == b"RIFF" and data[8:12] == b"WEBP" else None


def _is_text(data: bytes) -> bool:
    """Tell whether it may be a text; its last character may be cut."""
    text = data.decode("utf-8", "ignore")
    readable = all(char.isprintable() or char in "\t\r\n\ufeff" for char in text)
    return readable and len(text.encode()) > len(data) - 4


def _jpeg(data: bytes) -> PhotoHeader | None:
    at = _frame(data)
    if at is None:
        return None
    height, width = int.from_bytes(data[at + 4 : at + 6]), int.from_bytes(data[at + 6 : at + 8])
    return _sized("jpeg", width, height, 3)


def _frame(data: bytes) -> int | None:
    """Return where the marker with height and width is; None where the segments lead to none."""
    return next((at for marker, at in _markers(data) if marker in _SOF and at + 8 <= len(data)), None)


def _markers(data: bytes) -> Iterator[tuple[int, int]]:
    """Go through a JPEG's markers, each with where it stands, to the end of the primary picture: segments are
    passed by their length, coded data to the next marker."""
    at = 2
    for _ in range(_MAX_MARKERS):
        found = _NEXT_MARKER.search(data, at)
        if found is None:
            return
        marker, at = found[1][0], found.start(1)
        yield marker, at
        if marker == _END:
            return
        at = at + 1 if marker in _BARE_MARKERS else _behind(data, at)


def _jpeg_reaches_picture(data: bytes) -> bool:
    """Tell whether frame and scan come, and then the end marker, or a last scan with coded data behind its
    header; a preview's markers stand in a segment before them."""
    found = list(_markers(data))
    kinds = [marker for marker, _ in found]
    if _SOF.isdisjoint(kinds) or _SCAN not in kinds:
        return False
    last, at = found[-1]
    return last == _END or (last == _SCAN and _behind(data, at) < len(data))


def _behind(data: bytes, marker: int) -> int:
    """Return where a marker's segment ends; its length counts its own two bytes."""
    return marker + 1 + max(2, int.from_bytes(data[marker + 1 : marker + 3]))


def _png(data: bytes) -> PhotoHeader | None:
    if len(data) < 29 or data[12:16] != b"IHDR":
        return None
    channels = {0: 1, 2: 3, 3: 3, 4: 2, 6: 4}.get(data[25])
    if channels is None:
        return None
    deep = 2 if data[24] == 16 else 1
    return _sized("png", int.from_bytes(data[16:20]), int.from_bytes(data[20:24]), max(3, channels) * deep)


def _png_ends(data: bytes) -> bool:
    """Chunks are length (4), kind (4), content, checksum (4); IEND is the last."""
    at = len(_PNG)
    while at + 12 <= len(data):
        if data[at + 4 : at + 8] == b"IEND":
            return True
        at += 12 + int.from_bytes(data[at : at + 4])
    return False


def _webp(data: bytes) -> PhotoHeader | None:
    chunk = data[12:16]
    if len(data) < 30:
        return None
    if chunk == b"VP8X":
        width = 1 + int.from_bytes(data[24:27], "little")
        height = 1 + int.from_bytes(data[27:30], "little")
    elif chunk == b"VP8L":
        bits = int.from_bytes(data[21:25], "little")
        width, height = 1 + (bits & 0x3FFF), 1 + ((bits >> 14) & 0x3FFF)
    elif chunk == b"VP8 ":
        width = int.from_bytes(data[26:28], "little") & 0x3FFF
        height = int.from_bytes(data[28:30], "little") & 0x3FFF
    else:
        return None
    return _sized("webp", width, height, 4)


def _sized(kind: str, width: int, height: int, bytes_per_pixel: int) -> PhotoHeader | None:
    return PhotoHeader(kind, width, height, bytes_per_pixel) if width and height else None


_READERS = {"jpeg": _jpeg, "png": _png, "webp": _webp}
