"""Read a photo's format and size from its first bytes, before anything is decoded.

JPEG (ITU T.81 annex B: markers FF xx with a two-byte length; SOF0..SOF15 less DHT, JPG and DAC hold
height and width), PNG (IHDR is the first chunk), WebP (RIFF; VP8, VP8L or VP8X chunk), and what phones
write that cannot be decoded here: HEIC and AVIF (ISO 14496-12: a box `ftyp` with the brand comes first).
"""

from dataclasses import dataclass

_SOF = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_BARE_MARKERS = frozenset({0x01, *range(0xD0, 0xD9)})
_MAX_MARKERS = 2000
_BRANDS = frozenset(
    {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"avif", b"avis"}
)


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


def read_header(data: bytes) -> PhotoHeader | None:
    """Return the header of a JPEG, PNG or WebP; None for everything else and for a damaged header."""
    if data[:3] == b"\xff\xd8\xff":
        return _jpeg(data)
    if data[:8] == b"\x89PNG\r\n\x1a\n":
        return _png(data)
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return _webp(data)
    return None


def is_heic(data: bytes) -> bool:
    """Tell whether this is HEIC (or AVIF), whatever its name says."""
    return data[4:8] == b"ftyp" and data[8:12] in _BRANDS


def scans(data: bytes) -> int:
    """Return how many times a JPEG goes over the whole picture (start-of-scan markers; coded data holds
    none)."""
    return data.count(b"\xff\xda")


def _jpeg(data: bytes) -> PhotoHeader | None:
    at = 2
    for _ in range(_MAX_MARKERS):
        while at < len(data) and data[at] != 0xFF:
            at += 1
        while at < len(data) and data[at] == 0xFF:
            at += 1
        if at + 8 > len(data):
            return None
        marker = data[at]
        if marker in _SOF:
            height = int.from_bytes(data[at + 4 : at + 6])
            width = int.from_bytes(data[at + 6 : at + 8])
            return _sized("jpeg", width, height, 3)
        at += 1 if marker in _BARE_MARKERS else 1 + int.from_bytes(data[at + 1 : at + 3])
    return None


def _png(data: bytes) -> PhotoHeader | None:
    if len(data) < 29 or data[12:16] != b"IHDR":
        return None
    channels = {0: 1, 2: 3, 3: 3, 4: 2, 6: 4}.get(data[25])
    if channels is None:
        return None
    deep = 2 if data[24] == 16 else 1
    return _sized("png", int.from_bytes(data[16:20]), int.from_bytes(data[20:24]), max(3, channels) * deep)


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
