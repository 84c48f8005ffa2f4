"""The typed client and the event stream, against the real counter and against what is no station."""

import asyncio
import socket
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress

import pytest

from station.api import schemas, streams
from tests.ui.rig import PERSON, PIN, Station
from ui.tui.client import StationClient, StationProblem, StationUnreachable
from ui.tui.stream import Connected, Heard, Lost, follow


@asynccontextmanager
async def client(url: str, token: str = "none", language: str = "en") -> AsyncIterator[StationClient]:
    opened = StationClient(url, token, language)
    try:
        yield opened
    finally:
        await opened.close()


@contextmanager
def answering(*answers: bytes) -> Iterator[str]:
    """Something that listens, sends these bytes to each caller in turn, and hangs up."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(5)

        def serve() -> None:
            for answer in answers:
                with suppress(OSError):
                    caller, _ = listener.accept()
                    with caller:
                        caller.recv(65_536)
                        caller.sendall(answer)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        thread.join(6)


async def test_signing_in_names_the_person_of_every_act(station: Station) -> None:
    async with client(station.url, station.token) as c:
        assert [person.name for person in await c.people()] == [PERSON]
        with pytest.raises(StationProblem) as refused:
            await c.type_weighing(43_120)
        assert refused.value.problem.code == "not_signed_in"
        await c.sign_in(PERSON, PIN)
        assert (await c.type_weighing(43_120)).typed_by == PERSON
        await c.sign_out()
        assert c.person is None
        with pytest.raises(StationProblem):
            await c.type_weighing(43_120)


async def test_a_wrong_pin_or_token_says_what_to_do_in_the_readers_language(
    station: Station,
) -> None:
    async with client(station.url, station.token, "fr") as c:
        with pytest.raises(StationProblem) as refused:
            await c.sign_in(PERSON, "9999")
        assert refused.value.problem.action == "Tapez-les de nouveau."
        assert c.person is None
    async with client(station.url, "wrong") as c:
        with pytest.raises(StationProblem) as refused:
            await c.site()
        assert refused.value.problem.code == "unknown_token"


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
        b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 2\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{",
        b"SSH-2.0-OpenSSH\r\n",
        b"",
    ],
)
async def test_what_is_no_station_is_said_to_be_unreachable(answer: bytes) -> None:
    with answering(answer) as url:
        async with client(url) as c:
            with pytest.raises(StationUnreachable):
                await c.health()


@pytest.mark.parametrize("url", ["http://127.0.0.1:1", "http://no host", "nonsense"])
async def test_an_address_where_nobody_answers_is_unreachable(url: str) -> None:
    async with client(url) as c:
        with pytest.raises(StationUnreachable):
            await c.site()


async def collect(stream: AsyncIterator[Heard], until: type, count: int = 1) -> list[Heard]:
    heard: list[Heard] = []
    async with asyncio.timeout(8):
        async for item in stream:
            heard.append(item)
            if sum(isinstance(one, until) for one in heard) >= count:
                break
    return heard


async def test_events_and_live_values_are_followed(station: Station) -> None:
    async with client(station.url, station.token) as c:
        stream = follow(c)
        assert isinstance((await collect(stream, Connected))[0], Connected)
        station.silo.arrive("AB-123-CD")
        heard = await collect(stream, schemas.Event)
        assert "arrival_entered" in [item.kind for item in heard if isinstance(item, schemas.Event)]
        live = [
            item for item in [*heard, *await collect(stream, schemas.Live)] if isinstance(item, schemas.Live)
        ]
        assert [device.state for device in live[0].devices] == ["live", "silent"]
        await stream.aclose()  # type: ignore[attr-defined]


async def test_after_too_long_a_break_the_terminal_is_told_to_read_all_again(
    station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "KEPT", 4)
    for number in range(6):
        station.silo.arrive(f"AB-{number}")
    async with client(station.url, station.token) as c:
        stream = follow(c, after=0)
        heard = await collect(stream, schemas.Reload)
        assert [one for one in heard if isinstance(one, schemas.Event)] == []
        assert heard[-1] == schemas.Reload(after=(await c.health()).last_event)
        await stream.aclose()  # type: ignore[attr-defined]


async def test_a_long_queue_is_read_page_after_page(
    station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(7):
        station.silo.arrive(f"AB-{number}")
    async with client(station.url, station.token) as c:
        rows = await c._pages("/visits", schemas.VisitRow, 100, open="true", limit="3")
        assert [row.plate for row in rows] == [f"AB-{number}" for number in range(7)]
        assert rows == await c.open_visits()
        assert len(await c._pages("/visits", schemas.VisitRow, 4, open="true", limit="3")) == 6


async def test_after_a_break_the_stream_resumes_behind_the_last_event_heard(station: Station) -> None:
    async with client(station.url, station.token) as c:
        stream = follow(c, retry_s=(0.05,))
        heard = await collect(stream, Connected)
        station.silo.arrive("AB-1")
        heard += await collect(stream, schemas.Event)
        await asyncio.to_thread(station.stop)
        heard += await collect(stream, Lost)
        station.silo.arrive("AB-2")
        station.silo.arrive("AB-3")
        await asyncio.to_thread(station.start)
        heard += await collect(stream, schemas.Event, 4)
        sequence = [item.seq for item in heard if isinstance(item, schemas.Event)]
        assert sequence == list(range(sequence[0], sequence[0] + len(sequence)))
        await stream.aclose()  # type: ignore[attr-defined]


async def test_a_silent_stream_is_a_broken_one() -> None:
    health = b'{"now":"2026-07-20T08:00:00Z","last_event":3,"disk_free_mb":9,"vision":"off","rule_pack":null}'
    answers = (
        b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s" % (len(health), health),
        b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: 999\r\n\r\n: hello\n\n",
    )
    with answering(*answers) as url:
        async with client(url) as c:
            stream = follow(c, silence_s=0.2, retry_s=(0.05,))
            heard = await collect(stream, Lost)
            assert isinstance(heard[0], Connected)
            assert isinstance(heard[-1], Lost)
            await stream.aclose()  # type: ignore[attr-defined]


async def test_a_refused_terminal_is_told_so_and_keeps_trying(station: Station) -> None:
    async with client(station.url, "revoked") as c:
        heard = await collect(follow(c, retry_s=(0.01,)), Lost, 2)
        problems = [item.problem.code for item in heard if isinstance(item, Lost) and item.problem]
        assert problems == ["unknown_token", "unknown_token"]
