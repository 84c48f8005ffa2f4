"""Broken kernels made of whole ones look like pieces of them."""

import numpy as np

from training.cuts import broken_from


def elongation(crop: np.ndarray) -> float:
    rows, columns = np.nonzero(crop[..., 3])
    return float(np.ptp(columns) / np.ptp(rows))


def test_broken_kernels_made_of_a_whole_one_are_pieces_of_it_and_mostly_shorter() -> None:
    side = 64
    y, x = np.mgrid[:side, :side] - side / 2 + 0.5
    whole = np.zeros((side, side, 4), np.uint8)
    whole[(x / 28) ** 2 + (y / 10) ** 2 < 1] = (90, 150, 190, 255)
    pieces = [broken_from(whole, side, np.random.default_rng(seed)) for seed in range(30)]
    kept = [piece for piece in pieces if piece is not None]
    assert len(kept) == len(pieces)
    assert all((piece[piece[..., 3] > 0, :3] == (90, 150, 190)).mean() > 0.9 for piece in kept)
    assert np.median([elongation(piece) for piece in kept]) < 0.75 * elongation(whole)
