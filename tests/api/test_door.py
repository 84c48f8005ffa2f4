"""Nobody who keeps the station waiting, or asks for too much at once, takes it from the others."""

import errno
import logging
import resource
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest

from station.api import door
from station.api.door import DoorLimits, limits_within, raise_descriptor_limit
from tests.api.rig import Counter, arrival, ok, problem, served, wait_until

HURRIED = DoorLimits(
    own=12, network=6, per_address=4, head_s=0.4, body_s=0.3, body_bytes=1000, linger_s=0.3, read_s=0.4
)
PATIENT = DoorLimits(own=12, network=6, per_address=4)
PHONE = "127.0.0.2"
HALF = b"GET /api/v1/health HTTP/1.1\r\nHost: x\r\n"


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "SWEEP_S", 0.02)


@pytest.fixture
def hurried(unserved: Counter) -> Iterator[Counter]:
    with served(unserved, HURRIED) as counter:
        yield counter


@pytest.fixture
def patient(unserved: Counter) -> Iterator[Counter]:
    with served(unserved, PATIENT) as counter:
        yield counter


@contextmanager
def connected(counter: Counter, sent: bytes = b"", *, source: str = "127.0.0.1") -> Iterator[socket.socket]:
    host, port = counter.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), 10, source_address=(source, 0)) as connection:
        connection.sendall(sent)
        yield connection


def post(counter: Counter, path: str, length: int, token: str = "") -> bytes:
    """The head of a request with a body of that length."""
    bearer = f"Authorization: Bearer {token}\r\n" if token else ""
    text = f"POST /api/v1/{path} HTTP/1.1\r\nHost: x\r\n{bearer}Content-Length: {length}\r\n\r\n"
    return text.encode()


def is_ended(connection: socket.socket) -> bool:
    """Reads until the other side hangs up; False where it does not within the time-out."""
    try:
        while connection.recv(65_536):
            pass
    except ConnectionError:
        return True
    except TimeoutError:
        return False
    return True


def drip(connection: socket.socket, byte: bytes, seconds: float = 10.0) -> bool:
    """Sends the byte again and again, well within any pause; True once the other side has hung up."""
    connection.settimeout(0.02)
    for _ in range(int(seconds / 0.02)):
        try:
            connection.sendall(byte)
            if connection.recv(65_536) == b"":
                return True
        except TimeoutError:
            continue
        except ConnectionError:
            return True
    return False


@pytest.mark.parametrize("sent", [b"", b"G", HALF])
def test_who_does_not_finish_a_request_is_hung_up_on(hurried: Counter, sent: bytes) -> None:
    with connected(hurried, sent) as connection:
        assert is_ended(connection)


def test_a_head_that_comes_byte_by_byte_is_hung_up_on(hurried: Counter) -> None:
    with connected(hurried, HALF + b"X-Slow: ") as connection:
        assert drip(connection, b"a")


def test_a_second_head_on_the_same_connection_has_no_more_time_than_the_first(hurried: Counter) -> None:
    with connected(hurried, HALF + b"\r\n") as connection:
        assert connection.recv(65_536).startswith(b"HTTP/1.1 200")
        assert drip(connection, b"G")


@pytest.mark.parametrize("byte", [b"", b" "])
def test_a_body_that_does_not_come_or_only_byte_by_byte_is_hung_up_on(hurried: Counter, byte: bytes) -> None:
    with connected(hurried, post(hurried, "sign-in", 900_000, hurried.tokens.terminal)) as connection:
        assert drip(connection, byte) if byte else is_ended(connection)


def test_a_large_body_that_comes_at_a_fair_pace_is_taken(hurried: Counter) -> None:
    """It takes several spans, each of which brings enough."""
    body = b'{"name": "' + b"x" * 60_000 + b'", "pin": "1"}'
    with connected(hurried, post(hurried, "sign-in", len(body), hurried.tokens.terminal)) as connection:
        for start in range(0, len(body), 2500):
            connection.sendall(body[start : start + 2500])
            threading.Event().wait(0.04)
        assert connection.recv(65_536).startswith(b"HTTP/1.1 422")


@pytest.mark.parametrize("path", ["captures", "models", "visits", "sign-in", "admin/people", "nothing"])
@pytest.mark.parametrize("token", ["", "unknown"])
def test_without_a_token_the_answer_comes_at_the_head_of_a_large_body(
    hurried: Counter, path: str, token: str
) -> None:
    with connected(hurried, post(hurried, path, 12_000_000, token)) as connection:
        assert connection.recv(65_536).startswith(b"HTTP/1.1 401")
        assert is_ended(connection)


def test_a_body_without_a_length_and_without_a_token_is_refused_at_its_head(hurried: Counter) -> None:
    head = b"POST /api/v1/captures HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    with connected(hurried, head) as connection:
        assert connection.recv(65_536).startswith(b"HTTP/1.1 401")


@pytest.mark.parametrize(("path", "most"), [("visits", 1_000_000), ("captures", 40_064_000)])
def test_too_large_a_body_is_refused_at_its_head(hurried: Counter, path: str, most: int) -> None:
    with connected(hurried, post(hurried, path, most + 1, hurried.tokens.terminal)) as connection:
        assert connection.recv(65_536).startswith(b"HTTP/1.1 413")
        assert drip(connection, b"x" * 1000)


def test_who_sends_a_large_body_without_a_token_still_reads_why_it_is_refused(patient: Counter) -> None:
    with patient.client("nobody") as nobody:
        refused = nobody.post("/captures", content=b"x" * 12_000_000)
        problem(refused, 401, "unknown_token")


def test_who_does_not_read_its_answers_is_hung_up_on(hurried: Counter) -> None:
    asks = b"GET /api/v1/openapi.json HTTP/1.1\r\nHost: x\r\n\r\n"
    with connected(hurried) as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.sendall(asks * 100)
        wait_until(lambda: _is_reset(connection))


def _is_reset(connection: socket.socket) -> bool:
    return connection.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) != 0


def test_a_flood_of_half_open_requests_of_one_phone_leaves_room_for_all_others(patient: Counter) -> None:
    with ExitStack() as open_:
        flood = [open_.enter_context(connected(patient, HALF, source=PHONE)) for _ in range(60)]
        with patient.client() as anne:
            ok(anne.get("/site"))
        for source in (PHONE, "127.0.0.3"):
            with connected(patient, HALF + b"\r\n", source=source) as honest:
                assert honest.recv(65_536).startswith(b"HTTP/1.1 200")
        assert is_ended(flood[0])


def test_a_flood_from_many_addresses_takes_no_room_of_the_terminals(patient: Counter) -> None:
    with ExitStack() as open_:
        for number in range(2, 62):
            open_.enter_context(connected(patient, HALF, source=f"127.0.0.{number}"))
        with patient.client() as anne:
            ok(anne.post("/visits", json=arrival()), 201)


def test_a_flood_of_half_open_requests_of_the_box_itself_pushes_out_itself(patient: Counter) -> None:
    with ExitStack() as open_, patient.client() as anne:
        ok(anne.get("/site"))
        flood = [open_.enter_context(connected(patient, HALF)) for _ in range(60)]
        ok(anne.get("/site"))
        assert is_ended(flood[0])
        flood[-1].sendall(b"\r\n")
        assert flood[-1].recv(65_536).startswith(b"HTTP/1.1 200")


def test_where_all_are_served_one_more_is_refused_until_one_goes(patient: Counter) -> None:
    asks = (
        b"GET /api/v1/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "
        + patient.tokens.gate.encode()
        + b"\r\n\r\n"
    )
    with ExitStack() as open_:
        listeners = [open_.enter_context(connected(patient, asks, source=PHONE)) for _ in range(4)]
        for listener in listeners:
            assert listener.recv(100).startswith(b"HTTP/1.1 200")
        with connected(patient, HALF + b"\r\n", source=PHONE) as one_more:
            assert is_ended(one_more)
        listeners[0].close()
        wait_until(lambda: _is_answered(patient))


def _is_answered(counter: Counter) -> bool:
    with connected(counter, HALF + b"\r\n", source=PHONE) as connection:
        try:
            return connection.recv(100).startswith(b"HTTP/1.1 200")
        except ConnectionError:
            return False


class Exhausted(socket.socket):
    """A listening socket of a process that has no descriptor left for a while."""

    failures = 0

    def accept(self) -> tuple[socket.socket, Any]:
        if type(self).failures:
            type(self).failures -= 1
            raise OSError(errno.EMFILE, "Too many open files")
        return super().accept()


def test_without_a_descriptor_it_waits_a_little_and_then_goes_on(
    unserved: Counter, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(door, "NO_DESCRIPTOR_S", 0.05)
    monkeypatch.setattr(Exhausted, "failures", 3)
    with (
        caplog.at_level(logging.ERROR),
        served(unserved, listening=Exhausted) as counter,
        counter.client() as anne,
    ):
        ok(anne.get("/site"))
    told = [record for record in caplog.records if "no connection can be accepted" in record.getMessage()]
    assert len(told) == 3
    assert Exhausted.failures == 0


def test_the_soft_limit_of_descriptors_is_raised_as_far_as_is_needed() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(512, hard), hard))
        assert raise_descriptor_limit(1024) == min(1024, hard)
        assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] == min(1024, hard)
        assert raise_descriptor_limit(256) == min(1024, hard)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.parametrize("descriptors", [256, 1024, 4096])
def test_connections_leave_descriptors_for_files_and_ports(descriptors: int) -> None:
    limits = limits_within(descriptors)
    assert 0 < limits.per_address <= limits.network < limits.own
    assert limits.own + limits.network <= min(descriptors * 0.6, 600)


def test_the_addresses_of_one_ipv6_network_are_one() -> None:
    assert door._place("2001:db8:1:2::7") == door._place("2001:db8:1:2:ffff::1")
    assert door._place("2001:db8:1:2::7") != door._place("2001:db8:1:3::7")
    assert door._place("192.168.1.7") == "192.168.1.7"
    assert door._place("::1") == "::1"
    assert door._place("fe80::1%eth0") == door._place("fe80::2%eth0")
