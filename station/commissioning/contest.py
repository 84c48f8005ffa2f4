"""Compare what each candidate makes of the same bytes of a device."""

from collections.abc import Callable, Iterable
from datetime import datetime

from drivers.analyzer.astm import unmapped_tests
from drivers.dialogue import Conversing
from drivers.errors import FrameError
from drivers.framing import Framer
from drivers.gateway.modbus import Modbus
from drivers.gateway.sparkplug_record import pack, read_topic
from drivers.kind import Category, InstrumentFaultFrame, read_frame
from drivers.magnitude import ways_of
from drivers.reading import Flag, Frame, Reading
from drivers.transport import Chunk
from station.commissioning.candidates import Candidate

# What a variant must be better than the one before it, so that equals stay in their order.
BETTER = 0.02


class CandidateTrial:
    """One candidate listening to the bytes of one device.

    `answers` are the bytes that answered its own question; None where it may read all that was heard. `open`
    is a loaded reading of which a person has to say how large it is.
    """

    def __init__(self, candidate: Candidate) -> None:
        self.candidate = candidate
        self.protocol = candidate.protocol()
        self.category: Category = self.protocol.category
        self._framer: Framer = self.protocol.framer()
        self._question = self.protocol.poll if isinstance(self.protocol, Modbus) else None
        self._unpacks = isinstance(self.protocol, Conversing)
        self._accounted = 0
        self._worth = 0.0
        self.answers = bytearray() if self._question is not None else None
        self._bytes = 0
        self.readings = 0
        self.refused_count = 0
        self.last: Reading | None = None
        self.open: Reading | None = None
        self.was_loaded = False
        self.fault: str | None = None

    def hear(
        self, data: bytes, at: datetime, *, recorded: bytes | None = None, question: bytes | None = None
    ) -> None:
        """Hears bytes of a stream, or one whole message (MQTT) which a recording holds as `recorded`.

        An answer of Modbus does not say which registers it holds: only who asked the `question` may read it.
        """
        if self.answers is not None:
            if question != self._question:
                return
            self.answers += data
        if recorded is not None and not self._unpacks:
            self._bytes += len(data)
            self._take([Frame(data, at)])
            return
        data = recorded or data
        self._bytes += len(data)
        self._take(self._framer.feed(data, at))

    def note_quiet(self, at: datetime) -> None:
        """Reads what was held back: nothing came for a while."""
        self._take(self._framer.idle(at))

    @property
    def score(self) -> float:
        """Returns, from 0 to 1, the share of all bytes that became readings; one without a value counts
        half."""
        return self._worth / self._bytes if self._bytes else 0.0

    def _take(self, frames: list[Frame]) -> None:
        for frame in frames:
            outcome = read_frame(self.protocol, frame)
            size = self._size(frame)
            if isinstance(outcome, FrameError):
                self.refused_count += 1
                if isinstance(outcome, InstrumentFaultFrame):
                    self.fault = outcome.reason
                continue
            self.readings += 1
            self.last = outcome
            self._note_size(outcome)
            self._worth += size * (1.0 if _has_value(outcome) else 0.5)

    def _note_size(self, reading: Reading) -> None:
        """Keeps the last reading whose size a setting has to tell, at rest before one in motion."""
        if ways_of(reading) and (self.open is None or Flag.MOTION not in reading.flags):
            self.open = reading
        self.was_loaded = self.was_loaded or any(value.value for value in reading.values.values())

    def _size(self, frame: Frame) -> int:
        """Returns how many bytes of the line became this frame; where a link was taken off, all since the one
        before."""
        if not self._unpacks:
            return len(frame.data)
        accounted = self._bytes - self._framer.noise
        size, self._accounted = accounted - self._accounted, accounted
        return max(size, 0)


def _has_value(reading: Reading) -> bool:
    """Results that only lack a name or basis count, and numbers whose size a setting has to tell: a person
    has yet to say it."""
    if unmapped_tests(reading) or ways_of(reading):
        return True
    has_number = any(value.value is not None for value in reading.values.values())
    return has_number and Flag.ERROR not in reading.flags


def _recorded_message(chunk: Chunk) -> bytes:
    """Returns a whole message as its driver reads it again: one a line, or with the topic where that tells
    whose."""
    if chunk.topic and read_topic(chunk.topic):
        return pack(chunk.topic, chunk.data)
    return chunk.data if chunk.data.endswith(b"\n") else chunk.data + b"\n"


class Contest:
    """All candidates on the same bytes, which are kept as they came."""

    def __init__(self, clock: Callable[[], datetime], entries: Iterable[Candidate]) -> None:
        self._clock = clock
        self._trials = [CandidateTrial(candidate) for candidate in entries]
        self.data = bytearray()

    def hear(self, chunk: Chunk, *, question: bytes | None = None) -> None:
        """Lets every candidate hear the chunk; `question` was asked last."""
        recorded = _recorded_message(chunk) if chunk.whole else None
        self.data += recorded or chunk.data
        at = self._clock()
        for trial in self._trials:
            trial.hear(chunk.data, at, recorded=recorded, question=question)

    def note_quiet(self) -> None:
        at = self._clock()
        for trial in self._trials:
            trial.note_quiet(at)

    def ranking(self) -> list[CandidateTrial]:
        """Returns the trials that read anything, the best first; of each kind the best variant only."""
        best: dict[str, CandidateTrial] = {}
        for trial in self._trials:
            settings = trial.candidate.settings
            name = settings.get("profile") or (trial.candidate.kind + settings.get("driver", ""))
            if trial.readings and (name not in best or trial.score > best[name].score + BETTER):
                best[name] = trial
        return sorted(best.values(), key=lambda trial: -trial.score)

    def recording(self, trial: CandidateTrial) -> bytes:
        """Returns what its driver is to read again of this conversation."""
        return bytes(self.data if trial.answers is None else trial.answers)

    def refusals(self) -> list[CandidateTrial]:
        """Returns the trials that read nothing, but whose questions the device refuses: it speaks their
        protocol."""
        return [trial for trial in self._trials if trial.fault and not trial.readings]
