import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.grain.pairing import Item, KnownSample, PairingPolicy, contradictions, pair, suggest

from .builders import NOON, minutes

POLICY = PairingPolicy(minutes(15))


def sample(barcode, species="soft_wheat", *, entered=0, is_open=True, kind="load"):
    return KnownSample(f"id-{barcode}", barcode, species, kind, NOON + minutes(entered), is_open)


def item(barcode=None, species=None, *, at=5, product=None, kind="reading"):
    return Item(kind, barcode, species, product, NOON + minutes(at))


WHEAT, BARLEY, DONE = sample("W"), sample("B", "barley"), sample("D", is_open=False)

TABLE = [
    # with an identifier
    (item("W"), [WHEAT, BARLEY], "id-W", "paired_by_barcode"),
    (item(" W "), [WHEAT], "id-W", "paired_by_barcode"),
    (item("W", at=600), [WHEAT], "id-W", "paired_by_barcode"),
    (item("W", "soft_wheat"), [WHEAT], "id-W", "paired_by_barcode"),
    (item("X"), [WHEAT], None, "unknown_barcode"),
    (item("D"), [DONE, WHEAT], None, "sample_closed"),
    (item("W", "barley", product="ORGE"), [WHEAT], None, "contradicts_declaration"),
    (item("B", "wheat", kind="capture"), [BARLEY], None, "contradicts_declaration"),
    (item("W", "wheat", kind="capture"), [WHEAT], "id-W", "paired_by_barcode"),
    # without
    (item(), [], None, "no_open_sample"),
    (item(), [DONE], None, "no_open_sample"),
    (item(), [WHEAT], "id-W", "paired_by_window"),
    (item(""), [WHEAT], "id-W", "paired_by_window"),
    (item("  "), [WHEAT], "id-W", "paired_by_window"),
    (item(), [WHEAT, DONE], "id-W", "paired_by_window"),
    (item(), [WHEAT, BARLEY], None, "several_open_samples"),
    (item(species="barley"), [WHEAT, BARLEY], "id-B", "paired_by_window"),
    (item(species="barley"), [sample("N", None)], "id-N", "paired_by_window"),
    (item(species="barley"), [WHEAT], None, "contradicts_declaration"),
    (item(species="barley"), [WHEAT, sample("V")], None, "contradicts_declaration"),
    (item(species="maize"), [WHEAT, BARLEY], None, "no_open_sample"),
    (item(at=0), [WHEAT], "id-W", "paired_by_window"),
    (item(at=15), [WHEAT], "id-W", "paired_by_window"),
    (item(at=15.01), [WHEAT], None, "no_open_sample"),
    (item(at=-0.01), [WHEAT], None, "no_open_sample"),
    (item(at=16), [WHEAT, sample("L", entered=10)], "id-L", "paired_by_window"),
    (item(), [sample("K", kind="control")], "id-K", "paired_by_window"),
]


@pytest.mark.parametrize(("an_item", "samples", "sample_id", "code"), TABLE)
def test_an_item_pairs_with_its_sample_or_waits_with_a_reason(an_item, samples, sample_id, code):
    pairing = pair(an_item, samples, POLICY)
    assert (pairing.sample_id, pairing.reason.code.value) == (sample_id, code)


def test_a_wrong_calibration_names_what_was_declared_and_what_the_instrument_said():
    reason = pair(item(species="barley", product="ORGE"), [WHEAT], POLICY).reason
    assert reason.params == {"declared": "soft_wheat", "product": "ORGE"}


def test_an_ambiguous_item_names_the_samples_it_might_belong_to():
    reason = pair(item(), [BARLEY, WHEAT], POLICY).reason
    assert reason.params == {"barcodes": ["B", "W"]}


def test_a_barcode_entered_again_means_the_open_sample():
    old = KnownSample("old", "W", "soft_wheat", "load", NOON - minutes(999), False)
    assert pair(item("W"), [WHEAT, old], POLICY).sample_id == "id-W"
    assert pair(item("W"), [WHEAT, replace(old, open=True)], POLICY).sample_id == "id-W"


samples = st.lists(
    st.builds(
        sample,
        st.sampled_from("ABCDEF"),
        st.sampled_from(["soft_wheat", "barley", None]),
        entered=st.integers(-30, 30),
        is_open=st.booleans(),
    ),
    max_size=6,
    unique_by=lambda s: s.id,
)
items = st.builds(
    item,
    st.sampled_from([None, "", "A", "B", "Z"]),
    st.sampled_from([None, "soft_wheat", "barley", "wheat"]),
    at=st.integers(-30, 45),
)


@given(items, samples, st.randoms(use_true_random=False))
def test_pairing_never_depends_on_the_order_and_never_picks_an_ended_sample(
    an_item, known, rng: random.Random
):
    shuffled = list(known)
    rng.shuffle(shuffled)
    pairing = pair(an_item, known, POLICY)
    assert pair(an_item, shuffled, POLICY) == pairing
    chosen = [s for s in known if s.id == pairing.sample_id]
    assert len(chosen) == (pairing.sample_id is not None)
    assert all(s.open for s in chosen)
    if not an_item.barcode:
        assert all(minutes(0) <= an_item.at - s.entered_at <= minutes(15) for s in chosen)


@pytest.mark.parametrize(
    ("an_item", "a_sample", "codes"),
    [
        (item(), WHEAT, []),
        (item("W", "soft_wheat"), WHEAT, []),
        (item(" W "), WHEAT, []),
        (item("X"), WHEAT, ["other_barcode"]),
        (item("B", "barley"), WHEAT, ["other_barcode", "contradicts_declaration"]),
        (item("W", "barley", product="ORGE"), WHEAT, ["contradicts_declaration"]),
        (item("W", "wheat", kind="capture"), WHEAT, []),
        (item("D"), DONE, ["sample_closed"]),
    ],
)
def test_barcode_product_and_the_end_of_a_load_speak_against_a_sample(an_item, a_sample, codes):
    assert [why.code for why in contradictions(an_item, a_sample)] == codes


@pytest.mark.parametrize(
    ("an_item", "samples", "chosen"),
    [
        (item(), [WHEAT], "id-W"),
        (item(), [WHEAT, DONE], "id-W"),
        (item(), [WHEAT, BARLEY], None),
        (item(species="barley", product="ORGE"), [WHEAT, BARLEY], "id-B"),
        (item("X"), [WHEAT], None),
        (item("X", "soft_wheat"), [WHEAT], None),
        (item("W", "barley", product="ORGE"), [WHEAT, BARLEY], None),
        (item(product="Malt 7"), [WHEAT], None),
        (item("D"), [DONE], None),
    ],
)
def test_only_what_nothing_speaks_against_is_suggested(an_item, samples, chosen):
    found = suggest(an_item, samples)
    assert (found.id if found else None) == chosen
