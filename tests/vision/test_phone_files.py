"""What phones and messengers make of a photo's file: more behind it, less at its end, damage inside, other
formats."""

import random

import cv2
import numpy as np
import pytest

from station.grain.reasons import Code, Reason
from station.photo_bytes import is_whole, lacks_end, scans
from station.vision.photo import MAX_SCANS, DecodedPhoto, decode
from tests.vision import pictures

NOISE = np.random.default_rng(1).integers(0, 255, (300, 400, 3), np.uint8)
JPEG = pictures.jpeg(NOISE)
PROGRESSIVE = cv2.imencode(".jpg", NOISE, [cv2.IMWRITE_JPEG_PROGRESSIVE, 1])[1].tobytes()


def read(data: bytes) -> np.ndarray:
    photo = decode(data)
    assert isinstance(photo, DecodedPhoto), photo
    return photo.pixels


def refusal(data: bytes) -> Reason:
    refused = decode(data)
    assert isinstance(refused, Reason)
    return refused


@pytest.mark.parametrize("data", [JPEG, PROGRESSIVE], ids=["baseline", "progressive"])
def test_a_motion_photo_is_its_picture_whatever_film_comes_behind(data: bytes) -> None:
    film = b"\0\0\0\x18ftypmp42" + random.Random(1).randbytes(3_000_000) + b"\xff\xda" * 40
    assert scans(data + film) == scans(data) <= MAX_SCANS
    assert (read(data + film) == read(data)).all()


@pytest.mark.parametrize("data", [JPEG, PROGRESSIVE], ids=["baseline", "progressive"])
def test_a_jpeg_that_lacks_only_its_end_marker_is_read(data: bytes) -> None:
    assert lacks_end(data[:-2])
    assert not lacks_end(data)
    assert (read(data[:-2]) == read(data)).all()


@pytest.mark.parametrize("data", [JPEG, PROGRESSIVE], ids=["baseline", "progressive"])
@pytest.mark.parametrize("share", [0.5, 0.9, 0.99])
def test_one_that_lacks_a_part_of_its_picture_is_damaged_with_and_without_an_end(
    share: float, data: bytes
) -> None:
    half = data[: int(len(data) * share)]
    assert is_whole(half)  # the door knows no decoder
    assert refusal(half).code is Code.DAMAGED_FILE
    assert refusal(half + b"\xff\xd9").code is Code.DAMAGED_FILE


@pytest.mark.parametrize("data", [JPEG, PROGRESSIVE], ids=["baseline", "progressive"])
def test_a_jpeg_is_whole_from_its_first_coded_byte_with_any_end_and_anything_behind(data: bytes) -> None:
    scan = data.index(b"\xff\xda")
    coded = scan + 2 + int.from_bytes(data[scan + 2 : scan + 4])
    assert not any(is_whole(data[:size]) for size in range(coded + 1))
    film = b"\0\0\0\x18ftypmp42" + random.Random(1).randbytes(100_000)
    for end in (b"", b"\xff\xd9", b"\xff\xd9" + film, b"\xff\xd9" + b"\xff\xda" * 40):
        assert is_whole(data[:-2] + end)


def test_damage_inside_the_coded_data_is_seen_and_padding_is_none() -> None:
    hurt = bytearray(JPEG)
    hurt[len(JPEG) // 2 : len(JPEG) // 2 + 300] = random.Random(2).randbytes(300)
    assert refusal(bytes(hurt)).code is Code.DAMAGED_FILE
    padded = JPEG[:-2] + bytes(30) + JPEG[-2:]
    assert is_whole(padded)
    assert (read(padded) == read(JPEG)).all()


def test_the_decoders_write_nothing_to_standard_error(capfd: pytest.CaptureFixture[str]) -> None:
    broken_png = bytearray(pictures.png(NOISE))
    broken_png[len(broken_png) // 2] ^= 0x55
    assert refusal(JPEG[: len(JPEG) // 2]).code is Code.DAMAGED_FILE
    assert refusal(bytes(broken_png)).code is Code.UNREADABLE
    assert capfd.readouterr().err == ""


def test_a_photo_of_52_megapixels_is_taken() -> None:
    photo = decode(pictures.jpeg(np.full((6936, 7504), 120, np.uint8)))
    assert isinstance(photo, DecodedPhoto)
    assert photo.width * photo.height > 52_000_000


@pytest.mark.parametrize(
    ("start", "kind"),
    [
        (b"", "empty"),
        (b"GIF89a" + bytes(50), "gif"),
        (b"BM" + bytes(50), "bmp"),
        (b"II*\0" + bytes(50), "tiff"),  # DNG too
        (b"\0\0\0\x18ftypmp42" + bytes(50), "film"),
        (b"\0\0\0\x18ftypavif" + bytes(50), "avif"),
        (b"<!doctype html><title>Photo</title>", "text"),
        (bytes(range(256)) * 4, "unknown"),
    ],
)
def test_a_file_that_is_no_photo_is_named(start: bytes, kind: str) -> None:
    assert refusal(start) == Reason(Code.NO_PHOTO, {"file_kind": kind})


def test_a_heic_is_told_how_the_phone_is_set() -> None:
    assert refusal(pictures.heic()).code is Code.HEIC


def test_a_panorama_keeps_its_shorter_side() -> None:
    photo = decode(pictures.jpeg(np.full((641, 6477), 120, np.uint8)))
    assert isinstance(photo, DecodedPhoto)
    assert photo.pixels.shape[:2] == (641, 6477)
    long = decode(pictures.jpeg(np.full((1283, 12954), 120, np.uint8)))
    assert isinstance(long, DecodedPhoto)
    assert long.pixels.shape[0] >= 600
