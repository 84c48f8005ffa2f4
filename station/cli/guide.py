"""A device that nobody knows: a person marks its weight, unit and stable mark on its own lines.

Every question is about numbered columns of lines that were heard, and the size of the number is settled by
comparing one loaded reading with the display. The outcome is a profile for the kind `generic`.
"""

import re
from pathlib import Path

from drivers.decode import decode
from drivers.errors import FrameError, SettingError
from drivers.reading import Reading
from station.cli.console import Console, tell
from station.cli.guide_marks import ask_marks
from station.cli.guide_parting import ask_cut
from station.cli.guide_weight import ask_weight
from station.cli.linelist import HeardLine
from station.cli.listening import reading_text
from station.cli.recorder import Recorder, show_until_enter
from station.cli.say import _, now
from station.commissioning.candidates import Candidate
from station.commissioning.contest import CandidateTrial
from station.commissioning.marking import decimal_marks, parse_shown, shown_number, to_kg
from station.commissioning.own_profile import Cut, Marking, Proof, profile_text
from station.commissioning.partings import part, time_of

FOLDER = "profiles"


class GivenUp(Exception):
    """The person does not want to go on."""


def guide(console: Console, recorder: Recorder, folder: Path) -> CandidateTrial:
    """Asks until the profile reads what the display shows; it is in `folder`/profiles then. GivenUp."""
    tell("")
    tell(_("Nobody here knows this device. A few questions about its lines make a profile of it."))
    console.meanwhile = recorder.step
    try:
        while True:
            trial = _one_round(console, recorder, folder)
            if trial is not None:
                return trial
            if not console.ask_yes(_("Begin again with the questions?")):
                raise GivenUp
    finally:
        console.meanwhile = None


def _one_round(console: Console, recorder: Recorder, folder: Path) -> CandidateTrial | None:
    cut = ask_cut(console, recorder)

    def heard() -> list[HeardLine]:
        return heard_lines(recorder, cut)

    weight = ask_weight(console, heard)
    if weight is None:
        return None
    marking, moving = ask_marks(console, heard, weight, is_rare=_is_rare(recorder, cut))
    name = _ask_name(console, folder)
    file = folder / FOLDER / f"{_slug(name)}.toml"
    draft = file.with_name(f".{file.name}.draft")
    draft.parent.mkdir(parents=True, exist_ok=True)
    try:
        proofs = [Proof(weight.line.message, weight.kg)]
        if not _write(draft, name, cut, marking, proofs):
            return None
        proofs = _as_read(draft, [weight.line, *([moving] if moving else [])], marking)
        proofs = _compare_more(console, recorder, draft, cut, marking, proofs, name)
        _write(draft, name, cut, marking, proofs)
        if not _shows_the_same(console, recorder, draft):
            return None
        draft.replace(file)
    finally:
        draft.unlink(missing_ok=True)
    tell(_("The profile is {file}.").format(file=file))
    return trial_of(file, recorder)


def heard_lines(recorder: Recorder, cut: Cut) -> list[HeardLine]:
    """Every message whose checksum is right, the first half one left out, in their order."""
    messages = part(recorder.pieces, cut.framing).messages
    found = []
    for message in messages[1:] if len(messages) > 3 else messages:
        text = cut.text(message.data)
        if text:
            found.append(HeardLine(text, message.data))
    return found


def _is_rare(recorder: Recorder, cut: Cut) -> bool:
    """Fewer than one message in two seconds: perhaps a head that speaks at its key only."""
    messages = part(recorder.pieces, cut.framing).messages
    if len(messages) < 3:
        return True
    seconds = recorder.pieces[-1].at - recorder.pieces[0].at
    return seconds / len(messages) > 2.0


def _ask_name(console: Console, folder: Path) -> str:
    def problem(text: str) -> str | None:
        slug = _slug(text)
        if not slug:
            return _("Type a name.")
        return (
            _("{file} is there already.").format(file=slug)
            if (folder / FOLDER / f"{slug}.toml").exists()
            else None
        )

    return console.ask(_("Maker and model of the head, as on its plate (names the profile)"), problem)


def _slug(name: str) -> str:
    return re.sub("[^a-z0-9]+", "-", name.lower()).strip("-")[:40]


def _write(draft: Path, name: str, cut: Cut, marking: Marking, proofs: list[Proof]) -> bool:
    """Writes the file and reads it as `silo check` will; tells what is wrong."""
    draft.write_text(profile_text(name, cut, marking, proofs, now()), encoding="utf-8")
    try:
        _candidate(draft).protocol()
        _read_all(draft, [])
    except SettingError as error:
        tell(str(error))
        return False
    return True


def _candidate(file: Path) -> Candidate:
    return Candidate("generic", {"profile": str(file.absolute())})


def _read_all(file: Path, messages: list[bytes]) -> list[Reading | None]:
    """What the profile makes of each message alone. SettingError where its examples are not read so."""
    read: list[Reading | None] = []
    for message in [*messages, b""]:
        results = list(decode([message], "generic", _candidate(file).settings, at=now(), alone=True))
        read.append(results[0] if len(results) == 1 and not isinstance(results[0], FrameError) else None)
    return read[:-1]


def _compare_more(
    console: Console,
    recorder: Recorder,
    draft: Path,
    cut: Cut,
    marking: Marking,
    proofs: list[Proof],
    name: str,
) -> list[Proof]:
    """Other loads, best the empty scale: each line that was compared becomes an example of the profile."""
    while True:
        lines = heard_lines(recorder, cut)
        latest = list({one.text: one for one in lines}.values())[-200:]
        readings = _read_all(draft, [one.message for one in latest])
        good = [(one, read) for one, read in zip(latest, readings, strict=True) if read is not None]
        tell(_("It reads {good} of {count} different lines.").format(good=len(good), count=len(latest)))
        text = console.ask(
            _("Another reading to compare, best of the empty scale: the display shows (Enter: enough)"),
            default="",
        )
        if not text:
            return proofs
        shown = parse_shown(text)
        if shown is None:
            tell(_("Type the number as the display shows it, such as 12 340 kg."))
            continue
        unit = shown.unit or marking.unit_word
        wanted = {round(to_kg(shown_number(shown, decimal=mark), unit), 6) for mark in decimal_marks(shown)}
        same = [
            (one, read)
            for one, read in good
            if read.weight_kg is not None and round(read.weight_kg, 6) in wanted
        ]
        if not same:
            last = reading_text(good[-1][1]) if good else "-"
            tell(_("No line says so; the last one is read as: {reading}").format(reading=last))
            continue
        line, read = same[-1]
        proofs = [*proofs, proof_of(line, read, marking)]
        _write(draft, name, cut, marking, proofs)
        tell(_("Right: {reading}").format(reading=reading_text(read)))


def _as_read(draft: Path, lines: list[HeardLine], marking: Marking) -> list[Proof]:
    """The lines that a person told of, with the marks that they have: the weights are proven already."""
    readings = _read_all(draft, [one.message for one in lines])
    return [
        proof_of(one, read, marking) for one, read in zip(lines, readings, strict=True) if read is not None
    ]


def proof_of(line: HeardLine, read: Reading, marking: Marking) -> Proof:
    flags = tuple(flag.value for flag in read.flags) if marking.rule == "flags" else None
    return Proof(line.message, read.weight_kg or 0.0, flags)


def _shows_the_same(console: Console, recorder: Recorder, draft: Path) -> bool:
    """The profile on the live line, beside the display."""
    tell(_("Now the profile reads the line. Compare with the display, load and unload; Enter ends it."))
    trial, heard = trial_of(draft, recorder), len(recorder.pieces)

    def rows() -> list[str]:
        nonlocal heard
        for piece in recorder.pieces[heard:]:
            trial.hear(piece.data, time_of(piece))
        heard = len(recorder.pieces)
        shown = reading_text(trial.last) if trial.last else "-"
        counts = _("{count} readings, {bad} refused").format(count=trial.readings, bad=trial.refused_count)
        return [*recorder.rows(), f"  {shown}", f"  {counts}"]

    show_until_enter(console, recorder.step, rows)
    console.meanwhile = recorder.step
    return console.ask_yes(_("Does it show what the display shows?"))


def trial_of(file: Path, recorder: Recorder) -> CandidateTrial:
    trial = CandidateTrial(_candidate(file))
    for piece in recorder.pieces:
        trial.hear(piece.data, time_of(piece))
    if recorder.pieces:
        trial.note_quiet(time_of(recorder.pieces[-1]))
    return trial
