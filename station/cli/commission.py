"""A new device, step by step: its port, its line, what it says, which driver reads it, its section."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from station.cli.listening import (
    SHOWN,
    DeviceLine,
    ask_port,
    find_line,
    numbers_text,
    record,
    refusal_text,
    trial_text,
)
from station.cli.options import ConfigOption
from station.cli.say import Exit, _, fail, now, out, tell

if TYPE_CHECKING:
    from station.commissioning.candidates import Candidate
    from station.commissioning.contest import CandidateTrial, Contest


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
) -> None:
    from drivers.errors import SettingError
    from station.commissioning.candidates import candidates, place_of
    from station.site.read import SettingsError, load_settings

    try:
        settings = load_settings(config)
    except SettingsError as error:
        fail(str(error), Exit.CONFIGURATION)
    address = ask_port()
    try:
        entries = candidates(profile or [], place=place_of(address), unit=unit)
    except SettingError as error:
        fail(str(error), Exit.USAGE)
    line = find_line(address, entries, listen, ask=ask)
    contest = record(line, entries)
    chosen = _choice(contest)
    _write(config, {one.id for one in settings.instruments}, line, contest, chosen)


def _choice(contest: "Contest") -> "CandidateTrial":
    """The operator compares with the device's display and says which driver is right."""
    ranking = contest.ranking()
    if not ranking:
        for refused in contest.refusals()[:SHOWN]:
            tell(refusal_text(refused))
        _keep_unread(contest)
    tell(_("Which one shows what the device showed?"))
    for number, trial in enumerate(ranking[:SHOWN], start=1):
        tell(f"{number}" + trial_text(trial))
    answer = int(typer.prompt(_("Number"), default=1, type=int, err=True))
    if not 1 <= answer <= len(ranking):
        fail(_("There is no number {number}.").format(number=answer), Exit.USAGE)
    return ranking[answer - 1]


def _keep_unread(contest: "Contest") -> NoReturn:
    """What nobody can read is kept for whoever writes the profile."""
    file = Path(f"unread-{now():%Y%m%d-%H%M%S}.bin")
    file.write_bytes(bytes(contest.data))
    fail(
        _(
            "No driver and no profile reads this device. Its bytes are in {file}: write a profile, and try "
            "it with --profile."
        ).format(file=file),
        Exit.NEGATIVE,
    )


def _write(
    config: Path, used: set[str], line: DeviceLine, contest: "Contest", chosen: "CandidateTrial"
) -> None:
    from station.commissioning.candidates import without_asking
    from station.commissioning.recording import FOLDER, keep_recording
    from station.commissioning.section import append_section
    from station.site.file import Instrument
    from station.site.read import SettingsError

    candidate = chosen.candidate if line.asks else without_asking(chosen.candidate)
    candidate = _with_sizes(_with_tests(candidate, chosen), chosen)
    port_id = _ask(_("Id in the site file (small letters, digits)"), lambda text: _id_problem(text, used))
    new = Instrument.model_construct(
        id=port_id,
        name=_ask(_("Name for people"), lambda text: None if text else _("Type a name.")),
        driver=candidate.kind,
        port=line.address,
        serial_number=_ask(_("Serial number (empty: not known)"), lambda _text: None, default="") or None,
        settings=candidate.settings,
    )
    try:
        append_section(config, new)
    except SettingsError as error:
        fail(str(error), Exit.CONFIGURATION)
    count = keep_recording(
        config.parent / FOLDER, port_id, contest.recording(chosen), candidate.kind, candidate.settings,
        line.address, now(),
    )  # fmt: skip
    tell(_("{id} is in {file}; start the station again to use it.").format(id=port_id, file=config))
    if chosen.category == "analyzer":
        tell(_("Put {id} into [order] for every analyte whose value it shall decide.").format(id=port_id))
    tell(_("The recording ({count} readings) is checked by: silo check").format(count=count))
    out({"id": port_id, "driver": candidate.kind, "port": line.address, "readings": count})


def _with_sizes(candidate: "Candidate", chosen: "CandidateTrial") -> "Candidate":
    """A unit, a separator or a fixed zero that no message tells: only a person at the display knows it."""
    from station.commissioning.magnitude import never_settled, next_question, with_answers

    answers: dict[str, str] = {}
    while question := next_question(chosen, answers):
        tell(_("The device sent {characters}. What does its display show?").format(characters=question.sent))
        for choice, numbers in question.numbers.items():
            tell(f"  {choice}: {numbers_text(numbers)}")
        choices = list(question.numbers)
        answer = _ask(
            _("{setting} ({choices})").format(setting=question.setting, choices=", ".join(choices)),
            lambda text, choices=choices: _choice_problem(text, choices),  # type: ignore[misc]
            default="",
        )
        if not answer:
            break
        answers[question.setting] = answer
    if missing := never_settled(chosen):
        text = _("No load was weighed, so nothing settles: {settings}. Where they matter there is no weight.")
        tell(text.format(settings=", ".join(missing)))
    return with_answers(candidate, answers)


def _choice_problem(text: str, choices: list[str]) -> str | None:
    known = _("One of: {choices}; empty: not known, there is no value until then.")
    return None if text in ("", *choices) else known.format(choices=", ".join(choices))


def _with_tests(candidate: "Candidate", chosen: "CandidateTrial") -> "Candidate":
    """An ASTM instrument names its tests in its own way: only a person knows which analytes they are."""
    from drivers.analyzer.astm import Astm, unmapped_tests
    from station.commissioning.candidates import Candidate

    if candidate.kind != Astm.kind or chosen.last is None:
        return candidate
    known: list[str] = []
    for code, text in unmapped_tests(chosen.last).items():
        question = _("{code} = {text}: which analyte? (moisture, protein:dm ...; empty: none)")
        answer = _ask(
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


def _ask(question: str, problem: Callable[[str], str | None], default: str | None = None) -> str:
    while True:
        answer = str(typer.prompt(question, default=default, show_default=False, err=True)).strip()
        wrong = problem(answer)
        if wrong is None:
            return answer
        tell(wrong)


def _id_problem(text: str, used: set[str]) -> str | None:
    if text in used:
        return _("{id} is already in the site file.").format(id=text)
    is_id = re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,30}", text)
    return None if is_id else _("Small letters, digits, - and _ only, 31 at most.")
