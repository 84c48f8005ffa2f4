"""Draw an inspection on its photo: outline and class of every kernel, a legend with counts, and why it was
refused, for people who want to check."""

import unicodedata
from collections.abc import Mapping, Sequence

import cv2
import numpy as np

from station.grain.inspection import ClassShare, Inspection, Kernel, KernelClass
from station.vision.card.find import find_card
from station.vision.photo import DecodedPhoto, decode

# BGR; each class also has a letter, so that colour is never the only sign
COLOURS: dict[str, tuple[int, int, int]] = {
    KernelClass.WHOLE: (80, 200, 60),
    KernelClass.BROKEN: (0, 140, 255),
    KernelClass.DAMAGED: (160, 160, 0),
    KernelClass.FOREIGN: (40, 40, 230),
    KernelClass.IN_HUSK: (230, 200, 40),
}
# What is written in the legend beside the classes: keys of `words` too.
NO_CLASS, CALLED, CORRECTED = "no class", "called so", "corrected"
MARK = "-"  # of a kernel without a class
CROWDED = 400  # kernels from which on lines are thin, letters small, and whole kernels keep none
OTHER = (200, 200, 0)  # a class that a bundle brings
CARD = (255, 120, 0)
UNJUDGED = (200, 60, 200)  # no colour of grain or sheets, and no class of the shipped bundles
HALO = (20, 20, 20)  # around outlines and letters, so that they show on any sheet
BAND = (40, 40, 40)  # under the legend
INK = (245, 245, 245)
FONT = cv2.FONT_HERSHEY_SIMPLEX


def draw_overlay(
    photo: bytes,
    inspection: Inspection,
    *,
    words: Mapping[str, str] | None = None,
    title: str = "",
    reasons: Sequence[str] = (),
    form: str = ".png",
) -> bytes | None:
    """Draw the inspection on the photo at working scale, as bytes of `form`; None when the photo cannot be
    decoded.
    Outlines are drawn where the inspection holds polygons, else boxes. Below stand `title`, the classes by
    their `words`, what was called so apart from the corrected share, the kernels without a class, and
    `reasons`, all in the reader's language."""
    decoded = decode(photo)
    if not isinstance(decoded, DecodedPhoto):
        return None
    canvas = decoded.pixels.copy()
    crowded = len(inspection.kernel_list) > CROWDED
    thick = 1 if crowded else max(1, round(max(canvas.shape[:2]) / 1000))
    if inspection.card and (card := find_card(decoded.pixels)) is not None:
        outline = np.rint(card.outline).astype(np.int32)
        cv2.polylines(canvas, [outline], isClosed=True, color=CARD, thickness=2 * thick)
    for kernel in inspection.kernel_list:
        _draw(canvas, kernel, decoded.scale, thick, crowded=crowded)
    band = _legend(canvas.shape[1], inspection, words or {}, title, reasons)
    done, picture = cv2.imencode(form, np.vstack([canvas, band]))
    return picture.tobytes() if done else None


def _legend(
    width: int, inspection: Inspection, words: Mapping[str, str], title: str, reasons: Sequence[str]
) -> np.ndarray:
    """Draw a band (height, width, 3) with a line of text each: title, classes, reasons."""
    size = max(0.45, width / 2200)
    line = round(40 * size) + 8
    rows = [(title, INK, "")] if title else []
    for name, share in inspection.classes.items():
        rows.append((_told(words, name, share), COLOURS.get(name, OTHER), name[0].upper()))
    unjudged = len(inspection.kernel_list) - (inspection.judged or 0)
    if unjudged:
        rows.append((f"{words.get(NO_CLASS, NO_CLASS)}: {unjudged}", UNJUDGED, MARK))
    rows += [(reason, INK, "") for reason in reasons]
    band = np.full((line * len(rows) + (line // 2 if rows else 0), width, 3), BAND, np.uint8)
    for number, (text, colour, letter) in enumerate(rows):
        base = line * (number + 1) - line // 4
        if letter:
            cv2.putText(band, letter, (line // 2, base), FONT, size, colour, max(1, round(2 * size)))
        at = (2 * line if letter else line // 2, base)
        _fit(band, _plain(text), at, size, colour)
    return band


def _told(words: Mapping[str, str], name: str, share: ClassShare) -> str:
    """Write what was called so, and apart from it the share that is corrected for the model's mistakes."""
    called = f"{words.get(name, name)}: {share.count} {words.get(CALLED, CALLED)}"
    limits = f"{100 * share.low:.0f}-{100 * share.high:.0f}"
    return f"{called}; {words.get(CORRECTED, CORRECTED)} {100 * share.share:.1f} % ({limits})"


def _fit(band: np.ndarray, text: str, at: tuple[int, int], size: float, colour: tuple[int, int, int]) -> None:
    """Write the text, smaller where it would leave the band."""
    thick = max(1, round(2 * size))
    (wide, _), _ = cv2.getTextSize(text, FONT, size, thick)
    room = band.shape[1] - at[0] - 8
    cv2.putText(band, text, at, FONT, size * min(1.0, room / max(1, wide)), colour, thick, cv2.LINE_AA)


def _plain(text: str) -> str:
    """Take the accents away: the drawn font has only ASCII."""
    spaced = text.replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ")
    return unicodedata.normalize("NFKD", spaced).encode("ascii", "ignore").decode()


def _draw(canvas: np.ndarray, kernel: Kernel, scale: float, thick: int, *, crowded: bool) -> None:
    """Draw one kernel: its outline in the colour of its class, dark beside it, and a letter where it is not
    whole. One without a class is crossed out, so that it shows on grain of any colour."""
    colour = COLOURS.get(kernel.kernel_class, OTHER) if kernel.kernel_class else UNJUDGED
    x, y, width, height = (round(value / scale) for value in kernel.box)
    if kernel.polygon:
        points = [np.rint(np.array(kernel.polygon) / scale).astype(np.int32)]
        if not crowded:
            cv2.polylines(canvas, points, isClosed=True, color=HALO, thickness=thick + 2)
        cv2.polylines(canvas, points, isClosed=True, color=colour, thickness=thick)
    else:
        cv2.rectangle(canvas, (x, y), (x + width, y + height), colour, thick)
    if kernel.kernel_class is None:
        middle, arm = (x + width // 2, y + height // 2), max(2, min(width, height) // 4)
        cv2.drawMarker(canvas, middle, HALO, cv2.MARKER_TILTED_CROSS, 2 * arm, thick + 2)
        cv2.drawMarker(canvas, middle, colour, cv2.MARKER_TILTED_CROSS, 2 * arm, thick)
    elif kernel.kernel_class != KernelClass.WHOLE:
        size = 0.35 if crowded else 0.5 * thick
        letter, at = kernel.kernel_class[0].upper(), (x + width // 2 - 4, y + height // 2 + 4)
        cv2.putText(canvas, letter, at, FONT, size, HALO, thick + 2, cv2.LINE_AA)
        cv2.putText(canvas, letter, at, FONT, size, colour, thick, cv2.LINE_AA)
