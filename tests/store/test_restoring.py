"""A restored ledger does nothing of the lost time a second time."""

from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlmodel import select

from station.store import counters, restoring, room
from station.store.copies import copy_ledger
from station.store.engine import Ledger
from station.store.errors import NoRoom
from station.store.tables import AuditEvent, Counter, Load
from tests.silo_rig import START, Silo

SITE = "silo-1"


def backup_of(silo: Silo, file: Path) -> Path:
    copy_ledger(silo.desk.ledger.file, file)
    return file


def restored(backup: Path, folder: Path, **last: int) -> Ledger:
    restoring.restore(backup, folder, SITE, START, last_tickets=last, replace=True)
    return Ledger(folder)


def test_tickets_go_on_after_the_last_paper(silo: Silo, tmp_path: Path) -> None:
    silo.receive("AB-123-CD")
    backup = backup_of(silo, tmp_path / "backup.db")
    assert restoring.tickets_in(backup, SITE) == {"2026": 1}
    with closing(restored(backup, tmp_path / "new", **{"2026": 17, "2025": 3})) as new, new.write() as tx:
        assert counters.draw(tx, counters.of_tickets(SITE, "2026")) == 18
        assert counters.draw(tx, counters.of_tickets(SITE, "2025")) == 4


def test_they_go_on_after_the_backup_where_the_paper_said_is_older(silo: Silo, tmp_path: Path) -> None:
    silo.receive("AB-123-CD")
    backup = backup_of(silo, tmp_path / "backup.db")
    with closing(restored(backup, tmp_path / "new", **{"2026": 0})) as ledger, ledger.read() as tx:
        assert tx.get_one(Counter, counters.of_tickets(SITE, "2026")).value == 1


def test_the_ledger_that_is_replaced_still_tells_its_last_number(silo: Silo, tmp_path: Path) -> None:
    backup = backup_of(silo, tmp_path / "backup.db")
    silo.receive("AB-123-CD")
    silo.receive("EF-456-GH")
    later = backup_of(silo, tmp_path / "later.db")
    restored(later, tmp_path / "new").close()
    with closing(restored(backup, tmp_path / "new", **{"2026": 1})) as ledger, ledger.read() as tx:
        assert tx.get_one(Counter, counters.of_tickets(SITE, "2026")).value == 2


def test_each_open_load_asks_for_its_paper_and_the_event_names_it(silo: Silo, tmp_path: Path) -> None:
    silo.receive("AB-123-CD")
    (waiting,) = silo.loads(silo.arrive("EF-456-GH"))
    backup = backup_of(silo, tmp_path / "backup.db")
    assert restoring.campaigns_in(backup) == {"2026"}
    with closing(restored(backup, tmp_path / "new")) as ledger, ledger.read() as tx:
        assert tx.exec(select(Load.id).where(Load.asks_paper)).all() == [waiting.id]
        told = tx.exec(select(AuditEvent).where(AuditEvent.kind == "ledger_restored")).one()
        assert told.data["asks_paper"] == [waiting.id]


def test_a_disk_that_is_too_small_is_refused_with_what_it_lacks(
    silo: Silo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    backup = backup_of(silo, tmp_path / "backup.db")
    with monkeypatch.context() as small:
        small.setattr(room, "disk_usage", lambda _: SimpleNamespace(free=1000))
        with pytest.raises(NoRoom) as refused:
            restored(backup, tmp_path / "new")
    assert refused.value.params["missing_mb"] == -(-(backup.stat().st_size - 1000) // 1_000_000)
    assert not (tmp_path / "new" / "ledger.db").exists()
