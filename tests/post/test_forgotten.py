"""Who is forgotten is gone at the station, on the second disk and at headquarters, and all stays provable."""

import sqlite3
import zlib
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import insert, select, text

from station.backup.disk import Disk
from station.backup.keeper import Keeper
from station.backup.proving import prove
from station.hub import applying
from station.hub.own import BAGS, QUARANTINE, STATIONS
from station.post.bag import head_of, sha256_of
from station.post.folder import NAME, BagFolder
from station.receival.persons import forgetting, people
from station.site.file import Backup
from station.store import audit
from tests.backup.rig import back_up, box_of, second_disk
from tests.hub.test_proving import answered
from tests.post.post_rig import HUB, START, Post, memory_hub
from tests.silo_rig import MARC, Silo

PERSON, SUPPLIER = "Zénobie Quatrefages", "EARL Dupont"


@pytest.fixture
def post(silo: Silo) -> Post:
    """A day whose rows are at headquarters; one row of a person waits there in quarantine."""
    ledger = silo.desk.ledger
    post = Post(ledger, BagFolder(ledger.folder / NAME), memory_hub())
    with post.hub.begin() as connection:
        connection.execute(insert(HUB.tables[STATIONS]).values(id=post.station, added_at=START))
    post.enrol()
    people.add_person(silo.desk, PERSON, "2468", ["operator"], "fr", silo.clock())
    silo.receive("AB-123-CD")
    post.sql("UPDATE supplier SET external_ref = 'x' || char(0)")
    post.settle()
    post.sql("UPDATE supplier SET external_ref = NULL")
    post.settle()
    assert SUPPLIER in at_the_hub(post)
    return post


@pytest.fixture
def keeper(silo: Silo, post: Post, tmp_path: Path) -> Keeper:
    disk = second_disk(tmp_path)
    back_up(silo, disk)
    return Keeper(
        silo.desk.ledger, box_of(silo), Backup(folder=disk.folder), "page", silo.clock, lambda: False
    )


def at_the_station(post: Post) -> str:
    post.ledger.checkpoint()
    return ledger_text(post.ledger.file) + bags_text(post.ledger.folder)


def on_the_disk(folder: Path) -> str:
    return "".join(map(ledger_text, (folder / "ledger").glob("*.db"))) + bags_text(folder)


def at_the_hub(post: Post) -> str:
    """Every table but the tickets, and the persons' parts of all bags, unpacked."""
    with post.hub.connect() as connection:
        named = [
            repr(row) for table in HUB.sorted_tables if table.name not in ("ticket", BAGS)
            for row in connection.execute(select(table))
        ]  # fmt: skip
        parts = connection.execute(select(HUB.tables[BAGS].c.people)).scalars()
        return "\n".join([*named, *(unpacked(part) for part in parts if part)])


def ledger_text(file: Path) -> str:
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as copy:
        return "\n".join(line for line in copy.iterdump() if not line.startswith('INSERT INTO "ticket"'))


def bags_text(folder: Path) -> str:
    """The persons' parts, and what the facts say but for the tickets, which keep what their paper says."""
    parts = [unpacked(file.read_bytes()) for file in (folder / "post").glob("*/*.people")]
    assert parts
    facts = [
        line
        for file in (folder / "post").glob("*/*.bag")
        for line in unpacked(file.read_bytes().partition(b"\n")[2]).splitlines()
        if not line.startswith('["w","ticket"')
    ]
    return "\n".join([*parts, *facts])


def unpacked(data: bytes) -> str:
    return zlib.decompress(data).decode() if data else ""


def places(post: Post, keeper: Keeper) -> dict[str, str]:
    return {
        "station": at_the_station(post),
        "second disk": on_the_disk(keeper._disk.folder),
        "headquarters": at_the_hub(post),
    }


def test_a_person_and_a_supplier_are_gone_everywhere_and_all_stays_provable(
    silo: Silo, post: Post, keeper: Keeper, tmp_path: Path
) -> None:
    keeper.step()
    for name in (PERSON, SUPPLIER):
        assert all(name in told for told in places(post, keeper).values())
    forgetting.forget_person(silo.desk, PERSON, "a letter of March", MARC, silo.clock())
    forgetting.forget_supplier(silo.desk, SUPPLIER, "a letter of March", MARC, silo.clock())
    post.settle()
    post.acknowledge()
    keeper.step()
    for name in (PERSON, SUPPLIER):
        assert [place for place, told in places(post, keeper).items() if name in told] == []
    _assert_provable(silo, post, keeper, tmp_path)
    with post.hub.begin() as connection:
        applying.rebuild(connection, HUB, post.station, post.now)
    post.apply_all()
    assert post.rows_here() == post.rows_there()
    assert PERSON not in at_the_hub(post)


def _assert_provable(silo: Silo, post: Post, keeper: Keeper, tmp_path: Path) -> None:
    """The chain of events, the chain of bags, the rows at headquarters, the backup."""
    with silo.desk.ledger.read() as tx:
        assert audit.first_broken(tx) is None
    previous = ""
    for bag in post.bags():
        facts, _ = post.folder.read(bag.epoch, bag.number)
        assert (sha256_of(facts), head_of(facts).previous) == (bag.sha256, previous)
        previous = bag.sha256
        assert post.deliver(bag.number, bag.epoch).status == 200, "an emptied part is the same bag"
    assert answered(post).name == "", "no table differs"
    (tmp_path / "proof").mkdir()
    disk = Disk(keeper._disk.folder)
    assert prove(disk, tmp_path / "proof", silo.clock(), lambda: None, repair=False).found == ()


def test_what_waited_of_a_forgotten_supplier_at_headquarters_waits_no_more(silo: Silo, post: Post) -> None:
    table = HUB.tables[QUARANTINE]
    waited = select(table.c.line, table.c.ended_how).where(table.c.table == "supplier")
    with post.hub.connect() as connection:
        assert SUPPLIER in connection.execute(waited).all()[0].line
    forgetting.forget_supplier(silo.desk, SUPPLIER, "a letter", MARC, silo.clock())
    post.settle()
    with post.hub.connect() as connection:
        assert set(connection.execute(waited).all()) == {("", "forgotten")}
    assert post.quarantine() == []


def test_a_stop_in_between_leaves_no_persons_part_full(silo: Silo, post: Post) -> None:
    """The bag was committed, and the parts before it were not yet emptied."""
    from station.post import keeping

    before = {file: file.read_bytes() for file in post.folder.folder.glob("*/*.people")}
    forgetting.forget_person(silo.desk, PERSON, "a letter", MARC, silo.clock())
    post.seal()
    for file, data in before.items():
        file.write_bytes(data)
    assert PERSON in bags_text(silo.desk.ledger.folder)
    with silo.desk.ledger.read() as tx:
        keeping.forget_again(tx, post.folder)
        assert tx.connection().execute(text("SELECT forgets FROM post_link")).scalar_one() == 0
    assert PERSON not in bags_text(silo.desk.ledger.folder)
