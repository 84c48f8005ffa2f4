"""Questions about the size of a known device's numbers, after its driver was chosen.

A setting of magnitude (a fixed zero, a unit that is not sent) is settled here by comparing one loaded reading
with the display, and goes into the settings of the section. A profile that was made in this dialogue has
settled its own (`guide_weight.py`).
"""

from collections.abc import Collection

from station.cli.console import Console, tell
from station.cli.listening import numbers_text
from station.cli.say import _
from station.commissioning.candidates import Candidate
from station.commissioning.contest import CandidateTrial
from station.commissioning.magnitude import never_settled, next_question, with_answers


def settle_magnitude(console: Console, chosen: CandidateTrial) -> Candidate:
    """Returns the chosen candidate with the settings that a person answered."""
    answers: dict[str, str] = {}
    while question := next_question(chosen, answers):
        tell(_("The device sent {characters}. What does its display show?").format(characters=question.sent))
        for choice, numbers in question.numbers.items():
            tell(f"  {choice}: {numbers_text(numbers)}")
        choices = list(question.numbers)
        answer = console.ask(
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
    return with_answers(chosen.candidate, answers)


def _choice_problem(text: str, choices: Collection[str]) -> str | None:
    known = _("One of: {choices}; empty: not known, there is no value until then.")
    return None if text in ("", *choices) else known.format(choices=", ".join(choices))
