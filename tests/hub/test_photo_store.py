"""The store of photos is a folder or an S3: a real server refuses a wrong secret, and dies in mid write."""

import os
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import Engine

from station.hub import photos
from station.hub.photo_store import KEY_ID, PUT_AT_ONCE, SECRET, PhotoStore, PhotoStoreFault, store_of
from station.hub.photos import Coming
from station.hub.settings import HubSettings, S3Settings, load_hub_settings
from tests.hub.hub_rig import Headquarters
from tests.post.photo_rig import bytes_of, photo_line, sha
from tests.post.post_rig import HUB, START

ID, WORD = "silokey", "a-secret-of-the-tests"
DATABASE = "postgresql://nobody@/nowhere"
BUCKET = "grain"


@dataclass
class S3:
    """`rclone serve s3` on a folder: started again after a kill at the same port."""

    folder: Path
    port: int = 0
    process: "subprocess.Popen[str] | None" = None

    def start(self) -> None:
        rclone = Path(sys.executable).with_name("rclone")
        self.process = subprocess.Popen(
            [rclone, "serve", "s3", "--addr", f"127.0.0.1:{self.port}", "--auth-key", f"{ID},{WORD}",
             "--config", os.devnull, str(self.folder)],
            stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert self.process.stderr is not None
        for line in self.process.stderr:
            if found := re.search(r"Starting s3 server on \[http://127\.0\.0\.1:(\d+)", line):
                self.port = int(found[1])
                break
        threading.Thread(target=self.process.stderr.read, daemon=True).start()

    def kill(self) -> None:
        if self.process is not None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait(timeout=30)


@dataclass
class Cut:
    """Stands before the S3 and lets so many bytes through: then the server behind it is killed."""

    s3: S3
    most: int
    passed: int = 0
    port: int = field(init=False)

    @contextmanager
    def running(self) -> Iterator["Cut"]:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            self.port = listener.getsockname()[1]
            thread = threading.Thread(target=self._accept, args=(listener,), daemon=True)
            thread.start()
            yield self

    def _accept(self, listener: socket.socket) -> None:
        with suppress(OSError):
            for _ in range(10):
                client, _address = listener.accept()
                threading.Thread(target=self._pass, args=(client,), daemon=True).start()

    def _pass(self, client: socket.socket) -> None:
        with suppress(OSError), closing(client), socket.create_connection(("127.0.0.1", self.s3.port)) as s3:
            threading.Thread(target=_pump, args=(s3, client), daemon=True).start()
            while self.passed < self.most and (data := client.recv(65_536)):
                s3.sendall(data)
                self.passed += len(data)
            if self.passed >= self.most:
                self.s3.kill()


def _pump(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65_536):
            target.sendall(data)


@pytest.fixture
def s3(tmp_path: Path) -> Iterator[S3]:
    (tmp_path / "s3" / BUCKET).mkdir(parents=True)
    server = S3(tmp_path / "s3")
    server.start()
    yield server
    server.kill()


def settings(port: int, **s3: str) -> HubSettings:
    reached = S3Settings(endpoint=f"http://127.0.0.1:{port}", key_id=ID, **s3)
    return HubSettings(database=DATABASE, photos=f"s3://{BUCKET}/photos", s3=reached)


def store(folder: Path, port: int, secret: str = WORD) -> PhotoStore:
    (folder / "secret").write_text(f"{secret}\n", encoding="utf-8")
    return store_of(settings(port, secret_file="secret"), folder / "hub.toml")


def uses(one: PhotoStore) -> None:
    """What both kinds must do."""
    data, other = bytes_of(1, 100_000), bytes_of(2, 10)
    assert one.size(sha(data)) is None
    one.put(sha(data), data)
    one.put(sha(data), data)
    one.put(sha(other), other)
    assert one.read(sha(data)) == data
    assert one.sizes([sha(data), sha(other), "f" * 64]) == {sha(data): 100_000, sha(other): 10}
    one.try_out()


def test_a_folder_keeps_photos(tmp_path: Path) -> None:
    uses(store_of(HubSettings(database=DATABASE), tmp_path / "hub.toml"))
    assert (tmp_path / "photos" / sha(bytes_of(2, 10))[:2]).is_dir()


def test_a_store_that_stalls_takes_no_more_than_its_share_of_a_copy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, go_on = store_of(HubSettings(database=DATABASE), tmp_path / "hub.toml"), threading.Event()
    monkeypatch.setattr(one, "_put", lambda *_: go_on.wait(30))
    with ThreadPoolExecutor(PUT_AT_ONCE) as threads:
        stalling = [threads.submit(one.put, "f" * 64, b"x") for _ in range(PUT_AT_ONCE)]
        for _ in range(3_000):
            if one._turns._value == 0:
                break
            go_on.wait(0.001)
        with pytest.raises(PhotoStoreFault, match="busy"):
            one.put("e" * 64, b"x")
        go_on.set()
        assert [done.result(timeout=30) for done in stalling] == [None] * PUT_AT_ONCE
    one.put("e" * 64, b"x")


@pytest.mark.long
def test_an_s3_keeps_photos_by_the_same_code(s3: S3, tmp_path: Path) -> None:
    uses(store(tmp_path, s3.port))
    assert len(list((s3.folder / BUCKET / "photos").rglob("*"))) == 4


@pytest.mark.long
def test_a_wrong_secret_is_named_and_never_told(
    s3: S3, tmp_path: Path, headquarters: Headquarters, monkeypatch: pytest.MonkeyPatch
) -> None:
    for wrong in (WORD[:-1] + "x", "quite-another"):
        with pytest.raises(PhotoStoreFault) as refused:
            store(tmp_path, s3.port, wrong).try_out()
        assert refused.value.reason == "wrong_secret"
        assert wrong not in str(refused.value)
        with pytest.raises(PhotoStoreFault, match="wrong_secret"):
            store(tmp_path, s3.port, wrong).sizes(["f" * 64])
    config = headquarters.config.read_text(encoding="utf-8").replace("file:photos", f"s3://{BUCKET}/photos")
    config += f'[s3]\nendpoint = "http://127.0.0.1:{s3.port}"\nkey_id = "{ID}"\n'
    headquarters.config.write_text(config, encoding="utf-8")
    assert KEY_ID in headquarters.run("check").stderr
    monkeypatch.setenv(SECRET, "not-this-one")
    done = headquarters.run("check")
    assert (done.exit_code, "secret is wrong" in done.stderr) == (1, True)
    assert "not-this-one" not in done.output
    monkeypatch.setenv(SECRET, WORD)
    assert "photo store" not in headquarters.run("check").output
    headquarters.config.write_text(config.replace(BUCKET, "nowhere"), encoding="utf-8")
    assert "bucket" in headquarters.run("check").stderr


@pytest.mark.long
@pytest.mark.parametrize("most", [10_000, 1_000_000, 2_900_000])
def test_a_server_that_is_killed_in_mid_write_leaves_nothing_half_stored(
    s3: S3, tmp_path: Path, most: int
) -> None:
    data = bytes_of(1, 3_000_000)
    with Cut(s3, most).running() as cut, photo_line(tmp_path, store=store(tmp_path, cut.port)) as line:
        (name,) = line.take("c1", data)
        line.rows_go()
        station = line.station()
        line.run(station, 12)
        assert station.facts().waits == "unusable"
        assert line.at_hub() == set()
        assert line.states() == {name: "owed"}
        sent = line.line.photo_bytes()
        assert sent == len(data), "the hub keeps what has come"
        s3.start()
        line.store.store = store(tmp_path, s3.port)
        line.line.ticks += 600
        line.run(station)
        assert line.store.read(name) == data
        assert (line.at_hub(), line.parts(), line.line.photo_bytes()) == ({name}, 0, sent)


@pytest.mark.long
def test_two_copies_that_take_ranges_at_once_store_a_photo_once_and_whole(
    empty: Engine, tmp_path: Path
) -> None:
    """On PostgreSQL: each range comes to both copies in the same instant, as a resend does."""
    data = bytes_of(1, 500_000)
    with photo_line(tmp_path, engine=empty) as line, ThreadPoolExecutor(2) as copies:
        (name,) = line.take("c1", data)
        line.rows_go()
        have = 0
        for _ in range(100):
            if have == len(data):
                break
            coming = Coming("beaulieu", name, have, len(data), data[have : have + 40_000])
            both = [
                copies.submit(photos.take_range, empty, HUB, line.store.store, coming, START) for _ in (1, 2)
            ]
            answers = [one.result(timeout=30) for one in both]
            assert {answer.status for answer in answers} <= {200, 409}
            have = max(answer.have for answer in answers)
        assert line.store.read(name) == data
        assert (line.at_hub(), line.parts()) == ({name}, 0)


@pytest.mark.parametrize(
    "wrong",
    [
        'photos = "file:"', 'photos = "http://x"', 'photos = "s3://key@bucket"',
        '[s3]\nendpoint = "127.0.0.1:1"', '[s3]\nendpoint = "http://id:word@host"', '[s3]\nsecret = "x"',
    ],
)  # fmt: skip
def test_the_hubs_file_holds_no_secret_and_no_wrong_address(tmp_path: Path, wrong: str) -> None:
    file = tmp_path / "hub.toml"
    file.write_text(f'database = "{DATABASE}"\n{wrong}\n', encoding="utf-8")
    with pytest.raises(Exception, match=r"photos|s3"):
        load_hub_settings(file)


def test_a_secret_that_cannot_be_read_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(SECRET, raising=False)
    for told in ({}, {"secret_file": "none"}):
        with pytest.raises(PhotoStoreFault) as fault:
            store_of(settings(1, **told), tmp_path / "hub.toml")
        assert fault.value.reason == "no_secret"


def test_a_store_that_nobody_serves_says_so(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(PhotoStoreFault) as fault:
        store(tmp_path, port).try_out()
    assert fault.value.reason == "unusable"
