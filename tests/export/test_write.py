"""A dataset on a stick: the most valuable first, nothing twice, nothing half, nobody's name."""

import errno
import hashlib
import json
import multiprocessing
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from station.export.choose import Entry, Worth, entries, in_order
from station.export.records import record
from station.export.write import TargetFull, Written, write_dataset
from station.models.references import references
from station.receival.arrivals.visits import NewLoad
from station.store import pages
from station.store.tables import Capture, ModelRelease
from tests.export.test_clean import PLACE, exif, jpeg, segment
from tests.model_rig import Models
from tests.models.test_policies import judge
from tests.silo_rig import Silo


@pytest.fixture
def shelf(silo: Silo) -> Models:
    made = Models.at(silo)
    made.ship()
    return made


@pytest.fixture
def taken(shelf: Models) -> list[Capture]:
    """Five captures of the same load, each with a photo that tells where it was taken."""
    shelf.silo.arrive("AB-123-CD", NewLoad("soft_wheat", barcode="S1", declared_variety="Rubisko"))
    mark = segment(0xE1, b"Exif\0\0" + exif())
    return [shelf.photograph(jpeg(mark) + b"%d" % n, barcode="S1", note="Marie's field") for n in range(5)]


class Source:
    """What the exporter reads from, and what it asked for."""

    def __init__(self, shelf: Models) -> None:
        self.shelf = shelf
        self.asked: list[str] = []

    def entries(self) -> list[Entry]:
        desk = self.shelf.silo.desk
        with desk.ledger.read() as tx:
            taken = [row.id for row in pages.captures(tx, None, None, None, 50)]
            return in_order(entries(tx, taken, lambda ids: references(tx, desk, ids)))

    def record(self, capture_id: str) -> dict[str, Any]:
        self.asked.append(capture_id)
        with self.shelf.silo.desk.ledger.read() as tx:
            found = record(tx, capture_id)
        assert found is not None
        return found

    def photo(self, sha256: str) -> bytes:
        return self.shelf.photos.path(sha256).read_bytes()

    def write(self, folder: Path, most: int | None = None) -> Written:
        return write_dataset(folder, self.entries(), self.record, self.photo, most)


def active(shelf: Models) -> ModelRelease:
    with shelf.silo.desk.ledger.read() as tx:
        return tx.get_one(ModelRelease, shelf.active_sha256())


def files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def check_manifest(folder: Path) -> None:
    """It names every file with its true size and hash, and there is nothing else."""
    told = json.loads((folder / "manifest.json").read_bytes())["files"]
    there = {
        str(path.relative_to(folder)): {
            "bytes": path.stat().st_size, "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        }
        for path in files(folder)
        if path.name != "manifest.json"
    }  # fmt: skip
    assert told == there


def test_a_record_tells_all_that_is_known_and_nobodys_name(
    shelf: Models, taken: list[Capture], tmp_path: Path
) -> None:
    judge(shelf, active(shelf), taken[0].id)
    Source(shelf).write(tmp_path / "stick")
    told = json.loads((tmp_path / "stick" / "captures" / f"{taken[0].id}.json").read_text())
    assert told["load"]["declared_variety"] == "Rubisko"
    assert told["inspections"][0]["result"]["classes"]["broken"]["share"] == 0.03
    text = "".join(path.read_text() for path in (tmp_path / "stick" / "captures").iterdir())
    for name in ("Dupont", "AB-123-CD", "Anne", "phone 1", "Marie"):
        assert name not in text
    for one in told["photos"]:
        data = (tmp_path / "stick" / one["file"]).read_bytes()
        assert PLACE not in data
        assert b"Pixel 9" in data
        original = shelf.photos.path(one["original_sha256"]).read_bytes()
        assert PLACE in original  # the store keeps it as it came


def test_the_doubtful_and_the_contradicted_come_before_the_ordinary(
    shelf: Models, taken: list[Capture]
) -> None:
    model, second = active(shelf), shelf.install("2")
    for capture in taken:
        judge(shelf, model, capture.id, accepted=capture is not taken[3])
    judge(shelf, second, taken[1].id, 0.09, shadow=True)
    worth = {entry.capture_id: entry.worth for entry in Source(shelf).entries()}
    assert worth[taken[3].id] is Worth.DOUBTFUL
    assert worth[taken[1].id] is Worth.DISPUTED
    assert worth[taken[0].id] is Worth.ORDINARY
    order = [entry.worth for entry in Source(shelf).entries()]
    assert order == sorted(order)


def test_run_again_it_adds_nothing(shelf: Models, taken: list[Capture], tmp_path: Path) -> None:
    first = Source(shelf).write(tmp_path / "stick")
    assert (first.added, first.there) == (5, 0)
    before = {path: path.stat().st_mtime_ns for path in files(tmp_path / "stick" / "captures")}
    again = Source(shelf).write(tmp_path / "stick")
    assert (again.added, again.there, again.bytes) == (0, 5, first.bytes)
    assert {path: path.stat().st_mtime_ns for path in files(tmp_path / "stick" / "captures")} == before
    check_manifest(tmp_path / "stick")


def killed_at(count: int, photo: Callable[[str], bytes]) -> Callable[[str], bytes]:
    left = [count]

    def read(sha256: str) -> bytes:
        left[0] -= 1
        if left[0] < 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return photo(sha256)

    return read


def test_killed_in_the_middle_and_run_again_nothing_is_half_and_nothing_twice(
    shelf: Models, taken: list[Capture], tmp_path: Path
) -> None:
    source, folder = Source(shelf), tmp_path / "stick"
    child = multiprocessing.get_context("fork").Process(
        target=write_dataset,
        args=(folder, source.entries(), source.record, killed_at(3, source.photo), None),
    )
    child.start()
    child.join(60)
    assert child.exitcode == -signal.SIGKILL
    assert len(files(folder / "captures")) == 3
    (folder / "photos" / ".x.jpg.1.partial").write_bytes(b"a cut-off write")
    done = source.write(folder)
    assert (done.added, done.there) == (2, 3)
    assert len(source.asked) == 2
    check_manifest(folder)


def test_the_size_limit_keeps_the_most_valuable(shelf: Models, taken: list[Capture], tmp_path: Path) -> None:
    judge(shelf, active(shelf), taken[4].id, accepted=False)
    for capture in taken[:4]:
        judge(shelf, active(shelf), capture.id)
    whole = Source(shelf).write(tmp_path / "all").bytes
    done = Source(shelf).write(tmp_path / "some", whole - 1)
    assert done.capped
    assert 0 < done.bytes < whole
    assert (tmp_path / "some" / "captures" / f"{taken[4].id}.json").exists()
    check_manifest(tmp_path / "some")


def test_a_full_stick_says_so_and_goes_on_with_room(
    shelf: Models, taken: list[Capture], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, left = os.fsync, [5]

    def no_room(handle: int) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        real(handle)

    monkeypatch.setattr(os, "fsync", no_room)
    with pytest.raises(TargetFull):
        Source(shelf).write(tmp_path / "stick")
    monkeypatch.undo()
    done = Source(shelf).write(tmp_path / "stick")
    assert done.added + done.there == 5
    assert done.there > 0
    check_manifest(tmp_path / "stick")


def test_a_photo_that_cannot_be_cleaned_is_left_out_and_said(shelf: Models, tmp_path: Path) -> None:
    capture = shelf.photograph(b"\0\0\0\x18ftypheic" + PLACE)
    done = Source(shelf).write(tmp_path / "stick")
    assert (done.added, done.unclean) == (1, 1)
    told = json.loads((tmp_path / "stick" / "captures" / f"{capture.id}.json").read_text())
    assert told["photos"][0]["file"] is None
    assert files(tmp_path / "stick" / "photos") == []
