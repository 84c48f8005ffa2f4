"""What the tests do to pictures: encode, degrade, and write headers of impossible pictures."""

import struct
import zlib

import cv2
import numpy as np
from numpy.typing import NDArray


def pixels_of(data: bytes) -> NDArray[np.uint8]:
    return cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR_BGR)


def jpeg(pixels: NDArray[np.uint8], quality: int = 92) -> bytes:
    return cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, quality])[1].tobytes()


def png(pixels: NDArray[np.uint8]) -> bytes:
    return cv2.imencode(".png", pixels)[1].tobytes()


def png_chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_claiming(width: int, height: int, depth: int = 8, colour: int = 2) -> bytes:
    """A tiny file whose header claims a huge picture: a decompression bomb."""
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    rows = zlib.compress(bytes(10_000_000), 9)
    chunks = png_chunk(b"IHDR", header) + png_chunk(b"IDAT", rows) + png_chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunks


def jpeg_claiming(width: int, height: int, honest: bytes) -> bytes:
    """A JPEG whose frame header was changed to claim another size."""
    at = next(i for i in range(len(honest)) if honest[i : i + 2] == b"\xff\xc0")
    return honest[: at + 5] + struct.pack(">HH", height, width) + honest[at + 9 :]


def with_exif_orientation(data: bytes, orientation: int) -> bytes:
    """The JPEG with an EXIF segment that holds only the orientation."""
    tiff = b"II*\x00" + struct.pack("<IHHHIHHI", 8, 1, 0x0112, 3, 1, orientation, 0, 0)
    body = b"Exif\x00\x00" + tiff
    return data[:2] + b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body + data[2:]


def blurred(data: bytes, sigma: float) -> bytes:
    return jpeg(cv2.GaussianBlur(pixels_of(data), (0, 0), sigma))


def brighter(data: bytes, factor: float) -> bytes:
    return jpeg(np.clip(pixels_of(data).astype(np.float32) * factor, 0, 255).astype(np.uint8))
