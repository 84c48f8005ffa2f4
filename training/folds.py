"""Folds say which source photo is held out when: `folds.json` has the fold of every photo of the wheat
kernels.

The folds were made once by a rule that looks at no figure (largest photos first, each to the fold that has
least of its main class) and are kept, so that every model and every baseline answers the same questions.
"""

import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

FOLDS = 5
FILE = Path(__file__).with_name("folds.json")


def wheat_folds(photos: NDArray[np.str_]) -> NDArray[np.int64]:
    """Return the fold of each kernel by its source photo. Raises KeyError for a photo that has none."""
    known = json.loads(FILE.read_text())
    return np.array([known[str(photo)] for photo in photos], np.int64)


def spread_folds(photos: NDArray[np.str_], count: int = FOLDS) -> NDArray[np.int64]:
    """Make folds for other parts: photos by name, one after another."""
    names, which = np.unique(photos, return_inverse=True)
    return np.asarray(np.arange(len(names))[which] % count, np.int64)
