"""A station that was restored takes back what headquarters knows, and a hub that was restored what stations
keep."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import Engine
from sqlmodel import SQLModel, col, func, select

from drivers.reading import UNIT_OF, Analyte, Basis, Reading, Value
from station.hub import giving_back, stations
from station.lab.results import NewResult, record_result
from station.post.folder import BagFolder
from station.post.recovery import CannotRecover
from station.post.said import HubAnswer
from station.post.sending import HubRefuses, Met, meet, send_one
from station.receival.arrivals import on_paper
from station.receival.bridge import weighings
from station.receival.days import day_closing
from station.receival.persons import people
from station.receival.restoring.reconciling import Sources, reconcile
from station.receival.restoring.recovering import COMES_BACK, STAYS_THERE, Recovered
from station.receival.storage import movements
from station.store import counters, days, restoring, traced
from station.store.books import Books
from station.store.copies import copy_ledger
from station.store.post import GOING_ON, HELD, go_on
from station.store.tables import (
    AuditEvent,
    CellMovement,
    Load,
    Measurement,
    Person,
    PostLink,
    Sample,
    Terminal,
    Ticket,
    Weighing,
)
from station.store.travels import travelling
from tests.post.post_rig import HUB, Post, memory_hub
from tests.silo_rig import ANNE, MARC, Silo

pytestmark = pytest.mark.long

SITE = "silo-1"


class Station:
    """A silo with its line to a hub; `restored` makes another of its backup."""

    def __init__(self, folder: Path, hub: Engine, silo: Silo) -> None:
        self.folder, self.silo, self.is_closed = folder, silo, False
        self.post = Post(silo.desk.ledger, BagFolder(folder / "post"), hub, SITE)

    @classmethod
    def begin(cls, folder: Path) -> "Station":
        hub = memory_hub()
        station = cls(folder, hub, Silo.open(folder))
        with hub.begin() as connection:
            connection.execute(HUB.tables["hub_station"].insert().values(id=SITE, added_at=station.post.now))
        station.post.enrol()
        return station

    def backup(self, file: Path) -> Path:
        return copy_ledger(self.silo.desk.ledger.file, file) or file

    def restored(self, backup: Path, folder: Path, **last: int) -> "Station":
        at = self.silo.clock()
        restoring.restore(backup, folder, SITE, at, last_tickets=last, replace=True)
        silo = Silo.reopen(folder)
        silo.clock.now = at
        silo._serial = self.silo._serial
        return Station(folder, self.post.hub, silo)

    def give_after(self, epoch: str, number: int, sha256: str) -> HubAnswer | bytes:
        place = giving_back.Place(epoch, number, sha256)
        with self.post.hub.connect() as connection:
            given = giving_back.bag_after(connection, HUB, SITE, place, self.post.now)
        if isinstance(given, bytes):
            return given
        return HubAnswer(given.status, given.reason, given.epoch, given.have, given.sha256, given.detail)

    def cursor(self) -> HubAnswer:
        with self.post.hub.connect() as connection:
            told = giving_back.cursor_of(connection, HUB, SITE)
        return HubAnswer(200, "", told.epoch, told.have, told.sha256)

    def meet(self, *, holds: bool = False) -> Met:
        return meet(self.post.ledger, self.post.folder, self.cursor(), self.post.now, holds=holds)

    def reconcile(self, *folders: Path, hub: bool = True, replaces: str = "") -> Recovered:
        sources = Sources(self.give_after if hub else None, folders, replaces)
        return reconcile(self.silo.desk, self.post.folder, sources, MARC, self.silo.clock())

    def recovers(self) -> str:
        with self.post.ledger.read() as tx:
            return tx.get_one(PostLink, "hub").recovers

    def tickets(self) -> list[int]:
        with self.post.ledger.read() as tx:
            return list(tx.exec(select(Ticket.number).order_by(col(Ticket.number))))

    def tonnes(self) -> dict[str, float]:
        """By a sum of the tests' own."""
        with self.post.ledger.read() as tx:
            query = select(CellMovement.cell_id, func.sum(CellMovement.kg))
            rows = tx.exec(query.group_by(CellMovement.cell_id))
            return {cell: round(float(kg), 3) for cell, kg in rows}

    def balances(self) -> dict[str, float]:
        with self.post.ledger.read() as tx:
            newest = select(func.max(CellMovement.seq)).group_by(CellMovement.cell_id)
            rows = tx.exec(select(CellMovement).where(col(CellMovement.seq).in_(newest)))
            return {row.cell_id: round(row.content_kg, 3) for row in rows}

    def traced(self, sought: str) -> list[traced.Trace]:
        with self.post.ledger.read() as tx:
            books = Books(tx.connection(), SQLModel.metadata, SITE)
            return [traced.trace(books, one) for one in traced.subjects(books, sought)]

    def close(self) -> None:
        """A second time nothing is done."""
        if not self.is_closed:
            self.is_closed = True
            self.post.ledger.close()


@pytest.fixture
def station(tmp_path: Path) -> Iterator[Station]:
    station = Station.begin(tmp_path / "data")
    yield station
    station.close()


def lose_a_day(station: Station, tmp_path: Path) -> Path:
    """A backup, then what it does not know: two tickets, grain that left, a laboratory's word, and trucks
    that are still there. Headquarters has all of it."""
    silo = station.silo
    silo.receive("AB-123-CD")
    waiting = silo.arrive("EF-456-GH")
    silo.confirm(43_120, waiting, "first")
    silo.measure_well(waiting)
    silo.decide(silo.loads(waiting)[0])
    station.post.settle()
    backup = station.backup(tmp_path / "backup.db")
    silo.confirm(15_240, waiting, "last")
    silo.receive("IJ-789-KL", 40_000, 15_000)
    (cell,) = {row for row in station.tonnes() if row == "c1"}
    movements.move_out(silo.desk, cell, 5_000, "sold", "BL-7", ANNE, silo.clock())
    movements.transfer(silo.desk, cell, "c5", 2_000, "room", "", MARC, silo.clock())
    silo.arrive("MN-012-OP")
    station.post.settle()
    return backup


def test_what_headquarters_knows_comes_back_as_acts_of_recovery(station: Station, tmp_path: Path) -> None:
    backup = lose_a_day(station, tmp_path)
    again = station.restored(backup, tmp_path / "again", **{"2026": 1})
    assert again.recovers() == HELD
    assert again.tickets() == [1]
    done = again.reconcile()
    assert done.left == []
    assert again.recovers() == ""
    assert again.tickets() == station.tickets() == [1, 2, 3]
    assert done.numbers == {"2026": 3}
    assert again.tonnes() == station.tonnes() == again.balances() == station.balances()
    with again.post.ledger.read() as tx:
        kinds = list(tx.exec(select(CellMovement.kind).where(CellMovement.kind == "recovered")))
        events = [event.kind for event in tx.exec(select(AuditEvent).order_by(col(AuditEvent.seq)))]
    assert len(kinds) == 5
    assert events.count("load_recovered") == 3
    assert events.index("facts_recovered") > events.index("ledger_restored")
    again.post.settle()
    assert again.post.quarantine() == []
    assert again.post.rows_here() == again.post.rows_there()
    for seen in (station, again):
        (lot,) = seen.traced("BL-7")
        assert (lot.subject.kind, lot.kg, lot.left_kg) == ("lot", 5_000, pytest.approx(5_000, abs=1))
    again.silo.receive("QR-345-ST")
    assert again.tickets() == [1, 2, 3, 4]
    again.close()


def test_a_day_that_was_closed_in_the_lost_time_is_closed_and_the_next_one_goes_on_from_it(
    station: Station, tmp_path: Path
) -> None:
    silo = station.silo
    silo.receive("AB-123-CD")
    station.post.settle()
    backup = station.backup(tmp_path / "backup.db")
    silo.receive("EF-456-GH")
    day = silo.desk.policy.collecting_day(silo.clock.now)
    closed = day_closing.close_day(silo.desk, day, {}, MARC, silo.clock())
    silo.clock.pass_(days=1)
    silo.receive("IJ-789-KL")
    station.post.settle()
    again = station.restored(backup, tmp_path / "again", **{"2026": 3})
    again.silo.receive("MN-012-OP")
    again.reconcile()
    again.silo.receive("QR-345-ST")
    with again.post.ledger.read() as tx:
        before = days.newest_closing(tx)
        sheet = day_closing.sheet(
            tx, again.silo.desk, day_closing.next_day(tx, silo.desk.policy, again.silo.clock())
        )
    assert before is not None
    assert (before.id, before.sha256, day_closing.digest(before.document)) == (
        closed.id,
        closed.sha256,
        closed.sha256,
    )
    assert (sheet["day"], sheet["findings"]) == ("2026-07-21", [])
    assert sheet["numbers"][0] == {
        "campaign": "2026", "after": 2, "last": 5, "issued": 3, "on_paper": [], "missing": [],
    }  # fmt: skip
    again.close()


def test_a_day_that_was_closed_again_after_the_restore_stays_the_last_one(
    station: Station, tmp_path: Path
) -> None:
    silo = station.silo
    silo.receive("AB-123-CD")
    station.post.settle()
    backup = station.backup(tmp_path / "backup.db")
    first = silo.desk.policy.collecting_day(silo.clock.now)
    day_closing.close_day(silo.desk, first, {}, MARC, silo.clock())
    station.post.settle()
    again = station.restored(backup, tmp_path / "again", **{"2026": 1})
    twice = day_closing.close_day(again.silo.desk, first, {}, MARC, again.silo.clock())
    again.silo.clock.pass_(days=1)
    again.silo.receive("EF-456-GH")
    second = silo.desk.policy.collecting_day(again.silo.clock.now)
    newest = day_closing.close_day(again.silo.desk, second, {}, MARC, again.silo.clock())
    again.reconcile()
    with again.post.ledger.read() as tx:
        assert [row.day for row in days.closings(tx)] == [second, first, first]
        assert (days.newest_closing(tx).id, days.closing_of(tx, first).id) == (newest.id, twice.id)  # type: ignore[union-attr]
    again.close()


@pytest.mark.long
def test_a_second_time_nothing_more_comes_back(station: Station, tmp_path: Path) -> None:
    backup = lose_a_day(station, tmp_path)
    again = station.restored(backup, tmp_path / "again", **{"2026": 1})
    again.reconcile()
    tonnes, tickets = again.tonnes(), again.tickets()
    done = again.reconcile()
    assert (done.added, done.changed, done.left) == ({}, {}, [])
    assert (again.tonnes(), again.tickets()) == (tonnes, tickets)
    again.post.settle()
    assert again.post.rows_here() == again.post.rows_there()
    again.close()


def test_every_table_that_travels_comes_back_or_stays_there() -> None:
    names = {table.name for table in travelling(SQLModel.metadata)}
    assert names == COMES_BACK | STAYS_THERE
    assert COMES_BACK.isdisjoint(STAYS_THERE)


def test_a_backup_that_misses_nothing_goes_on_by_itself(station: Station, tmp_path: Path) -> None:
    station.silo.receive("AB-123-CD")
    station.post.settle()
    again = station.restored(station.backup(tmp_path / "backup.db"), tmp_path / "again", **{"2026": 1})
    assert not again.post.seal(), "nothing is sealed before it is known what headquarters has"
    assert again.meet() is Met.AGREES
    assert again.recovers() == ""
    again.post.settle()
    assert again.post.rows_here() == again.post.rows_there()
    again.close()


@pytest.mark.long
def test_a_backup_with_facts_that_headquarters_lost_with_it_says_so(station: Station, tmp_path: Path) -> None:
    again = station.restored(lose_a_day(station, tmp_path), tmp_path / "again", **{"2026": 1})
    assert again.meet() is Met.LACKS
    assert again.recovers() == HELD
    assert not again.post.seal()
    again.close()


def test_a_disk_that_was_copied_back_bare_hears_it_from_headquarters(
    station: Station, tmp_path: Path
) -> None:
    backup = lose_a_day(station, tmp_path)
    bare = copied_back(station, backup, tmp_path / "bare")
    assert bare.recovers() == ""
    assert bare.meet(holds=True) is Met.LACKS
    assert bare.recovers() == HELD
    bare.reconcile()
    assert bare.tickets() == [1, 2, 3]
    assert bare.balances() == station.balances() == bare.tonnes()
    with bare.post.ledger.read() as tx:
        newest = tx.exec(select(func.max(AuditEvent.seq))).one()
    assert newest > counters.LEAP, "no number of the lost time is given again"
    bare.post.settle()
    assert bare.post.quarantine() == []
    assert bare.post.rows_here() == bare.post.rows_there()
    bare.close()


def copied_back(station: Station, backup: Path, folder: Path) -> Station:
    folder.mkdir()
    copy_ledger(backup, folder / "ledger.db")
    silo = Silo.reopen(folder)
    silo.clock.now, silo._serial = station.silo.clock.now, station.silo._serial
    return Station(folder, station.post.hub, silo)


@pytest.mark.long
def test_what_was_sealed_after_a_bare_copy_is_a_fork_that_one_machine_leaves_by_itself(
    station: Station, tmp_path: Path
) -> None:
    bare = copied_back(station, lose_a_day(station, tmp_path), tmp_path / "bare")
    bare.silo.receive("UV-678-WX")
    assert bare.post.seal()
    (*_, last) = bare.post.bags()
    answer = bare.post.deliver(last.number, last.epoch)
    assert answer.reason == "fork"
    assert bare.meet() is Met.LACKS
    assert bare.recovers() == GOING_ON, "acts were taken already"
    done = bare.reconcile()
    assert [one["why"] for one in done.left] == ["number_twice"], "two papers bear one number"
    assert bare.balances() == bare.tonnes()
    bare.post.settle()
    assert bare.post.quarantine() == []
    assert bare.post.rows_here() == bare.post.rows_there()
    bare.close()


@pytest.mark.long
def test_the_station_goes_on_without_and_the_paper_is_not_counted_twice(
    station: Station, tmp_path: Path
) -> None:
    backup = lose_a_day(station, tmp_path)
    again = station.restored(backup, tmp_path / "again", **{"2026": 3})
    with again.post.ledger.write() as tx:
        go_on(tx)
    assert again.recovers() == GOING_ON
    with again.post.ledger.read() as tx:
        (load,) = tx.exec(select(Load).where(col(Load.asks_paper).is_(True))).all()
    on_paper.close_on_paper(again.silo.desk, load.id, "2", 27_000, None, ANNE, again.silo.clock())
    again.silo.receive("QR-345-ST")
    done = again.reconcile()
    assert done.left == []
    assert again.tickets() == [1, 2, 3, 4]
    assert again.balances() == again.tonnes()
    before, now = station.tonnes(), again.tonnes()
    assert round(sum(now.values()) - sum(before.values()), 3) == 27_880, "only the new truck came on top"
    with again.post.ledger.read() as tx:
        assert tx.get_one(Load, load.id).outcome == "ticketed"
    (ticket,) = again.traced("2026/2")
    assert (ticket.kg, ticket.lost_kg) == (27_880, 0)
    again.post.settle()
    assert again.post.rows_here() == again.post.rows_there()
    again.close()


@pytest.mark.long
def test_a_cell_that_was_counted_since_holds_what_was_counted(station: Station, tmp_path: Path) -> None:
    again = station.restored(lose_a_day(station, tmp_path), tmp_path / "again", **{"2026": 3})
    movements.correct_inventory(
        again.silo.desk, "c1", 47_000, "counted", "", MARC, again.silo.clock(), despite_kg=47_000
    )
    again.reconcile()
    assert again.balances()["c1"] == again.tonnes()["c1"] == 47_000
    assert again.balances()["c5"] == station.balances()["c5"]
    again.close()


@pytest.mark.long
def test_persons_and_terminals_come_back_inactive_and_without_secrets(
    station: Station, tmp_path: Path
) -> None:
    silo = station.silo
    leaving = people.add_person(silo.desk, "Paul", "1234", ["operator"], None, silo.clock())
    station.post.settle()
    backup = station.backup(tmp_path / "backup.db")
    new = people.add_person(silo.desk, "Marie", "4321", ["manager"], None, silo.clock())
    phone, _ = people.add_terminal(silo.desk, "yard", "phone", silo.clock())
    people.remove_person(silo.desk, "Paul", silo.clock())
    station.post.settle()
    again = station.restored(backup, tmp_path / "again", **{"2026": 0})
    done = again.reconcile()
    with again.post.ledger.read() as tx:
        found = {id_: tx.get_one(Person, id_) for id_ in (leaving.id, new.id)}
        terminal = tx.get_one(Terminal, phone.id)
    assert [(row.active, row.pin_hash, row.password_hash) for row in found.values()] == [
        (False, "", None)
    ] * 2
    assert terminal.revoked_at is not None
    assert done.again == ["Marie", "yard"]
    again.close()


@pytest.mark.long
def test_laboratory_results_come_back_with_their_measurements(station: Station, tmp_path: Path) -> None:
    silo = station.silo
    silo.receive("AB-123-CD")
    station.post.settle()
    backup = station.backup(tmp_path / "backup.db")
    silo.receive("EF-456-GH")
    with silo.desk.ledger.read() as tx:
        barcode = tx.exec(select(Sample.barcode).order_by(col(Sample.seq).desc())).first()
    assert barcode is not None
    result = NewResult(barcode, Analyte.PROTEIN, 11.4, Basis.AS_IS, "Labo Nord", silo.clock())
    record_result(silo.desk.ledger, result, MARC.id, silo.clock())
    station.post.settle()
    again = station.restored(backup, tmp_path / "again", **{"2026": 2})
    again.reconcile()

    def measured(one: Station) -> set[tuple[str, str, float]]:
        with one.post.ledger.read() as tx:
            return {(row.source_id, row.analyte, row.value) for row in tx.exec(select(Measurement))}

    assert any(analyte == "protein" and value == 11.4 for _, analyte, value in measured(again))
    assert measured(again) == measured(station)
    again.close()


@pytest.mark.long
def test_a_stick_gives_back_what_headquarters_never_had(station: Station, tmp_path: Path) -> None:
    backup = lose_a_day(station, tmp_path)
    station.silo.receive("QR-345-ST")
    station.post.seal()
    stick = station.post.folder.folder
    again = station.restored(backup, tmp_path / "again", **{"2026": 1})
    again.reconcile(stick)
    assert again.tickets() == station.tickets() == [1, 2, 3, 4]
    assert again.balances() == station.balances()
    again.post.settle()
    assert again.post.rows_here() == again.post.rows_there()
    again.close()


@pytest.mark.long
def test_a_stick_alone_is_enough_and_headquarters_follows_later(station: Station, tmp_path: Path) -> None:
    backup = lose_a_day(station, tmp_path)
    station.silo.receive("QR-345-ST")
    station.post.seal()
    again = station.restored(backup, tmp_path / "again", **{"2026": 1})
    again.reconcile(station.post.folder.folder, hub=False)
    assert again.tickets() == [1, 2, 3, 4]
    assert again.meet() is Met.GOES_BACK, "headquarters has less than the stick: another line follows that"
    again.post.settle()
    assert again.post.rows_here() == again.post.rows_there()
    again.close()


@pytest.mark.long
def test_a_station_that_was_restored_twice_has_all_of_it(station: Station, tmp_path: Path) -> None:
    backup = lose_a_day(station, tmp_path)
    again = station.restored(backup, tmp_path / "again", **{"2026": 1})
    again.reconcile()
    again.silo.receive("QR-345-ST")
    again.post.settle()
    third = again.restored(backup, tmp_path / "third", **{"2026": 1})
    done = third.reconcile()
    assert done.left == []
    assert third.tickets() == [1, 2, 3, 4]
    assert third.balances() == again.balances() == third.tonnes()
    third.post.settle()
    assert third.post.quarantine() == []
    assert third.post.rows_here() == third.post.rows_there()
    third.close()
    again.close()


# --- F5: headquarters itself was restored ---------------------------------------------------------------


def hub_restored(station: Station, copy: Engine) -> None:
    """Headquarters' database becomes what it was when it was copied."""
    station.post.hub = copy


def copy_of(hub: Engine) -> Engine:
    copy = memory_hub()
    with hub.connect() as old, copy.begin() as new:
        for table in HUB.sorted_tables:
            if rows := [dict(row) for row in old.execute(table.select()).mappings()]:
                new.execute(table.insert(), rows)
    return copy


def send_all(station: Station) -> None:
    """As the poster does, until nothing is owed."""

    def send(_epoch: str, _number: int, facts: bytes, people: bytes | None) -> HubAnswer:
        told = station.post.give(facts, people)
        return HubAnswer(told.status, told.reason, told.epoch, told.have, told.sha256, told.detail)

    for _ in range(100):
        sealed = station.post.seal()
        sent = send_one(station.post.ledger, station.post.folder, send, station.post.now)
        if not sealed and not sent:
            break
    station.post.apply_all()


def test_a_hub_restored_from_an_old_backup_gets_the_kept_bags_again(station: Station) -> None:
    send_all(station)
    old = copy_of(station.post.hub)
    for plate in ("AB-123-CD", "EF-456-GH"):
        station.silo.receive(plate)
        send_all(station)
    hub_restored(station, old)
    assert station.meet() is Met.GOES_BACK, "also where nothing new is to be sent"
    send_all(station)
    assert station.post.rows_here() == station.post.rows_there()
    numbers = [(row["epoch"], row["number"]) for row in station.post.received()]
    assert len(set(numbers)) == len(numbers) > 2
    assert station.meet() is Met.AGREES
    assert station.recovers() == ""


@pytest.mark.long
def test_a_hub_restored_is_found_out_by_the_next_bag_too(station: Station) -> None:
    send_all(station)
    old = copy_of(station.post.hub)
    station.silo.receive("AB-123-CD")
    send_all(station)
    hub_restored(station, old)
    station.silo.receive("EF-456-GH")
    send_all(station)
    assert station.post.rows_here() == station.post.rows_there()


@pytest.mark.long
@pytest.mark.parametrize("kept", [0, 1])
def test_a_hub_restored_gets_a_snapshot_where_bags_are_kept_no_more(station: Station, kept: int) -> None:
    send_all(station)
    old = copy_of(station.post.hub)
    for plate in ("AB-123-CD", "EF-456-GH"):
        station.silo.receive(plate)
        send_all(station)
    newest = station.post.bags()[-1]
    for bag in station.post.bags()[: -kept or None]:
        station.post.folder.facts(bag.epoch, bag.number).unlink()
    hub_restored(station, old)
    assert station.meet() is Met.GOES_BACK
    send_all(station)
    assert station.post.received()[-1]["whole"]
    assert station.post.received()[-1]["number"] == newest.number + 1
    assert station.post.rows_here() == station.post.rows_there()


@pytest.mark.long
def test_a_bag_that_is_gone_from_the_disk_is_replaced_by_everything(station: Station) -> None:
    send_all(station)
    station.silo.receive("AB-123-CD")
    station.post.seal()
    newest = station.post.bags()[-1]
    station.post.folder.facts(newest.epoch, newest.number).unlink()
    send_all(station)
    assert station.post.rows_here() == station.post.rows_there()


@pytest.mark.long
def test_a_hub_restored_to_before_the_line_gets_another_one(station: Station, tmp_path: Path) -> None:
    send_all(station)
    old = copy_of(station.post.hub)
    backup = lose_a_day(station, tmp_path)
    again = station.restored(backup, tmp_path / "again", **{"2026": 1})
    again.reconcile()
    send_all(again)
    hub_restored(again, old)
    assert again.meet() is Met.GOES_BACK
    send_all(again)
    assert again.recovers() == ""
    assert again.post.rows_here() == again.post.rows_there()
    again.close()


@pytest.mark.long
def test_a_hub_that_has_nothing_any_more_gets_everything(station: Station) -> None:
    nothing = copy_of(station.post.hub)
    station.silo.receive("AB-123-CD")
    send_all(station)
    hub_restored(station, nothing)
    station.silo.receive("EF-456-GH")
    send_all(station)
    assert station.post.rows_here() == station.post.rows_there()


# --- F11: a box was cloned ------------------------------------------------------------------------------


def cloned(station: Station, folder: Path) -> Station:
    """The whole disk, as it is now, in another box."""
    clone = copied_back(station, station.backup(folder.parent / "clone.db"), folder)
    shutil.copytree(station.post.folder.folder, folder / "post")
    return clone


def on_box(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    for room in ("station.post.sealing", "station.receival.restoring.reconciling"):
        monkeypatch.setattr(f"{room}.this_box", lambda: name)


def test_a_box_that_was_cloned_is_a_fork_that_a_person_settles(
    station: Station, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    on_box(monkeypatch, "bridge")
    send_all(station)
    clone = cloned(station, tmp_path / "clone")
    station.silo.receive("AB-123-CD")
    send_all(station)
    received = len(station.post.received())
    on_box(monkeypatch, "spare")
    clone.silo.receive("EF-456-GH")
    with pytest.raises(HubRefuses) as refused:
        send_all(clone)
    assert (refused.value.answer.reason, refused.value.answer.detail) == ("fork", "bridge | spare")
    on_box(monkeypatch, "bridge")
    station.silo.receive("IJ-789-KL")
    with pytest.raises(HubRefuses):
        send_all(station)
    assert sum(row["state"] != "refused" for row in station.post.received()) == received
    with station.post.hub.connect() as connection:
        alarm = connection.execute(select(HUB.tables["hub_event"])).mappings().one()
    assert (alarm["kind"], alarm["data"]["boxes"]) == ("fork", ["bridge", "spare"])
    on_box(monkeypatch, "spare")
    with pytest.raises(CannotRecover) as second:
        clone.reconcile()
    assert (second.value.code, str(second.value)) == ("another_machine", "bridge")
    with station.post.hub.begin() as connection:
        stations.settle(connection, HUB, SITE, "Marc", station.post.now)
    on_box(monkeypatch, "bridge")
    send_all(station)
    assert station.post.rows_here() == station.post.rows_there()
    clone.close()


@pytest.mark.long
def test_the_box_that_was_replaced_does_not_come_back_unseen(
    station: Station, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    on_box(monkeypatch, "bridge")
    backup = lose_a_day(station, tmp_path)
    on_box(monkeypatch, "spare")
    again = station.restored(backup, tmp_path / "again", **{"2026": 1})
    with pytest.raises(CannotRecover):
        again.reconcile()
    again.reconcile(replaces="bridge")
    send_all(again)
    on_box(monkeypatch, "bridge")
    station.silo.receive("QR-345-ST")
    with pytest.raises(HubRefuses) as refused:
        send_all(station)
    assert (refused.value.answer.reason, refused.value.answer.detail) == ("fork", "spare | bridge")
    assert again.post.rows_here() == again.post.rows_there()
    again.close()


# --- edges ----------------------------------------------------------------------------------------------


@pytest.mark.long
def test_a_weight_that_the_journal_gives_once_more_is_the_same_one(station: Station, tmp_path: Path) -> None:
    silo = station.silo
    station.post.settle()
    backup = station.backup(tmp_path / "backup.db")
    visit = silo.arrive("AB-123-CD")
    frame = silo.stored("bridge")
    weight = {Analyte.WEIGHT: Value(43_120, UNIT_OF[Analyte.WEIGHT])}
    reading = Reading("toledo-continuous", "weight", frame.frame, weight)
    lost = weighings.take_weighing(silo.desk, reading, "equal_readings", 43_120, frame)
    weighings.confirm(silo.desk, lost.id, visit.id, "first", ANNE, silo.clock())
    silo.measure_well(visit)
    silo.decide(silo.loads(visit)[0])
    silo.confirm(15_240, visit, "last")
    station.post.settle()
    again = station.restored(backup, tmp_path / "again", **{"2026": 1})
    replayed = weighings.take_weighing(again.silo.desk, reading, "equal_readings", 43_120, frame)
    done = again.reconcile()
    assert done.left == []
    with again.post.ledger.read() as tx:
        assert tx.get(Weighing, lost.id) is None
        assert tx.get_one(Weighing, replayed.id).state == "used"
        assert tx.exec(select(Ticket)).one().first_weighing_id == replayed.id
    again.post.settle()
    assert again.post.rows_here() == again.post.rows_there()
    again.close()


@pytest.mark.long
@pytest.mark.parametrize("seed", range(4))
def test_whatever_was_lost_and_however_often_both_sides_are_equal(
    station: Station, tmp_path: Path, seed: int
) -> None:
    """Trucks come, grain moves, bags go or wait, and the ledger is restored from any of its backups."""
    draw, now, backups = Random(seed), station, [station.backup(tmp_path / "0.db")]
    tickets = 0
    for step in range(1, 15):
        act = draw.choice(["truck", "truck", "open", "out", "transfer", "send", "backup", "restore"])
        tickets += act == "truck"
        if act == "restore":
            now = lost_and_found(now, draw.choice(backups), tmp_path / f"at-{step}")
        elif act == "backup":
            backups.append(now.backup(tmp_path / f"{step}.db"))
        else:
            do(now, act, step)
        assert now.tickets() == list(range(1, tickets + 1)), "no number is missing, none is given twice"
    send_all(now)
    assert now.post.rows_here() == now.post.rows_there()
    assert now.post.quarantine() == []
    now.close()


def do(station: Station, act: str, step: int) -> None:
    silo = station.silo
    match act:
        case "truck":
            silo.receive(f"AB-{step:03d}-CD", 40_000 + step, 15_000)
        case "open":
            silo.arrive(f"EF-{step:03d}-GH")
        case "out":
            movements.move_out(silo.desk, "c1", 100 + step, "sold", "", ANNE, silo.clock())
        case "transfer":
            movements.transfer(silo.desk, "c1", "c5", 50, "", "", MARC, silo.clock())
        case _:
            send_all(station)


def lost_and_found(station: Station, backup: Path, folder: Path) -> Station:
    send_all(station)
    again = station.restored(backup, folder, **{"2026": 0})
    assert again.reconcile().left == []
    assert again.tonnes() == station.tonnes() == again.balances()
    station.close()
    send_all(again)
    assert again.post.rows_here() == again.post.rows_there()
    return again
