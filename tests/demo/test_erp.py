"""A day beside the program that issues the bons: announced, off for two hours, killed; nothing is lost."""

import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlmodel import col, delete, select

from station.acts.desk import Desk, Masters
from station.app import EXCHANGE_S
from station.demo.erp import Body, Bon, Erp, Line, Off, some_apports
from station.demo.erp_lines import FolderLine, HttpLine
from station.exchange.folder import Exchange
from station.grain.identifiers import Species
from station.receival.arrivals import identification
from station.receival.arrivals.announcing import Seen, confirm_arrival
from station.receival.days import day_closing
from station.receival.papers.erp_numbers import numbers_of
from station.receival.persons import people
from station.site.file import Cell
from station.site.policy import policy_of
from station.store import counters
from station.store.engine import Ledger
from station.store.tables import ErpTicket, Ticket, Visit
from tests.api.rig import Tokens, counter_of, served
from tests.silo_rig import SITE, Silo

SUNFLOWER = Cell(id="t1", name="Cell T1", species=Species("sunflower"), capacity_t=20_000)
MINUTES, OFF_MINUTES = 2.4, 120
BACK_S, LOOKS_EVERY_S = 5.0, 2.0


class Killed(BaseException):
    """The program's process ends here."""


@dataclass
class Mortal:
    """A line on which the program can be cut off, or be killed after it said `dies_after` more things."""

    line: Line
    is_off: bool = False
    dies_after: int | None = None

    def announce(self, bodies: dict[str, Body]) -> None:
        for ref, body in bodies.items():
            self._live()
            self.line.announce({ref: body})

    def number(self, bons: list[Bon]) -> None:
        for bon in bons:
            self._live()
            self.line.number([bon])

    def facts(self, after: str) -> list[Body]:
        self._live()
        return self.line.facts(after)

    def _live(self) -> None:
        if self.is_off:
            raise Off("off")
        if self.dies_after is not None:
            self.dies_after -= 1
            if self.dies_after < 0:
                raise Killed


@dataclass
class Beside:
    """A station and the program beside it; `passes` is what the station does by itself meanwhile."""

    silo: Silo
    line: Mortal
    books: Path
    passes: Callable[[], None] = lambda: None
    refused: list[str] = field(default_factory=list)
    back_s: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.erp = Erp(self.line, self.books)

    def announce(self, day: dict[str, Body]) -> None:
        """It is killed in the midst of announcing, starts anew and says everything once more."""
        self.line.dies_after = len(day) // 2
        self.erp.expect(day)
        self.turn()

    def turn(self) -> None:
        """Killed, it starts anew from its books."""
        self.passes()
        with suppress(Off):
            try:
                self.erp.turn()
            except Killed:
                self.line.dies_after = None
                self.erp = Erp(self.line, self.books)
                self.erp.turn()
        self.passes()

    def receive(self, number: int, ref: str, body: Body) -> None:
        """The driver shows the code of the announcement; the operator confirms it, weighs and decides."""
        silo = self.silo
        with silo.desk.ledger.read() as tx:
            [one] = identification.identify(tx, silo.desk, ref)
        assert one.id is not None
        visit = confirm_arrival(silo.desk, one.id, Seen(barcodes=[f"S{number:05}"]), silo.by, silo.clock())
        silo.confirm(16_000 + number, visit, "first", despite_remarks=True)
        if body["loads"][0]["species"] == "soft_wheat":
            silo.measure_well(visit)
        silo.decide(silo.loads(visit)[0])
        [ticket] = silo.confirm(13_000, visit, "last", despite_remarks=True).tickets
        tared = time.monotonic()
        self.turn()
        if not self.line.is_off:
            self.back_s.append(time.monotonic() - tared)
            assert ticket.id in self.erp.books.bons
        silo.clock.pass_(minutes=MINUTES)

    def day(self, visits: int, off: range, killed: int) -> dict[str, Body]:
        apports = some_apports(visits - visits // 10, 1, ["sunflower"])
        apports |= some_apports(visits // 10, 1, ["soft_wheat"], first=len(apports) + 1)
        self.announce(apports)
        for number, (ref, body) in enumerate(apports.items()):
            self.line.is_off = number in off
            self.line.dies_after = 2 if number == killed else None
            self.receive(number, ref, body)
        self.turn()
        return apports


def sunflower_silo(folder: Path) -> Silo:
    """It takes sunflower by declaration; the program numbers its tickets."""
    section = SITE.site.model_copy(update={"species": [*SITE.site.species, Species("sunflower")]})
    line = SITE.lines[0].model_copy(update={"cells": [*SITE.lines[0].cells, "t1"]})
    changed = {"site": section, "cells": [*SITE.cells, SUNFLOWER], "lines": [line, *SITE.lines[1:]]}
    policy = policy_of(SITE.model_copy(update=changed))
    silo = Silo(Desk(Ledger(folder), policy, masters=Masters(ticket_number="erp")))
    silo.load_site(**changed)
    return silo


@pytest.fixture
def silo(tmp_path: Path) -> Iterator[Silo]:
    made = sunflower_silo(tmp_path / "data")
    yield made
    made.desk.ledger.close()


def check(beside: Beside, day: dict[str, Body]) -> None:
    """Every apport is one visit as it was announced, one ticket, and one bon of the same kilograms."""
    silo, bons = beside.silo, beside.erp.books.bons
    with silo.desk.ledger.read() as tx:
        tickets = tx.exec(select(Ticket).order_by(col(Ticket.number))).all()
        theirs = {id_: row.number for id_, row in numbers_of(tx, [one.id for one in tickets]).items()}
        refs = dict(tx.exec(select(Visit.external_ref, Visit.plate)).all())
        span = silo.desk.policy.collecting_day(silo.clock.now)
        found = [
            one["code"] for one in day_closing.sheet(tx, silo.desk, span)["findings"] if "erp" in one["code"]
        ]
    assert refs == {ref: said["plate"] for ref, said in day.items()}, "nothing was typed twice"
    said = [(one.document["plate"], one.document["supplier"], one.document["species"]) for one in tickets]
    assert sorted(said) == sorted(
        (one["plate"], one["supplier"], one["loads"][0]["species"]) for one in day.values()
    )
    assert [one.number for one in tickets] == [*range(1, len(day) + 1)] == [bon.ours for bon in bons.values()]
    assert {id_: bon.net_kg for id_, bon in bons.items()} == {one.id: one.net_kg for one in tickets}
    assert theirs == {id_: bon.number for id_, bon in bons.items()}
    assert sorted(theirs.values()) == [f"BA-{number:05}" for number in range(1, len(day) + 1)]
    assert (beside.erp.books.holes, beside.refused, found) == (0, [], [])


def tell(beside: Beside, every_s: float) -> None:
    """The longest way back is that of a load that just missed a look."""
    worst = max(beside.back_s) + every_s
    print(f"{len(beside.back_s)} loads back within {worst:.2f} s ({every_s:.0f} s between two looks)")
    assert worst <= BACK_S


@pytest.mark.long
@pytest.mark.timeout(600)
def test_three_hundred_visits_that_were_announced_by_http(silo: Silo, tmp_path: Path) -> None:
    _, token = people.add_terminal(silo.desk, "gestion", "erp", silo.clock())
    with served(counter_of(silo, Tokens(*[""] * 9))) as counter:
        refused: list[str] = []
        line = HttpLine.to(counter.url, token, lambda what, why: refused.append(f"{what} {why}"))
        beside = Beside(silo, Mortal(line), tmp_path / "books.json", refused=refused)
        off = round(OFF_MINUTES / MINUTES)
        day = beside.day(300, range(100, 100 + off), killed=200)
        check(beside, day)
    tell(beside, LOOKS_EVERY_S)


@pytest.mark.long
def test_a_day_by_folders(silo: Silo, tmp_path: Path) -> None:
    exchange = Exchange(silo.desk, silo.clock, tmp_path / "erp", "fr")
    exchange.turn()
    refused: list[str] = []
    line = FolderLine(tmp_path / "erp", lambda what, why: refused.append(f"{what} {why}"))
    beside = Beside(silo, Mortal(line), tmp_path / "books.json", passes=exchange.turn, refused=refused)
    day = beside.day(30, range(10, 18), killed=22)
    check(beside, day)
    tell(beside, EXCHANGE_S + LOOKS_EVERY_S)


def test_two_visits_by_folders(silo: Silo, tmp_path: Path) -> None:
    """The same, short."""
    exchange = Exchange(silo.desk, silo.clock, tmp_path / "erp", "fr")
    exchange.turn()
    line = FolderLine(tmp_path / "erp", lambda what, why: pytest.fail(f"{what} {why}"))
    beside = Beside(silo, Mortal(line), tmp_path / "books.json", passes=exchange.turn)
    check(beside, beside.day(3, range(1, 2), killed=2))


def test_a_restored_station_hears_the_numbers_again_that_it_lost(silo: Silo, tmp_path: Path) -> None:
    """The backup had the first ticket, and no number; the second load is lost, and the day asks about it."""
    exchange = Exchange(silo.desk, silo.clock, tmp_path / "erp", "fr")
    exchange.turn()
    refused: list[str] = []
    line = FolderLine(tmp_path / "erp", lambda what, _why: refused.append(what))
    erp = Erp(line, tmp_path / "books.json")

    def passes() -> None:
        for _ in range(2):
            exchange.turn()
            erp.turn()

    kept = silo.receive("AB-1-CD").tickets[0]
    passes()
    erp.books.bons["lost"] = Bon("lost", "BA-00002", "gone", None, 9_000, 2, is_told=True)
    erp.books.cursor = str(int(erp.books.cursor) + 40)
    with silo.desk.ledger.write() as tx:
        tx.exec(delete(ErpTicket))
        counters.leap(tx)
    new = silo.receive("AB-2-CD").tickets[0]
    passes()
    with silo.desk.ledger.read() as tx:
        numbers = {id_: row.number for id_, row in numbers_of(tx, [kept.id, new.id]).items()}
        day = silo.desk.policy.collecting_day(silo.clock.now)
        found = [one["code"] for one in day_closing.sheet(tx, silo.desk, day)["findings"]]
    assert numbers == {kept.id: "BA-00001", new.id: "BA-00003"}
    assert (erp.books.holes, refused) == (1, ["gone"])
    assert "erp_ticket_unknown" in found
