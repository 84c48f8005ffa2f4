"""What headquarters asks of one station, and reference data, by command on a real PostgreSQL."""

from pathlib import Path

import pytest
from sqlalchemy import select

from drivers.text import fold
from station.hub.database import TABLES
from station.hub.down_tables import OFFERS
from tests.headquarters.lab_rig import begin, put
from tests.hub.hub_rig import Headquarters

BY = ("--by", "Marie", "--why", "the label says so")


@pytest.fixture
def asking(headquarters: Headquarters) -> Headquarters:
    with headquarters.engine.begin() as hub:
        begin(hub, {"a": ()})
        put(hub, "supplier", "a", id="s1", name="EARL Dupont", name_key=fold("EARL Dupont"))
        put(hub, "visit", "a", id="v1", supplier_id="s1", plate="AB-123-CD")
        put(hub, "load", "a", id="l1", visit_id="v1", species="soft_wheat", claims=[])
        put(hub, "ticket", "a", id="t1", load_id="l1", number=12)
    return headquarters


def kinds(headquarters: Headquarters) -> list[str]:
    """Of the documents for the station, oldest first."""
    offers = TABLES.tables[OFFERS]
    query = select(offers.c.kind).where(offers.c.station == "a").order_by(offers.c.number)
    with headquarters.engine.connect() as hub:
        return list(hub.execute(query).scalars())


def test_a_correction_is_asked_for_and_its_answer_listed(asking: Headquarters) -> None:
    done = asking.run("ask-correction", "a", "12", "species", "barley", *BY)
    assert done.exit_code == 0
    one = asking.json("corrections")
    assert (one["was"], one["wanted"], one["state"]) == ("soft_wheat", "barley", "sent")
    with asking.engine.begin() as hub:
        put(hub, "correction_request", "a", id=one["id"], load_id="l1", field="species", state="accepted")
    assert "species: soft_wheat → barley: accepted" in asking.run("corrections").stdout
    assert kinds(asking) == ["correction_request"]


@pytest.mark.parametrize(
    ("words", "exit_code"),
    [
        (("a", "9" * 30, "species", "barley"), 2), (("a", "²", "species", "barley"), 2),
        (("a", "l1", "species", "soft_wheat"), 1), (("a", "l1", "supplier", "4711"), 2),
        (("nowhere", "l1", "species", "barley"), 2),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_says_so(asking: Headquarters, words: tuple[str, ...], exit_code: int) -> None:
    assert asking.run("ask-correction", *words, *BY).exit_code == exit_code
    assert kinds(asking) == []


def test_a_supplier_is_matched_and_lists_are_sent(asking: Headquarters, tmp_path: Path) -> None:
    known = ("--number", "4711", "--name", "SCEA des Tilleuls")
    assert asking.run("match-supplier", "a", "EARL Dupont", *known, *BY).exit_code == 0
    file = tmp_path / "suppliers.csv"
    file.write_text("number;name\n4711;SCEA des Tilleuls\n", encoding="utf-8")
    assert asking.run("send", "reference", str(file), "--at-once", *BY).exit_code == 0
    assert kinds(asking) == ["supplier_match", "reference"]
    file.write_text("number;name\n4711;\n", encoding="utf-8")
    wrong = asking.run("send", "reference", str(file), "--at-once", *BY)
    assert (wrong.exit_code, "line 2: name is missing" in wrong.stderr) == (2, True)
