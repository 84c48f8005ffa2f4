"""Ask how large a device's numbers are, where its messages leave it open: no share of bytes read tells it.

A person compares one loaded reading with the display; an empty bridge shows 0 by every choice.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from drivers.generic.controls import visible_text
from drivers.kind import Chooser
from drivers.magnitude import Way, open_names, ways_of
from station.commissioning.candidates import Candidate
from station.commissioning.contest import CandidateTrial

_SHOWN = 4


@dataclass(frozen=True, slots=True)
class Question:
    """Which choice of `setting` is right? `numbers` are what each would make of the message, by analyte and
    number; `sent` are the device's own characters."""

    setting: str
    numbers: Mapping[str, Sequence[tuple[str, float | None]]]
    sent: str


def next_question(trial: CandidateTrial, answers: Mapping[str, str]) -> Question | None:
    """Return what is to be asked next of a device, after `answers`; None: nothing any more, or nothing that a
    reading settles."""
    if trial.open is None:
        return None
    ways = [way for way in ways_of(trial.open) if _fits(way, answers)]
    setting = next((key for way in ways for key in way.settings if key not in answers), None)
    if setting is None:
        return None
    numbers: dict[str, list[tuple[str, float | None]]] = {}
    for way in ways:
        if setting not in way.settings:
            continue
        shown = numbers.setdefault(way.settings[setting], [])
        for name in open_names(ways_of(trial.open)):
            if (name, way.values.get(name)) not in shown and len(shown) < _SHOWN:
                shown.append((name, way.values.get(name)))
    return Question(setting, numbers, visible_text(trial.open.frame.data))


def with_answers(candidate: Candidate, answers: Mapping[str, str]) -> Candidate:
    return Candidate(candidate.kind, {**candidate.settings, **answers}) if answers else candidate


def never_settled(trial: CandidateTrial) -> list[str]:
    """Return the settings that nothing heard could settle, where no load was weighed."""
    if trial.open is not None or trial.was_loaded or not isinstance(trial.protocol, Chooser):
        return []
    return list(trial.protocol.chosen.unset)


def _fits(way: Way, answers: Mapping[str, str]) -> bool:
    return all(way.settings.get(key, choice) == choice for key, choice in answers.items())
