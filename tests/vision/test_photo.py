"""Decoding within bounds: every kind of bad file is a value with a reason, never an exception."""

import time

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from station.grain.reasons import Code, Reason
from station.photo_bytes import read_header
from station.vision.photo import MAX_BYTES, DecodedPhoto, decode
from tests.draws import examples
from tests.vision import pictures

SMALL = np.full((300, 400, 3), 120, np.uint8)


def code_of(data: bytes) -> Code:
    refused = decode(data)
    assert isinstance(refused, Reason)
    return refused.code


@pytest.mark.parametrize("data", [b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF1234WEBP"])
def test_a_photo_that_is_hardly_begun_is_unreadable(data: bytes) -> None:
    assert code_of(data) is Code.UNREADABLE


@pytest.mark.parametrize("share", [0.02, 0.3, 0.7])
def test_a_truncated_jpeg_is_damaged(share: float) -> None:
    rng = np.random.default_rng(1)
    data = pictures.jpeg(rng.integers(0, 255, (600, 800, 3), np.uint8))
    assert code_of(data[: int(len(data) * share)]) is Code.DAMAGED_FILE


@pytest.mark.parametrize("share", [0.3, 0.7])
def test_a_truncated_png_is_unreadable(share: float) -> None:
    rng = np.random.default_rng(1)
    data = pictures.png(rng.integers(0, 255, (600, 800, 3), np.uint8))
    assert code_of(data[: int(len(data) * share)]) is Code.UNREADABLE


def test_a_three_gigapixel_png_is_refused_before_it_is_decoded() -> None:
    data = pictures.png_claiming(60_000, 50_000)
    started = time.perf_counter()
    refused = decode(data)
    assert isinstance(refused, Reason)
    assert refused.code is Code.TOO_LARGE
    assert refused.params == {"pixels": 3_000_000_000, "limit": 65_000_000}
    assert time.perf_counter() - started < 0.2


def test_a_png_of_sixteen_bits_counts_the_bytes_it_would_need() -> None:
    assert code_of(pictures.png_claiming(6000, 6000, depth=16, colour=6)) is Code.TOO_LARGE


def test_a_jpeg_that_claims_gigapixels_is_too_large() -> None:
    assert code_of(pictures.jpeg_claiming(65_000, 65_000, pictures.jpeg(SMALL))) is Code.TOO_LARGE


def test_a_file_of_too_many_bytes_is_too_large() -> None:
    assert code_of(pictures.jpeg(SMALL) + bytes(MAX_BYTES)) is Code.TOO_LARGE


def test_the_content_decides_the_format_not_the_name() -> None:
    photo = decode(pictures.png(SMALL))
    assert isinstance(photo, DecodedPhoto)
    assert (photo.width, photo.height, photo.scale) == (400, 300, 1.0)


def test_a_webp_is_read_too() -> None:
    photo = decode(cv2.imencode(".webp", SMALL)[1].tobytes())
    assert isinstance(photo, DecodedPhoto)
    assert (photo.width, photo.height) == (400, 300)


@pytest.mark.parametrize(
    ("width", "height", "working"), [(4000, 3000, 2000), (8000, 4000, 2000), (1600, 1200, 1600)]
)
def test_large_photos_are_decoded_at_a_smaller_scale(width: int, height: int, working: int) -> None:
    photo = decode(pictures.jpeg(np.full((height, width, 3), 90, np.uint8)))
    assert isinstance(photo, DecodedPhoto)
    assert photo.pixels.shape[1] == working
    assert (photo.width, photo.height) == (width, height)
    assert photo.scale == pytest.approx(width / working)


@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
def test_the_picture_is_turned_upright_at_reduced_scale(orientation: int) -> None:
    upright = np.zeros((2000, 3000, 3), np.uint8)
    upright[:300, :300] = 255
    turns = {1: 0, 3: 2, 6: 1, 8: 3}[orientation]
    stored = np.ascontiguousarray(np.rot90(upright, turns))
    photo = decode(pictures.with_exif_orientation(pictures.jpeg(stored), orientation))
    assert isinstance(photo, DecodedPhoto)
    assert (photo.width, photo.height) == (3000, 2000)
    assert photo.pixels[20, 20].min() > 240
    assert photo.pixels[-20, -20].max() < 15


@settings(max_examples=examples(150), deadline=None)
@given(
    st.binary(max_size=400),
    st.sampled_from([b"", b"\xff\xd8\xff\xe0", b"\x89PNG\r\n\x1a\n", b"RIFF1234WEBP"]),
)
def test_any_bytes_give_a_header_or_none_and_a_photo_or_a_reason(data: bytes, start: bytes) -> None:
    header = read_header(start + data)
    assert header is None or header.pixels > 0
    assert isinstance(decode(start + data), DecodedPhoto | Reason)


@settings(max_examples=examples(60), deadline=None)
@given(st.integers(0, 3000), st.integers(0, 255))
def test_one_damaged_byte_never_raises(position: int, value: int) -> None:
    data = bytearray(pictures.jpeg(SMALL))
    data[position % len(data)] = value
    assert isinstance(decode(bytes(data)), DecodedPhoto | Reason)
