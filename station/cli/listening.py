"""The parts of commissioning that listen: the port, the line settings, the recording shown live."""

import sys
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import typer

from station.cli.say import LANGUAGE, Exit, _, fail, now, tell
from ui.words.i18n import translator

if TYPE_CHECKING:
    from collections.abc import Sequence

    from drivers.reading import Reading
    from station.commissioning.candidates import Candidate, Question
    from station.commissioning.contest import CandidateTrial, Contest
    from station.commissioning.search import Attempt, Listener

SHOW_S = 1.0
LONGEST_S = 3600.0
MOST_BYTES = 8_000_000
SHOWN = 6
SENT = 60


@dataclass(frozen=True, slots=True)
class DeviceLine:
    """The address that was chosen, what the device has to be asked with, and whether it may be answered."""

    address: str
    asks: "tuple[Question, ...]" = ()
    answers: bool = True


def ask_port() -> str:
    """Asks where the device is plugged in; a stable name is offered first."""
    from drivers.errors import SettingError
    from drivers.registry import make_transport
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
    address = f"serial:{answer}" if answer.startswith("/") else answer
    try:
        make_transport(address)
    except SettingError as error:
        fail(str(error), Exit.USAGE)
    return address


def find_line(address: str, entries: "list[Candidate]", seconds: float, *, ask: bool) -> DeviceLine:
    """The line settings of a serial port are found out, and whether the device has to be asked.

    A tap is only listened to, and a broker's topic is taken as it is.
    """
    from drivers.transport import LineDown
    from station.commissioning.ports import places
    from station.commissioning.search import try_addresses

    ask = ask and not address.startswith("tap:")
    if not address.startswith(("serial:", "tcp:")):
        return DeviceLine(address, answers=ask)
    tell(_("Listening with the usual line settings; let the device send if you can."))
    attempts: list[Attempt] = []
    try:
        for one in try_addresses(places(address), now, entries, ask=ask, seconds=seconds):
            attempts.append(one)
            tell(_heard_text(one))
    except LineDown as error:
        fail(str(error), Exit.NETWORK)
    best = max(attempts, key=lambda one: (one.score, one.refusal is not None, one.size))
    if best.size == 0:
        tell(_nothing_heard(address, best))
    return DeviceLine(best.address, _asks(best, entries), ask)


def _nothing_heard(address: str, best: "Attempt") -> str:
    if address.startswith("tcp:"):
        return _("Nothing was heard: check cable, power and the device's own settings.")
    text = _("Nothing was heard: check cable, power and the device's own settings; {line} is taken.")
    return text.format(line=best.label)


def _asks(best: "Attempt", entries: "list[Candidate]") -> "tuple[Question, ...]":
    from station.commissioning.candidates import questions_for

    understood = best.best or best.refusal
    if best.poll is None or understood is None:
        return ()
    return tuple(questions_for(understood.candidate, entries))


def _heard_text(attempt: "Attempt") -> str:
    if attempt.problem is not None:
        return _("  {line}: {reason}").format(line=attempt.label, reason=attempt.problem)
    if attempt.best is not None:
        return _("  {line}: {size} bytes, {share} read by {driver}").format(
            line=attempt.label,
            size=attempt.size,
            share=f"{attempt.score:.0%}",
            driver=attempt.best.candidate.label,
        )
    if attempt.refusal is not None:
        return _("  {line}: the device refuses what {driver} asks: {reason}").format(
            line=attempt.label, driver=attempt.refusal.candidate.label, reason=attempt.refusal.fault
        )
    return _("  {line}: {size} bytes, nothing to be read").format(line=attempt.label, size=attempt.size)


def record(line: DeviceLine, entries: "list[Candidate]") -> "Contest":
    """Everything the device says until the person presses Enter, shown live."""
    from drivers.registry import make_transport
    from drivers.transport import LineDown
    from station.commissioning.contest import Contest
    from station.commissioning.search import Listener

    contest = Contest(now, entries)
    transport = make_transport(line.address, name="commission", passing=True)
    tell(_("Now weigh known loads, or print a sample, more than once. Everything is recorded."))
    if line.answers:
        tell(_("An instrument that waits for an answer gets one: use test samples, it takes them for kept."))
    tell(_("Press Enter when that is done."))
    ended = threading.Event()
    threading.Thread(target=_wait_for_enter, args=(ended,), daemon=True).start()
    try:
        transport.open()
        _listen(Listener(transport, contest, now, asks=line.asks, answers=line.answers), ended)
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


def _listen(listener: "Listener", ended: threading.Event) -> None:
    """Until `ended`, for an hour at most."""
    show, contest = _Shown(), listener.contest
    end, due = time.monotonic() + LONGEST_S, 0.0
    while not ended.is_set() and (tick := time.monotonic()) < end and len(contest.data) < MOST_BYTES:
        listener.step()
        if tick >= due:
            due = tick + SHOW_S
            show.ranking(contest)
    contest.note_quiet()
    show.ranking(contest)


class _Shown:
    """Tells the ranking only when it changed."""

    def __init__(self) -> None:
        self._told: list[str] = []

    def ranking(self, contest: "Contest") -> None:
        lines = [trial_text(trial) for trial in contest.ranking()[:SHOWN]]
        lines += [refusal_text(trial) for trial in contest.refusals()[:SHOWN]]
        if lines == self._told:
            return
        self._told = lines
        tell(_("{size} bytes:").format(size=len(contest.data)))
        for line in lines or [_("  no driver reads this yet")]:
            tell(line)


def trial_text(trial: "CandidateTrial") -> str:
    from station.commissioning.magnitude import characters

    return _("  {driver}: {share} read, {count} readings, {bad} refused; last: {last}; sent: {sent}").format(
        driver=trial.candidate.label,
        share=f"{trial.score:.0%}",
        count=trial.readings,
        bad=trial.refused_count,
        last=_reading_text(trial.last) if trial.last else "-",
        sent=_short(characters(trial.last.frame.data)) if trial.last else "-",
    )


def refusal_text(trial: "CandidateTrial") -> str:
    return _("  {driver}: the device refuses: {reason}").format(
        driver=trial.candidate.label, reason=trial.fault
    )


def _reading_text(reading: "Reading") -> str:
    """ "weight 43 120 kg (gross, stable)"; results that nobody mapped yet as they were sent; all the numbers
    that one may be whose size a setting has to tell."""
    from drivers.magnitude import open_names, ways_of

    ways = ways_of(reading)
    names = open_names(ways) if ways else []
    values = [
        numbers_text(
            [(analyte.value, way.values.get(analyte.value)) for way in ways]
            if analyte.value in names
            else [(analyte.value, value.value)]
        )
        for analyte, value in reading.values.items()
    ]
    values += [f"{code}={text}" for code, text in reading.extra.get("unknown", {}).items()]
    flags = ", ".join(sorted(flag.value for flag in reading.flags))
    return ", ".join(values) + (f" ({flags})" if flags else "")


def numbers_text(numbers: "Sequence[tuple[str, float | None]]") -> str:
    """ "weight 43 120 kg or 431 200 kg"."""
    from drivers.reading import UNIT_OF, Analyte
    from ui.words.vocabulary import analyte_name

    t = translator(LANGUAGE)
    by_name: dict[str, list[str]] = {}
    for name, number in numbers:
        text = "-" if number is None else f"{t.plain(number)} {UNIT_OF[Analyte(name)].value}"
        shown = by_name.setdefault(name, [])
        if text not in shown:
            shown.append(text)
    either = _(" or ")
    return ", ".join(
        f"{analyte_name(name, LANGUAGE)} {either.join(texts)}" for name, texts in by_name.items()
    )


def _short(text: str) -> str:
    return text if len(text) <= SENT else f"{text[:SENT]}..."
