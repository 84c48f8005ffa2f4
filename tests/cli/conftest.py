"""The site that commands are tried on."""

import shutil
from contextlib import closing
from pathlib import Path

import pytest

from station.acts.desk import Desk
from station.receival.persons import people
from station.site.policy import policy_of
from station.site.read import load_settings
from station.store import counters
from station.store.engine import Ledger
from tests.cli.rig import TICKETS, make_site
from tests.silo_rig import START


@pytest.fixture
def site(tmp_path: Path, new_folder: Path) -> Path:
    shutil.copytree(new_folder, tmp_path / "data")
    return make_site(tmp_path)


@pytest.fixture
def worked(site: Path) -> Path:
    """A closed site with a person, on which 12 tickets were printed."""
    with closing(Ledger(site.parent / "data")) as ledger:
        with ledger.write() as tx:
            counters.draw(tx, TICKETS, 12)
        people.add_person(
            Desk(ledger, policy_of(load_settings(site))), "Marie", "2468", ["operator"], None, START
        )
    return site
