"""Decode a photo to upright BGR pixels at the scale that is needed, within bounds.

Size limits are read from the header before anything is decoded, so a decompression bomb costs
nothing. OpenCV applies the EXIF orientation, also at reduced scales. What its decoders say of damage is
read, not printed: a picture of which a part is grey or shifted is no picture of the grain.
"""

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from station.grain.reasons import Code, Reason
from station.photo_bytes import MEDIA_TYPES, PhotoHeader, kind_of, lacks_end, read_header, scans
from station.vision.decoder_words import is_damage, overheard

MAX_BYTES = 32_000_000
MAX_PIXELS = 65_000_000  # phones of 64 megapixels; progressive ones are held whole while they are decoded
MAX_UNREDUCED_BYTES = 150_000_000  # PNG and WebP are decoded whole before they are made smaller
MAX_SCANS = 40  # of a progressive JPEG: encoders write about 10, each is work over the whole picture
WORKING_SIDE = 1700  # pixels, the root of the working picture's area: 2000 by 1500 and a little less
SHORT_SIDE = 600  # of the working picture at least, where the photo has them: a panorama is long, not large
MAX_WORKING = 17_000_000  # pixels of a working picture
_END = b"\xff\xd9"

_MODES = {
    1: cv2.IMREAD_COLOR_BGR,
    2: cv2.IMREAD_REDUCED_COLOR_2,
    4: cv2.IMREAD_REDUCED_COLOR_4,
    8: cv2.IMREAD_REDUCED_COLOR_8,
}

Pixels = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class DecodedPhoto:
    """Holds `pixels` (height, width, 3) BGR, upright, at working scale; `width`, `height` of the upright
    original; `scale` original pixels per working pixel; `origin` x, y of the first pixel where `pixels` are a
    part cut out of the working picture; `reduction` by which the decoder made the picture smaller."""

    pixels: Pixels
    width: int
    height: int
    scale: float
    origin: tuple[int, int] = (0, 0)
    reduction: int = 1


def decode(data: bytes, finer_than: int | None = None) -> DecodedPhoto | Reason:
    """Decode the photo, or say why not: `too_large` (bytes or pixels over the limit), `heic`, `no_photo`,
    `damaged` or `unreadable`. `finer_than` asks for twice the detail of that reduction."""
    if len(data) > MAX_BYTES:
        return Reason(Code.TOO_LARGE, {"bytes": len(data), "limit": MAX_BYTES})
    kind = kind_of(data)
    if kind not in MEDIA_TYPES:
        return Reason(Code.HEIC) if kind == "heic" else Reason(Code.NO_PHOTO, {"file_kind": kind})
    header = read_header(data)
    if header is None or (kind == "jpeg" and scans(data) > MAX_SCANS):
        return Reason(Code.UNREADABLE)
    if (refused := _refuse_size(header)) is not None:
        return refused
    factor = _reduction(header) if finer_than is None else finer_than // 2
    pixels = _decode_reduced(data + _END if kind == "jpeg" and lacks_end(data) else data, factor)
    return pixels if isinstance(pixels, Reason) else _upright(pixels, header, factor)


def can_be_finer(photo: DecodedPhoto) -> bool:
    """Tell whether the original holds more detail than the working picture, and not too much of it."""
    finer = photo.reduction // 2
    return finer > 0 and photo.width * photo.height <= MAX_WORKING * finer**2


def _refuse_size(header: PhotoHeader) -> Reason | None:
    if header.pixels > MAX_PIXELS:
        return Reason(Code.TOO_LARGE, {"pixels": header.pixels, "limit": MAX_PIXELS})
    limit = MAX_UNREDUCED_BYTES // header.bytes_per_pixel
    if header.kind != "jpeg" and header.pixels > limit:
        return Reason(Code.TOO_LARGE, {"pixels": header.pixels, "limit": limit})
    return None


def _reduction(header: PhotoHeader) -> int:
    """Return the reduction whose picture comes closest (as a ratio) to WORKING_SIDE squared pixels, finer
    where the shorter side would be lost."""
    side, short = math.sqrt(header.pixels), min(header.width, header.height)
    factor = min(_MODES, key=lambda factor: abs(math.log(side / factor / WORKING_SIDE)))
    while factor > 1 and short < factor * SHORT_SIDE and header.pixels <= MAX_WORKING * (factor // 2) ** 2:
        factor //= 2
    return factor


def _decode_reduced(data: bytes, factor: int) -> Pixels | Reason:
    """Return the picture, or why there is none: not readable, or damaged inside its coded data."""
    try:
        with overheard() as words:
            pixels = cv2.imdecode(np.frombuffer(data, np.uint8), _MODES[factor])
    except cv2.error:
        return Reason(Code.UNREADABLE)
    if pixels is None:
        return Reason(Code.UNREADABLE)
    return Reason(Code.DAMAGED_FILE) if is_damage(words) else np.asarray(pixels, np.uint8)


def _upright(pixels: Pixels, header: PhotoHeader, factor: int) -> DecodedPhoto:
    """Give the decoded picture its original's sides, which follow it where EXIF turned it by 90 degrees."""
    height, width = pixels.shape[:2]
    same = abs(math.log(width / height * header.height / header.width))
    turned = abs(math.log(width / height * header.width / header.height))
    full_width, full_height = (
        (header.width, header.height) if same <= turned else (header.height, header.width)
    )
    scale = max(full_width / width, full_height / height)
    return DecodedPhoto(pixels, full_width, full_height, scale, reduction=factor)
