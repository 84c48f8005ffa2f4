"""What must agree when the season-day is over, asked of the ledger by sums of these tests' own."""

import sqlite3
from collections import defaultdict
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import col, func, select

from station.acts.printers import TICKET
from station.backup.disk import Disk
from station.printing.papers import paper_of
from station.receival.papers.paper_seals import verify
from station.receival.papers.ticket_seal import TicketSeal
from station.store import audit
from station.store.tables import CellMovement, PrintJob, Ticket, Weighing
from tests.api.rig import ok
from tests.post.post_rig import HUB
from tests.season_day.rig import Day

OPENING_KG = 400_000


def all_agree(day: Day) -> None:
    """The program's books, tickets, weighings and movements are those of the trucks, to the kilogram; both
    count by the same numbers, and what the box took with it left one hole."""
    truth = {truck.load: truck.net_kg for truck in day.received}
    numbers = {truck.load: truck.ticket for truck in day.received}
    day.program.read()
    assert (day.program.booked, day.program.numbers) == (truth, numbers)
    assert (day.program.ended, len(day.program.holes)) == (day.ended, 1)
    assert moved(day) == truth
    papers = tickets(day)
    assert truth.keys() - papers.keys() == truth.keys() & day.ended.keys()
    assert {load: (one.net_kg, one.number) for load, one in papers.items()} == {
        load: (truth[load], numbers[load]) for load in papers
    }
    assert weighed(day, papers) == {load: truth[load] for load in papers}
    papers_verify(day, papers)


def sheet_agrees(day: Day, sheet: dict[str, Any]) -> None:
    """What is signed at night says the same by regime, by owner and by number."""
    by_regime, by_owner = defaultdict[str, float](float), defaultdict[str, float](float)
    for truck in day.received:
        by_regime[truck.regime] += truck.net_kg
        by_owner[truck.supplier] += truck.net_kg
    assert summed(sheet["tonnes"], "regime", "moved_kg") == by_regime
    assert summed(sheet["owners"], "name", "kg") == by_owner
    [numbers] = sheet["numbers"]
    assert numbers["missing"] == []
    assert numbers["on_paper"] == [truck.ticket for truck in day.received if truck.load in day.ended]
    assert numbers["last"] == max(truck.ticket for truck in day.received)


def summed(rows: list[dict[str, Any]], key: str, kg: str) -> dict[str, float]:
    found: dict[str, float] = defaultdict(float)
    for row in rows:
        found[row[key]] += row[kg]
    return found


def papers_verify(day: Day, papers: dict[str, Ticket]) -> None:
    """A mill verifies the first paper and the last by the key that it got in the morning."""
    rows = sorted(papers.values(), key=lambda one: one.number)
    with day.box.desk.ledger.read() as tx:
        for row in (rows[0], rows[-1]):
            job = PrintJob(
                kind=TICKET, document_id=row.id, printer="", copies=1, asked_by="", asked_at=row.at
            )
            seal = verify(paper_of(tx, day.box.desk, job, "fr").code, [day.papers_key], TicketSeal)
            assert (seal.number, seal.net_kg) == (row.number, row.net_kg)


def tickets(day: Day) -> dict[str, Ticket]:
    with day.box.desk.ledger.read() as tx:
        rows = tx.exec(select(Ticket).where(col(Ticket.current).is_(True))).all()
    return {row.load_id: row for row in rows}


def moved(day: Day) -> dict[str, float]:
    """What the movements brought, by load."""
    query = select(CellMovement.load_id, func.sum(CellMovement.kg)).where(
        col(CellMovement.load_id).is_not(None)
    )
    with day.box.desk.ledger.read() as tx:
        return {load or "": kg for load, kg in tx.exec(query.group_by(col(CellMovement.load_id)))}


def weighed(day: Day, papers: dict[str, Ticket]) -> dict[str, float]:
    with day.box.desk.ledger.read() as tx:
        kg = dict(tx.exec(select(Weighing.id, Weighing.kg)).all())
    return {load: kg[one.first_weighing_id] - kg[one.last_weighing_id] for load, one in papers.items()}


def stock_agrees(day: Day) -> None:
    """By regime the movements are what was there, what came and what went; cells hold their sum."""
    expected: dict[str, float] = defaultdict(float, {"owned": OPENING_KG - day.out_kg})
    for truck in day.received:
        expected[truck.regime] += truck.net_kg
    with day.box.desk.ledger.read() as tx:
        by_regime = select(CellMovement.regime, func.sum(CellMovement.kg)).group_by(CellMovement.regime)
        by_cell = select(CellMovement.cell_id, func.sum(CellMovement.kg)).group_by(CellMovement.cell_id)
        regimes, cells = dict(tx.exec(by_regime).all()), dict(tx.exec(by_cell).all())
    assert regimes == expected
    shown = {one["id"]: one["content_t"] * 1000 for one in ok(day.operator.get("/cells"))}
    assert {cell: round(kg) for cell, kg in shown.items() if kg} == cells


def the_lot_is_traced(day: Day) -> None:
    """Back to every load that lay in cell 1 when it was loaded, and on to where the rest of these is."""
    trace = ok(day.operator.get("/trace", params={"sought": "BL-1"}))
    assert trace["difference_kg"] == 0
    assert trace["came_kg"] == trace["left_kg"] + trace["lies_kg"]
    assert sum(one["in_kg"] for one in trace["sources"]) == pytest.approx(trace["kg"], abs=0.5)
    [lot] = [one for one in trace["lots"] if one["paper_number"] == "BL-1"]
    brought = func.sum(CellMovement.kg)
    query = select(CellMovement.load_id, brought).where(
        CellMovement.cell_id == "c1", CellMovement.at < datetime.fromisoformat(lot["at"])
    )
    query = query.where(col(CellMovement.load_id).is_not(None)).group_by(col(CellMovement.load_id))
    with day.box.desk.ledger.read() as tx:
        there = {load: kg for load, kg in tx.exec(query).all() if kg > 0}
    traced = {one["load_id"]: one["kg"] for one in trace["sources"] if one["kind"] == "load"}
    assert traced == there


def nobody_has_the_name(day: Day, *names: str) -> None:
    """Neither the ledger, nor headquarters, nor any ledger on the second disk."""
    disk = Disk(day.folder / "disk")
    known = [_names(disk.ledger(copy)) for copy in disk.manifest().copies]
    known.append(_names(day.box.desk.ledger.file))
    with day.hub.connect() as connection:
        tables = [HUB.tables[name] for name in ("person", "supplier")]
        known.append({row.name for table in tables for row in connection.execute(table.select())})
    assert [known_names & set(names) for known_names in known] == [set()] * len(known)


def _names(ledger: Path) -> set[str]:
    with closing(sqlite3.connect(f"{ledger.as_uri()}?mode=ro", uri=True)) as tx:
        return {name for (name,) in tx.execute("SELECT name FROM person UNION SELECT name FROM supplier")}


def chains_verify(day: Day) -> None:
    """The audit chain, headquarters' line of bags, and every decision made again to the byte."""
    day.box.settle()
    post = day.box.post
    assert post.quarantine() == []
    assert post.rows_here() == post.rows_there()
    with day.box.desk.ledger.read() as tx:
        assert audit.first_broken(tx) is None
    made_again = replayed(day)
    assert {one["load_id"] for one in made_again} >= tickets(day).keys()
    assert [one for one in made_again if not one["is_equal"]] == []


def replayed(day: Day) -> list[dict[str, Any]]:
    """Every decision, made again."""
    found: list[dict[str, Any]] = []
    params: dict[str, Any] = {"limit": 100}
    with day.box.client() as admin:
        while True:
            answer = admin.get("/replay", params=params)
            found += ok(answer)
            if "Silo-Next" not in answer.headers:
                return found
            params["after"] = answer.headers["Silo-Next"]
