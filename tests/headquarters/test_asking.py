"""Headquarters asks one station; reference data is read from files, and wrong ones say what is wrong."""

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection

from drivers.text import fold
from station.headquarters.asking import (
    Asker,
    Known,
    NothingToAsk,
    NotThere,
    ask_correction,
    match_supplier,
    requests,
)
from station.headquarters.reference import reference_document
from station.hub.outgoing import OutgoingWrong
from tests.headquarters.lab_rig import KEY, START, begin, put, sent
from tests.post.post_rig import HUB

ASKER, TILLEULS = Asker(KEY, "Marie", START), Known("4711", "SCEA des Tilleuls")


@pytest.fixture
def loaded(hub: Connection) -> Connection:
    """Two stations; `a` has a load with ticket 12."""
    begin(hub, {"a": (), "b": ()})
    put(hub, "supplier", "a", id="s1", name="EARL Dupont", name_key=fold("EARL Dupont"))
    put(hub, "visit", "a", id="v1", supplier_id="s1", plate="AB-123-CD")
    put(hub, "load", "a", id="l1", visit_id="v1", species="soft_wheat", claims=["organic"])
    put(hub, "ticket", "a", id="t1", load_id="l1", number=12)
    return hub


def asked(hub: Connection, station: str = "a") -> list[Any]:
    return [json.loads(body) for _, body in sent(hub, station)]


def ask(hub: Connection, load: str, field: str, wanted: str | Known) -> str:
    return ask_correction(hub, HUB, ASKER, "a", load, field, wanted, "the label says so")


def test_a_correction_says_what_from_what_and_to_what(loaded: Connection) -> None:
    id_ = ask(loaded, "12", "species", "barley")
    assert asked(loaded) == [
        {
            "id": id_, "load": "l1", "field": "species", "was": "soft_wheat", "wanted": "barley",
            "reason": "the label says so",
        }
    ]  # fmt: skip
    assert asked(loaded, "b") == []


def test_two_requests_are_two_documents(loaded: Connection) -> None:
    ask(loaded, "l1", "species", "barley")
    ask(loaded, "l1", "supplier", TILLEULS)
    assert len({head.name for head, _ in sent(loaded, "a")}) == 2
    assert asked(loaded)[1]["known"] == {"number": "4711", "name": "SCEA des Tilleuls", "source": "erp"}


def test_what_is_so_already_or_is_not_there_is_not_asked(loaded: Connection) -> None:
    for field, wanted in (("species", "soft_wheat"), ("supplier", "s1"), ("net", "1")):
        with pytest.raises(NothingToAsk):
            ask(loaded, "l1", field, wanted)
    for load in ("l2", "13"):
        with pytest.raises(NotThere):
            ask(loaded, load, "species", "barley")
    assert asked(loaded) == []


def test_the_answer_comes_back_with_the_stations_rows(loaded: Connection) -> None:
    id_ = ask(loaded, "l1", "species", "barley")
    assert [one.state for one in requests(loaded, HUB)] == ["sent"]
    put(
        loaded, "correction_request", "a", id=id_, load_id="l1", field="species", state="refused",
        answer="I saw it",
    )  # fmt: skip
    (one,) = requests(loaded, HUB, ["a"])
    assert (one.state, one.answer, one.was, one.wanted, one.by) == (
        "refused", "I saw it", "soft_wheat", "barley", "Marie",
    )  # fmt: skip
    assert requests(loaded, HUB, ["b"]) == []


def test_a_supplier_is_matched_by_its_name_there(loaded: Connection) -> None:
    match_supplier(loaded, HUB, ASKER, "a", "EARL DUPONT", TILLEULS, "same farm")
    (body,) = asked(loaded)
    assert (body["supplier"], body["number"]) == ("s1", "4711")
    with pytest.raises(NotThere):
        match_supplier(loaded, HUB, ASKER, "b", "EARL Dupont", TILLEULS, "same farm")


def written(folder: Path, name: str, data: bytes) -> Any:
    (folder / name).write_bytes(data)
    new = reference_document(folder / name, None, "season")
    return new.name, json.loads(new.body)


def test_a_csv_has_suppliers_or_varieties(tmp_path: Path) -> None:
    name, body = written(tmp_path, "s.csv", b"\xef\xbb\xbfnumber;name\r\n4711;SCEA des Tilleuls\r\n")
    assert name == "suppliers"
    assert body == {"suppliers": [TILLEULS.told()]}
    name, body = written(tmp_path, "v.csv", b"id,species,name\nv1,soft_wheat,Chevignon\n")
    assert (name, body["varieties"][0]["name"]) == ("varieties", "Chevignon")


def test_a_csv_may_have_certificates(tmp_path: Path) -> None:
    titles, row = b"supplier_number;claim;number;valid_from;valid_until\n", b"4711;organic;FR-1;2026-01-01;"
    name, body = written(tmp_path, "c.csv", titles + row + b"2026-12-31\n")
    assert (name, body["certificates"][0]["supplier_number"]) == ("certificates", "4711")
    with pytest.raises(OutgoingWrong, match="line 2"):
        written(tmp_path, "d.csv", titles + row + b"2025-12-31\n")


def test_a_toml_may_have_both(tmp_path: Path) -> None:
    text = (
        b'[[suppliers]]\nnumber = "1"\nname = "A"\n[[varieties]]\nid = "v"\nspecies = "barley"\nname = "B"\n'
    )
    assert written(tmp_path, "r.toml", text)[0] == "suppliers and varieties"


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("s.csv", b"", "columns"), ("s.csv", b"number;name\n", "no supplier"),
        ("s.csv", b"number;name\n1;A\n1;B\n", "1 stands twice"), ("s.csv", b"number;name\n1;\n", "line 2"),
        ("s.csv", b"number;name\n1;\xff\n", "UTF-8"), ("s.csv", b'number;name\n1;"A\n', "line"),
        ("v.csv", b"id,species,name\nv1,moon_wheat,A\n", "moon_wheat"), ("s.toml", b"suppliers = 3", "only"),
        ("s.toml", b"[[suppliers]\n", "]"), ("s.toml", b"suppliers = [3]", "not a row"),
        ("s.csv", b"x" * 20_000_001, "at most"),
    ],
)  # fmt: skip
def test_a_wrong_file_says_what_is_wrong(tmp_path: Path, name: str, data: bytes, said: str) -> None:
    with pytest.raises(OutgoingWrong, match=said):
        written(tmp_path, name, data)
