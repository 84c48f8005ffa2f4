"""`silo check`: looks at everything a station needs before the first truck, and says what to do."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from drivers.errors import SettingError
from drivers.kind import Kind
from station.backup.station_files import box_of
from station.checks.finding import Finding, good, problem, warning
from station.checks.folder import Kept, look_into
from station.checks.ports import check_lines
from station.checks.post import check_post
from station.checks.printers import check_printers
from station.checks.program import check_program
from station.checks.second_disk import check_second_disk
from station.commissioning.recording import FOLDER, replay_recordings
from station.grain.rules import RulePack, RulePackError
from station.receival.packs.pack_signatures import UNSIGNED, PackSignature, key_of, signed
from station.receival.packs.rule_packs import checked_pack
from station.runtime.bundles import shipped_bundles
from station.setting_problems import SettingProblem, SettingsError
from station.site.contradictions import contradictions
from station.site.credentials import credentials_of, exposes_password
from station.site.file import LOOPBACK, SiteSettings
from station.site.read import load_settings, rule_pack_texts, signatures_of, trusted_keys
from station.site.wiring import protocol_of
from station.vision.bundle import BundleError, read_bundle
from ui.words.i18n import translator
from ui.words.rule_packs import pack_problem


@dataclass(frozen=True, slots=True)
class Wish:
    """`devices`: each line is opened for a moment, so not while the station runs. `every_photo`: all of them,
    and all bags, however long it takes; else the newest, for some seconds."""

    devices: bool = False
    every_photo: bool = False


def check_site(file: Path, at: datetime, language: str, wish: Wish = Wish()) -> list[Finding]:
    """Look at the site file and all that it names; return every finding, the good ones too."""
    try:
        settings = load_settings(file)
    except SettingsError as error:
        return [problem("site file", one.line(language)) for one in error.problems]
    kept = look_into(settings, file, at, language, every_photo=wish.every_photo)
    kept_in = file.parent / settings.site.data
    packs = _Packs(settings, file, language)
    against = list(_contradictions(settings, file, packs.read, kept, at, language))
    return [
        *([] if any(not one.good for one in against) else [good("site file", str(file))]),
        *against,
        *packs.findings,
        *kept.findings,
        *_check_bundles(settings, file, language),
        *_check_passwords(settings, file, language),
        *check_lines(settings, file, kept.plugged, language, opened=wish.devices),
        *check_printers(settings, language, opened=wish.devices),
        *check_program(settings, file, kept.tokens, language),
        *check_second_disk(box_of(file, settings), at, language),
        *_check_post(kept, kept_in, at, language, every_bag=wish.every_photo),
        *_check_recordings(file.parent / FOLDER, language),
    ]


def _check_post(
    kept: Kept, folder: Path, at: datetime, language: str, *, every_bag: bool
) -> Iterable[Finding]:
    """Nothing of a ledger that cannot be read: that is told already."""
    if any(one.ends_with_ledger for one in kept.findings):
        return ()
    return check_post(folder, at, language, every_bag=every_bag)


class _Packs:
    """The rule packs that could be read, and what was found of each."""

    def __init__(self, settings: SiteSettings, file: Path, language: str) -> None:
        self.read: list[RulePack] = []
        self.findings: list[Finding] = []
        try:
            texts = rule_pack_texts(settings, file)
            signatures = signatures_of(settings, file, texts)
            for text in texts:
                pack = checked_pack(text)
                self.read.append(pack)
                self.findings.append(_pack_read(settings, pack, text, signatures, language))
        except SettingsError as error:
            self.findings += [problem("site file", one.line(language)) for one in error.problems]
        except RulePackError as error:
            self.findings.append(problem("rule pack", pack_problem(error.as_dict(), language)))


def _pack_read(
    settings: SiteSettings, pack: RulePack, text: str, signatures: Mapping[str, PackSignature], language: str
) -> Finding:
    """A pack that a trusted key signed, or that came with this release, is good; one that nobody signed is a
    warning where the site trusts keys."""
    t, zone = translator(language), settings.site.timezone
    begins = pack.valid_from.astimezone(ZoneInfo(zone) if zone else None)
    told = {
        "name": pack.name, "version": pack.version,
        "from": f"{t.day(begins.date())} {begins:%H:%M}",
        "key": key_of(pack, text, signatures.get(text, UNSIGNED)),
    }  # fmt: skip
    by = signed(pack.sha256, told["key"])
    if by == "no" and settings.vision.trusted_keys:
        return warning("rule pack", "pack_unsigned", language, told)
    code = {"key": "pack_signed", "shipped": "pack_shipped", "no": "pack_read"}[by]
    return good("rule pack", code, language, told)


def _contradictions(
    settings: SiteSettings, file: Path, packs: list[RulePack], kept: Kept, at: datetime, language: str
) -> Iterator[Finding]:
    for found in contradictions(settings, packs, _protocols(settings, file), at):
        line = SettingProblem(file, found.where, found.code, found.params).line(language)
        yield Finding("site file", "problem" if found.is_error else "warning", line)
    if kept.tokens is not None and not kept.tokens and settings.server.host not in LOOPBACK:
        params = {"host": settings.server.host}
        yield problem("site file", SettingProblem(file, "server.host", "open_door", params).line(language))


def _protocols(settings: SiteSettings, file: Path) -> dict[str, Kind]:
    """Without those whose driver cannot be: told with their lines."""
    found = {}
    for section in settings.instruments:
        try:
            found[section.id] = protocol_of(section, file)
        except SettingError:
            continue
    return found


def _check_passwords(settings: SiteSettings, file: Path, language: str) -> Iterator[Finding]:
    try:
        found = credentials_of(settings, file)
    except SettingsError as error:
        yield from (problem("passwords", one.line(language)) for one in error.problems)
        return
    if exposes_password(settings, file):
        yield warning("passwords", "password_exposed", language, {"file": str(file)})
    elif found.passwords:
        yield good("passwords", "passwords_read", language)


def _check_recordings(folder: Path, language: str) -> Iterator[Finding]:
    """Every driver still reads what was recorded when its device was commissioned."""
    for name, wrong in replay_recordings(folder).items():
        what = f"recording {name}"
        yield good(what, "recording_read", language) if wrong is None else problem(what, wrong)


def _check_bundles(settings: SiteSettings, file: Path, language: str) -> Iterator[Finding]:
    if not settings.vision.enabled:
        yield good("model", "vision_not_wanted", language)
        return
    try:
        names = [key.name for key in trusted_keys(settings, file)]
        yield good("trusted keys", "keys_read" if names else "no_keys", language, {"names": names})
    except SettingsError as error:
        yield problem("trusted keys", error.said(language))
    for path in shipped_bundles(settings.site.species):
        try:
            bundle = read_bundle(path)
            yield good("model", "bundle_read", language, {"name": bundle.name, "version": bundle.version})
        except BundleError as error:
            yield problem("model", str(error))
