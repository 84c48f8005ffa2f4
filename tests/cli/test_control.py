"""`silo control` on a closed data folder, in a manager's name."""

import json
from contextlib import closing
from pathlib import Path

import pytest

from station.acts.desk import Desk
from station.receival.persons import people
from station.site.policy import policy_of
from station.site.read import load_settings, rule_pack_texts
from station.site.reference import load_site
from station.store.engine import Ledger
from tests.cli.rig import silo
from tests.silo_rig import START

BY = ("--by", "Marc", "--pin", "2468")


@pytest.fixture
def managed(site: Path) -> Path:
    with closing(Ledger(site.parent / "data")) as ledger:
        settings = load_settings(site)
        desk = Desk(ledger, policy_of(settings))
        load_site(desk, settings, site, rule_pack_texts(settings, site), START)
        people.add_person(desk, "Marc", "2468", ["manager"], None, START)
    return site


def said(site: Path, *words: str, code: int = 0) -> list[dict[str, object]]:
    return [json.loads(line) for line in silo(site, "control", *words, code=code).splitlines()]


def test_a_control_sample_is_entered_known_and_listed(managed: Path) -> None:
    (entered,) = said(managed, "enter", "K00001", "--species", "soft_wheat", *BY)
    assert entered["kind"] == "control"
    words = ("K00001", "protein", "11,5", "0,3", "--basis", "dm", "--campaign", "spring 2026")
    (known,) = said(managed, "target", *words, "--citation", "Bipea 24-117", *BY)
    assert said(managed, "list") == [known]
    assert said(managed, "list", "--due") == [{"controls": [], "verifications": []}]
    assert [one["name"] for one in said(managed, "standards", "--list")] == ["spring 2026"]
    assert said(managed, "standards") == said(managed, "standards", "spring 2026") == []
    assert said(managed, "target", "K00001", "protein", "11", "0", "--basis", "dm", *BY, code=2) == []
    assert said(managed, "target", "K00009", "moisture", "11", "1", *BY, code=1) == []


def test_an_adjustment_names_the_instrument_by_its_place(managed: Path) -> None:
    lines = ("--old", "1.0", "0.0", "--new", "1.02", "-0.1", "--network", "Réseau Sud", "--why", "spring")
    (made,) = said(managed, "adjustment", "nir", "protein", *lines, "--on", "2020-03-01T09:30", *BY)
    assert (made["new_slope"], made["new_bias"], made["done_at"]) == (1.02, -0.1, "2020-03-01T09:30:00Z")
    assert said(managed, "adjustment", "nowhere", "protein", "--why", "x", *BY, code=1) == []


def test_holds_are_listed_and_an_unknown_one_is_named(managed: Path) -> None:
    assert said(managed, "holds") == said(managed, "holds", "--all") == []
    assert said(managed, "holds", "h-0", code=1) == []
    assert said(managed, "end-hold", "h-0", "released", "--why", "x", *BY, code=1) == []
