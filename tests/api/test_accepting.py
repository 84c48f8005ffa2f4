"""Health says whether readings and captures are taken for good; a full disk is told by what is refused."""

import errno
import os
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from station.runtime.live import BackupFacts, HealthFacts
from station.store.blobs import Blobs
from station.store.engine import Ledger
from station.store.errors import LedgerFault, TakenOver
from tests.api.rig import JPEG, Counter, arrival, ok, problem, upload
from tests.silo_rig import START


def refuses(counter: Counter) -> list[str]:
    with counter.client("nobody") as anybody:
        health = ok(anybody.get("/health"))
    assert health["accepting"] is (not health["refuses"])
    assert all(one in health["warnings"] for one in health["refuses"])
    return [one["code"] for one in health["refuses"]]


def test_a_station_without_a_fault_accepts(counter: Counter) -> None:
    assert refuses(counter) == []


def test_a_disk_under_its_reserve_does_not(counter: Counter) -> None:
    counter.limit(min_free_mb_uploads=10**9)
    assert refuses(counter) == ["disk_full"]
    counter.limit(min_free_mb_uploads=0, warn_free_mb=10**9)
    assert refuses(counter) == []


def test_the_disk_of_the_ledger_counts_as_that_of_the_photos(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    counter.limit(min_free_mb_uploads=500)
    monkeypatch.setattr(Ledger, "free_mb", lambda _ledger: 3)
    monkeypatch.setattr(Blobs, "free_mb", lambda _blobs: 900)
    assert refuses(counter) == ["disk_full"]


def test_an_intake_that_waits_for_the_disk_does_not(counter: Counter) -> None:
    counter.health[0] = HealthFacts("ready", (("intake_waits_for_disk", {}),))
    assert refuses(counter) == ["intake_waits_for_disk"]


@pytest.mark.parametrize("what", [Ledger, Blobs])
def test_a_folder_that_turned_read_only_does_not(
    counter: Counter, what: type, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.access
    place = counter.silo.desk.ledger.file if what is Ledger else counter.context().blobs._folder

    def access(path: Path, mode: int, **how: Any) -> bool:
        return path != place and real(path, mode, **how)

    monkeypatch.setattr(os, "access", access)
    assert refuses(counter) == ["data_not_written"]


@pytest.mark.parametrize(
    ("code", "status", "told"),
    [
        (sqlite3.SQLITE_FULL, 507, "disk_full_nothing_recorded"),
        (sqlite3.SQLITE_IOERR_FSYNC, 503, "ledger_unreadable"),
        (sqlite3.SQLITE_READONLY, 503, "ledger_unreadable"),
    ],
)
def test_an_act_that_could_not_be_written_says_so_and_until_one_could_nothing_is_accepted(
    counter: Counter, code: int, status: int, told: str
) -> None:
    """As SQLite says it when the act's first row is written."""
    writer = counter.silo.desk.ledger._writer

    def fail(*_: object) -> None:
        error = sqlite3.OperationalError("as SQLite says it")
        error.sqlite_errorcode = code
        raise error

    with counter.client() as anne:
        event.listen(writer, "do_execute", fail)
        try:
            refused = problem(anne.post("/visits", json=arrival("AB-123-CD", "S1")), status, told)
        finally:
            event.remove(writer, "do_execute", fail)
        assert "photos" not in refused["title"]
        assert refuses(counter) == ["data_not_written"]
        ok(anne.post("/visits", json=arrival("AB-123-CD", "S1")), 201)
        assert refuses(counter) == []


def test_a_disk_that_fills_while_a_model_comes_does_not_speak_of_photos(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_room(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    context = counter.context()
    object.__setattr__(context, "install_model", no_room)
    with counter.client("admin") as admin:
        files = {"bundle": ("b", b"x"), "signature": ("s", b"y")}
        answer = admin.post("/models", files=files, data={"why": ""})
        problem(answer, 507, "disk_full_nothing_recorded")


def test_a_photo_on_a_full_disk_is_what_is_refused(counter: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_room(*_: object) -> None:
        raise OSError(errno.EDQUOT, "Disk quota exceeded")

    monkeypatch.setattr(os, "fsync", no_room)
    with counter.client("phone") as phone:
        assert "photos" in problem(upload(phone, JPEG), 507, "disk_full")["title"]


def test_a_box_from_which_another_took_over_accepts_nothing_and_names_it(counter: Counter) -> None:
    told = {"box": "box-2", "taken_at": "2026-07-20T08:00:00+00:00", "epoch": 1}
    counter.health[0] = HealthFacts("off", (("taken_over", told),))
    counter.silo.desk.ledger.refuse_writing(TakenOver(LedgerFault.TAKEN_OVER, **told))
    with counter.client("anne") as anne:
        health = ok(anne.get("/health"))
        assert not health["accepting"]
        assert "box-2" in health["refuses"][0]["message"]
        refused = problem(anne.post("/weighings", json={"kg": 40_000.0}), 503, "taken_over")
        assert "box-2" in refused["detail"]


def test_the_ages_of_backup_and_proof_are_on_the_health_page(counter: Counter) -> None:
    with counter.client("nobody") as client:
        assert ok(client.get("/health"))["backup"] is None
        counter.health[0] = HealthFacts("ready", backup=BackupFacts(START, None))
        assert ok(client.get("/health"))["backup"] == {"made_at": "2026-07-20T08:00:00Z", "proved_at": None}
