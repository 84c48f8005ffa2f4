"""`silo form`: a form is verified as a file, installed by a manager, shown in words and withdrawn."""

import json
from contextlib import closing
from pathlib import Path

import pytest

from station.acts.desk import Desk
from station.receival.persons import people
from station.site.policy import policy_of
from station.site.read import load_settings
from station.store.engine import Ledger
from tests.cli.rig import invoke, run, silo
from tests.silo_rig import START

EXAMPLE = Path(__file__).parents[2] / "examples/form.json"
MARC = ("--by", "Marc", "--pin", "1357")


@pytest.fixture
def managed(site: Path) -> Path:
    """A closed site with a manager."""
    with closing(Ledger(site.parent / "data")) as ledger:
        desk = Desk(ledger, policy_of(load_settings(site)))
        people.add_person(desk, "Marc", "1357", ["manager"], None, START)
    return site


def test_a_form_is_verified_without_a_station(tmp_path: Path) -> None:
    done = invoke("form", "verify", str(EXAMPLE), "--json")
    told = json.loads(done.stdout)
    assert (done.returncode, told) == (
        0, {"form": "reception", "version": 1, "questions": 6, "passed": True},
    )  # fmt: skip
    hostile = tmp_path / "form.json"
    hostile.write_text(EXAMPLE.read_text(encoding="utf-8").replace('"minimum"', '"$ref"'), encoding="utf-8")
    done = invoke("form", "verify", str(hostile))
    assert (done.returncode, "properties.hours_since_rain.$ref" in done.stderr) == (1, True)


def test_a_form_is_installed_listed_shown_and_withdrawn(managed: Path) -> None:
    assert run(managed, "form", "install", str(EXAMPLE), "--by", "Marc", "--pin", "9999").returncode != 0
    silo(managed, "form", "install", str(EXAMPLE), *MARC, "--why", "harvest")
    (row,) = map(json.loads, silo(managed, "form", "list").splitlines())
    assert (row["name"], row["version"], row["why"]) == ("reception", 1, "harvest")
    shown = silo(managed, "form", "show", "reception")
    assert "rain: Rain on the field before the harvest? — required" in shown
    assert "heavy: heavy" in shown
    assert "hours_since_rain: Hours since the rain — required — asked if rain = some, heavy" in shown
    assert "treated: Storage insecticide? — asked if stored_at_farm = yes" in shown
    silo(managed, "form", "withdraw", "reception", *MARC)
    assert silo(managed, "form", "list") == ""
    assert run(managed, "form", "show", "reception").returncode == 1


def test_a_phone_is_invited_only_where_one_comes(managed: Path) -> None:
    done = run(managed, "token", "add", "Léa", "--kind", "phone")
    assert done.returncode != 0
    assert "no phone finds this station" in done.stderr.lower()
