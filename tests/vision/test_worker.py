"""The worker process: answers, dies, hangs, is replaced; the station never waits without bound."""

import os
import signal
import sys
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.grain.reasons import Code
from station.vision.client import VisionWorker, WorkerGone, WorkerRefused, WorkerSlow
from station.vision.inspect import inspect
from station.vision.model import LoadedModel
from station.vision.rendered import RenderedTray
from station.vision.wire import LENGTHS, PipeError, encode, read_message
from tests.vision.conftest import BUNDLE


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_the_worker_answers_as_the_function_does(
    worker: VisionWorker, tray: RenderedTray, model: LoadedModel, tmp_path: Path
) -> None:
    assert worker.ready
    assert worker.model == model.name
    expected = replace(inspect(tray.jpeg, model, species="wheat"), seconds={})
    assert replace(worker.inspect(tray.jpeg, "wheat"), seconds={}) == expected
    file = tmp_path / "photo.jpg"
    file.write_bytes(tray.jpeg)
    assert replace(worker.inspect(file, "wheat"), seconds={}) == expected
    assert [r.code for r in worker.inspect(b"no picture").reasons] == [Code.NO_PHOTO]
    with pytest.raises(WorkerRefused, match=r"missing\.jpg"):
        worker.inspect(tmp_path / "missing.jpg")
    assert worker.ready


def test_a_killed_worker_is_gone_and_its_replacement_answers(
    worker: VisionWorker, tray: RenderedTray
) -> None:
    first = worker.pid
    assert first is not None
    os.kill(first, signal.SIGKILL)
    with pytest.raises(WorkerGone):
        worker.inspect(tray.jpeg)
    assert not worker.ready
    fresh = worker.replace()
    try:
        assert fresh.pid != first
        assert fresh.inspect(tray.jpeg).accepted
    finally:
        fresh.close()


def test_a_hanging_worker_is_slow_is_killed_and_can_be_replaced(
    worker: VisionWorker, tray: RenderedTray
) -> None:
    hung = worker.pid
    assert hung is not None
    os.kill(hung, signal.SIGSTOP)
    worker.answer_timeout_s = 0.3
    started = time.monotonic()
    with pytest.raises(WorkerSlow):
        worker.inspect(tray.jpeg)
    assert time.monotonic() - started < 3
    assert not is_running(hung)


def test_closing_ends_the_child_by_closing_its_input(worker: VisionWorker) -> None:
    pid = worker.pid
    assert pid is not None
    worker.close()
    assert not is_running(pid)
    worker.close()
    with pytest.raises(WorkerGone):
        worker.inspect(b"")


def test_a_bundle_that_does_not_load_says_why(tmp_path: Path) -> None:
    broken = tmp_path / "broken.bundle"
    broken.write_bytes(BUNDLE.read_bytes()[:-100])
    with pytest.raises(WorkerGone, match="not a model bundle"):
        VisionWorker(broken, start_timeout_s=60).start()


CHILDREN = {
    "dies at once": ("import sys; sys.exit(9)", WorkerGone),
    "never greets": ("import time; time.sleep(60)", WorkerSlow),
    "speaks nonsense": ("print('hello, I am no worker at all')", WorkerGone),
    "greets with a list": ("import sys; sys.stdout.buffer.write(bytes([0,0,0,2,0,0,0,0])+b'[]')", WorkerGone),
}


@pytest.mark.parametrize("name", sorted(CHILDREN))
def test_a_child_that_misbehaves_at_its_start_is_ended(name: str) -> None:
    code, expected = CHILDREN[name]
    child = VisionWorker(BUNDLE, start_timeout_s=3, command=[sys.executable, "-S", "-c", code])
    if expected is WorkerSlow:
        child.start_timeout_s = 0.4
    with pytest.raises(expected):
        child.start()
    assert child.pid is not None
    assert not is_running(child.pid)
    assert not child.ready


GREETS = """
import json, struct, sys
def send(header, count=None):
    text = json.dumps(header).encode()
    sys.stdout.buffer.write(struct.pack(">II", count or len(text), 0) + text)
    sys.stdout.buffer.flush()
def receive():
    header, body = struct.unpack(">II", sys.stdin.buffer.read(8))
    sys.stdin.buffer.read(header + body)
send({"ready": {"name": "n", "version": "1", "sha256": "00"}, "pid": 1})
receive()
"""
ANSWERS = {
    "hangs": ("receive()", WorkerSlow, "in time"),
    "dribbles": (
        "while True: sys.stdout.buffer.write(bytes([0])), sys.stdout.buffer.flush()",
        WorkerGone,
        "nonsense",
    ),
    "dies mid-answer": ("send({'id': 1}, count=500); sys.exit(3)", WorkerGone, "ended with code 3"),
    "speaks nonsense": ("print('I think it is wheat', flush=True)", WorkerGone, "too long"),
    "answers another question": ("send({'id': 7})", WorkerGone, "another question"),
    "answers without an inspection": ("send({'id': 1})", WorkerGone, "nonsense"),
    "answers with half an inspection": (
        "send({'id': 1, 'inspection': {'species': 4}})",
        WorkerGone,
        "nonsense",
    ),
    "leaks": (
        "hoard = bytearray(400_000_000); hoard[::4096] = hoard[::4096]; receive()",
        WorkerGone,
        "MB of memory",
    ),
}


@pytest.mark.parametrize("name", sorted(ANSWERS))
def test_a_child_that_misbehaves_while_it_answers_is_ended_and_says_why(name: str) -> None:
    code, expected, why = ANSWERS[name]
    timeout = 0.5 if expected is WorkerSlow else 30
    child = VisionWorker(
        BUNDLE,
        start_timeout_s=30,
        answer_timeout_s=timeout,
        memory_limit_mb=200,
        command=[sys.executable, "-S", "-c", GREETS + code],
    )
    child.start()
    with pytest.raises(expected, match=why):
        child.inspect(b"a photo")
    assert child.pid is not None
    assert not is_running(child.pid)
    assert not child.ready
    child.close()


def test_a_worker_that_grew_beyond_its_memory_answers_and_is_then_replaced(
    worker: VisionWorker, tray: RenderedTray
) -> None:
    worker.memory_limit_mb = 1
    with suppress(WorkerGone):  # where it was looked at while it worked
        assert worker.inspect(b"no picture").reasons
    assert not worker.ready
    worker.memory_limit_mb = 1500
    fresh = worker.replace()
    try:
        assert fresh.inspect(tray.jpeg).accepted
    finally:
        fresh.close()


def test_a_program_that_does_not_exist_is_gone() -> None:
    with pytest.raises(WorkerGone, match="cannot start"):
        VisionWorker(BUNDLE, command=["/no/such/program"]).start()


class Pieces:
    """A stream that hands out what it has, like a pipe whose writer is gone."""

    def __init__(self, data: bytes) -> None:
        self.data = data

    def read(self, count: int) -> bytes:
        part, self.data = self.data[:count], self.data[count:]
        return part


@given(st.dictionaries(st.text(), st.integers() | st.text() | st.none()), st.binary(max_size=200))
def test_messages_survive_the_pipe(header: dict[str, object], body: bytes) -> None:
    assert read_message(Pieces(encode(header, body))) == (header, body)  # type: ignore[arg-type]


@given(st.binary(max_size=100))
def test_any_bytes_are_a_message_an_end_or_a_wire_error(data: bytes) -> None:
    try:
        message = read_message(Pieces(data))  # type: ignore[arg-type]
    except PipeError:
        return
    assert message is None or isinstance(message[0], dict)


def test_a_message_beyond_bounds_is_refused_before_it_is_read() -> None:
    with pytest.raises(PipeError, match="too long"):
        read_message(Pieces(LENGTHS.pack(2**31, 0)))  # type: ignore[arg-type]
