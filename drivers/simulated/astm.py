r"""A simulated lab instrument that hands over results by ASTM E1381: it waits for every ACK."""

import time
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from itertools import count

from drivers.analyzer.astm_link import ACK, ENQ, EOT, ETB, ETX, STX, checksum
from drivers.simulated.emission import Emission, EmissionLog
from drivers.simulated.line import TwoWayLine

ACK_TIMEOUT_S = 15.0
BUSY_PAUSE_S = 10.0
ATTEMPTS = 6
_PAUSE_S = 0.005


def result_message(
    sample_id: str, results: Mapping[str, tuple[str, str]], at: datetime, *, marks: str = "|\\^&"
) -> bytes:
    """Return one sample's records. `results` by test code: value as printed, and unit."""
    field, component = marks[0], marks[2]
    time_text = f"{at:%Y%m%d%H%M%S}"
    sender = component.join(("Simulated", "Lab-1", "1.0"))
    records = [
        ["H", marks[1:], "", "", sender, "", "", "", "", "", "", "P", "1", time_text],
        ["P", "1"],
        ["O", "1", sample_id],
        *(
            ["R", str(n), component * 3 + code, value, unit, "", "N", "", "F", "", "", "", time_text]
            for n, (code, (value, unit)) in enumerate(results.items(), 1)
        ),
        ["L", "1", "N"],
    ]
    return "".join(field.join(record) + "\r" for record in records).encode("latin-1")


def link_frames(
    message: bytes,
    *,
    text_limit: int = 240,
    numbers: Iterable[int] | None = None,
    line_end: bytes = b"\r\n",
    lower: bool = False,
) -> list[bytes]:
    """Return E1381 frames: one per record, a longer record in several. `numbers` other than 1..7, 0, 1 ...,
    another `line_end` and sums in `lower` case are what careless makers do."""
    turn = iter(numbers) if numbers is not None else (n % 8 for n in count(1))
    out: list[bytes] = []
    for record in message.split(b"\r")[:-1]:
        text = record + b"\r"
        pieces = [text[i : i + text_limit] for i in range(0, len(text), text_limit)]
        for n, piece in enumerate(pieces):
            end = ETX if n == len(pieces) - 1 else ETB
            body = b"%d" % next(turn) + piece + end
            digits = checksum(body).lower() if lower else checksum(body)
            out.append(STX + body + digits + line_end)
    return out


class AstmInstrument:
    """Sends on `line` and waits for the answers. Pauses can be shortened for tests. `frames` cuts a message
    into frames in its own way."""

    def __init__(
        self,
        line: TwoWayLine,
        *,
        ack_timeout_s: float = ACK_TIMEOUT_S,
        busy_pause_s: float = BUSY_PAUSE_S,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        frames: Callable[[bytes], list[bytes]] = link_frames,
    ) -> None:
        self._frames = frames
        self.log = EmissionLog()
        self.received = b""
        self._line = line
        self._ack_timeout_s, self._busy_pause_s = ack_timeout_s, busy_pause_s
        self._monotonic, self._sleep = monotonic, sleep

    def send(
        self,
        sample_id: str,
        results: Mapping[str, tuple[str, str]],
        at: datetime,
        *,
        damage: Iterable[int] = (),
    ) -> bool:
        """Send one message; True when all of it was acknowledged. `damage`: frames whose first try is
        spoilt."""
        message = result_message(sample_id, results, at)
        if not self._establish():
            return False
        spoilt = set(damage)
        done = all(self._hand_over(frame, n in spoilt) for n, frame in enumerate(self._frames(message)))
        self._line.write(EOT)
        if done:
            self.log.add(Emission(at, message, sample_id=sample_id))
        return done

    def _establish(self) -> bool:
        for _ in range(ATTEMPTS):
            self._line.take()
            self._line.write(ENQ)
            answer = self._answer()
            if answer == ACK:
                return True
            if answer:
                self._sleep(self._busy_pause_s)
        return False

    def _hand_over(self, frame: bytes, spoil: bool) -> bool:
        for attempt in range(ATTEMPTS):
            wrong = frame[:3] + bytes([frame[3] ^ 1]) + frame[4:]
            self._line.write(wrong if spoil and attempt == 0 else frame)
            answer = self._answer()
            if answer == ACK:
                return True
            if not answer:
                return False
        return False

    def _answer(self) -> bytes:
        """Return ACK, NAK, or nothing when none comes in time."""
        end = self._monotonic() + self._ack_timeout_s
        while self._monotonic() < end:
            if answer := self._line.take():
                self.received += answer
                return answer[:1]
            self._sleep(_PAUSE_S)
        return b""
