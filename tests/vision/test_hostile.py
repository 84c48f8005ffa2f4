"""Hostile and odd pictures through the real worker: bounded memory and time, and a reason for each."""

import json
import re
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from station.grain.reasons import Code, Reason
from station.photo_bytes import read_header, scans
from station.vision.client import VisionWorker
from station.vision.photo import MAX_SCANS, DecodedPhoto, decode
from tests.vision import pictures
from tests.vision.conftest import BUNDLE, ROOT

MOST_MEMORY_MB = 900
FLAT = np.full((300, 400, 3), 120, np.uint8)


def webp_claiming(width: int, height: int) -> bytes:
    sides = struct.pack("<I", width - 1)[:3] + struct.pack("<I", height - 1)[:3]
    body = b"WEBPVP8X" + struct.pack("<I", 10) + bytes(4) + sides + bytes(100)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def png_with_bomb_in_its_profile() -> bytes:
    """A good PNG with a colour profile that unpacks to 200 MB."""
    good = pictures.png(FLAT)
    profile = pictures.png_chunk(b"iCCP", b"x\x00\x00" + zlib.compress(bytes(200_000_000), 9))
    return good[:33] + profile + good[33:]


REFUSED: dict[str, tuple[Callable[[], bytes], Code]] = {
    "nothing": (lambda: b"", Code.NO_PHOTO),
    "text": (lambda: b"<html>no picture</html>" * 100, Code.NO_PHOTO),
    "HEIC named .jpg": (pictures.heic, Code.HEIC),
    "PNG of 3 gigapixels": (lambda: pictures.png_claiming(60_000, 50_000), Code.TOO_LARGE),
    "PNG of 51 megapixels": (lambda: pictures.png_claiming(10_200, 5_000), Code.TOO_LARGE),
    "deep PNG of 36 megapixels": (lambda: pictures.png_claiming(6000, 6000, 16, 6), Code.TOO_LARGE),
    "PNG that lies about its size": (lambda: pictures.png_claiming(5000, 5000), Code.UNREADABLE),
    "WebP of 260 megapixels": (lambda: webp_claiming(16_000, 16_000), Code.TOO_LARGE),
    "JPEG that claims 4 gigapixels": (
        lambda: pictures.jpeg_claiming(65_000, 65_000, pictures.jpeg(FLAT)), Code.TOO_LARGE,
    ),
    "JPEG of 200 scans": (lambda: pictures.with_many_scans(pictures.jpeg(FLAT), 200), Code.UNREADABLE),
    "half a JPEG": (lambda: pictures.jpeg(FLAT)[:600], Code.UNREADABLE),
}  # fmt: skip


def encoded(kind: str, pixels: NDArray[np.generic], *options: int) -> bytes:
    return bytes(cv2.imencode(kind, pixels, options)[1].tobytes())


READ: dict[str, Callable[[], bytes]] = {
    "16 bits": lambda: encoded(".png", FLAT.astype(np.uint16) * 257),
    "grey": lambda: encoded(".jpg", FLAT[..., 0]),
    "CMYK": lambda: pictures.cmyk_jpeg(400, 300),
    "with alpha": lambda: encoded(".png", np.dstack([FLAT, FLAT[..., 0]])),
    "huge EXIF": lambda: pictures.with_exif(pictures.jpeg(FLAT), 5_000_000),
    "progressive": lambda: encoded(".jpg", FLAT, cv2.IMWRITE_JPEG_PROGRESSIVE, 1),
    "profile bomb": png_with_bomb_in_its_profile,
}


def peak_mb(pid: int) -> float:
    """The most memory the process has held (VmHWM)."""
    status = Path(f"/proc/{pid}/status").read_text()
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    assert found
    return int(found[1]) / 1000


@pytest.fixture(scope="module")
def judge() -> Iterator[VisionWorker]:
    one = VisionWorker(BUNDLE, start_timeout_s=120, answer_timeout_s=60)
    one.start()
    yield one
    one.close()


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_what_must_not_be_decoded_has_its_reason_and_takes_bounded_memory(
    name: str, judge: VisionWorker
) -> None:
    make, code = REFUSED[name]
    seen = judge.inspect(make(), "wheat")
    assert [reason.code for reason in seen.reasons] == [code]
    assert judge.ready
    assert judge.pid is not None
    assert peak_mb(judge.pid) < MOST_MEMORY_MB


@pytest.mark.parametrize("name", sorted(READ))
def test_odd_pictures_are_read_as_pictures(name: str, judge: VisionWorker) -> None:
    data = READ[name]()
    photo = decode(data)
    assert isinstance(photo, DecodedPhoto)
    assert (photo.width, photo.height) == (400, 300)
    assert [reason.code for reason in judge.inspect(data, "wheat").reasons] == [Code.TOO_FEW_KERNELS]
    assert judge.pid is not None
    assert peak_mb(judge.pid) < MOST_MEMORY_MB


def test_the_largest_pictures_that_are_taken_stay_within_memory(judge: VisionWorker) -> None:
    for shape in ((6500, 9990, 3), (700, 65_000, 3)):
        seen = judge.inspect(pictures.jpeg(np.full(shape, 120, np.uint8)), "wheat")
        assert [reason.code for reason in seen.reasons] == [Code.TOO_FEW_KERNELS]
    assert judge.pid is not None
    assert peak_mb(judge.pid) < MOST_MEMORY_MB


def test_an_animated_webp_is_its_first_picture_or_unreadable() -> None:
    data = pictures.animated_webp(3)
    header = read_header(data)
    assert header is not None
    assert (header.kind, header.width, header.height) == ("webp", 400, 300)
    photo = decode(data)
    assert photo.code is Code.UNREADABLE if isinstance(photo, Reason) else photo.pixels.shape == (300, 400, 3)


def test_progressive_jpegs_of_real_encoders_are_far_from_the_limit_of_scans() -> None:
    noise = np.random.default_rng(1).integers(0, 255, (600, 800, 3), np.uint8)
    data = cv2.imencode(".jpg", noise, [cv2.IMWRITE_JPEG_PROGRESSIVE, 1])[1].tobytes()
    assert 5 <= scans(data) <= MAX_SCANS / 2


STORED: dict[int, Callable[[NDArray[np.uint8]], NDArray[np.uint8]]] = {
    1: lambda upright: upright,
    2: lambda upright: upright[:, ::-1],
    3: lambda upright: upright[::-1, ::-1],
    4: lambda upright: upright[::-1],
    5: lambda upright: upright.transpose(1, 0, 2),
    6: lambda upright: np.rot90(upright, 1),
    7: lambda upright: upright[::-1, ::-1].transpose(1, 0, 2),
    8: lambda upright: np.rot90(upright, 3),
}


@pytest.mark.parametrize("orientation", sorted(STORED))
def test_each_exif_orientation_is_turned_and_mirrored_upright(orientation: int) -> None:
    upright = np.zeros((1500, 2000, 3), np.uint8)
    upright[:200, :300] = (0, 0, 255)
    upright[-200:, :300] = (0, 255, 0)
    stored = STORED[orientation](upright)
    data = pictures.with_exif_orientation(pictures.jpeg(np.ascontiguousarray(stored)), orientation)
    photo = decode(data)
    assert isinstance(photo, DecodedPhoto)
    assert (photo.width, photo.height) == (2000, 1500)
    assert photo.pixels[50, 50].argmax() == 2
    assert photo.pixels[-50, 50].argmax() == 1


def test_the_command_line_says_how_to_set_an_iphone(tmp_path: Path) -> None:
    file = tmp_path / "IMG_0001.jpg"
    file.write_bytes(pictures.heic())
    command = [sys.executable, "-m", "station.cli", "inspect", str(file), "--json"]
    environment = {"PATH": "/usr/bin:/bin", "LANG": "fr_FR.UTF-8", "HOME": str(tmp_path)}
    done = subprocess.run(command, env=environment, cwd=ROOT, check=False, capture_output=True)
    (reason,) = json.loads(done.stdout)["reasons"]
    assert done.returncode == 1
    assert reason["code"] == "heic"
    assert "Le plus compatible" in reason["message"]
