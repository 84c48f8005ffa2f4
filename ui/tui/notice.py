"""The notice is the one text that the operator is told at a time."""

from collections.abc import Callable

from station.api import schemas
from ui.words.fields import field_name
from ui.words.i18n import Translator
from ui.words.problems import PROBLEMS, problem

SHOWN_S = 20.0


class Notice:
    """`text` goes by itself after a while; `is_problem` marks it. `clock` gives seconds that only rise."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._since = 0.0
        self.text = ""
        self.is_problem = False

    def say(self, text: str, *, is_problem: bool = False) -> None:
        self.text, self.is_problem = text, is_problem
        self._since = self._clock()

    def pass_time(self) -> None:
        if self._clock() - self._since > SHOWN_S:
            self.text, self.is_problem = "", False


def problem_text(refused: schemas.Problem, t: Translator) -> str:
    """Write title, fields and action, in this terminal's language where the code is known."""
    title, action = refused.title, refused.action
    if refused.code in PROBLEMS:
        title, action = problem(refused.code, refused.params, t.language)
    fields = sorted({field_name(str(error["field"]), t) for error in refused.errors if error.get("field")})
    named = f" ({', '.join(fields)})" if fields else ""
    return f"{title}{named}. {action}".strip()
