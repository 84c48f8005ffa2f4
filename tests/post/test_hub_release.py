"""A station knows which release headquarters runs, and says who is older."""

from pathlib import Path

import pytest

from station.cli.post_releases import sentences_of_releases, told_of_releases
from station.post import hub_release
from station.post.folder import NAME, BagFolder
from station.store import schema


@pytest.mark.parametrize(
    ("shape", "older"), [("0000", "hub"), ("9999", "station"), (schema.head(), ""), ("", "")]
)
def test_both_sides_can_be_the_older_one(tmp_path: Path, shape: str, older: str) -> None:
    hub_release.note(BagFolder(tmp_path / NAME), {"release": "0.9", "schema": shape})
    assert told_of_releases(tmp_path) == {"hub_release": "0.9", "older": older}
    assert len(sentences_of_releases(tmp_path)) == bool(older)


def test_a_headquarters_that_says_nothing_or_nonsense_is_no_older(tmp_path: Path) -> None:
    bags = BagFolder(tmp_path / NAME)
    for told in ({}, {"schema": 7}, {"schema": "x" * 1000, "release": None}):
        hub_release.note(bags, told)
        assert told_of_releases(tmp_path) == {"hub_release": None, "older": ""}
    (tmp_path / NAME).mkdir(exist_ok=True)
    (tmp_path / NAME / hub_release.NAME).write_text("[1", encoding="utf-8")
    assert told_of_releases(tmp_path) == {"hub_release": None, "older": ""}
