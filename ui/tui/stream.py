"""Follow the station's event stream for ever: what happened, the live devices, and whether we hear it.

The stream is read by rising event numbers: after a break it resumes behind the last number heard
(`Last-Event-ID`), so nothing is skipped and nothing comes twice. Silence is a break too: the station speaks
at least every few seconds.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

import httpx2
from pydantic import ValidationError

from station.api import schemas
from ui.tui.client import CONNECT_S, StationClient, StationProblem, StationUnreachable, problem_of

SILENCE_S = 15.0
RETRY_S = (0.3, 0.5, 1.0, 2.0, 3.0)


@dataclass(frozen=True, slots=True)
class Connected:
    """The stream is open. Whatever happened while it was not follows as events."""

    health: schemas.Health


@dataclass(frozen=True, slots=True)
class Lost:
    """The stream broke; it is tried again in `retry_s`. `problem` is what the station itself said no with."""

    retry_s: float
    problem: schemas.Problem | None = None


Sent = schemas.Event | schemas.Live | schemas.Proposals | schemas.Reload
Heard = Connected | Lost | Sent


async def follow(
    client: StationClient,
    *,
    after: int | None = None,
    retry_s: Sequence[float] = RETRY_S,
    silence_s: float = SILENCE_S,
) -> AsyncIterator[Heard]:
    """Yield for ever. `after` None starts with what happens from now on; the pauses between tries are
    `retry_s`, the last one again and again."""
    failures = 0
    while True:
        try:
            health = await client.health()
            # A lower number than ours means another ledger answers (restored, or a new data folder).
            after = health.last_event if after is None else min(after, health.last_event)
            yield Connected(health)
            failures = 0
            async for heard in _read(client, after, silence_s):
                if isinstance(heard, schemas.Event):
                    after = heard.seq
                if isinstance(heard, schemas.Reload):
                    after = heard.after
                yield heard
            lost = Lost(retry_s[0])
        except StationProblem as refused:
            lost = Lost(_pause(retry_s, failures), refused.problem)
        except (StationUnreachable, httpx2.RequestError):
            lost = Lost(_pause(retry_s, failures))
        yield lost
        failures += 1
        await asyncio.sleep(lost.retry_s)


async def _read(client: StationClient, after: int, silence_s: float) -> AsyncIterator[Sent]:
    headers = {**client.headers(), "Last-Event-ID": str(after)}
    timeout = httpx2.Timeout(CONNECT_S, read=silence_s)
    async with client.http.sse("/events", headers=headers, timeout=timeout) as source:
        if not source.response.is_success:
            await source.response.aread()
            raise problem_of(source.response)
        async for sent in source:
            heard = _parse(sent)
            if heard is not None:
                yield heard


def _parse(sent: httpx2.ServerSentEvent) -> Sent | None:
    """Read a message; None where it is of a kind or shape that this terminal does not know."""
    model: type[Sent] = _DERIVED.get(sent.event, schemas.Event)
    try:
        return model.model_validate_json(sent.data)
    except ValidationError:
        return None


_DERIVED: dict[str, type[Sent]] = {
    "live": schemas.Live,
    "proposals": schemas.Proposals,
    "reload": schemas.Reload,
}


def _pause(retry_s: Sequence[float], failures: int) -> float:
    return retry_s[min(failures, len(retry_s) - 1)]
