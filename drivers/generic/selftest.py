"""Check that a profile reads its own examples: what a person asks after every change of it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from drivers.errors import FrameError, SettingError, Unset
from drivers.generic.examples import Example
from drivers.generic.profile import Profile
from drivers.generic.values import SIZE_SETTINGS
from drivers.kind import choose
from drivers.reading import Analyte


def problems(profile: Profile, at: datetime) -> list[str]:
    """Return one sentence for each example that is not read as it says; empty when all is well."""
    found = []
    for number, example in enumerate(profile.examples, 1):
        problem = _problem(profile, example, at)
        if problem:
            found.append(f"example {number}: {problem}")
    return found


def _problem(profile: Profile, example: Example, at: datetime) -> str | None:
    framer = profile.framer()
    frames = framer.feed(example.sent, at) + framer.finish(at)
    if len(frames) != 1:
        return f"{len(frames)} messages found in it instead of one"
    try:
        reading = _settled(profile, example).read("generic", frames[0])
    except (FrameError, SettingError, Unset) as error:
        return str(error)
    read = {analyte: value.value for analyte, value in reading.values.items()}
    if read != example.values:
        return f"reads {_list_values(read)} instead of {_list_values(example.values)}"
    flags = {flag.value for flag in reading.flags}
    if example.flags is not None and flags != example.flags:
        return f"has the flags {sorted(flags)} instead of {sorted(example.flags)}"
    return None


def _settled(profile: Profile, example: Example) -> Profile:
    chosen = choose("generic", SIZE_SETTINGS, example.settings)
    return replace(profile, results=profile.results.chosen_by(chosen))


def _list_values(values: Mapping[Analyte, float | None]) -> str:
    return ", ".join(f"{name} {'none' if value is None else f'{value:g}'}" for name, value in values.items())
