"""The ledger's copy over HTTP: for the admin token only, and never at a truck's cost."""

from pathlib import Path

import pytest

from station.store import engine
from station.store.condition import Depth, look
from tests.api.rig import Counter, problem


def test_the_copy_is_the_ledger_in_one_file(counter: Counter, tmp_path: Path) -> None:
    counter.silo.receive("AB-123-CD")
    with counter.client("admin") as admin:
        answer = admin.post("/admin/backup")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/vnd.sqlite3"
    assert int(answer.headers["content-length"]) == len(answer.content)
    (tmp_path / "copy.db").write_bytes(answer.content)
    assert look(tmp_path / "copy.db", Depth.INDEXES).counters["ticket silo-1 2026"] == 1


@pytest.mark.parametrize("who", ["nobody", "phone", "anne", "marc", "ines"])
def test_it_is_for_who_can_read_the_data_folder(still: Counter, who: str) -> None:
    with still.client(who) as client:
        problem(client.post("/admin/backup"), 401, "unknown_token")


def test_it_never_takes_the_room_that_trucks_need(counter: Counter) -> None:
    counter.limit(min_free_mb_uploads=10**9)
    with counter.client("admin") as admin:
        refused = problem(admin.post("/admin/backup"), 507, "no_room_for_copy")
    assert refused["params"]["needed_mb"] > 10**9


def test_one_is_made_at_a_time(counter: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "COPY_WAIT_S", 0.01)
    with counter.client("admin") as admin, counter.silo.desk.ledger._copying:
        problem(admin.post("/admin/backup"), 503, "busy")


def test_a_damaged_ledger_is_told_with_what_to_do(counter: Counter) -> None:
    ledger = counter.silo.desk.ledger
    ledger.checkpoint()
    ledger.file.write_bytes(bytes(4096 * 20))
    with counter.client("admin") as admin:
        told = problem(admin.post("/admin/backup"), 503, "ledger_damaged")
    assert "silo restore" in told["action"]
