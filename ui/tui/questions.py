"""The terminal asks what the load's forms ask, one question after the other, then sends the answers."""

from collections.abc import Callable, Sequence
from typing import Any

from station.api import schemas
from ui.tui.dialogs import Choice, Option
from ui.tui.screens.base import StationScreen
from ui.words.i18n import Translator
from ui.words.numbers import numbers_in

MISSING = "answers_missing"
Answers = dict[str, dict[str, Any]]  # by form


def ask_missing(screen: StationScreen, load_id: str, then: Callable[[], None]) -> None:
    """Ask what is asked and not answered yet; go on with `then` once it is sent."""
    screen.station.read(
        lambda: screen.station.client.load(load_id),
        lambda load: _Asking(screen, load, then).go_on(),
    )


def change_answer(screen: StationScreen, load: schemas.Load) -> None:
    """Let a person choose one of the questions and answer it, or answer it anew."""
    asked = [one for one in load.questions if one.asked]
    options = [Option(f"{one.form}\n{one.code}", one.title, one.text) for one in asked]

    def take(choice: Choice) -> None:
        question = next(one for one in asked if f"{one.form}\n{one.code}" == choice.key)
        asking = _Asking(screen, load, lambda: None)
        asking.ask(question)

    screen.choose(screen.t.gettext("Which question?"), options, take)


class _Asking:
    """What was answered so far of one load's questions."""

    def __init__(self, screen: StationScreen, load: schemas.Load, then: Callable[[], None]) -> None:
        self._screen, self._load, self._then = screen, load, then
        self._given: Answers = {}

    def go_on(self) -> None:
        """Ask the next one; what depends on an answer is known at once."""
        question = next((one for one in self._load.questions if self._is_open(one)), None)
        if question is None:
            self._send()
        else:
            self.ask(question)

    def ask(self, question: schemas.LoadQuestion) -> None:
        screen, t = self._screen, self._screen.t
        title = f"{self._load.plate}: {question.title}"

        def take(value: Any) -> None:
            self._given.setdefault(question.form, {})[question.code] = value
            self.go_on()

        if options := options_of(question, t):
            screen.choose(
                title, options, lambda choice: take(value_of(question, choice.key)), preselects=False
            )
        else:
            check = lambda text: wrong_of(question, text, t)  # noqa: E731
            screen.ask(title, hint_of(question, t), check, lambda text: take(value_of(question, text)))

    def _is_open(self, one: schemas.LoadQuestion) -> bool:
        given = self._given.get(one.form, {})
        if one.code in given or one.answer is not None:
            return False
        known = {other.code: other.answer for other in self._load.questions if other.form == one.form} | given
        return one.required and all(
            any(type(known.get(other)) is type(value) and known.get(other) == value for value in wanted)
            for other, wanted in one.asked_if.items()
        )

    def _send(self) -> None:
        if not self._given:
            self._then()
            return
        form, answers = self._given.popitem()
        body = schemas.AnswersIn(form=form, answers=answers)
        station = self._screen.station
        station.act(lambda: station.client.answer(self._load.id, body), lambda _: self._send())


def options_of(question: schemas.LoadQuestion, t: Translator) -> Sequence[Option]:
    if question.kind == "boolean":
        return [Option("yes", t.gettext("yes")), Option("no", t.gettext("no"))]
    return [Option(choice.code, choice.title) for choice in question.choices]


def value_of(question: schemas.LoadQuestion, text: str) -> Any:
    if question.kind == "boolean":
        return text == "yes"
    if question.kind in ("integer", "number"):
        number = numbers_in(text)[0]
        return int(number) if question.kind == "integer" else number
    return text


def wrong_of(question: schemas.LoadQuestion, text: str, t: Translator) -> str | None:
    """Say what is wrong with what was typed; None where nothing is."""
    if question.kind == "text":
        return None if 0 < len(text) <= question.longest else t.gettext("Type a text.")
    numbers = numbers_in(text)
    if len(numbers) != 1 or (question.kind == "integer" and not numbers[0].is_integer()):
        return t.gettext("Type a number.")
    low, high = question.low, question.high
    if (low is not None and numbers[0] < low) or (high is not None and numbers[0] > high):
        return hint_of(question, t)
    return None


def hint_of(question: schemas.LoadQuestion, t: Translator) -> str:
    if question.kind == "text":
        return ""
    bounds = [t.plain(one) for one in (question.low, question.high) if one is not None]
    if len(bounds) < 2:
        return t.gettext("a number")
    return t.gettext("a number, {low} to {high}").format(low=bounds[0], high=bounds[1])
