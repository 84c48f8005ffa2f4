"""The acceptance set of a bundle is run on this machine and compared."""

import json
from pathlib import Path

from station.grain.reasons import Code
from station.vision import acceptance
from station.vision.acceptance import with_expected
from station.vision.bundle import MANIFEST, Bundle, pack_bundle, parse_bundle, read_bundle
from tests.vision.conftest import BUNDLE
from tests.vision.test_bundle import content_of


def changed(**expected: object) -> Bundle:
    """The shipped bundle, expecting something else of its first photo."""
    content = content_of(BUNDLE)
    manifest = json.loads(content.pop(MANIFEST))
    manifest["acceptance"]["cases"][0]["expected"].update(expected)
    return parse_bundle(pack_bundle(manifest, content))


def test_the_shipped_bundle_passes_its_own_set() -> None:
    result = acceptance.run(read_bundle(BUNDLE))
    assert result.reasons == ()
    assert result.passed
    assert len(result.cases) == 3
    assert [case.got.accepted for case in result.cases] == [True, True, False]


def test_another_answer_than_expected_fails_and_says_which() -> None:
    result = acceptance.run(
        changed(kernels=200, classes={"whole": 0.1, "purple": 0.5}, numbers={"protein": 12.0})
    )
    assert not result.passed
    assert {reason.code for reason in result.reasons} == {Code.ACCEPTANCE_DIFFERS}
    assert [reason.params["attribute"] for reason in result.reasons] == [
        "kernels",
        "whole",
        "purple",
        "protein",
    ]
    assert [case.passed for case in result.cases] == [False, True, True]


def test_a_photo_refused_here_that_was_accepted_there_fails() -> None:
    result = acceptance.run(changed(accepted=False))
    assert [(r.params["attribute"], r.params["got"]) for r in result.reasons] == [("accepted", True)]


def test_a_set_that_takes_too_long_is_left_and_fails() -> None:
    ticks = iter(range(0, 1000, 50))
    result = acceptance.run(read_bundle(BUNDLE), limit_s=60, clock=lambda: next(ticks))
    assert [reason.code for reason in result.reasons] == [Code.ACCEPTANCE_SLOW]
    assert len(result.cases) == 1


def test_what_this_machine_answers_is_what_it_then_expects(tmp_path: Path) -> None:
    content = content_of(BUNDLE)
    manifest = json.loads(content.pop(MANIFEST))
    for case in manifest["acceptance"]["cases"]:
        del case["expected"]
    packed = pack_bundle(with_expected(manifest, content), content)
    assert acceptance.run(parse_bundle(packed)).passed
