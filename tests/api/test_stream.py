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
from sqlalchemy import event
from sqlmodel import select

from station.api import streams
from station.api.app import stop_streams
from station.api.door import DoorLimits
from station.runtime.live import DeviceLive
from station.store import audit
from station.store.tables import Person
from tests.api.rig import Counter, arrival, ok, problem, served, wait_until
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

    def hang_up(self) -> None:
        assert self._response is not None
        self._response.close()

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


def read_stream(counter: Counter, after: int, wanted: int) -> list[tuple[int | None, str, Any]]:
    """The first so many messages of a stream that begins there."""
    with counter.client() as anne:
        listener = Listener(anne, params={"after": after})
        wait_until(lambda: len(listener.events) >= wanted)
        stop_streams(counter.app)
        listener.join()
    return listener.events


def test_who_asks_from_too_far_back_is_told_to_read_the_lists_and_goes_on_from_now(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "KEPT", 5)
    for number in range(10):
        counter.silo.arrive(f"AB-{number:03d}")
    newest = last_seq(counter)
    with counter.client() as anne:
        listeners = {back: Listener(anne, params={"after": newest - back}) for back in (0, 5, 6, newest)}
        for back, listener in listeners.items():
            wait_until(lambda listener=listener, back=back: len(listener.seqs) == {0: 0, 5: 5}.get(back, 1))
        counter.silo.arrive("AB-999")
        later = list(range(newest + 1, last_seq(counter) + 1))
        told = {0: [], 5: list(range(newest - 4, newest + 1)), 6: [newest], newest: [newest]}
        for back, listener in listeners.items():
            wait_until(lambda listener=listener, back=back: listener.seqs == told[back] + later)
            kinds = {kind: data for seq, kind, data in listener.events if seq == newest and kind == "reload"}
            assert kinds == ({"reload": {"after": newest}} if back in (6, newest) else {})
        stop_streams(counter.app)
        for listener in listeners.values():
            listener.join()


def test_the_whole_chain_is_sent_while_it_is_short(counter: Counter) -> None:
    newest = last_seq(counter)
    assert [seq for seq, _, _ in read_stream(counter, 0, newest) if seq] == list(range(1, newest + 1))


def test_an_event_is_read_once_for_all_who_listen(counter: Counter) -> None:
    with counter.client() as anne:
        listeners = [Listener(anne) for _ in range(12)]
        reads: list[str] = []

        def note(_: object, __: object, statement: str, *___: object) -> None:
            if "FROM audit_event" in statement and "WHERE audit_event.seq >" in statement:
                reads.append(statement)

        event.listen(counter.silo.desk.ledger._reader, "before_cursor_execute", note)
        counter.silo.arrive("AB-123-CD")
        wait_until(lambda: all("arrival_entered" in listener.kinds() for listener in listeners))
        assert 1 <= len(reads) <= 3
        stop_streams(counter.app)
        for listener in listeners:
            listener.join()


def test_a_name_that_was_changed_is_sent_as_it_is_now(counter: Counter) -> None:
    """What is kept to be sent again holds no name that the ledger holds no more."""
    start = last_seq(counter)
    silo = counter.silo
    with silo.desk.ledger.write() as tx:
        audit.record(tx, "signed_out", silo.clock(), by=_anne(counter))
    with counter.client("marc") as marc:
        listener = Listener(marc, params={"after": start})
        wait_until(lambda: listener.kinds() == ["signed_out"])
        assert listener.events[0][2]["by"] == "Anne"
        with silo.desk.ledger.write() as tx:
            anne = tx.get_one(Person, _anne(counter))
            anne.name = ""
            tx.add(anne)
            audit.record(tx, "person_forgotten", silo.clock(), subject_id=anne.id)
        wait_until(lambda: "person_forgotten" in listener.kinds())
        again = Listener(marc, params={"after": start})
        wait_until(lambda: again.kinds() == ["signed_out", "person_forgotten"])
        assert again.events[0][2]["by"] != "Anne"
        stop_streams(counter.app)
        listener.join()
        again.join()


def _anne(counter: Counter) -> str:
    with counter.silo.desk.ledger.read() as tx:
        return tx.exec(select(Person.id).where(Person.name_key == "anne")).one()


def test_one_token_has_so_many_listeners_and_a_place_is_free_when_one_goes(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "PER_TOKEN", 2)
    with counter.client() as anne, counter.client("gate") as gate:
        listeners = [Listener(anne), Listener(anne)]
        refused = problem(anne.get("/events"), 429, "too_many_listeners")
        assert refused["params"] == {"most": 2, "seconds": 30}
        listeners.append(Listener(gate))
        listeners[0].hang_up()
        wait_until(lambda: len(counter.app.state.streams._readers) == 2)
        listeners.append(Listener(anne))
        stop_streams(counter.app)
        for listener in listeners:
            listener.join()


def test_a_listener_that_does_not_read_is_hung_up_on_and_the_log_says_so(
    unserved: Counter, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "KEPT", 100_000)
    desk = unserved.silo.desk
    with desk.ledger.write() as tx:
        for _ in range(2500):
            audit.record(tx, "filling", unserved.silo.clock(), data={"text": "x" * 400})
    with served(unserved, DoorLimits(read_s=0.3, send_buffer=8192)) as counter:
        host, port = counter.url.removeprefix("http://").split(":")
        with socket.socket() as stuck:
            stuck.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            stuck.connect((host, int(port)))
            bearer = b"Authorization: Bearer " + counter.tokens.terminal.encode()
            stuck.sendall(b"GET /api/v1/events?after=0 HTTP/1.1\r\nHost: x\r\n" + bearer + b"\r\n\r\n")
            wait_until(lambda: stuck.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) != 0)
        wait_until(lambda: not counter.app.state.streams._readers)
    assert "it does not read what it is sent" in caplog.text
