"""An instrument's section, handed on: what describes it, how it is read, what it speaks."""

from dataclasses import fields
from datetime import time
from pathlib import Path
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from drivers.errors import SettingError
from drivers.kind import Kind
from drivers.redaction import redacted
from drivers.registry import make_protocol
from station.post.photo_pace import Budget
from station.receival.measuring.instruments import Description
from station.receival.measuring.wiring import Wiring, profiles_in
from station.setting_problems import SettingProblem, SettingsError
from station.site.file import Instrument, SiteSettings


def description_in(section: Instrument) -> Description:
    return Description(**section.model_dump(include={field.name for field in fields(Description)}))


def wiring_in(section: Instrument) -> Wiring:
    """Without the broker's password: it is never recorded."""
    return Wiring(section.driver, redacted(section.port), section.settings)


def rewired(section: Instrument, wiring: Wiring) -> Instrument:
    """The section as the site file would say it of an instrument that is read so. Raises SettingError."""
    content = section.model_dump() | {
        "driver": wiring.driver, "port": wiring.address, "settings": dict(wiring.settings),
    }  # fmt: skip
    if wiring.driver != section.driver:
        del content["silent_after_s"]  # it was said of the other one
    try:
        return Instrument.model_validate(content)
    except ValidationError as error:
        first = error.errors()[0]
        raise SettingError(f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from error


def protocol_of(section: Instrument, file: Path) -> Kind:
    """What the instrument speaks; a profile that lies beside the site file is found there. Raises
    SettingError."""
    words = {key: str(value) for key, value in section.settings.items()}
    try:
        for key, name in profiles_in(section.settings).items():
            if (beside := file.parent / name).is_file():
                words[key] = str(beside)
        return make_protocol(section.driver, words)
    except (OSError, ValueError) as error:  # a profile's name may be no path at all
        raise SettingError(str(error)) from error


def protocols_of(settings: SiteSettings, file: Path) -> dict[str, Kind]:
    """What each instrument speaks, by port id. Raises SettingsError that names every section whose driver
    cannot be."""
    protocols: dict[str, Kind] = {}
    problems: list[SettingProblem] = []
    for index, section in enumerate(settings.instruments):
        try:
            protocols[section.id] = protocol_of(section, file)
        except SettingError as error:
            problems.append(SettingProblem(file, f"instruments[{index}]", str(error)))
    if problems:
        raise SettingsError(problems)
    return protocols


def photo_budget(settings: SiteSettings) -> Budget:
    """What photos may take of the line to headquarters."""
    said = settings.post
    begins, ends = (time.fromisoformat(one) for one in (said.photo_hours or "00:00-00:00").split("-"))
    hours = (begins, ends) if said.photo_hours else None
    return Budget(said.photo_kb_s, said.photo_mb_a_day, hours, ZoneInfo(settings.site.timezone))
