"""Several photos of one capture as one inspection, and what is too uncertain to decide on."""

from dataclasses import replace

import pytest

from station.grain.combining import best_known, combine
from station.grain.inspection import ClassShare, Embedding, Inspection, KernelClass, MassShare
from station.grain.reasons import Code, Reason

WHOLE, BROKEN = KernelClass.WHOLE, KernelClass.BROKEN


def photo(kernels: int, broken: float, *, reach: float = 0.02) -> Inspection:
    low, high = max(0.0, broken - reach), broken + reach
    return Inspection(
        "ab" * 32, accepted=True, kernels=kernels, cut=2,
        classes={
            WHOLE: ClassShare(round(kernels * (1 - broken)), 1 - broken, 1 - high, 1 - low),
            BROKEN: ClassShare(round(kernels * broken), broken, low, high),
        },
        mass={WHOLE: MassShare(1 - broken / 2, 0.9, 1.0), BROKEN: MassShare(broken / 2, 0.0, 0.1)},
    )  # fmt: skip


def refused(code: Code) -> Inspection:
    return Inspection("cd" * 32, accepted=False, reasons=(Reason(code),), kernels=4, cut=0)


def test_one_photo_is_its_own_inspection_and_has_no_spread() -> None:
    one = photo(300, 0.05)
    assert combine([one]) is one
    assert "spread" not in one.as_dict()


def test_a_photo_without_an_opinion_adds_its_kernels_and_its_remark() -> None:
    remark = Reason(Code.NO_OPINION, {"share": 0.7, "limit": 0.6})
    silent = replace(photo(100, 0.5), classes={}, mass={}, remarks=(remark,))
    for photos in ([photo(300, 0.05), silent], [silent, photo(300, 0.05)]):
        seen = combine(photos)
        assert seen.accepted
        assert seen.kernels == 400
        assert seen.classes[BROKEN].share == pytest.approx(0.05)
        assert seen.remarks == (remark,)
    assert combine([silent, silent]).classes == {}


def test_of_several_models_the_one_that_knows_the_grain_best_answers() -> None:
    near = replace(photo(300, 0.05), embedding=Embedding(4.0, 0.1))
    far = replace(photo(300, 0.2), embedding=Embedding(9.0, 0.4))
    strange = refused(Code.UNKNOWN_GRAIN)
    assert best_known([strange, far, near]) is near
    assert best_known([strange, refused(Code.DARK)]) is strange


def test_photos_weigh_by_their_kernels_and_their_spread_is_told() -> None:
    seen = combine([photo(100, 0.02), photo(300, 0.06)])
    assert seen.kernels == 400
    assert seen.classes[BROKEN].share == pytest.approx(0.05)
    assert seen.mass[BROKEN].share == pytest.approx(0.025)
    spread = seen.as_dict()["spread"]
    assert spread["photos"] == 2
    assert spread["classes"]["broken"] == {"min": 0.02, "max": 0.06, "sd": pytest.approx(0.028284)}
    assert spread["kernels"]["max"] == 300


def test_the_limits_hold_every_photos_own_share() -> None:
    seen = combine([photo(200, 0.01, reach=0.005), photo(200, 0.20, reach=0.005)])
    assert seen.classes[BROKEN].low <= 0.01
    assert seen.classes[BROKEN].high >= 0.20
    assert seen.classes[BROKEN].wide


def test_a_refused_photo_does_not_count_beside_an_accepted_one() -> None:
    seen = combine([refused(Code.DARK), photo(200, 0.05), photo(200, 0.05)])
    assert seen.accepted
    assert seen.reasons == ()
    assert seen.kernels == 400
    assert seen.spread is not None
    assert seen.spread.photos == 2


def test_only_refused_photos_give_all_their_reasons_and_no_shares() -> None:
    seen = combine([refused(Code.DARK), refused(Code.GLARE)])
    assert not seen.accepted
    assert [reason.code for reason in seen.reasons] == [Code.DARK, Code.GLARE]
    assert "mass" not in seen.as_dict()
    assert seen.as_dict()["classes"] == {}


def test_limits_ten_points_apart_still_decide_and_wider_ones_do_not() -> None:
    assert not ClassShare(9, 0.05, 0.0, 0.1).wide
    assert ClassShare(9, 0.05, 0.0, 0.11).as_dict()["wide"]
