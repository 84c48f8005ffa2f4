"""Corrections, spreads and disputes are listed and decided by command, in a person's name."""

import json
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from drivers.reading import Analyte
from station.acts.desk import Watching
from station.lab.proposing import propose_due, propose_spreads
from station.receival.persons import people
from station.store.tables import Load
from tests.cli import rig
from tests.lab.rows import add_phone, instrument_of, measured
from tests.lab.test_spreads import seen_beside
from tests.silo_rig import START, Silo

BY = ("--by", "Marc", "--pin", "1357", "--why", "enough seen")


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A closed site with a load that has its ticket, and a proposal of each kind."""
    folder = tmp_path_factory.mktemp("closed")
    site = rig.small_site(folder)
    silo = Silo.open(folder / "data")
    with closing(silo.desk.ledger):
        people.add_person(silo.desk, "Marc", "1357", ["manager"], "en", silo.clock())
        silo.receive("AB-123-CD")
        measured(silo, instrument_of(silo), [0.2, 0.4] * 12, start=START - timedelta(days=10))
        desk = replace(silo.desk, watching=Watching(permitted={Analyte.PROTEIN: 0.2}))
        assert propose_due(desk, silo.clock())
        seen_beside(silo, add_phone(silo), 32)
        assert propose_spreads(desk, silo.clock())
    return site


def lines(site: Path, *words: str, code: int = 0) -> list[dict[str, object]]:
    return [json.loads(line) for line in rig.silo(site, *words, code=code).splitlines()]


def test_a_correction_is_approved_and_ended(closed: Path) -> None:
    (row,) = lines(closed, "correction", "list", "--state", "proposed")
    done = rig.run(closed, "correction", "approve", str(row["id"]), *BY)
    assert "NIR, protein: 0.3 is taken off from now on." in done.stderr
    assert json.loads(done.stdout)["state"] == "approved"
    lines(closed, "correction", "decline", str(row["id"]), *BY, code=1)
    (ended,) = lines(closed, "correction", "end", str(row["id"]), *BY)
    assert (ended["state"], ended["acts"][-1]["by"]) == ("ended", "Marc")


def test_a_spread_is_approved_and_ended(closed: Path) -> None:
    (row,) = lines(closed, "spread", "list")
    assert (row["state"], row["in_force"], row["phone_name"]) == ("proposed", False, "phone 3")
    (approved,) = lines(closed, "spread", "approve", str(row["id"]), *BY)
    assert (approved["in_force"], approved["by"]) == (True, "Marc")
    lines(closed, "spread", "decline", str(approved["id"]), *BY, code=1)
    (ended,) = lines(closed, "spread", "end", str(approved["id"]), *BY)
    assert ended["in_force"] is False


def test_a_dispute_is_opened_shown_and_closed(closed: Path) -> None:
    silo = Silo.reopen(closed.parent / "data")
    with closing(silo.desk.ledger), silo.desk.ledger.read() as tx:
        load = tx.exec(select(Load)).one().id
    (opened,) = lines(closed, "dispute", "open", load, "--analyte", "protein", *BY)
    dispute = str(opened["id"])
    lines(closed, "dispute", "open", load, *BY, code=1)
    lines(closed, "dispute", "note", dispute, "sent to Labo Sud", *BY[:4])
    assert [row["id"] for row in lines(closed, "dispute", "list")] == [dispute]
    (done,) = lines(closed, "dispute", "close", dispute, "upheld", *BY)
    assert [act["act"] for act in done["acts"]] == ["opened", "noted", "closed"]
    assert lines(closed, "dispute", "list") == []
    paper = rig.silo(closed, "dispute", "show", dispute)
    assert "DISPUTE of ticket No. 1" in paper
    assert "closed: the ticket stands (Marc)" in paper
    (told,) = lines(closed, "dispute", "show", dispute, "--json")
    assert told["text"] == paper
    assert "no dispute" in rig.run(closed, "dispute", "show", "none").stderr.lower()
