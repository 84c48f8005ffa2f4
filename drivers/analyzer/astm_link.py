r"""ASTM E1381 (LIS01): how a lab instrument hands over a message, and what it is answered.

    instrument                                          station
    ENQ                                                 ACK, or NAK while the last message is not safe
    STX n text ETB|ETX c c CR LF                        ACK, or NAK: send it again
    ...  n counts 1..7, 0, 1 ...                        the frame with the L record: ACK after the commit
    EOT                                                 (nothing)

c c are two hex digits: the sum of all bytes from n up to and including ETB or ETX, modulo 256. The
texts of all frames together are the message; a record may be cut anywhere by ETB. A frame that comes
again (its ACK was lost) is acknowledged again and not taken twice. A message without its L record is
never acknowledged as a whole, so whoever sent it sends all of it once more.

After 30 s without a frame the transfer is given up. Some instruments send the records bare, without
any of this: `framing=bare`, or `auto` on a line where no ENQ and no STX was ever heard.
"""

import queue
import re
from datetime import datetime

from drivers.analyzer.astm_records import end_of_message, split_by_order
from drivers.checksums import sum8
from drivers.dialogue import FrameGroup, Say
from drivers.framing import NoiseKeeper
from drivers.reading import Frame
from drivers.transport import Chunk

STX, ETX, EOT, ENQ, ACK, NAK, ETB = b"\x02", b"\x03", b"\x04", b"\x05", b"\x06", b"\x15", b"\x17"
MESSAGE_LIMIT = 262_144
TEXT_LIMIT = 64_000
FRAME_TIMEOUT_S = 30.0
_TRAILER = 4
_END = re.compile(rb"[\x03\x17]")
_SPECIAL = re.compile(rb"[\x02\x04\x05]")
_RESTART_S = 2.0
_CONFIRM_POLL_S = 0.01


def checksum(data: bytes) -> bytes:
    """Return two hex digits over frame number, text and ETB or ETX."""
    return b"%02X" % sum8(data)


class AstmLink(NoiseKeeper):
    """The receiver's side. `holds`: the last ACK of a message waits for `confirm` (a live line)."""

    def __init__(self, framing: str = "auto", *, holds: bool = True) -> None:
        super().__init__()
        self._holds = holds
        self._framing = framing
        self._is_linked = framing == "framed"
        self._message = bytearray()
        self._says: list[Say] = []
        self._confirmed_tokens: queue.SimpleQueue[object] = queue.SimpleQueue()
        self._pending: object = None
        self._answer_pending = False
        self._last_number: int | None = None
        self._last_raw = b""
        self._heard_s = 0.0

    # The driver's dialogue calls these.

    def start(self, now: float) -> None:
        self._heard_s = now

    def hear(self, chunk: Chunk, at: datetime, now: float) -> list[FrameGroup]:
        self._heard_s = now
        self._buffer += chunk.data
        return self._groups(at)

    def note_quiet(self, at: datetime, now: float) -> list[FrameGroup]:
        if self._buffer.endswith((ENQ, EOT)) and now - self._heard_s > _RESTART_S:
            self._discard(len(self._buffer) - 1)  # the instrument began anew in the middle of a frame
            return self._groups(at)
        if (self._buffer or self._message) and now - self._heard_s > FRAME_TIMEOUT_S:
            self.drop()
        return self._groups(at)

    def end(self, at: datetime) -> list[FrameGroup]:
        self._holds, self._pending = False, None
        return self._groups(at)

    def confirm(self, token: object) -> None:
        self._confirmed_tokens.put(token)

    def take_says(self, now: float) -> list[Say]:
        while not self._confirmed_tokens.empty():
            if self._confirmed_tokens.get() is self._pending:
                self._release()
        says, self._says = self._says, []
        return says

    def wait_s(self, now: float) -> float:
        return _CONFIRM_POLL_S if self._pending is not None else FRAME_TIMEOUT_S

    # A recording calls these.

    def feed(self, data: bytes, at: datetime) -> list[Frame]:
        self._buffer += data
        return [frame for group in self._groups(at) for frame in group.frames]

    def drop(self) -> bytes:
        message = bytes(self._message)
        self._abandon()
        return message + super().drop()

    def _groups(self, at: datetime) -> list[FrameGroup]:
        groups: list[FrameGroup] = []
        while self._buffer and (step := self._step(at)) is not None:
            groups += step
        return groups

    def _step(self, at: datetime) -> list[FrameGroup] | None:
        """Take one thing off the buffer; None when more bytes are needed."""
        first = bytes(self._buffer[:1])
        if first == STX:
            return self._take_frame(at) if self._pending is None else self._take_repeat()
        if first in (ENQ, EOT):
            del self._buffer[:1]
            self._is_linked = True
            self._enquire() if first == ENQ else self._end()
            return []
        if self._framing == "bare" or (self._framing == "auto" and not self._is_linked):
            return self._take_bare(at)
        return self._noise_up_to_special()

    def _take_repeat(self) -> list[FrameGroup] | None:
        """Take nothing before the last message is safe, except its last frame sent once more."""
        if not self._buffer.startswith(self._last_raw):
            return None
        del self._buffer[: len(self._last_raw)]
        return []

    def _noise_up_to_special(self) -> list[FrameGroup]:
        found = _SPECIAL.search(self._buffer)
        self._discard(found.start() if found else len(self._buffer))
        return []

    def _enquire(self) -> None:
        self._abandon()
        self._says.append(Say(NAK if self._pending is not None else ACK))

    def _end(self) -> None:
        """The sender is done. A message that was not complete will come again from its beginning."""
        self._abandon()
        self._answer_pending = False

    def _abandon(self) -> None:
        self._reject(bytes(self._message))
        self._message.clear()
        self._last_number = None

    def _take_frame(self, at: datetime) -> list[FrameGroup] | None:
        self._is_linked = True
        end = _END.search(self._buffer, 1)
        again = self._buffer.find(STX, 1, end.start() if end else len(self._buffer))
        if again > 0:
            if ENQ in self._buffer[:again]:
                self._abandon()
            self._discard(again)
            return []
        if end is None or len(self._buffer) < end.end() + _TRAILER:
            if len(self._buffer) > TEXT_LIMIT:
                self._discard(len(self._buffer))
            return None
        size = end.end() + _TRAILER
        raw = bytes(self._buffer[:size])
        if raw[-4:-2] != checksum(raw[1:-4]) or raw[-2:] != b"\r\n" or not b"0" <= raw[1:2] <= b"7":
            self._discard(end.end() if STX in raw[end.end() :] else size)
            self._close_run()
            self._says.append(Say(NAK))
            return []
        del self._buffer[:size]
        self._close_run()
        return self._accept(raw, at)

    def _accept(self, raw: bytes, at: datetime) -> list[FrameGroup]:
        number = raw[1] - 0x30
        if number == self._last_number:
            self._says.append(Say(ACK))
            return []
        follows = self._last_number is None or number == (self._last_number + 1) % 8
        if not follows or (not self._message and raw[2:3] != b"H"):
            self._reject(raw)
            self._says.append(Say(NAK))
            return []
        self._last_number, self._last_raw = number, raw
        self._message += raw[2:-5]
        if raw[-5:-4] == ETX and not self._message.endswith(b"\r"):
            self._message += b"\r"
        return self._complete(at)

    def _complete(self, at: datetime) -> list[FrameGroup]:
        """Return a group for every message that is now whole; otherwise the frame is acknowledged at once."""
        frames: list[Frame] = []
        while size := end_of_message(self._message):
            frames += [Frame(order, at) for order in split_by_order(bytes(self._message[:size]))]
            del self._message[:size]
        if len(self._message) > MESSAGE_LIMIT:
            self._abandon()
        if not frames or not self._holds:
            self._says.append(Say(ACK))
            return [FrameGroup(tuple(frames))] if frames else []
        self._pending, self._answer_pending = object(), True
        return [FrameGroup(tuple(frames), self._pending)]

    def _release(self) -> None:
        """The message is safe. A sender that has given up meanwhile is not answered: it sends it again."""
        if self._answer_pending:
            self._says.append(Say(ACK))
        self._pending, self._answer_pending = None, False

    def _take_bare(self, at: datetime) -> list[FrameGroup] | None:
        """Take one line of records without a link; a message goes from a line with H to one with L."""
        line = re.match(rb"[\r\n]*([^\r\n\x02\x04\x05]*)[\r\n]", self._buffer)
        if line is None:
            if _SPECIAL.search(self._buffer):
                return self._noise_up_to_special()
            if len(self._buffer) > TEXT_LIMIT:
                self._discard(len(self._buffer))
            return None
        raw, record = bytes(line[0]), bytes(line[1])
        del self._buffer[: line.end()]
        if not record:
            return []
        if record[:1] == b"H":
            self._abandon()
        elif not self._message:
            self._reject(raw)
            return []
        self._message += record + b"\r"
        size = end_of_message(self._message)
        if not size:
            return self._limit_message()
        orders = split_by_order(bytes(self._message[:size]))
        self._message.clear()
        return [FrameGroup(tuple(Frame(order, at) for order in orders))] if orders else []

    def _limit_message(self) -> list[FrameGroup]:
        if len(self._message) > MESSAGE_LIMIT:
            self._abandon()
        return []
