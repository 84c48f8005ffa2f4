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


def cmyk_jpeg(width: int, height: int, inks: tuple[int, int, int, int] = (200, 220, 240, 250)) -> bytes:
    """A baseline JPEG of four components (CMYK as Adobe writes it, 255 is no ink), one colour all over.

    Every value is 192 or more: its difference to the middle grey then has the one length that the tiny
    Huffman table knows (7 bits); no other coefficient is coded."""

    def segment(marker: int, body: bytes) -> bytes:
        return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body

    def table(kind: int, symbols: bytes) -> bytes:  # codes of 1, 2, ... bits: 0, 10, ...
        lengths = bytes([1] * len(symbols) + [0] * (16 - len(symbols)))
        return segment(0xC4, bytes([kind]) + lengths + symbols)

    bits = "".join("10" + f"{ink - 128:07b}" + "0" for ink in inks)
    bits += "00" * 4 * (-(-width // 8) * -(-height // 8) - 1)
    bits += "1" * (-len(bits) % 8)
    scan = int(bits, 2).to_bytes(len(bits) // 8).replace(b"\xff", b"\xff\x00")
    parts = b"".join(bytes([n, 0x11, 0]) for n in range(1, 5))
    frame = struct.pack(">BHHB", 8, height, width, 4) + parts
    start = bytes([4]) + b"".join(bytes([n, 0]) for n in range(1, 5)) + bytes([0, 63, 0])
    head = b"\xff\xd8" + segment(0xEE, b"Adobe" + struct.pack(">HHHB", 100, 0, 0, 0))
    head += segment(0xDB, bytes([0]) + bytes([8] * 64)) + segment(0xC0, frame)
    return (
        head
        + table(0x00, bytes([0, 7]))
        + table(0x10, bytes([0]))
        + segment(0xDA, start)
        + scan
        + b"\xff\xd9"
    )


def heic() -> bytes:
    """The first bytes of what an iPhone keeps, under any name, until it is told to keep JPEG."""
    return struct.pack(">I4s4sI4s4s", 24, b"ftyp", b"heic", 0, b"mif1", b"heic") + bytes(4000)


def animated_webp(frames: int, size: tuple[int, int] = (400, 300)) -> bytes:
    """A WebP of several frames: VP8X (animation), ANIM, and an ANMF chunk around each still picture."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return kind + struct.pack("<I", len(body)) + body + bytes(len(body) % 2)

    def three(value: int) -> bytes:
        return struct.pack("<I", value)[:3]

    sides = three(size[0] - 1) + three(size[1] - 1)
    body = chunk(b"VP8X", bytes([2, 0, 0, 0]) + sides) + chunk(b"ANIM", bytes(6))
    for n in range(frames):
        still = cv2.imencode(".webp", np.full((size[1], size[0], 3), 60 + n % 100, np.uint8))[1].tobytes()[
            12:
        ]
        body += chunk(b"ANMF", bytes(6) + sides + three(100) + bytes(1) + still)
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body


def with_many_scans(data: bytes, scans: int) -> bytes:
    """The JPEG with headers of further scans before its end: each would be decoded over the whole picture."""
    return data[:-2] + b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00" * scans + data[-2:]


def with_exif(data: bytes, size: int) -> bytes:
    """The JPEG with `size` bytes of EXIF in as many segments as it takes."""
    out = data[:2]
    for first in range(0, size, 60_000):
        body = b"Exif\x00\x00" + bytes(min(60_000, size - first))
        out += b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body
    return out + data[2:]


def with_exif_orientation(data: bytes, orientation: int) -> bytes:
    """The JPEG with an EXIF segment that holds only the orientation."""
    tiff = b"II*\x00" + struct.pack("<IHHHIHHI", 8, 1, 0x0112, 3, 1, orientation, 0, 0)
    body = b"Exif\x00\x00" + tiff
    return data[:2] + b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body + data[2:]


def blurred(data: bytes, sigma: float) -> bytes:
    return jpeg(cv2.GaussianBlur(pixels_of(data), (0, 0), sigma))


def brighter(data: bytes, factor: float) -> bytes:
    return jpeg(np.clip(pixels_of(data).astype(np.float32) * factor, 0, 255).astype(np.uint8))
