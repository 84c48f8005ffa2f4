"""The parts of commissioning that listen: the port, the line settings, the recording shown live."""

from collections.abc import Iterator, Sequence

from drivers.errors import SettingError
from drivers.generic.controls import visible_text
from drivers.magnitude import open_names, ways_of
from drivers.reading import UNIT_OF, Analyte, Reading
from drivers.registry import make_transport
from drivers.transport import LineDown
from station.cli.console import Console, tell
from station.cli.recorder import DeviceLine, Recorder, show_until_enter, silence_rows
from station.cli.say import LANGUAGE, Exit, _, fail, now
from station.commissioning.candidates import Candidate, Question, questions_for
from station.commissioning.contest import CandidateTrial
from station.commissioning.ports import LineSettings, places, serial_ports
from station.commissioning.search import Attempt, try_addresses
from ui.words.i18n import translator
from ui.words.vocabulary import analyte_name

SHOWN = 6
SENT = 60


def ask_port(console: Console) -> str:
    """Asks where the device is plugged in; a stable name is offered first."""
    ports = serial_ports()
    tell(_("Where is the device?"))
    for number, port in enumerate(ports, start=1):
        tell(f"  {number}  {port}")
    if not ports:
        tell(_("  no serial adapter is plugged in (nothing in /dev/serial/by-id)"))
    tell(_("  or an address: serial:/dev/ttyS0, tcp:192.168.1.20:1470, mqtt://broker/topic"))
    answer = console.ask(_("Number or address"), default="1" if ports else None, shows_default=bool(ports))
    if answer.isdecimal() and 1 <= int(answer) <= len(ports):
        return f"serial:{ports[int(answer) - 1]}"
    address = f"serial:{answer}" if answer.startswith("/") else answer
    try:
        make_transport(address)
    except SettingError as error:
        fail(str(error), Exit.USAGE)
    return address


def find_line(
    console: Console,
    address: str,
    entries: list[Candidate],
    seconds: float,
    *,
    ask: bool,
    given: LineSettings | None = None,
) -> DeviceLine:
    """The line settings of a serial port are found out, unless they are `given`, and whether the device has
    to be asked.

    A tap is only listened to, and a broker's topic is taken as it is.
    """
    ask = ask and not address.startswith("tap:")
    if not address.startswith(("serial:", "tcp:")):
        return DeviceLine(address, answers=ask)
    if given is not None and address.startswith("serial:"):
        address = given.address(address.removeprefix("serial:").partition("?")[0])
    tries = [(address, str(given))] if given else places(address)
    tell(_("Listening with the usual line settings; let the device send if you can."))
    if len(tries) > 1:
        tell(_("  Enter ends the search; a setting such as 4800-7E1 and Enter is taken as it is."))
    attempts: list[Attempt] = []
    typed: str | None = None
    try:
        for attempt in try_addresses(tries, now, entries, ask=ask, seconds=seconds):
            attempts.append(attempt)
            tell(_heard_text(attempt))
            if attempt.size == 0 and len(attempts) == 1 < len(tries):
                _tell_rows(silence_rows(int(seconds), heard=False, serial=True))
            typed = console.take(0.01) if len(tries) > 1 else None
            if typed is not None:
                break
    except LineDown as error:
        fail(str(error), Exit.NETWORK)
    chosen = LineSettings.parse(typed or "")
    if chosen is not None:
        return DeviceLine(chosen.address(address.removeprefix("serial:")), answers=ask)
    return _best_line(address, entries, attempts, ask=ask)


def _best_line(address: str, entries: list[Candidate], attempts: list[Attempt], *, ask: bool) -> DeviceLine:
    best = max(attempts, key=lambda one: one.merit)
    if best.size == 0:
        tell(_nothing_heard(address, best))
    elif best.address != address:
        tell(_reason_text(best, len(attempts)))
    return DeviceLine(best.address, _asks(best, entries), ask)


def _nothing_heard(address: str, best: Attempt) -> str:
    if address.startswith("tcp:"):
        return _("Nothing was heard: check cable, power and the device's own settings.")
    text = _("Nothing was heard: check cable, power and the device's own settings; {line} is taken.")
    return text.format(line=best.label)


def _reason_text(best: Attempt, count: int) -> str:
    if best.legible.is_clear:
        reason = _("its bytes are text and its messages look alike")
    elif best.is_enough:
        reason = _("a driver understands the device with it")
    else:
        reason = _("with it most bytes are text, of {count} that were tried").format(count=count)
    return _("{line} is taken: {reason}.").format(line=best.label, reason=reason)


def _tell_rows(rows: list[str]) -> None:
    for row in rows:
        tell(row)


def _asks(best: Attempt, entries: list[Candidate]) -> tuple[Question, ...]:
    understood = best.best or best.refusal
    if best.poll is None or understood is None:
        return ()
    return tuple(questions_for(understood.candidate, entries))


def _heard_text(attempt: Attempt) -> str:
    if attempt.problem is not None:
        return _("  {line}: {reason}").format(line=attempt.label, reason=attempt.problem)
    if attempt.refusal is not None and attempt.best is None:
        return _("  {line}: the device refuses what {driver} asks: {reason}").format(
            line=attempt.label, driver=attempt.refusal.candidate.label, reason=attempt.refusal.fault
        )
    if attempt.size == 0:
        return _("  {line}: silent").format(line=attempt.label)
    words = [_("{size} bytes").format(size=attempt.size), *_legible_words(attempt)]
    if attempt.best is not None:
        read = _("{share} read by {driver}")
        words.append(read.format(share=f"{attempt.score:.0%}", driver=attempt.best.candidate.label))
    return f"  {attempt.label}: " + ", ".join(words)


def _legible_words(attempt: Attempt) -> Iterator[str]:
    legible = attempt.legible
    yield _("{share} text").format(share=f"{legible.readable:.0%}")
    if legible.messages > 1:
        yield _("{alike} of {count} messages alike").format(alike=legible.alike, count=legible.messages)


def record(console: Console, recorder: Recorder) -> None:
    """Everything the device says until the person presses Enter, shown live; the line stays open."""
    tell(_("Now weigh known loads, or print a sample, more than once. Everything is recorded."))
    if recorder.line.answers:
        tell(_("An instrument that waits for an answer gets one: use test samples, it takes them for kept."))
    tell(_("Press Enter when that is done."))
    if recorder.line.is_serial:
        tell(_("Another line setting: type b and Enter."))
    _open(recorder)
    while show_until_enter(console, recorder.step, lambda: _rows(recorder)).strip().lower() == "b":
        _change_line(console, recorder)
    recorder.contest.note_quiet()
    if not recorder.contest.data:
        recorder.close()
        fail(_("The device said nothing: nothing was written."), Exit.NETWORK)


def _open(recorder: Recorder) -> None:
    try:
        recorder.open()
    except LineDown as error:
        recorder.close()
        fail(str(error), Exit.NETWORK)


def _change_line(console: Console, recorder: Recorder) -> None:
    """The person knows the setting better: from the menu of the head, or by trying."""
    if not recorder.line.is_serial:
        return

    def problem(text: str) -> str | None:
        return None if LineSettings.parse(text) else _("Type it as 9600-8N1: baud, bits, parity, stop bits.")

    chosen = LineSettings.parse(console.ask(_("Line setting (such as 4800-7E1)"), problem))
    if chosen is None:
        return
    path = recorder.line.address.removeprefix("serial:").partition("?")[0]
    recorder.close()
    recorder.change_line(DeviceLine(chosen.address(path), recorder.line.asks, recorder.line.answers))
    _open(recorder)
    tell(_("{line} is taken. Press Enter when you have seen enough.").format(line=chosen))


def _rows(recorder: Recorder) -> list[str]:
    contest = recorder.contest
    rows = [trial_text(trial) for trial in contest.ranking()[:SHOWN]]
    rows += [refusal_text(trial) for trial in contest.refusals()[:SHOWN]]
    if contest.data and not rows:
        rows = [_("  no driver reads this yet")]
    return [*recorder.rows(), *rows]


def trial_text(trial: CandidateTrial) -> str:
    return _("  {driver}: {share} read, {count} readings, {bad} refused; last: {last}; sent: {sent}").format(
        driver=trial.candidate.label,
        share=f"{trial.score:.0%}",
        count=trial.readings,
        bad=trial.refused_count,
        last=reading_text(trial.last) if trial.last else "-",
        sent=_short(visible_text(trial.last.frame.data)) if trial.last else "-",
    )


def refusal_text(trial: CandidateTrial) -> str:
    return _("  {driver}: the device refuses: {reason}").format(
        driver=trial.candidate.label, reason=trial.fault
    )


def reading_text(reading: Reading) -> str:
    """ "weight 43 120 kg (gross, stable)"; results that nobody mapped yet as they were sent; all the numbers
    that one may be whose size a setting has to tell."""
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


def numbers_text(numbers: Sequence[tuple[str, float | None]]) -> str:
    """ "weight 43 120 kg or 431 200 kg"."""
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
