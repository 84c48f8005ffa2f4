"""The event stream: every event once, in order, from where the reader was; live values in between."""

import json
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import httpx2
import pytest

from station.api import streams
from station.api.app import stop_streams
from station.runtime.live import DeviceLive
from station.store import audit
from tests.api.rig import Counter, arrival, ok, served, wait_until
from tests.silo_rig import START


class Listener:
    """A reader of the stream in a thread of its own; `events` are (id, kind, data)."""

    def __init__(self, client: httpx2.Client, **how: Any) -> None:
        self.events: list[tuple[int | None, str, Any]] = []
        self.comments = 0
        self.ended = threading.Event()
        self._client, self._how = client, how
        self.opened = threading.Event()
        self._response: httpx2.Response | None = None
        self._thread = threading.Thread(target=self._read)
        self._thread.start()
        assert self.opened.wait(10)

    def _read(self) -> None:
        try:
            with self._client.stream("GET", "/events", **self._how) as response:
                self._response = response
                assert response.headers["content-type"].startswith("text/event-stream")
                self.opened.set()
                for block in _blocks(response):
                    self._take(block)
        except httpx2.HTTPError:
            pass  # hung up by this reader
        finally:
            self.ended.set()

    def _take(self, block: list[str]) -> None:
        if block[0].startswith(":"):
            self.comments += 1
            return
        fields = dict(line.split(": ", 1) for line in block)
        seq = int(fields["id"]) if "id" in fields else None
        self.events.append((seq, fields["event"], json.loads(fields["data"])))

    @property
    def seqs(self) -> list[int]:
        return [seq for seq, _, _ in list(self.events) if seq is not None]

    def kinds(self) -> list[str]:
        return [kind for seq, kind, _ in list(self.events) if seq is not None]

    def join(self) -> None:
        self._thread.join(10)
        assert not self._thread.is_alive()


def _blocks(response: httpx2.Response) -> Iterator[list[str]]:
    block: list[str] = []
    for line in response.iter_lines():
        if line:
            block.append(line)
        elif block:
            yield block
            block = []


def last_seq(counter: Counter) -> int:
    with counter.silo.desk.ledger.read() as tx:
        return audit.last_seq(tx)


def device(**over: Any) -> DeviceLive:
    live = DeviceLive(
        "bridge", "Bridge", "toledo-continuous", "weighbridge", "TB-1", "/dev/ttyS0", "live", START,
        last_heard=START, frames=1, weight_kg=0.0, weight_stable=True,
    )  # fmt: skip
    return replace(live, **over)


def test_an_act_is_heard_at_once_with_what_it_is_about(counter: Counter) -> None:
    with counter.client() as anne:
        listener = Listener(anne)
        started = time.monotonic()
        visit = ok(anne.post("/visits", json=arrival("AB-123-CD", "S1")), 201)
        wait_until(lambda: "proposals" in [kind for _, kind, _ in list(listener.events)])
        assert time.monotonic() - started < 5
        assert listener.kinds() == ["arrival_entered", "sample_entered"]
        _, _, data = next(event for event in listener.events if event[1] == "sample_entered")
        assert (data["visit_id"], data["load_id"]) == (visit["id"], visit["loads"][0]["id"])
        seq, _, data = next(event for event in listener.events if event[1] == "proposals")
        assert (seq, data) == (None, {"load_ids": [visit["loads"][0]["id"]]})
        stop_streams(counter.app)
        listener.join()


def test_a_reader_goes_on_where_it_was_without_a_gap_or_a_double(counter: Counter) -> None:
    heard: list[int] = []
    start = last_seq(counter)
    with counter.client() as anne:
        for number in range(6):
            ok(anne.post("/visits", json=arrival(f"AB-{number:03d}", f"S{number}")), 201)
    with counter.client() as anne:
        while not heard or heard[-1] < last_seq(counter):
            after = heard[-1] if heard else start
            with anne.stream("GET", "/events", headers={"Last-Event-ID": str(after)}) as response:
                for block in _blocks(response):
                    fields = dict(line.split(": ", 1) for line in block)
                    if "id" in fields:
                        heard.append(int(fields["id"]))
                    if len(heard) % 7 == 0 or heard[-1:] == [last_seq(counter)]:
                        break  # the line breaks in the middle of the backlog
    assert heard == list(range(start + 1, last_seq(counter) + 1))


def test_events_of_many_writers_reach_every_reader_once_in_order(counter: Counter) -> None:
    start = last_seq(counter)
    with counter.client() as one, counter.client("marc") as two:
        listeners = [Listener(one), Listener(two, params={"after": start})]

        def write(worker: int) -> None:
            with counter.client() as anne:
                for number in range(4):
                    ok(anne.post("/visits", json=arrival(f"W{worker}-{number}")), 201)

        writers = [threading.Thread(target=write, args=(worker,)) for worker in range(3)]
        for writer in writers:
            writer.start()
        for writer in writers:
            writer.join()
        wanted = list(range(start + 1, last_seq(counter) + 1))
        wait_until(lambda: all(listener.seqs == wanted for listener in listeners))
        stop_streams(counter.app)
        for listener in listeners:
            listener.join()


@pytest.mark.parametrize("header", ["", "x", "-3", "9" * 40, "٣"])
def test_a_last_event_id_that_is_none_of_ours_starts_from_now(counter: Counter, header: str) -> None:
    with counter.client() as anne:
        listener = Listener(anne, headers=[(b"Last-Event-ID", header.encode())])
        ok(anne.post("/visits", json=arrival()), 201)
        wait_until(lambda: "arrival_entered" in listener.kinds())
        assert listener.kinds()[0] == "arrival_entered"
        stop_streams(counter.app)
        listener.join()


def test_live_values_come_at_most_twice_a_second_and_have_no_id(counter: Counter) -> None:
    counter.live.append(device(state="silent", error=("device_silent", {"seconds": 30})))
    moving = True

    def move() -> None:
        kg = 0.0
        while moving:
            kg += 20
            counter.live[0] = replace(counter.live[0], weight_kg=kg)
            threading.Event().wait(0.02)

    mover = threading.Thread(target=move)
    mover.start()
    with counter.client() as anne:
        started = time.monotonic()
        listener = Listener(anne)
        wait_until(lambda: len(listener.events) >= 4)
        elapsed = time.monotonic() - started
        moving = False
        assert elapsed >= 1.4
        seq, kind, data = listener.events[1]
        assert (seq, kind) == (None, "live")
        assert data["devices"][0]["weight_kg"] > 0
        assert data["devices"][0]["error"]["code"] == "device_silent"
        stop_streams(counter.app)
        listener.join()
    mover.join()


def test_a_quiet_stream_is_kept_alive(counter: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "KEEP_ALIVE_SECONDS", 0.1)
    with counter.client() as anne:
        listener = Listener(anne)
        wait_until(lambda: listener.comments >= 2)
        stop_streams(counter.app)
        listener.join()


def test_a_reader_that_does_not_read_holds_up_nobody(counter: Counter) -> None:
    host, port = counter.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port))) as stuck, counter.client() as anne:
        stuck.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        stuck.sendall(
            b"GET /api/v1/events?after=0 HTTP/1.1\r\nHost: x\r\n"
            b"Authorization: Bearer " + counter.tokens.terminal.encode() + b"\r\n\r\n"
        )
        listener = Listener(anne)
        for number in range(10):
            ok(anne.post("/visits", json=arrival(f"AB-{number:03d}")), 201)
        wait_until(lambda: listener.kinds().count("arrival_entered") == 10)
        stop_streams(counter.app)
        listener.join()


def test_the_server_stops_within_a_second_with_streams_open(unserved: Counter) -> None:
    with served(unserved) as counter, counter.client() as anne:
        listeners = [Listener(anne) for _ in range(3)]
        started = time.monotonic()
    stopped = time.monotonic() - started
    assert stopped < 2.0
    for listener in listeners:
        assert listener.ended.wait(5)
        listener.join()


def test_after_the_server_stopped_a_commit_wakes_nobody(unserved: Counter) -> None:
    with served(unserved):
        pass
    unserved.silo.arrive("AB-123-CD")
    assert unserved.silo.desk.ledger._listeners == []


@pytest.mark.parametrize("after", [None, 0, 2**53])
def test_a_stream_ends_when_its_token_is_revoked_and_tells_no_more(
    counter: Counter, after: int | None
) -> None:
    with counter.client() as anne, counter.client("marc") as marc, counter.client("admin") as admin:
        listener = Listener(anne, params={} if after is None else {"after": after})
        other = Listener(marc)
        wait_until(lambda: any(kind == "live" for _, kind, _ in list(listener.events)))
        assert admin.delete("/admin/tokens/bridge%20house").status_code == 204
        ok(marc.post("/visits", json=arrival("AB-123-CD")), 201)
        listener.join()
        assert {"token_revoked", "arrival_entered"}.isdisjoint(listener.kinds())
        wait_until(lambda: "arrival_entered" in other.kinds())
        assert anne.get("/events").status_code == 401
        stop_streams(counter.app)
        other.join()
