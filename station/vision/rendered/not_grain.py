"""Render photos of what is not grain on a plain sheet: what a phone also takes by mistake."""

from collections.abc import Callable, Mapping

import cv2
import numpy as np
from numpy.typing import NDArray

from station.vision.rendered.paper import Paper
from station.vision.rendered.phone import finish, paint_sheet
from station.vision.rendered.sprites import noise_tile
from station.vision.rendered.varied import varied_paper, varied_phone

WIDTH, HEIGHT = 1600, 1200
SKINS = ((140, 170, 220), (90, 120, 180), (60, 80, 120), (40, 55, 85))
WORDS = "Bon de livraison no. 4711, ble tendre, 28,4 t, humidite 13,5 %, proteines 11,2 %"

Picture = NDArray[np.uint8]
Draw = Callable[[np.random.Generator, Picture], Picture]


def render_not_grain(kind: str, seed: int) -> bytes:
    """Render a 2-megapixel JPEG of a name of KINDS by any phone on any paper; deterministic for a seed."""
    rng = np.random.default_rng((seed, 7))
    phone, tile = varied_phone(rng, 60.0), noise_tile(rng)
    paper = Paper((225, 228, 230), 2.0) if kind in {"text", "form"} else varied_paper(rng)
    photo, _ = paint_sheet(rng, (WIDTH, HEIGHT), paper, phone, tile, [], 60.0)
    return finish(np.ascontiguousarray(KINDS[kind](rng, photo)), phone, rng)


def _text(rng: np.random.Generator, photo: Picture) -> Picture:
    scale = float(rng.uniform(0.8, 1.6))
    for line in range(int(1100 / (38 * scale))):
        words = WORDS[int(rng.integers(20)) :]
        at = (int(rng.integers(20, 80)), round(60 + line * 38 * scale))
        cv2.putText(
            photo, words, at, cv2.FONT_HERSHEY_SIMPLEX, scale, (40, 30, 30), max(1, round(1.6 * scale))
        )
    return photo


def _form(rng: np.random.Generator, photo: Picture) -> Picture:
    """Draw a ruled form with a few words and a stamp."""
    for y in range(100, HEIGHT, 80):
        cv2.line(photo, (60, y), (WIDTH - 60, y), (90, 80, 80), 2)
    for x in (60, 500, 1000, WIDTH - 60):
        cv2.line(photo, (x, 100), (x, HEIGHT - 60), (90, 80, 80), 2)
    for y in range(150, HEIGHT, 80):
        cv2.putText(photo, WORDS[int(rng.integers(40)) :][:18], (90, y), 0, 0.9, (60, 40, 40), 2)
    cv2.circle(photo, (1250, 900), 150, (60, 50, 170), 6)
    return photo


def _keyboard(rng: np.random.Generator, photo: Picture) -> Picture:
    side, gap = int(rng.integers(80, 130)), int(rng.integers(8, 20))
    key = int(rng.integers(20, 60)) if rng.random() < 0.6 else int(rng.integers(190, 235))
    photo[:] = np.clip(key * 0.6, 0, 255)
    for row, top in enumerate(range(20, HEIGHT - side, side + gap)):
        for left in range(20 + 30 * (row % 3), WIDTH - side, side + gap):
            cv2.rectangle(photo, (left, top), (left + side, top + side), (key, key, key), cv2.FILLED)
            letter = chr(int(rng.integers(65, 91)))
            ink = (220, 220, 220) if key < 128 else (40, 40, 40)
            cv2.putText(photo, letter, (left + side // 3, top + side // 2), 0, 1.0, ink, 2)
    return photo


def _hand(rng: np.random.Generator, photo: Picture) -> Picture:
    skin = SKINS[int(rng.integers(len(SKINS)))]
    cv2.ellipse(photo, (800, 950), (330, 380), 0, 0, 360, skin, cv2.FILLED, cv2.LINE_AA)
    for n, turn in enumerate((-50, -20, 0, 18, 38)):
        angle = np.radians(turn - 90 + rng.normal(0, 4))
        tip = (round(800 + (520 + 60 * (n % 3)) * np.cos(angle)), round(900 + (640 + 40 * n) * np.sin(angle)))
        cv2.line(photo, (800, 850), tip, skin, 110, cv2.LINE_AA)
    return _lit(rng, photo)


def _leaf(rng: np.random.Generator, photo: Picture) -> Picture:
    green = (int(rng.integers(30, 70)), int(rng.integers(90, 150)), int(rng.integers(40, 100)))
    angle = float(rng.uniform(0, 180))
    cv2.ellipse(photo, (800, 600), (620, 280), angle, 0, 360, green, cv2.FILLED, cv2.LINE_AA)
    along = np.array([np.cos(np.radians(angle)), np.sin(np.radians(angle))])
    across = np.array([-along[1], along[0]])
    vein = tuple(int(value * 1.3) for value in green)
    for step in range(-5, 6):
        root = np.array([800, 600]) + along * step * 100
        for side in (-1, 1):
            end = root + along * 90 + across * side * (230 - 30 * abs(step))
            cv2.line(photo, _point(root), _point(end), vein, 4, cv2.LINE_AA)
    return _lit(rng, photo)


def _gravel(rng: np.random.Generator, photo: Picture) -> Picture:
    """Draw stones of every size on and over each other."""
    for _ in range(1800):
        size = float(np.exp(rng.normal(3.1, 0.5)))
        tone = int(rng.integers(60, 200))
        colour = (tone, int(tone * rng.uniform(0.9, 1.05)), int(tone * rng.uniform(0.9, 1.15)))
        at = (int(rng.integers(WIDTH)), int(rng.integers(HEIGHT)))
        sizes = (max(3, round(size)), max(3, round(size * rng.uniform(0.5, 1))))
        cv2.ellipse(photo, at, sizes, float(rng.uniform(0, 180)), 0, 360, colour, cv2.FILLED, cv2.LINE_AA)
        cv2.ellipse(photo, at, sizes, float(rng.uniform(0, 180)), 30, 150, (30, 30, 30), 2, cv2.LINE_AA)
    return photo


def _cloth(rng: np.random.Generator, photo: Picture) -> Picture:
    """Draw a checked tablecloth."""
    step = int(rng.integers(18, 60))
    other = np.array(rng.integers(20, 230, 3), np.float32)
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    share = ((x // step % 2).astype(np.float32) + (y // step % 2).astype(np.float32))[..., None] / 2
    return np.asarray(np.clip(photo * (1 - share) + other * share, 0, 255), np.uint8)


def _table(_rng: np.random.Generator, photo: Picture) -> Picture:
    """Leave the sheet empty."""
    return photo


def _screws(rng: np.random.Generator, photo: Picture) -> Picture:
    """Draw things from a pocket: coins, keys, pens; far from alike."""
    for _ in range(int(rng.integers(12, 20))):
        at = (int(rng.integers(150, WIDTH - 150)), int(rng.integers(150, HEIGHT - 150)))
        tone = int(rng.integers(90, 220))
        if rng.random() < 0.5:
            cv2.circle(photo, at, int(rng.integers(20, 110)), (tone, tone, tone), cv2.FILLED, cv2.LINE_AA)
        else:
            end = (at[0] + int(rng.normal(0, 180)), at[1] + int(rng.normal(0, 180)))
            cv2.line(photo, at, end, (tone // 2, tone, tone), int(rng.integers(6, 30)), cv2.LINE_AA)
    return _lit(rng, photo)


def _point(at: NDArray[np.float64]) -> tuple[int, int]:
    return round(float(at[0])), round(float(at[1]))


def _lit(rng: np.random.Generator, photo: Picture) -> Picture:
    """Light everything unevenly, so that no surface is perfectly flat."""
    coarse = rng.uniform(0.85, 1.1, (6, 8)).astype(np.float32)
    light = cv2.resize(coarse, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC)[..., None]
    grain = rng.normal(0, 2, (HEIGHT, WIDTH, 1))
    return np.asarray(np.clip(photo * light + grain, 0, 255), np.uint8)


KINDS: Mapping[str, Draw] = {
    "text": _text,
    "form": _form,
    "keyboard": _keyboard,
    "hand": _hand,
    "leaf": _leaf,
    "gravel": _gravel,
    "cloth": _cloth,
    "empty sheet": _table,
    "pocket": _screws,
}
