"""A program that knows no HTTP writes files and reads files: nothing is lost, nothing is doubled."""

import json
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from station.acts.desk import Masters
from station.exchange import folder as exchange_folder
from station.exchange.folder import FOLDERS, Exchange
from station.receival.papers.erp_numbers import numbers_of
from station.store import audit
from station.store.tables import AnnouncedArrival
from tests.silo_rig import Silo

CSV = "ref;immatriculation;apporteur;espèce;variété\nA-1;AB-123-CD;EARL Dupont;soft_wheat;Chevignon\n"


class Killed(BaseException):
    """The process ends here."""


@pytest.fixture
def silo(tmp_path: Path) -> Silo:
    return Silo.open(tmp_path / "data")


@pytest.fixture
def exchange(silo: Silo, tmp_path: Path) -> Exchange:
    made = Exchange(silo.desk, silo.clock, tmp_path / "erp", "en")
    made.turn()
    return made


def put(exchange: Exchange, name: str, content: str | bytes) -> None:
    data = content if isinstance(content, bytes) else content.encode()
    (exchange.folder / "in" / name).write_bytes(data)


def answer(exchange: Exchange, name: str) -> list[dict[str, Any]]:
    text = (exchange.folder / "answers" / f"{name}.answer.json").read_text()
    rows: list[dict[str, Any]] = json.loads(text)["rows"]
    return rows


def announced(silo: Silo) -> dict[str | None, str]:
    with silo.desk.ledger.read() as tx:
        return {row.external_ref: row.plate for row in tx.exec(select(AnnouncedArrival))}


def body(ref: str, plate: str = "AB-123-CD") -> dict[str, Any]:
    return {
        "external_ref": ref,
        "plate": plate,
        "supplier": "EARL Dupont",
        "loads": [{"species": "soft_wheat"}],
    }


def told(exchange: Exchange) -> list[dict[str, Any]]:
    batches = sorted(
        (exchange.folder / "out").glob("facts-*.json"), key=lambda one: int(one.name.split("-")[1])
    )
    return [fact for batch in batches for fact in json.loads(batch.read_text())]


def test_a_table_is_taken_and_each_line_answered(silo: Silo, exchange: Exchange) -> None:
    put(exchange, "day.csv", CSV + ";EF-456-GH;GAEC Martin;soft_wheat;\nA-3;EF-456-GH;GAEC Martin;grass;\n")
    exchange.turn()
    rows = answer(exchange, "day.csv")
    assert [(row["line"], row["did"]) for row in rows] == [(2, "announced"), (3, "refused"), (4, "refused")]
    assert rows[1]["reason"] == "nothing stands in the column “external_ref”"
    assert "is not received" in rows[2]["reason"] or "grass" in rows[2]["reason"]
    assert announced(silo) == {"A-1": "AB-123-CD"}
    assert [path.name for path in (exchange.folder / "taken").iterdir()] == ["day.csv"]


def test_a_table_of_another_coding_is_read_and_a_file_that_comes_twice_changes_nothing(
    silo: Silo, exchange: Exchange
) -> None:
    for did in ("announced", "unchanged"):
        put(exchange, "day.csv", CSV.replace("Dupont", "Lefèvre").encode("cp1252"))
        exchange.turn()
        assert [row["did"] for row in answer(exchange, "day.csv")] == [did]
    assert len(list((exchange.folder / "taken").iterdir())) == 2


def test_a_table_names_species_and_claims_as_people_do_and_says_what_nobody_reads(
    silo: Silo, exchange: Exchange
) -> None:
    text = (
        "ref\tplaque\tapporteur\tespèce\tengagements\tdestination\n"
        "A-1\tAB-123-CD\tEARL Dupont\tblé tendre\tbio\tMoulin\n"
        "A-2\tAB-124-CD\tEARL Dupont\tblé tendre\tlunaire\tMoulin\n"
        "A-3\t!!\tEARL Dupont\tblé tendre\t\tMoulin\n"
    )
    put(exchange, "a.csv", text.encode("utf-16"))
    exchange.turn()
    whole = json.loads((exchange.folder / "answers" / "a.csv.answer.json").read_text())
    assert whole["unread"] == ["destination"]
    assert [(one["external_ref"], one["did"], one.get("code")) for one in whole["rows"]] == [
        ("A-1", "announced", None), ("A-2", "refused", "claim_unknown"), ("A-3", "refused", "field_wrong"),
    ]  # fmt: skip
    with silo.desk.ledger.read() as tx:
        (load,) = tx.exec(select(AnnouncedArrival)).one().loads
    assert (load["species"], load["claims"]) == ("soft_wheat", ["organic"])


def test_an_apport_without_a_reference_is_refused_though_it_names_a_load(exchange: Exchange) -> None:
    put(
        exchange, "a.csv", "ref;load_id;plaque;apporteur;espèce;bon\n;L1;AB-123-CD;EARL Dupont;blé tendre;7\n"
    )
    exchange.turn()
    assert [one["code"] for one in answer(exchange, "a.csv")] == ["field_empty"]


def test_two_loads_of_one_visit_are_two_lines_and_what_does_not_come_is_said(
    silo: Silo, exchange: Exchange
) -> None:
    put(exchange, "a.csv", CSV + "A-1;AB-123-CD;EARL Dupont;barley;\n")
    put(exchange, "b.json", json.dumps([body("B-1"), {"external_ref": "B-2", "withdrawn": True}]))
    exchange.turn()
    with silo.desk.ledger.read() as tx:
        [row] = tx.exec(select(AnnouncedArrival).where(AnnouncedArrival.external_ref == "A-1"))
    assert [load["species"] for load in row.loads] == ["soft_wheat", "barley"]
    assert [(row["did"], row.get("code")) for row in answer(exchange, "b.json")] == [
        ("announced", None), ("refused", "unknown_announcement"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.json", b'{"plate": }', "not_json"),
        ("b.json", b"[" * 100_000 + b"]", "not_json"),
        ("c.json", b'{"plate": "\xe9"}', "not_utf8"),
        ("d.json", b" " * 5_000_001, "file_too_large"),
        ("e.csv", b"plate;supplier\nx;y\n", "columns_missing"),
        ("f.csv", b'ref;plate;supplier;species\n"a;b\n', "not_csv"),
        ("g.json", b'{"external_ref": "A", "plate": "?"}', "field_wrong"),
        ("h.json", b"[7]", "field_empty"),
    ],
)
def test_each_broken_file_has_its_sentence(
    silo: Silo, exchange: Exchange, name: str, content: bytes, code: str
) -> None:
    put(exchange, name, content)
    exchange.turn()
    [row] = answer(exchange, name)
    assert row["code"] == code
    assert row["reason"]
    assert announced(silo) == {}


def test_numbers_of_tickets_come_by_folders_too(silo: Silo, exchange: Exchange) -> None:
    silo.desk = replace(silo.desk, masters=Masters(ticket_number="erp"))
    exchange = replace(exchange, desk=silo.desk)
    ticket = silo.receive("AB-1-CD").tickets[0]
    other = silo.receive("AB-2-CD").tickets[0]
    put(exchange, "a.csv", f"load id;bon;net\n{ticket.load_id};BA-1;27880,0\n{other.load_id};BA-1;\n;BA-2;\n")
    put(
        exchange,
        "b.json",
        json.dumps([{"external_ref": "E-9", "ticket_number": "BA-3"}, {"ticket_number": "/"}]),
    )
    exchange.turn()
    assert [(row["line"], row["did"]) for row in answer(exchange, "a.csv")] == [
        (2, "numbered"), (3, "refused"), (4, "refused"),
    ]  # fmt: skip
    assert "AB-1-CD" in answer(exchange, "a.csv")[1]["reason"]
    assert [row.get("code") for row in answer(exchange, "b.json")] == ["unknown_announcement", "field_empty"]
    with silo.desk.ledger.read() as tx:
        [row] = numbers_of(tx, [ticket.id, other.id]).values()
    assert (row.ticket_id, row.number, row.net_kg) == (ticket.id, "BA-1", 27_880)


def test_a_number_that_is_known_stands_beside_its_load(silo: Silo, exchange: Exchange) -> None:
    silo.desk = replace(silo.desk, masters=Masters(ticket_number="erp"))
    exchange = replace(exchange, desk=silo.desk)
    head = "ref;immatriculation;apporteur;espèce;numéro bon\n"
    put(
        exchange, "a.csv", head + "A-1;AB-1-CD;EARL Dupont;soft_wheat;\nA-1;AB-1-CD;EARL Dupont;barley;BA-2\n"
    )
    exchange.turn()
    with silo.desk.ledger.read() as tx:
        [row] = tx.exec(select(AnnouncedArrival))
    assert row.ticket_numbers == ["", "BA-2"]


def test_a_half_written_file_waits_but_not_for_ever(silo: Silo, exchange: Exchange) -> None:
    whole = json.dumps(body("A-1"))
    put(exchange, "a.json", whole[:30])
    put(exchange, "b.json.tmp", whole)
    exchange.turn()
    assert list((exchange.folder / "answers").iterdir()) == []
    put(exchange, "a.json", whole)
    put(exchange, "c.json", whole[:30])
    exchange.turn()
    assert announced(silo) == {"A-1": "AB-123-CD"}
    silo.clock.pass_(seconds=61)
    exchange.turn()
    assert [row["code"] for row in answer(exchange, "c.json")] == ["not_json"]
    assert [path.name for path in (exchange.folder / "in").iterdir()] == ["b.json.tmp"]


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("apports.xlsx", b"PK\x03\x04" + bytes(40), "is_workbook"),
        ("lisez-moi.txt", b"Bonjour,\n", "columns_missing"),
        ("bons.pdf", b"%PDF-1.4\n\xff\xfe\n", "columns_missing"),
        ("empty", b"", "columns_missing"),
    ],
)
def test_a_file_of_another_kind_is_answered_once_it_rests(
    silo: Silo, exchange: Exchange, name: str, content: bytes, code: str
) -> None:
    (exchange.folder / "in" / name).write_bytes(content)
    exchange.turn()
    assert not list((exchange.folder / "answers").iterdir())
    silo.clock.pass_(seconds=61)
    exchange.turn()
    assert [row["code"] for row in answer(exchange, name)] == [code]
    assert not list((exchange.folder / "in").iterdir())


def test_killed_anywhere_in_a_batch_nothing_is_lost_or_doubled(
    silo: Silo, exchange: Exchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [body(f"A-{number}", f"AB-{number:03}-CD") for number in range(12)]
    put(exchange, "day.json", json.dumps(rows))
    calls = 0

    def dying() -> Any:
        nonlocal calls
        calls += 1
        if calls % 7 == 0:
            raise Killed
        return silo.clock()

    while calls < 21:
        with suppress(Killed):
            Exchange(silo.desk, dying, exchange.folder, "en").turn()
    assert not (exchange.folder / "answers" / "day.json.answer.json").exists()
    exchange.turn()
    assert len(announced(silo)) == 12
    with silo.desk.ledger.read() as tx:
        assert len(audit.events_of_kinds(tx, ["announcement_made"], 0, 100)) == 12
    assert {row["did"] for row in answer(exchange, "day.json")} == {"announced", "unchanged"}


def test_facts_go_out_once_even_when_killed_between_batch_and_cursor(
    silo: Silo, exchange: Exchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the batch, by the cursor, and before the batch has its name."""
    write, replace = exchange_folder._write, Path.replace

    def dies_at(name: str) -> None:
        def dying(target: Path, content: Any) -> None:
            if name in target.name:
                raise Killed
            write(target, content)

        def unnamed(path: Path, target: Path) -> Path:
            raise Killed

        monkeypatch.setattr(exchange_folder, "_write", dying if name else write)
        monkeypatch.setattr(Path, "replace", replace if name else unnamed)
        with suppress(Killed):
            exchange.turn()
        monkeypatch.setattr(exchange_folder, "_write", write)
        monkeypatch.setattr(Path, "replace", replace)

    for number in range(4):
        silo.receive(f"AB-{number}-CD")
        for name in ("facts", "cursor", ""):
            dies_at(name)
            assert len(told(exchange)) == 3 * number
        exchange.turn()
    facts = told(exchange)
    assert [fact["kind"] for fact in facts] == ["weighing", "weighing", "ticket"] * 4
    assert [fact["previous"] for fact in facts] == ["0", *(fact["cursor"] for fact in facts[:-1])]
    assert not list((exchange.folder / "out").glob("*.tmp"))


def test_the_folders_are_made_for_the_group(exchange: Exchange) -> None:
    assert {path.name for path in exchange.folder.iterdir() if path.is_dir()} == set(FOLDERS)
    assert {(exchange.folder / name).stat().st_mode & 0o777 for name in FOLDERS} == {0o770}


def test_a_folder_that_cannot_be_used_is_told_and_nothing_is_lost(
    silo: Silo, exchange: Exchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(exchange, "a.csv", CSV)
    with monkeypatch.context() as away:
        away.setattr(Path, "iterdir", lambda _path: (_ for _ in ()).throw(OSError(107, "not connected")))
        exchange.look()
        silo.clock.pass_(minutes=3)
        exchange.look()
        [(code, params)] = exchange.warnings()
    assert (code, params["error"], round(params["age_s"])) == ("exchange_fails", "not connected", 180)
    exchange.look()
    assert exchange.warnings() == []
    assert announced(silo) == {"A-1": "AB-123-CD"}


def test_a_file_that_may_not_be_read_is_answered_and_keeps_none_waiting(
    silo: Silo, exchange: Exchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(exchange, "a.csv", CSV.replace("A-1", "A-0"))
    put(exchange, "b.csv", CSV)
    whole = Path.open

    def refusing(path: Path, *said: Any, **more: Any) -> Any:
        if path.name == "a.csv":
            raise PermissionError(13, "denied")
        return whole(path, *said, **more)

    monkeypatch.setattr(Path, "open", refusing)
    monkeypatch.setattr(exchange_folder.os, "access", lambda path, _: path.name != "a.csv")
    exchange.turn()
    [row] = answer(exchange, "a.csv")
    assert row["code"] == "file_not_readable"
    assert announced(silo) == {"A-1": "AB-123-CD"}
