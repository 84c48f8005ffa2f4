"""`silo simulate-erp` beside a station: by HTTP, by folders, and while nobody answers."""

import json
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from station.acts.desk import Masters
from station.cli import simulated_erp
from station.exchange.folder import Exchange
from station.receival.papers.erp_numbers import numbers_of
from station.receival.persons import people
from tests.api.rig import Tokens, counter_of, served
from tests.cli.rig import free_port, invoke
from tests.silo_rig import Silo


@pytest.fixture(autouse=True)
def _signals(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests' own process keeps its signals."""
    monkeypatch.setattr(simulated_erp, "stopped_by_signals", threading.Event)


@pytest.fixture
def numbered(silo: Silo) -> Silo:
    silo.desk = replace(silo.desk, masters=Masters(ticket_number="erp"))
    return silo


def theirs(silo: Silo) -> list[str]:
    with silo.desk.ledger.read() as tx:
        return [row.number for row in numbers_of(tx, silo.tickets()).values()]


def test_it_announces_and_numbers_by_http_and_goes_on_from_its_books(numbered: Silo, tmp_path: Path) -> None:
    _, token = people.add_terminal(numbered.desk, "gestion", "erp", numbered.clock())
    words = ["simulate-erp", "--token", token, "--books", str(tmp_path / "books.json"), "--once", "--json"]
    with served(counter_of(numbered, Tokens(*[""] * 9))) as counter:
        for number, plate in enumerate(("AB-1-CD", "AB-2-CD"), start=1):
            ticket = numbered.receive(plate).tickets[0]
            done = invoke(*words, "--url", counter.url, "--announce", "1")
            assert done.returncode == 0, done.stderr
            [bon] = [json.loads(line) for line in done.stdout.splitlines()]
            assert (bon["number"], bon["id"]) == (f"BA-{number:05}", ticket.id)
        assert theirs(numbered) == ["BA-00001", "BA-00002"]
        refused = invoke(*words, "--url", counter.url, "--announce", "1", "--species", "grass")
        assert "E-0003 is refused" in refused.stderr


def test_by_folders(numbered: Silo, tmp_path: Path) -> None:
    exchange = Exchange(numbered.desk, numbered.clock, tmp_path / "erp", "en")
    exchange.turn()
    numbered.receive("AB-1-CD")
    exchange.turn()
    words = ["simulate-erp", "--folder", str(tmp_path / "erp"), "--books", str(tmp_path / "books.json")]
    done = invoke(*words, "--once")
    assert done.stdout == "ticket BA-00001: –, net 27,880\N{NO-BREAK SPACE}kg, at the station No. 1\n"
    exchange.turn()
    assert theirs(numbered) == ["BA-00001"]


def test_a_station_that_does_not_answer_ends_it_with_its_code(tmp_path: Path) -> None:
    url, books = f"http://127.0.0.1:{free_port()}", str(tmp_path / "books.json")
    assert invoke("simulate-erp", "--url", url, "--books", books, "--once").returncode == 2
    done = invoke("simulate-erp", "--url", url, "--token", "x", "--books", books, "--once")
    assert (done.returncode, done.stdout) == (4, "")
    assert "does not answer" in done.stderr
