"""A new device, step by step: its port, its line, what it says, which driver reads it, its section."""

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from station.cli.console import Console, tell
from station.cli.errors import end_with_file, end_with_settings
from station.cli.options import ConfigOption
from station.cli.say import Exit, _, fail, now, out

if TYPE_CHECKING:
    from station.cli.recorder import Recorder
    from station.commissioning.candidates import Candidate
    from station.commissioning.contest import CandidateTrial
    from station.commissioning.ports import LineSettings

LIKELY = 0.5


def register(app: typer.Typer) -> None:
    app.command("commission", help=_("Connects a new device step by step and writes it to the site file."))(
        commission
    )


def commission(
    config: ConfigOption = Path("site.toml"),
    listen: Annotated[
        float, typer.Option(min=0.2, max=60, help=_("Seconds to listen with each line setting."))
    ] = 3.0,
    ask: Annotated[
        bool, typer.Option("--ask/--listen-only", help=_("May a device be asked and answered?"))
    ] = True,
    profile: Annotated[
        list[Path] | None, typer.Option(help=_("A profile of your own that may read the device."))
    ] = None,
    unit: Annotated[int, typer.Option(min=1, max=247, help=_("Modbus address of the device."))] = 1,
    line: Annotated[
        str | None,
        typer.Option(help=_("The setting of a serial line, such as 9600-8N1; none is tried then.")),
    ] = None,
) -> None:
    from drivers.errors import SettingError
    from station.cli.listening import ask_port, find_line, record
    from station.cli.magnitude import settle_magnitude
    from station.cli.recorder import Recorder
    from station.commissioning.candidates import candidates, place_of
    from station.setting_problems import SettingsError
    from station.site.read import load_settings

    try:
        settings = load_settings(config)
    except SettingsError as error:
        end_with_settings(config, error)
    given = _line_settings(line)
    console = Console()
    address = ask_port(console)
    try:
        entries = candidates(profile or [], place=place_of(address), unit=unit)
    except SettingError as error:
        fail(str(error), Exit.USAGE)
    found = find_line(console, address, entries, listen, ask=ask, given=given)
    recorder = Recorder(found, entries)
    record(console, recorder)
    try:
        chosen = _choice(console, recorder, config.parent)
    finally:
        recorder.close()
    candidate = settle_magnitude(console, chosen)
    _write(console, config, {one.id for one in settings.instruments}, recorder, chosen, candidate)


def _line_settings(text: str | None) -> "LineSettings | None":
    from station.commissioning.ports import LineSettings

    if text is None:
        return None
    given = LineSettings.parse(text)
    if given is None:
        fail(_("--line {text}: type it as 9600-8N1").format(text=text), Exit.USAGE)
    return given


def _choice(console: Console, recorder: "Recorder", folder: Path) -> "CandidateTrial":
    """The operator compares with the device's display and says which driver is right; where none is, the
    device is described."""
    from station.cli.listening import SHOWN, refusal_text, trial_text

    contest = recorder.contest
    ranking = contest.ranking()
    if not ranking:
        for refused in contest.refusals()[:SHOWN]:
            tell(refusal_text(refused))
        return _describe(console, recorder, folder)
    tell(_("Which one shows what the device showed?"))
    shown = ranking[:SHOWN]
    for number, trial in enumerate(shown, start=1):
        tell(f"{number}" + trial_text(trial))
    tell("0  " + _("none of them: describe the lines of the device"))
    default = 1 if ranking[0].score >= LIKELY else None
    answer = console.ask_number(_("Number"), len(shown), default, least=0)
    return shown[answer - 1] if answer else _describe(console, recorder, folder)


def _describe(console: Console, recorder: "Recorder", folder: Path) -> "CandidateTrial":
    """Only text on a line can be marked; registers and messages of a broker need a profile of their kind."""
    from station.cli.guide import GivenUp, guide
    from station.commissioning.legibility import legibility_of

    data = bytes(recorder.contest.data)
    is_text = legibility_of(data).readable >= LIKELY and not recorder.contest.refusals()
    if not is_text or recorder.line.address.startswith("mqtt:"):
        recorder.close()
        _keep_unread(data)
    try:
        return guide(console, recorder, folder)
    except GivenUp:
        recorder.close()
        _keep_unread(data)


def _keep_unread(data: bytes) -> NoReturn:
    """What nobody can read is kept for whoever writes the profile."""
    file = Path(f"unread-{now():%Y%m%d-%H%M%S}.bin")
    file.write_bytes(data)
    fail(
        _(
            "No driver and no profile reads this device. Its bytes are in {file}: write a profile, and try "
            "it with --profile."
        ).format(file=file),
        Exit.NEGATIVE,
    )


def _write(
    console: Console,
    config: Path,
    used: set[str],
    recorder: "Recorder",
    chosen: "CandidateTrial",
    settled: "Candidate",
) -> None:
    from station.commissioning.candidates import without_asking
    from station.commissioning.recording import FOLDER, keep_recording
    from station.commissioning.section import append_section, section_of
    from station.setting_problems import SettingsError
    from station.site.file import Instrument

    line, contest = recorder.line, recorder.contest
    candidate = settled if line.asks else without_asking(settled)
    candidate = _with_tests(console, candidate, chosen)
    port_id = console.ask(
        _("Id in the site file (small letters, digits)"), lambda text: _id_problem(text, used)
    )
    new = Instrument.model_construct(
        id=port_id,
        name=console.ask(_("Name for people"), lambda text: None if text else _("Type a name.")),
        driver=candidate.kind,
        port=line.address,
        serial_number=console.ask(_("Serial number (empty: not known)"), default="") or None,
        settings=candidate.settings,
    )
    try:
        append_section(config, new)
        count = keep_recording(
            config.parent / FOLDER, port_id, contest.recording(chosen), candidate.kind, candidate.settings,
            line.address, now(), pieces=recorder.quiet_parts(chosen),
        )  # fmt: skip
    except SettingsError as error:
        end_with_settings(config, error)
    except OSError as error:
        end_with_file(config, error)
    tell(section_of(new))
    tell(_("{id} is in {file}; start the station again to use it.").format(id=port_id, file=config))
    if chosen.category == "analyzer":
        tell(_("Put {id} into [order] for every analyte whose value it shall decide.").format(id=port_id))
    tell(_("The recording ({count} readings) is checked by: silo check").format(count=count))
    out({"id": port_id, "driver": candidate.kind, "port": line.address, "readings": count})


def _with_tests(console: Console, candidate: "Candidate", chosen: "CandidateTrial") -> "Candidate":
    """An ASTM instrument names its tests in its own way: only a person knows which analytes they are."""
    from drivers.analyzer.astm import Astm, unmapped_tests
    from station.commissioning.candidates import Candidate

    if candidate.kind != Astm.kind or chosen.last is None:
        return candidate
    known: list[str] = []
    for code, text in unmapped_tests(chosen.last).items():
        question = _("{code} = {text}: which analyte? (moisture, protein:dm ...; empty: none)")
        answer = console.ask(
            question.format(code=code, text=text),
            lambda target, code=code: _test_problem(code, target),  # type: ignore[misc]
            default="",
        )
        if answer:
            known.append(f"{code}={answer}")
    return Candidate(candidate.kind, {**candidate.settings, **({"tests": ",".join(known)} if known else {})})


def _test_problem(code: str, target: str) -> str | None:
    from drivers.analyzer.astm import Astm
    from drivers.errors import SettingError

    try:
        Astm({"tests": f"{code}={target}" if target else ""})
    except SettingError as error:
        return str(error)
    return None


def _id_problem(text: str, used: set[str]) -> str | None:
    if text in used:
        return _("{id} is already in the site file.").format(id=text)
    is_id = re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,30}", text)
    return None if is_id else _("Small letters, digits, - and _ only, 31 at most.")
