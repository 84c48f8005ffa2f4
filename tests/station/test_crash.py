"""An error of any thread ends the station: an unknown one, and damage even where its finder goes on."""

import threading
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from typing import cast

import pytest
from sqlmodel import select

from station.app import Crash
from station.http_server import HttpServer
from station.setting_problems import SettingsError
from station.store.engine import Ledger
from station.store.errors import LedgerDamaged
from station.store.tables import Ticket
from tests.silo_rig import Silo
from tests.store.damage import garble_pages


class Stopped:
    """The part of the server that a crash asks for."""

    def __init__(self) -> None:
        self.times = 0

    def stop(self) -> None:
        self.times += 1


def in_a_thread(act: Callable[[], None]) -> None:
    thread = threading.Thread(target=act)
    thread.start()
    thread.join()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    silo = Silo.open(tmp_path / "data")
    silo.receive("AB-123-CD")
    silo.desk.ledger.close()
    return tmp_path / "data"


def test_damage_that_a_job_only_logs_ends_the_station_with_its_sentence(folder: Path) -> None:
    crash, server = Crash(), Stopped()

    def run() -> None:
        with crash.telling_damage(), closing(Ledger(folder)) as ledger, crash.doubting(ledger):
            crash.stop_with(cast(HttpServer, server))
            garble_pages(folder)

            def look() -> None:
                with suppress(LedgerDamaged), ledger.read() as tx:
                    tx.exec(select(Ticket)).all()

            in_a_thread(look)
            raise RuntimeError("what stopping on such a ledger may raise")

    with pytest.raises(LedgerDamaged):
        run()
    assert server.times == 1
    assert not crash.happened


def test_an_unknown_error_of_a_thread_ends_it_and_lets_the_next_start_look_at_every_page(
    folder: Path,
) -> None:
    crash, server = Crash(), Stopped()
    with crash.telling_damage(), closing(Ledger(folder)) as ledger, crash.doubting(ledger):
        crash.stop_with(cast(HttpServer, server))
        with crash.watching():
            in_a_thread(lambda: {}["no such key"])
    assert crash.happened
    assert server.times == 1
    with closing(Ledger(folder)) as ledger:
        assert ledger.was_unclean


@pytest.mark.parametrize("error", [ZeroDivisionError(), SettingsError([])])
def test_so_does_one_at_the_start_unless_it_is_the_site_files(folder: Path, error: Exception) -> None:
    def start() -> None:
        with closing(Ledger(folder)) as ledger, Crash().doubting(ledger):
            raise error

    with pytest.raises(type(error)):
        start()
    with closing(Ledger(folder)) as ledger:
        assert ledger.was_unclean == isinstance(error, ZeroDivisionError)
