r"""ASTM E1381 (LIS01): how a lab instrument hands over a message, and what it is answered.

    instrument                                          station
    ENQ                                                 ACK, or NAK while the last message is not safe
    STX n text ETB|ETX c c CR LF                        ACK, or NAK: send it again
    ...  n counts 1..7, 0, 1 ...                        the frame with the L record: ACK after the commit
    EOT                                                 (nothing)

c c are two hex digits: the sum of all bytes from n up to and including ETB or ETX, modulo 256. The
texts of all frames together are the message; a record may be cut anywhere by ETB. Lines end with CR, LF,
CR LF or CR CR LF, records and frames alike.

The sum tells whether a frame is right, its number only whether it comes again: the same number with the
same bytes is the last frame once more (its ACK was lost), acknowledged and not taken twice. Any other
right frame is taken, because whoever sends it believes that all before it have arrived. A number that is
not the next is told, once a message, by handing on that frame as it came. NAK is for a wrong sum or form,
for a text that comes before any header, and for a number that leaves out the frame that was asked for
again: whoever believes that it was taken has to begin anew, or a value would be joined across the hole.

A message without its L record is never acknowledged as a whole, so whoever sent it sends all of it once
more; what came of it is handed on with `BROKEN_OFF` behind it, to be refused with that reason.

After 30 s without a frame the transfer is given up. Some instruments send the records bare, without
any of this: `framing=bare`, or `auto` on a line where no ENQ and no STX was ever heard.
"""

import queue
import re
from datetime import datetime

from drivers.analyzer.astm_records import LINE_ENDS, end_of_message, split_by_order
from drivers.checksums import sum8
from drivers.dialogue import FrameGroup, Say
from drivers.framing import NoiseKeeper
from drivers.reading import Frame
from drivers.transport import Chunk

STX, ETX, EOT, ENQ, ACK, NAK, ETB = b"\x02", b"\x03", b"\x04", b"\x05", b"\x06", b"\x15", b"\x17"
BROKEN_OFF = EOT
MESSAGE_LIMIT = 262_144
TEXT_LIMIT = 64_000
FRAME_TIMEOUT_S = 30.0
_TRAILER = 3  # the sum and the first byte of the line end; the rest of it means nothing
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
        self._last_raw = b""
        self._is_damaged = False
        self._is_told = False
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
            super().drop()
            return self._abandon(at)
        return self._groups(at)

    def end(self, at: datetime) -> list[FrameGroup]:
        self._holds, self._pending = False, None
        return [*self._groups(at), *self._abandon(at)]

    def confirm(self, token: object) -> None:
        self._confirmed_tokens.put(token)

    def take_says(self, now: float) -> list[Say]:
        while not self._confirmed_tokens.empty():
            token = self._confirmed_tokens.get()
            if token is not None and token is self._pending:
                self._release()
        says, self._says = self._says, []
        return says

    def wait_s(self, now: float) -> float:
        return _CONFIRM_POLL_S if self._pending is not None else FRAME_TIMEOUT_S

    # A recording calls these.

    def feed(self, data: bytes, at: datetime) -> list[Frame]:
        self._buffer += data
        return [frame for group in self._groups(at) for frame in group.frames]

    def finish(self, at: datetime) -> list[Frame]:
        frames = [frame for group in self._abandon(at) for frame in group.frames]
        self.drop()
        return frames

    def drop(self) -> bytes:
        message = bytes(self._message)
        self._forget()
        self._reject(message)
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
            return self._enquire(at) if first == ENQ else self._end(at)
        if self._framing == "bare" or (self._framing == "auto" and not self._is_linked):
            return self._take_bare(at)
        if line_end := LINE_ENDS.match(self._buffer):
            del self._buffer[: line_end.end()]
            return []
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
        self._is_damaged = True
        return []

    def _enquire(self, at: datetime) -> list[FrameGroup]:
        self._says.append(Say(NAK if self._pending is not None else ACK))
        return self._abandon(at)

    def _end(self, at: datetime) -> list[FrameGroup]:
        """The sender is done. A message that was not complete will come again from its beginning."""
        self._answer_pending = False
        return self._abandon(at)

    def _abandon(self, at: datetime) -> list[FrameGroup]:
        message = bytes(self._message)
        self._forget()
        return [FrameGroup((Frame(message + BROKEN_OFF, at),))] if message else []

    def _forget(self) -> None:
        self._message.clear()
        self._last_raw = b""
        self._is_damaged = self._is_told = False

    def _take_frame(self, at: datetime) -> list[FrameGroup] | None:
        self._is_linked = True
        end = _END.search(self._buffer, 1)
        again = self._buffer.find(STX, 1, end.start() if end else len(self._buffer))
        if again > 0:
            groups = self._abandon(at) if ENQ in self._buffer[:again] else []
            self._discard(again)
            self._is_damaged = True
            return groups
        if end is None or len(self._buffer) < end.end() + _TRAILER:
            if len(self._buffer) > TEXT_LIMIT:
                self._discard(len(self._buffer))
                self._is_damaged = True
            return None
        raw = bytes(self._buffer[: end.end() + _TRAILER])
        if not _is_right(raw):
            self._discard(end.end() if STX in raw[end.end() :] else len(raw))
            self._close_run()
            self._is_damaged = True
            self._says.append(Say(NAK))
            return []
        del self._buffer[: len(raw)]
        self._close_run()
        return self._accept(raw[:-1], at)

    def _accept(self, raw: bytes, at: datetime) -> list[FrameGroup]:
        """Take a right frame. `raw` is the frame from STX to the sum."""
        if raw[:-2] == self._last_raw[:-2]:
            self._is_damaged = False
            self._says.append(Say(ACK))
            return []
        text = LINE_ENDS.sub(b"\r", raw[2:-3])
        number, last = raw[1] - 0x30, self._last_raw[1] - 0x30 if self._last_raw else None
        is_next = last is None or number == (last + 1) % 8
        is_hole = self._is_damaged and not is_next and number != last
        if is_hole or (not self._message and text.strip() and not text.lstrip(b"\r").startswith(b"H")):
            self._says.append(Say(NAK))
            return self._tell(raw if is_hole else text + BROKEN_OFF, at)
        told = [] if is_next else self._tell(raw, at)
        self._last_raw, self._is_damaged = raw, False
        self._message += text if self._message else text.lstrip(b"\r")
        if raw[-3:-2] == ETX and self._message and not self._message.endswith(b"\r"):
            self._message += b"\r"
        return told + self._complete(at)

    def _tell(self, data: bytes, at: datetime) -> list[FrameGroup]:
        """Hand on what a person should look at, once a message."""
        is_told, self._is_told = self._is_told, True
        return [] if is_told else [FrameGroup((Frame(data, at),))]

    def _complete(self, at: datetime) -> list[FrameGroup]:
        """Return a group for every message that is now whole; otherwise the frame is acknowledged at once."""
        frames: list[Frame] = []
        while size := end_of_message(self._message):
            frames += [Frame(order, at) for order in split_by_order(bytes(self._message[:size]))]
            self._message = self._message[size:].lstrip(b"\r")
            self._is_told = False
        if len(self._message) > MESSAGE_LIMIT:
            self._says.append(Say(NAK))
            return self._abandon(at)
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
        groups = self._abandon(at) if record[:1] == b"H" else []
        if record[:1] != b"H" and not self._message:
            self._reject(raw)
            return []
        self._message += record + b"\r"
        size = end_of_message(self._message)
        if not size:
            return groups + (self._abandon(at) if len(self._message) > MESSAGE_LIMIT else [])
        orders = split_by_order(bytes(self._message[:size]))
        self._message.clear()
        return groups + ([FrameGroup(tuple(Frame(order, at) for order in orders))] if orders else [])


def _is_right(raw: bytes) -> bool:
    """`raw` is a frame from STX to the first byte of its line end."""
    has_form = raw[1:2].isdigit() and raw[-1:] in (b"\r", b"\n")
    return has_form and raw[-3:-1].upper() == checksum(raw[1:-3])
