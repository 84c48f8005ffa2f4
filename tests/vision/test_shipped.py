"""The bundles that come with the station say what their reports say, and what they cannot."""

import json
from pathlib import Path

import pytest

from station.runtime.bundles import shipped_bundle
from station.vision.bundle import read_bundle

BUNDLES = sorted(shipped_bundle().parent.glob("*.bundle"))


@pytest.mark.parametrize("path", BUNDLES, ids=lambda path: path.stem)
def test_a_shipped_bundle_says_what_its_report_says(path: Path) -> None:
    manifest = read_bundle(path).manifest
    report = json.loads(path.with_suffix(".json").read_text())
    assert (report["name"], report["version"]) == (manifest.name, manifest.version)
    assert manifest.figures == {name: report[name] for name in manifest.figures}
    assert f"**{report['balanced_accuracy']}**" in path.with_suffix(".md").read_text()


@pytest.mark.parametrize("path", BUNDLES, ids=lambda path: path.stem)
def test_a_shipped_bundle_takes_its_own_grain_and_refuses_peas(path: Path) -> None:
    expected = {case.file: case.expected.accepted for case in read_bundle(path).manifest.acceptance.cases}
    assert expected.pop("acceptance/peas.jpg") is False
    assert expected
    assert all(expected.values())


@pytest.mark.parametrize("path", BUNDLES, ids=lambda path: path.stem)
def test_a_shipped_bundle_says_what_cannot_be_claimed(path: Path) -> None:
    said = " ".join(read_bundle(path).manifest.not_validated)
    assert all(word in said for word in ("barley", "variety", "protein"))


def test_the_confusion_of_a_shipped_bundle_counts_the_kernels_of_its_report() -> None:
    output = read_bundle(shipped_bundle()).manifest.classes
    report = json.loads(shipped_bundle().with_suffix(".json").read_text())
    assert output is not None
    for name in output.classes:
        assert sum(map(sum, output.confusion[name].values())) == report["kernels"][name]


def test_the_declared_species_chooses_the_shipped_bundle() -> None:
    assert read_bundle(shipped_bundle("rice")).species == ("rice",)
    assert read_bundle(shipped_bundle("wheat")).species == ("wheat",)
    assert read_bundle(shipped_bundle(None)).species == ("wheat",)
