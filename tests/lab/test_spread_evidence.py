"""A phone's spread at this site gives narrower limits than strangers' photos, which are true all the same."""

from dataclasses import replace

import numpy as np
import pytest

from station.grain.spreading import SiteSpread, counting_variance, half_width, limited, limited_mass
from station.lab.spread_evidence import LEAST, Seen, mass_ratio, propose
from station.vision.composition import Confusion, _explain, _whole, compose
from tests.silo_rig import START

KERNELS, LAB = 300, 0.004
STRANGERS = Confusion(
    (
        np.array([[285.0, 15], [262, 38], [295, 5], [270, 30], [255, 45], [290, 10]]),
        np.array([[60.0, 240], [20, 280], [90, 210], [40, 260], [70, 230]]),
    )
)


def site(rng: np.random.Generator, photos: int, spread: float) -> list[Seen]:
    """Photos of one site: its own confusion is the bundle's mean, and varies by `spread` between photos."""
    truth = rng.beta(2, 40, photos)
    sound, broken = STRANGERS.mean[0, 1], STRANGERS.mean[1, 1]
    false = np.clip(rng.normal(sound, spread, photos), 0.001, 0.5)
    right = np.clip(rng.normal(broken, spread, photos), 0.5, 0.999)
    count = rng.binomial(KERNELS, truth * right + (1 - truth) * false)
    counts = np.stack([KERNELS - count, count], axis=1).astype(np.float64)
    share = _explain(_whole(counts), np.repeat(STRANGERS.mean[None], photos, axis=0))[:, 1]
    reference = np.clip(truth + rng.normal(0, LAB, photos), 0, 1)
    return [
        Seen(
            float(p),
            int(k),
            KERNELS,
            max(0.0, float(p) - 0.09),
            float(p) + 0.09,
            None,
            float(r),
            False,
            START,
        )
        for p, k, r in zip(share, count, reference, strict=True)
    ]


@pytest.mark.parametrize("spread", [0.005, 0.01])
def test_limits_are_narrower_than_strangers_and_hold_the_truth_as_often_as_they_say(spread: float) -> None:
    """40 samples tell the spread, 500 others check it; mean over 20 sites. Nominal 95 %: 92 to 98 %."""
    rng = np.random.default_rng(5)
    covered, widths = [], []
    for _ in range(20):
        offer = propose(site(rng, 40, spread))
        assert offer is not None
        known = SiteSpread("broken", offer.spread, offer.evidence["t"])
        new = site(rng, 500, spread)
        told = [limited({"share": s.share, "count": s.count}, s.judged, known) for s in new]
        covered += [one["low"] <= s.reference <= one["high"] for one, s in zip(told, new, strict=True)]
        widths.append(offer.evidence["after"]["width"])
    assert 0.92 <= np.mean(covered) <= 0.98
    bundle = compose(np.array([263, 37]), STRANGERS).by_count()[1]
    assert np.mean(widths) < 0.9 * (bundle.high - bundle.low)


def test_too_few_samples_tell_nothing() -> None:
    seen = site(np.random.default_rng(1), LEAST, 0.01)
    assert propose(seen[:-1]) is None
    assert propose(seen) is not None


def test_limits_as_wide_as_the_bundles_are_not_proposed() -> None:
    seen = site(np.random.default_rng(1), 60, 0.01)
    offer = propose(seen)
    assert offer is not None
    alike = [replace(one, low=0.0, high=offer.evidence["after"]["width"]) for one in seen]
    assert propose(alike) is None


def test_what_is_systematic_widens_the_limits() -> None:
    seen = site(np.random.default_rng(1), 60, 0.01)
    off = [replace(one, share=one.share + 0.05) for one in seen]
    plain, shifted = propose(seen), propose(off)
    assert plain is not None
    assert shifted is not None
    assert shifted.spread > 0.045 > plain.spread
    assert shifted.evidence["mean_difference"] == pytest.approx(plain.evidence["mean_difference"] + 0.05)


def test_a_reference_by_mass_is_brought_to_counts_by_the_photos_own_masses() -> None:
    """Broken kernels weigh half here: 4 % by count are 2 % by mass."""
    rows = [
        Seen(0.04, 12, KERNELS, 0.0, 0.2, 0.02, 0.02 + 0.001 * (place % 3 - 1), True, START)
        for place in range(30)
    ]
    offer = propose(rows)
    assert mass_ratio(rows) == 2
    assert offer is not None
    assert offer.evidence["mean_difference"] == pytest.approx(0)
    assert offer.evidence["after"]["coverage"] == 1


def test_a_few_kernels_are_added_for_each_photo() -> None:
    known = SiteSpread("broken", 0.01, 2.0)
    assert half_width(known, 3, 30) > 2 * half_width(known, 30, 300)
    assert half_width(known, 0, 300) == pytest.approx(2 * (0.01**2 + counting_variance(0, 300)) ** 0.5)


def test_limits_end_at_0_and_are_rounded_outwards() -> None:
    known = SiteSpread("broken", 0.01, 2.0)
    told = limited({"share": 0.01, "count": 3, "low": 0.0, "high": 0.3, "wide": True}, 300, known)
    half = half_width(known, 3, 300)
    assert told["low"] == 0
    assert 0.01 + half <= told["high"] < 0.01 + half + 1e-4
    assert (told["share"], told["count"], told["wide"]) == (0.01, 3, False)
    mass = limited_mass({"share": 0.005, "low": 0.0, "high": 0.2}, told, 300, known)
    assert mass["high"] == pytest.approx(0.005 + half / 2, abs=1e-4)
