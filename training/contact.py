"""Draw a contact sheet of the worst kernels: held out, called wrongly, and surest of it."""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from training.data import Items

COLUMNS = 16
PER_PAIR = 16  # kernels shown of each (true, called)
CAPTION = 14  # pixels


def contact_sheet(path: Path, logits: NDArray[np.float32], items: Items, classes: Sequence[str]) -> None:
    """Write a PNG with a row per (true class, called class), worst first."""
    raised = np.exp(logits - logits.max(axis=1, keepdims=True))
    sure = raised / raised.sum(axis=1, keepdims=True)
    called = logits.argmax(axis=1)
    rows = []
    for true, name in enumerate(classes):
        for other, wrong in enumerate(classes):
            chosen = np.flatnonzero((items.labels == true) & (called == other) & (true != other))
            if len(chosen):
                worst = chosen[np.argsort(-sure[chosen, other])][:PER_PAIR]
                rows.append(_row(items.crops[worst], f"{name} called {wrong}: {len(chosen)}"))
    cv2.imwrite(str(path), np.concatenate(rows))


def _row(crops: NDArray[np.uint8], caption: str) -> NDArray[np.uint8]:
    side = crops.shape[1]
    row = np.zeros((side + CAPTION, COLUMNS * side, 3), np.uint8)
    for index, crop in enumerate(crops):
        row[CAPTION:, index * side : (index + 1) * side] = crop[..., :3]
    white = (255, 255, 255)
    cv2.putText(row, caption, (2, CAPTION - 3), cv2.FONT_HERSHEY_SIMPLEX, 0.4, white, 1, cv2.LINE_AA)
    return row
