import os
import threading
import zipfile
from collections.abc import Callable

import pytest

from drivers.backoff import Backoff
from drivers.driver import Driver
from drivers.file_drop.file_drop import FileDrop
from drivers.simulated.exports import Exporter, csv_file, xlsx_file, xml_file
from drivers.transport import ErrorCode, FolderTransport, LineDown
from drivers.transport.folder import LARGEST
from drivers.transport.half_written import is_temporary, looks_half_written
from tests.drivers.rig import AT, now, wait_until

TITLES = ["Sample Number", "Product", "Date", "Time", "Moisture"]
ROW = ["S000123", "WHEAT", "14/07/2026", "10:03:22", "13.1"]
BAD = ["S000124", "WHEAT", "14/07/2026", "10:03:22", "wet"]
GOOD = csv_file(TITLES, [ROW])
# A zip whose directory stands on another disk of several: 64-bit locator and end record, nothing else.
_SPANS_DISKS = b"PK\x06\x07" + b"\x01" * 16 + b"PK\x05\x06" + bytes(18)


class Watch:
    """A clock that a test turns."""

    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now

    def sleep(self, seconds):
        self.now += seconds


class Folder:
    """A watched folder whose time is the test's."""

    def __init__(self, path, **options):
        self.path = path
        self.watch = Watch()
        options = {"steady_s": 2.0, "patience_s": 20.0, "scan_s": 1.0} | options
        names = ("*.csv", "*.bin")
        self.line = FolderTransport(path, names, monotonic=self.watch, sleep=self.watch.sleep, **options)
        self.line.open()

    def listen(self, seconds):
        """All that is handed out within so many seconds."""
        end = self.watch.now + seconds
        found = []
        while self.watch.now < end:
            chunk = self.line.read(0.2)
            if chunk:
                found.append(chunk)
        return found

    def names(self, place="."):
        return sorted(path.name for path in (self.path / place).iterdir() if path.is_file())


@pytest.fixture
def folder(tmp_path):
    return Folder(tmp_path)


def test_a_file_is_taken_once_when_it_is_steady_and_moved_after_it_is_confirmed(folder):
    Exporter(folder.path).export("a.csv", GOOD, AT)
    assert folder.listen(1.9) == []
    (chunk,) = folder.listen(10.0)
    assert (chunk.data, chunk.whole) == (GOOD, True)
    assert folder.names() == ["a.csv"]
    folder.line.confirm(chunk.receipt)
    assert (folder.names(), folder.names("done"), folder.names("rejected")) == ([], ["a.csv"], [])
    assert folder.listen(10.0) == []


def test_a_file_that_grows_is_not_taken_before_it_stands_still(folder):
    exporter = Exporter(folder.path)
    path = exporter.export("a.csv", GOOD, AT, cut=20)
    for size in range(20, len(GOOD), 10):
        assert folder.listen(1.5) == []
        path.write_bytes(GOOD[: size + 10])
    (chunk,) = folder.listen(5.0)
    assert chunk.data == GOOD


@pytest.mark.parametrize(
    "data",
    [
        GOOD,
        xlsx_file(["Sample", "Moisture %"], [["S1", 13.1]]),
        xml_file([("S1", "2026-07-14T10:03:22", {"Moisture": 13.1})]),
    ],
    ids=["csv", "xlsx", "xml"],
)
def test_a_half_written_file_whose_writer_pauses_is_waited_for(folder, data):
    exporter = Exporter(folder.path)
    exporter.export("a.bin", data, AT, cut=len(data) // 2)
    assert folder.listen(15.0) == []
    exporter.go_on("a.bin", data)
    (chunk,) = folder.listen(5.0)
    assert chunk.data == data


def test_a_half_written_file_whose_writer_died_is_handed_out_after_all(folder):
    Exporter(folder.path).export("a.csv", GOOD, AT, cut=-2)
    assert folder.listen(19.0) == []
    (chunk,) = folder.listen(5.0)
    assert chunk.data == GOOD[:-2]


def test_refusals_are_written_beside_the_rejected_file(folder):
    Exporter(folder.path).export("a.csv", GOOD, AT)
    (chunk,) = folder.listen(5.0)
    chunk.receipt.readings = 3
    chunk.receipt.refusals.append("row 7: 'wet' is not a number")
    folder.line.confirm(chunk.receipt)
    assert folder.names("rejected") == ["a.csv", "a.csv.reason.txt"]
    note = (folder.path / "rejected" / "a.csv.reason.txt").read_text()
    assert note == "3 results taken, 1 refused\nrow 7: 'wet' is not a number\n"


def test_a_second_file_of_the_same_name_overwrites_nothing(folder):
    for data in (GOOD, GOOD + b"\r\n", GOOD + b"\r\n\r\n"):
        Exporter(folder.path).export("a.csv", data, AT)
        (chunk,) = folder.listen(5.0)
        folder.line.confirm(chunk.receipt)
    assert folder.names("done") == ["a-2.csv", "a-3.csv", "a.csv"]


def test_an_unconfirmed_file_is_taken_again_only_by_a_new_process(folder):
    Exporter(folder.path).export("a.csv", GOOD, AT)
    assert len(folder.listen(20.0)) == 1
    folder.line.close()
    folder.line.open()
    assert folder.listen(20.0) == []
    assert len(Folder(folder.path).listen(20.0)) == 1


def test_a_file_changed_after_it_was_read_stays_and_is_taken_again(folder):
    Exporter(folder.path).export("a.csv", GOOD, AT)
    (chunk,) = folder.listen(5.0)
    longer = csv_file(TITLES, [ROW, ROW])
    Exporter(folder.path).export("a.csv", longer, AT)
    folder.line.confirm(chunk.receipt)
    assert (folder.names(), folder.names("done")) == (["a.csv"], [])
    (again,) = folder.listen(5.0)
    assert again.data == longer


def test_temporary_and_hidden_names_folders_and_links_are_left_alone(folder):
    for name in ("~$a.xlsx", ".a.csv", "a.csv.part", "A.TMP", "Thumbs.db", "a.csv~"):
        assert is_temporary(name)
        (folder.path / name).write_bytes(GOOD)
    (folder.path / "below").mkdir()
    (folder.path / "below" / "a.csv").write_bytes(GOOD)
    (folder.path / "link.csv").symlink_to(folder.path / "below" / "a.csv")
    assert not is_temporary("results 2026-07-14.csv")
    assert folder.listen(30.0) == []


def test_files_that_the_profile_does_not_name_stay_where_they_are(folder):
    others = ["ledger.db", "ledger.db-wal", "notes.csv.bak", "site.toml", "x"]
    for name in others:
        (folder.path / name).write_bytes(GOOD)
    (folder.path / "huge.db").touch()
    os.truncate(folder.path / "huge.db", LARGEST + 1)
    Exporter(folder.path).export("A.CSV", GOOD, AT)
    (chunk,) = folder.listen(30.0)
    folder.line.confirm(chunk.receipt)
    assert folder.names("done") == ["A.CSV"]
    assert folder.names() == sorted([*others, "huge.db"])


def test_a_done_folder_that_leads_elsewhere_is_refused(folder, tmp_path):
    (folder.path / "done").rmdir()
    (tmp_path / "elsewhere").mkdir()
    (folder.path / "done").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(LineDown, match="done leads elsewhere"):
        folder.line.open()


def test_files_come_oldest_first(folder):
    for age, name in ((30, "b.csv"), (20, "c.csv"), (10, "a.csv")):
        path = Exporter(folder.path).export(name, GOOD, AT)
        os.utime(path, (1_000_000 - age, 1_000_000 - age))
    assert [chunk.receipt.name for chunk in folder.listen(5.0)] == ["b.csv", "c.csv", "a.csv"]


def test_a_file_beyond_the_limit_is_rejected_unread(folder):
    with (folder.path / "huge.csv").open("wb") as file:
        file.truncate(LARGEST + 1)
    assert folder.listen(5.0) == []
    assert folder.names("rejected") == ["huge.csv", "huge.csv.reason.txt"]


def test_a_file_that_cannot_be_moved_is_told_and_moved_when_it_can_be(folder):
    Exporter(folder.path).export("a.csv", GOOD, AT)
    (chunk,) = folder.listen(5.0)
    (folder.path / "done").rmdir()
    (folder.path / "done").write_bytes(b"no folder")
    folder.line.confirm(chunk.receipt)
    with pytest.raises(LineDown, match="was read but cannot be moved") as down:
        folder.listen(5.0)
    assert down.value.code is ErrorCode.PORT_DENIED
    (folder.path / "done").unlink()
    folder.line.open()
    assert folder.listen(5.0) == []
    assert folder.names("done") == ["a.csv"]


def test_a_folder_that_is_not_there_or_goes_away_is_told(folder, tmp_path):
    with pytest.raises(LineDown, match="is not there: check its name and that the share") as down:
        FolderTransport(tmp_path / "nowhere", ("*.csv",)).open()
    assert down.value.code is ErrorCode.PORT_MISSING
    folder.path.rename(tmp_path.with_name("away"))
    with pytest.raises(LineDown, match="cannot be read"):
        folder.listen(5.0)


def test_what_is_complete_does_not_look_half_written():
    assert looks_half_written(b"")
    assert not looks_half_written("a;b\r\n".encode("utf-16"))
    assert not looks_half_written(b"<a>&undefined;</a>")
    assert not looks_half_written(b'<?xml version="1.0" encoding="utc-8"?><a><b>')
    assert not looks_half_written(_SPANS_DISKS)
    assert looks_half_written(b'<?xml version="1.0"?><a><b>')


def refuses_as_bad(_file: object) -> bool:
    raise zipfile.BadZipFile


@pytest.mark.parametrize("is_zipfile", [refuses_as_bad, lambda _: False, lambda _: True])
def test_a_workbook_looks_the_same_whatever_this_release_of_python_calls_a_zip(
    is_zipfile: Callable[[object], bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(zipfile, "is_zipfile", is_zipfile)
    whole = xlsx_file(["Sample", "Moisture %"], [["S1", 13.1]])
    assert not looks_half_written(whole)
    assert not looks_half_written(whole[:-2] + (9).to_bytes(2, "little") + b"a comment")
    assert not looks_half_written(_SPANS_DISKS)
    for missing in (1, 21, 22, len(whole) // 2):
        assert looks_half_written(whole[:-missing])
    assert looks_half_written(_SPANS_DISKS[-22:-5])


class Station:
    """A driver on a folder, in a thread, that confirms what it delivers."""

    def __init__(self, path, *, confirm=True, profile="foss-results"):
        line = FolderTransport(path, ("*.csv",), steady_s=0.05, patience_s=0.3, scan_s=0.02)
        protocol = FileDrop({"profile": profile})
        self.driver = Driver("nir", protocol, line, clock=now, backoff=Backoff(0.02, 0.1))
        self.got = []
        self._confirm = confirm
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        self._thread.join(5)
        assert not self._thread.is_alive()

    def readings(self):
        return [delivery.reading for delivery in self.got if delivery.reading]

    def _run(self):
        for delivery in self.driver.deliveries(self._stop):
            self.got.append(delivery)
            if self._confirm:
                self.driver.confirm(delivery)


def test_a_dropped_file_becomes_readings_and_lands_in_done_or_rejected(tmp_path):
    with Station(tmp_path) as station:
        wait_until((tmp_path / "done").is_dir)
        exporter = Exporter(tmp_path)
        exporter.export("good.csv", csv_file(TITLES, [ROW, ["S000125", *ROW[1:]]]), AT)
        exporter.export("mixed.csv", csv_file(TITLES, [["S000126", *ROW[1:]], BAD]), AT)
        exporter.export("none.csv", b"no results\r\n", AT)
        wait_until(lambda: len(list(tmp_path.glob("*/*"))) == 5)
        health = station.driver.health()
    assert [path.name for path in (tmp_path / "done").iterdir()] == ["good.csv"]
    note = (tmp_path / "rejected" / "mixed.csv.reason.txt").read_text()
    assert note == "1 results taken, 1 refused\nrow 5: 'wet' is not a number\n"
    note = (tmp_path / "rejected" / "none.csv.reason.txt").read_text()
    assert "no row holds the column titles" in note
    assert sorted(reading.sample_id for reading in station.readings()) == ["S000123", "S000125", "S000126"]
    assert (health.frames, health.bad_frames) == (3, 2)


def test_a_station_stopped_before_the_commit_reads_the_file_again_with_the_same_identities(tmp_path):
    Exporter(tmp_path).export("a.csv", csv_file(TITLES, [ROW, ["S000125", *ROW[1:]]]), AT)
    with Station(tmp_path, confirm=False) as first:
        wait_until(lambda: len(first.got) == 2)
    assert (tmp_path / "a.csv").exists()
    with Station(tmp_path) as second:
        wait_until((tmp_path / "done" / "a.csv").exists)
    assert [r.identity for r in first.readings()] == [r.identity for r in second.readings()]
    assert len({r.identity for r in first.readings()}) == 2


def test_a_repaired_file_adds_only_what_was_refused(tmp_path):
    with Station(tmp_path) as station:
        wait_until((tmp_path / "done").is_dir)
        exporter = Exporter(tmp_path)
        exporter.export("a.csv", csv_file(TITLES, [ROW, BAD]), AT)
        wait_until((tmp_path / "rejected" / "a.csv").exists)
        exporter.export("a.csv", csv_file(TITLES, [ROW, [*BAD[:4], "14.0"]]), AT)
        wait_until((tmp_path / "done" / "a.csv").exists)
    assert len(station.readings()) == 3
    assert len({reading.identity for reading in station.readings()}) == 2


def test_the_folder_comes_back_by_itself_after_its_share_was_gone(tmp_path):
    share = tmp_path / "share"
    share.mkdir()
    with Station(share) as station:
        wait_until(lambda: station.driver.health().state == "live")
        share.rename(tmp_path / "unmounted")
        wait_until(lambda: station.driver.health().state == "down")
        (tmp_path / "unmounted").rename(share)
        wait_until(lambda: station.driver.health().state == "live")
        Exporter(share).export("a.csv", GOOD, AT)
        wait_until((share / "done" / "a.csv").exists)
    assert len(station.readings()) == 1
