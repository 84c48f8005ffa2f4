"""The parts of commissioning that listen: the port, the line settings, the recording shown live."""

import sys
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import typer

from station.cli.say import LANGUAGE, Exit, _, fail, now, tell
from ui.i18n import translator

if TYPE_CHECKING:
    from drivers.reading import Reading
    from drivers.transport import Transport
    from station.commissioning.candidates import Contest, Trial

SHOW_S = 1.0
LONGEST_S = 3600.0
MOST_BYTES = 8_000_000
SHOWN = 6


@dataclass(frozen=True, slots=True)
class Line:
    """The address that was chosen, and what the device has to be asked with."""

    address: str
    poll: tuple[bytes, float] | None = None


def ask_port() -> str:
    """Asks where the device is plugged in; a stable name is offered first."""
    from station.commissioning.ports import serial_ports

    ports = serial_ports()
    tell(_("Where is the device?"))
    for number, port in enumerate(ports, start=1):
        tell(f"  {number}  {port}")
    if not ports:
        tell(_("  no serial adapter is plugged in (nothing in /dev/serial/by-id)"))
    tell(_("  or an address: serial:/dev/ttyS0, tcp:192.168.1.20:1470, mqtt://broker/topic"))
    answer = str(typer.prompt(_("Number or address"), default="1" if ports else None, err=True)).strip()
    if answer.isdecimal() and 1 <= int(answer) <= len(ports):
        return f"serial:{ports[int(answer) - 1]}"
    return f"serial:{answer}" if answer.startswith("/") else answer


def find_line(address: str, seconds: float, *, ask: bool) -> Line:
    """The line settings of a serial port are found out; every other address is taken as it is."""
    from drivers.errors import SettingError
    from drivers.registry import make_transport
    from drivers.transport import LineDown
    from station.commissioning.candidates import candidates
    from station.commissioning.ports import Heard, try_lines

    try:
        make_transport(address)
    except SettingError as error:
        fail(str(error), Exit.USAGE)
    if not address.startswith("serial:") or "?" in address:
        return Line(address)
    path = address.removeprefix("serial:")
    tell(_("Listening with the usual line settings; let the device send if you can."))
    heard: list[Heard] = []
    try:
        for one in try_lines(path, now, candidates(), ask=ask, seconds=seconds):
            heard.append(one)
            tell(_heard_text(one.line, one.size, one.best))
    except LineDown as error:
        fail(str(error), Exit.NETWORK)
    best = max(heard, key=lambda one: (one.score, one.size))
    if best.size == 0:
        tell(_("Nothing was heard: check cable, power and the device's own settings; 9600 8N1 is taken."))
    return Line(best.line.address(path), best.poll)


def _heard_text(line: object, size: int, best: "Trial | None") -> str:
    if best is None:
        return _("  {line}: {size} bytes, nothing to be read").format(line=line, size=size)
    return _("  {line}: {size} bytes, {share} read by {driver}").format(
        line=line, size=size, share=f"{best.score:.0%}", driver=best.candidate.label
    )


def record(line: Line) -> "Contest":
    """Everything the device says until the person presses Enter, shown live."""
    from drivers.registry import make_transport
    from drivers.transport import LineDown
    from station.commissioning.candidates import Contest, candidates

    contest = Contest(now, candidates())
    transport = make_transport(line.address, name="commission")
    tell(_("Now weigh known loads, or print a sample, more than once. Everything is recorded."))
    tell(_("Press Enter when that is done."))
    ended = threading.Event()
    threading.Thread(target=_wait_for_enter, args=(ended,), daemon=True).start()
    try:
        transport.open()
        _listen(transport, contest, line, ended)
    except LineDown as error:
        tell(str(error))
    finally:
        transport.close()
    if not contest.data:
        fail(_("The device said nothing: nothing was written."), Exit.NETWORK)
    return contest


def _wait_for_enter(ended: threading.Event) -> None:
    sys.stdin.readline()
    ended.set()


def _listen(transport: "Transport", contest: "Contest", line: Line, ended: threading.Event) -> None:
    """Until `ended`, for an hour at most."""
    show = _Shown()
    end, due, asked = time.monotonic() + LONGEST_S, 0.0, 0.0
    while not ended.is_set() and (tick := time.monotonic()) < end and len(contest.data) < MOST_BYTES:
        if line.poll is not None and tick - asked >= line.poll[1]:
            transport.write(line.poll[0])
            asked = tick
        chunk = transport.read(0.2)
        if chunk is None:
            contest.quiet()
        else:
            contest.hear(chunk.data, whole=chunk.whole)
            if chunk.receipt is not None:
                transport.confirm(chunk.receipt)
        if tick >= due:
            due = tick + SHOW_S
            show.ranking(contest)
    contest.quiet()
    show.ranking(contest)


class _Shown:
    """Tells the ranking only when it changed."""

    def __init__(self) -> None:
        self._told: list[str] = []

    def ranking(self, contest: "Contest") -> None:
        lines = [trial_text(trial) for trial in contest.ranking()[:SHOWN]]
        if lines == self._told:
            return
        self._told = lines
        tell(_("{size} bytes:").format(size=len(contest.data)))
        for line in lines or [_("  no driver reads this yet")]:
            tell(line)


def trial_text(trial: "Trial") -> str:
    return _("  {driver}: {share} read, {count} readings, {bad} refused; last: {last}").format(
        driver=trial.candidate.label,
        share=f"{trial.score:.0%}",
        count=trial.readings,
        bad=trial.refused,
        last=_reading_text(trial.last) if trial.last else "-",
    )


def _reading_text(reading: "Reading") -> str:
    """ "weight 43 120 kg (gross, stable)"."""
    from ui.words import analyte_name

    t = translator(LANGUAGE)
    values = [
        f"{analyte_name(analyte.value, LANGUAGE)} "
        + ("-" if value.value is None else f"{t.plain(value.value)} {value.unit.value}")
        for analyte, value in reading.values.items()
    ]
    flags = ", ".join(sorted(flag.value for flag in reading.flags))
    return ", ".join(values) + (f" ({flags})" if flags else "")
