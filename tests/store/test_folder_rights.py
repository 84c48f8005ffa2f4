"""The data folder and what is made in it are for the station's own user only."""

import os
import stat
from pathlib import Path

import pytest

from station.store import folder as data_folder
from station.store.blobs import Blobs
from station.store.engine import Ledger
from station.store.errors import LedgerFault, LedgerUnreadable
from station.store.journal import Journal
from station.store.tables import Pit
from tests.silo_rig import START


def rights(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture(autouse=True)
def open_to_all() -> None:
    """As most systems set it."""
    os.umask(0o022)


def test_all_that_is_made_in_it_is_closed_to_others(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    ledger = Ledger(folder)
    with ledger.write() as tx:
        tx.add(Pit(id="p1", name="Pit 1"))
    Blobs(folder / "photos").put(b"photo")
    journal = Journal(folder / "frames", "bridge")
    journal.append(b"frame", START)
    found = {path.relative_to(folder).as_posix(): rights(path) for path in (folder, *folder.rglob("*"))}
    ledger.close()
    assert {"ledger.db", "ledger.db-wal", "lock", "unclean"} <= set(found)
    assert not {name: oct(mode) for name, mode in found.items() if mode & 0o077}


def test_one_that_others_can_read_is_closed_at_the_start(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    Ledger(folder).close()
    for path in (folder, *folder.iterdir()):
        path.chmod(0o755)
    Ledger(folder).close()
    assert rights(folder) == 0o700
    assert all(rights(path) & 0o077 == 0 for path in folder.iterdir())


def test_one_that_cannot_be_closed_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a stick with FAT."""
    folder = tmp_path / "data"
    Ledger(folder).close()
    folder.chmod(0o755)
    monkeypatch.setattr(Path, "chmod", lambda _path, _mode: None)
    with pytest.raises(LedgerUnreadable) as told:
        Ledger(folder)
    assert told.value.code is LedgerFault.FOLDER_EXPOSED
    data_folder.hold(tmp_path / "other").close()


@pytest.mark.parametrize("other", ["site.toml", "work/report.txt", ".ssh/id", "photos/../me"])
def test_a_folder_of_other_things_is_not_taken_and_stays_as_it_is(tmp_path: Path, other: str) -> None:
    folder = tmp_path / "home"
    (folder / "photos").mkdir(parents=True)
    (folder / other).parent.mkdir(exist_ok=True)
    (folder / other).write_text("mine")
    (folder / other).chmod(0o644)
    folder.chmod(0o755)
    for take in (Ledger, data_folder.hold, data_folder.is_new):
        with pytest.raises(LedgerUnreadable) as told:
            take(folder)
        assert told.value.code is LedgerFault.FOLDER_OF_OTHERS
    assert (rights(folder), rights(folder / other)) == (0o755, 0o644)
    assert not (folder / "lock").exists()


@pytest.mark.parametrize("names", [(), ("lost+found",), ("photos", "frames")])
def test_an_empty_folder_or_disk_is_taken(tmp_path: Path, names: tuple[str, ...]) -> None:
    for name in names:
        (tmp_path / "disk" / name).mkdir(parents=True)
    Ledger(tmp_path / "disk").close()
    assert not data_folder.is_new(tmp_path / "disk")
