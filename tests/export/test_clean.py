"""A photo that is given away says nothing of place and person, and shows the same pixels."""

import struct
import zlib

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.export.clean import cleaned
from station.export.tiff import TiffError, camera_fields

PLACE = b"LATITUDE"  # 8 bytes: a rational of the GPS directory
CAMERA, PERSON, NOTE = b"Pixel 9\0", b"Marie Curie\0", b"maker's own words"


def directory(order: str, at: int, entries: list[tuple[int, int, int, bytes]], following: int = 0) -> bytes:
    """One TIFF directory at offset `at`, its long values right behind it."""
    body, values = b"", b""
    after = at + 2 + 12 * len(entries) + 4
    for tag, kind, count, value in entries:
        if len(value) > 4:
            place = struct.pack(order + "I", after + len(values))
            values += value + bytes(len(value) % 2)
        else:
            place = value.ljust(4, b"\0")
        body += struct.pack(order + "HHI", tag, kind, count) + place
    return struct.pack(order + "H", len(entries)) + body + struct.pack(order + "I", following) + values


def exif(order: str = "<") -> bytes:
    """Camera, orientation, photographer, exposure, maker's note and a place."""
    head = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(order + "I", 8)

    def whole(exif_at: int, gps_at: int) -> tuple[bytes, bytes, bytes]:
        first = directory(order, 8, [
            (0x0110, 2, len(CAMERA), CAMERA), (0x0112, 3, 1, struct.pack(order + "H", 6)),
            (0x013B, 2, len(PERSON), PERSON), (0x8769, 4, 1, struct.pack(order + "I", exif_at)),
            (0x8825, 4, 1, struct.pack(order + "I", gps_at)),
        ])  # fmt: skip
        exposure = directory(order, exif_at, [
            (0x829A, 5, 1, struct.pack(order + "II", 1, 250)), (0x927C, 7, len(NOTE), NOTE),
        ])  # fmt: skip
        return first, exposure, directory(order, gps_at, [(0x0002, 5, 1, PLACE), (0x0001, 2, 2, b"N\0")])

    first, exposure, _ = whole(0, 0)
    exif_at = 8 + len(first)
    return head + b"".join(whole(exif_at, exif_at + len(exposure)))


def jpeg(*segments: bytes, tail: bytes = b"") -> bytes:
    picture = np.random.default_rng(1).integers(0, 255, (40, 60, 3), np.uint8)
    data = cv2.imencode(".jpg", picture)[1].tobytes()
    return data[:2] + b"".join(segments) + data[2:] + tail


def segment(marker: int, content: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(content) + 2) + content


def pixels(data: bytes) -> np.ndarray:
    return cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)


@pytest.mark.parametrize("order", ["<", ">"])
def test_place_person_and_notes_go_and_camera_exposure_and_orientation_stay(order: str) -> None:
    clean = camera_fields(exif(order))
    for gone in (PLACE, PERSON, NOTE):
        assert gone in exif(order)
        assert gone not in clean
    assert CAMERA in clean
    assert struct.pack(order + "II", 1, 250) in clean
    assert struct.pack(order + "HHIH", 0x0112, 3, 1, 6) in clean
    assert struct.pack(order + "H", 0x8825) not in clean
    assert camera_fields(clean) == clean


@given(st.binary(max_size=200), st.integers(0, 200), st.integers(0, 255))
def test_a_damaged_block_is_refused_or_written_anew(noise: bytes, at: int, value: int) -> None:
    block = bytearray(exif())
    block[at % len(block)] = value
    for data in (bytes(block), exif()[:at], b"II*\0" + noise):
        try:
            clean = camera_fields(data)
        except TiffError:
            continue
        assert camera_fields(clean) == clean


def test_a_jpeg_keeps_its_pixels_and_loses_what_tells_of_place_and_person() -> None:
    data = jpeg(
        segment(0xE1, b"Exif\0\0" + exif()),
        segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0<exif:GPSLatitude>48,1N"),
        segment(0xED, b"Photoshop 3.0\0 city"),
        segment(0xFE, b"at the farm of Marie"),
        tail=b"motion photo with " + PLACE,
    )
    clean = cleaned(data)
    assert clean is not None
    for gone in (PLACE, PERSON, NOTE, b"GPSLatitude", b"city", b"Marie"):
        assert gone in data
        assert gone not in clean
    assert CAMERA in clean
    assert (pixels(clean) == pixels(data)).all()
    assert pixels(clean).shape == (60, 40, 3)  # turned, as the orientation says
    assert cleaned(clean) == clean


@pytest.mark.parametrize("progressive", [False, True])
def test_a_jpeg_of_any_kind_of_scan_without_metadata_is_given_as_it_is(progressive: bool) -> None:
    picture = np.random.default_rng(2).integers(0, 255, (64, 64, 3), np.uint8)
    how = [cv2.IMWRITE_JPEG_PROGRESSIVE, int(progressive), cv2.IMWRITE_JPEG_RST_INTERVAL, 2]
    data = cv2.imencode(".jpg", picture, how)[1].tobytes()
    assert cleaned(data) == data


def test_a_png_and_a_webp_lose_the_same() -> None:
    picture = np.random.default_rng(1).integers(0, 255, (40, 60, 3), np.uint8)
    png = cv2.imencode(".png", picture)[1].tobytes()
    text = b"tEXtAuthor\0Marie Curie\0"
    chunks = b"".join(
        struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk))
        for chunk in (b"eXIf" + exif(), text)
    )
    data = png[:33] + chunks + png[33:]
    clean = cleaned(data)
    assert clean is not None
    assert (pixels(clean) == pixels(data)).all()
    webp = cv2.imencode(".webp", picture)[1].tobytes()
    marked = webp + b"EXIF" + struct.pack("<I", len(exif())) + exif() + bytes(len(exif()) % 2)
    marked = b"RIFF" + struct.pack("<I", len(marked) - 8) + marked[8:]
    clean_webp = cleaned(marked)
    assert clean_webp is not None
    for one in (clean, clean_webp):
        assert CAMERA in one
        assert PLACE not in one
        assert PERSON not in one


def test_what_cannot_be_cleaned_is_not_given_away() -> None:
    heic = b"\0\0\0\x18ftypheic" + PLACE
    cut = jpeg(segment(0xE1, b"Exif\0\0" + exif()))[:-30]
    assert [cleaned(data) for data in (heic, b"", b"\xff\xd8\xff", cut)] == [None] * 4


@given(st.integers(2, 400), st.integers(0, 255))
def test_a_damaged_jpeg_is_given_away_clean_or_not_at_all(at: int, value: int) -> None:
    data = bytearray(jpeg(segment(0xE1, b"Exif\0\0" + exif())))
    data[at] = value
    assert cleaned(bytes(data)) is None or isinstance(cleaned(bytes(data)), bytes)
