"""Finding out how a device is reached: which line settings, which question, and whether it is answered."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from drivers.registry import make_transport
from drivers.transport import LineDown, Publishing, Transport
from station.commissioning.answers import BrokerAnswers, LineAnswers
from station.commissioning.candidates import Candidate, Question, questions
from station.commissioning.contest import CandidateTrial, Contest
from station.commissioning.legibility import Legibility, legibility_of

ENOUGH = 0.9
ENOUGH_READINGS = 2
_READ_S = 0.2
_ASKED_S = 0.5
# How long a transfer that began may take beyond the time of listening.
_TRANSFER_S = 30.0


@dataclass(frozen=True, slots=True)
class Attempt:
    """One address tried: how many bytes came, and the candidate that read most of them. `poll` is what
    the device had to be asked with, and how often; `waits_for_answers`: it is one of those; `refusal`:
    the candidate whose question it refuses; `problem`: why the port cannot be had with these settings;
    `legible`: whether the bytes are text that repeats itself."""

    address: str
    label: str
    size: int
    best: CandidateTrial | None
    poll: Question | None = None
    waits_for_answers: bool = False
    refusal: CandidateTrial | None = None
    problem: str | None = None
    legible: Legibility = field(default_factory=lambda: legibility_of(b""))

    @property
    def score(self) -> float:
        return self.best.score if self.best else 0.0

    @property
    def is_enough(self) -> bool:
        """Read well and often enough: once, where it followed from what was said to the device. Or not read
        by anybody, but with the settings that make text of it."""
        if self.legible.is_clear:
            return True
        if self.best is None:
            return self.refusal is not None
        wanted = 1 if self.waits_for_answers or self.poll else ENOUGH_READINGS
        return self.score >= ENOUGH and self.best.readings >= wanted

    @property
    def merit(self) -> tuple[float, ...]:
        """Returns what is compared between the settings that were tried, the most telling first."""
        read = self.score if self.is_enough else 0.0
        return (self.is_enough, read, self.refusal is not None, self.legible.score, self.score, self.size)


class Listener:
    """Hears one open line into a contest: asks what is due, in turn, and answers who waits for it.

    `answers`: whether anything but the questions may be said. `note` gets all that comes.
    """

    def __init__(
        self,
        transport: Transport,
        contest: Contest,
        clock: Callable[[], datetime],
        *,
        asks: Sequence[Question] = (),
        answers: bool = True,
        note: Callable[[bytes], None] = lambda _data: None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.contest = contest
        self.answers = LineAnswers()
        self._broker = BrokerAnswers() if answers and isinstance(transport, Publishing) else None
        self._transport, self._clock, self._monotonic = transport, clock, monotonic
        self._note = note
        self._asks, self._may_answer = list(asks), answers
        self._asked: bytes | None = None
        self._due = 0.0

    def step(self) -> None:
        """Listens for a fifth of a second at most. Raises LineDown."""
        now = self._monotonic()
        if self._asks and now >= self._due:
            question = self._asks.pop(0)
            self._asks.append(question)
            self._asked, self._due = question[0], now + question[1]
            self._transport.write(self._asked)
        chunk = self._transport.read(_READ_S)
        if self._broker:
            self._broker.hear(chunk, self._clock(), now, self._transport)
        if chunk is None:
            self.contest.note_quiet()
            return
        self._note(chunk.data)
        self.contest.hear(chunk, question=self._asked)
        if chunk.receipt is not None:
            self._transport.confirm(chunk.receipt)
        answer = self.answers.hear(chunk.data, self._clock(), now) if self._may_answer else b""
        if answer:
            self._transport.write(answer)

    def listen(self, seconds: float) -> None:
        """Listens for so long, or until the device is understood; a transfer that began may end."""
        end = self._monotonic() + seconds
        while (now := self._monotonic()) < end or (self.answers.is_waiting and now < end + _TRANSFER_S):
            self.step()
            ranking = self.contest.ranking()
            if ranking and ranking[0].score >= ENOUGH and ranking[0].readings > ENOUGH_READINGS:
                return
            if not self.answers.is_waiting and legibility_of(bytes(self.contest.data)).is_clear:
                return
        self.contest.note_quiet()


def try_addresses(
    addresses: Iterable[tuple[str, str]],
    clock: Callable[[], datetime],
    entries: list[Candidate],
    *,
    ask: bool,
    seconds: float,
) -> Iterator[Attempt]:
    """Listens `seconds` at each (address, label) in turn, until one is understood; `ask`: a silent line is
    also asked with what the kinds that wait for it are asked. Raises LineDown where the first cannot be
    opened: after that, a port that cannot is one without these settings."""
    asks = questions(entries) if ask else []
    for number, (address, label) in enumerate(addresses):
        try:
            attempt = _try_questions(asks, address, label, clock, entries, seconds, answers=ask)
        except LineDown as error:
            if number == 0:
                raise
            attempt = Attempt(address, label, 0, None, problem=str(error))
        yield attempt
        if attempt.is_enough:
            return


def _try_questions(
    asks: list[Question], address: str, label: str, clock: Callable[[], datetime], entries: list[Candidate],
    seconds: float, *, answers: bool,
) -> Attempt:  # fmt: skip
    attempt = _try(address, label, clock, entries, seconds, None, answers=answers)
    for question in asks if attempt.size == 0 else []:
        attempt = _try(address, label, clock, entries, min(seconds, _ASKED_S), question, answers=answers)
        if attempt.score or attempt.refusal:
            break
    return attempt


def _try(
    address: str, label: str, clock: Callable[[], datetime], entries: list[Candidate], seconds: float,
    question: Question | None, *, answers: bool,
) -> Attempt:  # fmt: skip
    contest = Contest(clock, entries)
    transport = make_transport(address, name="commission")
    transport.open()
    listener = Listener(
        transport, contest, clock, asks=[question] if question else [], answers=answers and not question
    )
    try:
        listener.listen(seconds)
    except LineDown:  # lost while it was tried: nothing was understood here
        return Attempt(address, label, 0, None)
    finally:
        transport.close()
    ranking, refusals = contest.ranking(), contest.refusals()
    best = ranking[0] if ranking else None
    refusal = refusals[0] if refusals else None
    poll = question if best or refusal else None
    return Attempt(
        address, label, len(contest.data), best, poll, listener.answers.has_answered, refusal,
        legible=legibility_of(bytes(contest.data)),
    )  # fmt: skip
