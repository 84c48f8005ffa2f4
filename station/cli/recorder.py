"""The open line of a new device: everything it says is kept and heard by every driver, shown live."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

from drivers.generic.controls import visible_text
from drivers.generic.generic import Generic
from drivers.registry import make_transport
from drivers.transport import LineDown, Transport
from station.cli.console import RAW, TICK_S, Console, View
from station.cli.say import _, now
from station.commissioning.candidates import Candidate, Question
from station.commissioning.contest import CandidateTrial, Contest
from station.commissioning.partings import Piece, partings
from station.commissioning.search import Listener

SHOW_S = 0.5
IN_TURN_S = 1.0
SILENT_S = 4.0
AGAIN_S = 2.0
MOST_BYTES = 8_000_000
_RECENT = 60
_LAST = 3


@dataclass(frozen=True, slots=True)
class DeviceLine:
    """The address that was chosen, what the device has to be asked with, and whether it may be answered."""

    address: str
    asks: tuple[Question, ...] = ()
    answers: bool = True

    @property
    def is_serial(self) -> bool:
        return self.address.startswith("serial:")


class Recorder:
    """One device on its line. `pieces` came with when they came; `contest` hears them too."""

    def __init__(self, line: DeviceLine, entries: list[Candidate]) -> None:
        self.entries = entries
        self.change_line(line)

    def change_line(self, line: DeviceLine) -> None:
        """Begins anew with other settings, closed: what came by the old ones is no message of the device."""
        self.line = line
        self.contest = Contest(now, self.entries)
        self.pieces: list[Piece] = []
        self.problem: str | None = None
        self._transport: Transport = make_transport(line.address, name="commission", passing=True)
        self._hears = Listener(
            self._transport, self.contest, now, asks=line.asks, answers=line.answers, note=self._note
        )
        self._retry_at: float | None = None
        self._since = time.monotonic()

    def open(self) -> None:
        """Raises LineDown."""
        self._transport.open()
        self._since = time.monotonic()

    def step(self) -> None:
        """Listens for a fifth of a second at most; a line that went down is tried again."""
        try:
            if self._retry_at is not None:
                if time.monotonic() < self._retry_at:
                    time.sleep(TICK_S)
                    return
                self._transport.open()
                self._retry_at = self.problem = None
            if len(self.contest.data) < MOST_BYTES:
                self._hears.step()
            else:
                time.sleep(TICK_S)
        except LineDown as error:
            self.problem = str(error)
            self._transport.close()
            self._retry_at = time.monotonic() + AGAIN_S

    def close(self) -> None:
        self._transport.close()

    def quiet_parts(self, chosen: CandidateTrial) -> list[int] | None:
        """Returns the sizes of what silence parted, for a profile that parts messages by nothing else."""
        protocol = chosen.protocol
        if not isinstance(protocol, Generic) or protocol.profile.framing.gap_s is None:
            return None
        gap_s, sizes = protocol.profile.framing.gap_s, [0]
        for before, piece in pairwise([self.pieces[0], *self.pieces]):
            if piece.at - before.at > gap_s:
                sizes.append(0)
            sizes[-1] += len(piece.data)
        return sizes

    def rows(self) -> list[str]:
        """The counters and the last messages, as text with visible controls and as hex."""
        rows = [self._count_row()]
        if self.problem is not None:
            rows.append(f"  {self.problem}")
        for data in self._last_messages():
            rows.append(f"{RAW}{visible_text(data)}")
            rows.append(f"{RAW}   {data[:40].hex(' ')}")
        silent_s = time.monotonic() - (self.pieces[-1].at if self.pieces else self._since)
        if silent_s >= SILENT_S and self.problem is None:
            rows += silence_rows(
                int(silent_s // SILENT_S * SILENT_S), heard=bool(self.pieces), serial=self.line.is_serial
            )
        return rows

    def _note(self, data: bytes) -> None:
        self.pieces.append(Piece(data, time.monotonic()))

    def _count_row(self) -> str:
        data = self.contest.data
        lines = data.count(b"\n") or data.count(b"\r") or data.count(b"\x03") or len(self.pieces)
        return _("{size} bytes, {lines} lines").format(size=len(data), lines=lines)

    def _last_messages(self) -> list[bytes]:
        recent = self.pieces[-_RECENT:]
        found = partings(recent)
        if found and len(found[0].messages) > 1:
            return [one.data for one in found[0].messages[-_LAST:]]
        tail = b"".join(piece.data for piece in recent)[-16 * _LAST :]
        return [tail[start : start + 16] for start in range(0, len(tail), 16)]


def silence_rows(seconds: int, *, heard: bool, serial: bool) -> list[str]:
    """What a silent line may lack, the likeliest first."""
    if heard:
        rows = [_("Nothing for {seconds} s.").format(seconds=seconds)]
        return [*rows, _("  - a head that sends at a key: press PRINT on the head")]
    rows = [_("Nothing was heard for {seconds} s. Check:").format(seconds=seconds)]
    rows.append(_("  - the cable is plugged in at both ends, and the head is on"))
    if serial:
        rows.append(_("  - TX and RX are crossed: try a null-modem adapter, or exchange pins 2 and 3"))
        rows.append(_("  - the baud rate in the menu of the head; b and Enter here changes it"))
    rows.append(_("  - the head sends: set its output to continuous, or press PRINT on the head"))
    return rows


def show_until_enter(console: Console, step: Callable[[], None], rows: Callable[[], list[str]]) -> str:
    """Shows what comes until a line is typed; returns that line."""
    view, due = View(), 0.0
    console.meanwhile = step
    try:
        while (typed := console.take()) is None:
            tick = time.monotonic()
            if tick >= due:
                due = tick + (SHOW_S if view.is_in_place else IN_TURN_S)
                view.show(rows())
        view.show(rows())
    finally:
        console.meanwhile = None
    return typed
