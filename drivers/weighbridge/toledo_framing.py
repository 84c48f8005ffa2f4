"""Cuts a Toledo continuous stream into messages whose length only the bytes can tell.

A message runs from STX to CR and may carry one checksum byte after CR. The checksum may have any low
value, STX and CR included, so whether the byte after CR belongs to the message is decided like this:

    checksum=on     always
    checksum=off    never
    checksum=auto   it is the right checksum           -> it belongs
                    STX, and a status byte follows     -> the next message begins, there is none
                    anything else                      -> a wrong checksum (a bad message), unless this
                                                          stream is known to carry none

Two bytes of look-ahead settle it; an idle line settles it too. A message of the right length with
wrong content is still a frame: the parser refuses it with a reason. Any other bytes are noise.
"""

from datetime import datetime

from drivers.checksums import twos7
from drivers.framing import STX, NoiseKeeper
from drivers.reading import Frame

CR = 0x0D
LONG, SHORT, SPACED = 17, 11, 18
SIZES = {"standard": (LONG, SHORT), "short": (SHORT,), "extra_space": (SPACED,)}
LOW7 = bytes(b & 0x7F for b in range(256))
_EVIDENCE_TO_CHANGE_MIND = 3


class ToledoFramer(NoiseKeeper):
    def __init__(self, mode: str = "auto", form: str = "standard", *, seven_bits: bool = False) -> None:
        """`mode` is the checksum setting auto, on or off; `form` a key of SIZES."""
        super().__init__()
        self._mode = mode
        self._sizes = SIZES[form]
        self._seven_bits = seven_bits
        self._heard_at: datetime | None = None
        self._checked: bool | None = {"on": True, "off": False}.get(mode)
        self._against = 0
        self._long_seen = False

    @property
    def is_waiting(self) -> bool:
        return len(self._buffer) >= min(self._sizes)

    def feed(self, data: bytes, at: datetime) -> list[Frame]:
        old, heard_at = len(self._buffer), self._heard_at or at
        self._buffer += data
        if data:
            self._heard_at = at
        return self._cut_frames(old, heard_at, at, quiet=False, last=False)

    def idle(self, at: datetime) -> list[Frame]:
        return self._settle(at, last=False)

    def finish(self, at: datetime) -> list[Frame]:
        frames = self._settle(at, last=True)
        self.drop()
        return frames

    def _settle(self, at: datetime, *, last: bool) -> list[Frame]:
        heard_at = self._heard_at or at
        return self._cut_frames(len(self._buffer), heard_at, heard_at, quiet=True, last=last)

    def _cut_frames(
        self, old: int, heard_at: datetime, at: datetime, *, quiet: bool, last: bool
    ) -> list[Frame]:
        raw = bytes(self._buffer)
        view = raw.translate(LOW7) if self._seven_bits else raw
        frames: list[Frame] = []
        start = 0
        while start < len(raw):
            begin = view.find(STX, start)
            begin = len(raw) if begin < 0 else begin
            self._reject(raw[start:begin])
            start = begin
            size = self._measure(view[start : start + SPACED + 3], quiet=quiet, last=last)
            if size is None:
                break
            end = start + abs(size)
            if size < 0:
                self._reject(raw[start:end])
            else:
                frames.append(Frame(raw[start:end], heard_at if end <= old else at))
                self._close_run()
            start = end
        del self._buffer[:start]
        return frames

    def _measure(self, view: bytes, *, quiet: bool, last: bool) -> int | None:
        """Return the size of the frame at the start of `view`; negative: noise to skip; None: need more."""
        if not view:
            return None
        longest = max(self._sizes)
        cr = view.find(CR, 1, longest)
        again = view.find(STX, 1, longest if cr < 0 else cr)
        if again > 0:
            return -again
        if cr < 0:
            return None if len(view) < longest else -1
        size = cr + 1
        if size not in self._sizes:
            return -1
        extra = self._has_checksum(view, size, quiet=quiet, last=last)
        if extra is None:
            return None
        return self._accept(view, size, extra)

    def _accept(self, view: bytes, size: int, extra: bool) -> int:
        """A short message amid long ones is half a message, unless its checksum proves otherwise."""
        proven = extra and view[size] == twos7(view[:size])
        if size == SHORT and self._long_seen and not proven:
            return -1
        self._long_seen = size != SHORT
        return size + extra

    def _has_checksum(self, view: bytes, size: int, *, quiet: bool, last: bool) -> bool | None:
        """Tell whether the byte after CR belongs to the message; None while that cannot be known."""
        if self._mode == "off":
            return False
        if len(view) > size:
            return True if self._mode == "on" else self._guess(view, size, quiet=quiet, last=last)
        settled = self._mode == "auto" and (last or (quiet and not self._checked))
        return False if settled else None

    def _guess(self, view: bytes, size: int, *, quiet: bool, last: bool) -> bool | None:
        right = view[size] == twos7(view[:size])
        likely = right or self._checked is not False
        if view[size] != STX:
            return self._learn(True) if right else likely
        if len(view) == size + 1:
            return likely if last or (quiet and right) else None
        if view[size + 1] == STX:
            return likely
        return True if right and self._checked else self._learn(False)

    def _learn(self, has_checksum: bool) -> bool:
        """Remember what clear evidence says of this stream; it takes several to change one's mind."""
        if self._checked in (None, has_checksum):
            self._checked, self._against = has_checksum, 0
            return has_checksum
        self._against += 1
        if self._against >= _EVIDENCE_TO_CHANGE_MIND:
            self._checked, self._against = has_checksum, 0
        return has_checksum
