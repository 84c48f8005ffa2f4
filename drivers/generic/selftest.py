"""Check that a profile reads its own examples: what a person asks after every change of it."""

import math
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from drivers.errors import FrameError, SettingError, Unset
from drivers.generic.controls import visible_text
from drivers.generic.examples import Example
from drivers.generic.profile import Profile
from drivers.generic.values import SIZE_SETTINGS
from drivers.kind import choose
from drivers.reading import Analyte

_ROUNDING = 2e-6


def problems(profile: Profile, at: datetime) -> list[str]:
    """Return one sentence for each example that is not read as it says; empty when all is well."""
    found = []
    for number, example in enumerate(profile.examples, 1):
        problem = _problem(profile, example, at)
        if problem:
            found.append(f"example {number}: {visible_text(example.sent)!r} {problem}")
    return found


def _problem(profile: Profile, example: Example, at: datetime) -> str | None:
    expected = _list_values(example.values)
    framer = profile.framer()
    frames = framer.feed(example.sent, at) + framer.finish(at)
    if len(frames) != 1:
        return f"holds {len(frames)} messages instead of one with {expected}"
    try:
        reading = _settled(profile, example).read("generic", frames[0])
    except FrameError as error:
        return f"is refused ({error.reason}) instead of {expected}"
    except (SettingError, Unset) as error:
        return f"is not read ({error}) instead of {expected}"
    read = {analyte: value.value for analyte, value in reading.values.items()}
    if not _are_equal(read, example.values):
        return f"reads {_list_values(read)} instead of {expected}"
    flags = {flag.value for flag in reading.flags}
    if example.flags is not None and flags != example.flags:
        return f"has the flags {sorted(flags)} instead of {sorted(example.flags)}"
    return None


def _settled(profile: Profile, example: Example) -> Profile:
    chosen = choose("generic", SIZE_SETTINGS, example.settings)
    return replace(profile, results=profile.results.chosen_by(chosen))


def _are_equal(read: Mapping[Analyte, float | None], said: Mapping[Analyte, float | None]) -> bool:
    """Tell whether they differ by nothing but the rounding of a conversion."""
    return read.keys() == said.keys() and all(_is_equal(read[one], said[one]) for one in said)


def _is_equal(read: float | None, said: float | None) -> bool:
    if read is None or said is None:
        return read is said
    return math.isclose(read, said, rel_tol=0.0, abs_tol=_ROUNDING)


def _list_values(values: Mapping[Analyte, float | None]) -> str:
    texts = [f"{name} {'none' if value is None else f'{value:.10g}'}" for name, value in values.items()]
    return ", ".join(texts) or "nothing"
