"""Decode a photo to upright BGR pixels at the scale that is needed, within bounds.

Size limits are read from the header before anything is decoded, so a decompression bomb costs
nothing. OpenCV applies the EXIF orientation, also at reduced scales.
"""

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from station.grain.reasons import Code, Reason
from station.photo_bytes import PhotoHeader, is_heic, read_header, scans

MAX_BYTES = 32_000_000
MAX_PIXELS = 50_000_000
MAX_UNREDUCED_BYTES = 160_000_000  # PNG and WebP are decoded whole before they are made smaller
MAX_SCANS = 40  # of a progressive JPEG: encoders write about 10, each is work over the whole picture
WORKING_SIDE = 2000

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
    part cut out of the working picture."""

    pixels: Pixels
    width: int
    height: int
    scale: float
    origin: tuple[int, int] = (0, 0)


def decode(data: bytes) -> DecodedPhoto | Reason:
    """Decode the photo, or say why not: `too_large` (bytes or pixels over the limit), `heic` or
    `unreadable`."""
    if len(data) > MAX_BYTES:
        return Reason(Code.TOO_LARGE, {"bytes": len(data), "limit": MAX_BYTES})
    header = read_header(data)
    if header is None:
        return Reason(Code.HEIC if is_heic(data) else Code.UNREADABLE)
    if header.kind == "jpeg" and scans(data) > MAX_SCANS:
        return Reason(Code.UNREADABLE)
    if (refused := _refuse_size(header)) is not None:
        return refused
    pixels = _decode_reduced(data, _reduction(max(header.width, header.height)))
    if pixels is None:
        return Reason(Code.UNREADABLE)
    return _upright(pixels, header)


def _refuse_size(header: PhotoHeader) -> Reason | None:
    if header.pixels > MAX_PIXELS:
        return Reason(Code.TOO_LARGE, {"pixels": header.pixels, "limit": MAX_PIXELS})
    limit = MAX_UNREDUCED_BYTES // header.bytes_per_pixel
    if header.kind != "jpeg" and header.pixels > limit:
        return Reason(Code.TOO_LARGE, {"pixels": header.pixels, "limit": limit})
    return None


def _reduction(long_side: int) -> int:
    """Return the reduction whose longer side comes closest (as a ratio) to WORKING_SIDE."""
    return min(_MODES, key=lambda factor: abs(math.log(long_side / factor / WORKING_SIDE)))


def _decode_reduced(data: bytes, factor: int) -> Pixels | None:
    try:
        pixels = cv2.imdecode(np.frombuffer(data, np.uint8), _MODES[factor])
    except cv2.error:
        return None
    return None if pixels is None else np.asarray(pixels, np.uint8)


def _upright(pixels: Pixels, header: PhotoHeader) -> DecodedPhoto:
    """Give the decoded picture its original's sides, which follow it where EXIF turned it by 90 degrees."""
    height, width = pixels.shape[:2]
    same = abs(math.log(width / height * header.height / header.width))
    turned = abs(math.log(width / height * header.width / header.height))
    full_width, full_height = (
        (header.width, header.height) if same <= turned else (header.height, header.width)
    )
    return DecodedPhoto(pixels, full_width, full_height, max(full_width / width, full_height / height))
