"""The connection knows whether the station is heard, and for how long it has not been."""

from collections.abc import Callable

from station.api import schemas
from ui.words.i18n import Translator


class Connection:
    """It counts as lost until the first answer. `clock` gives seconds that only rise."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lost_since: float | None = clock()
        self._problem: schemas.Problem | None = None

    @property
    def is_up(self) -> bool:
        return self._lost_since is None

    def hear(self) -> None:
        self._lost_since, self._problem = None, None

    def lose(self, problem: schemas.Problem | None) -> None:
        """Count the age from the first loss, not from the last try."""
        self._lost_since = self._clock() if self._lost_since is None else self._lost_since
        self._problem = problem

    def text(self, t: Translator) -> str:
        """Say that the station is not heard; empty while it is."""
        if self._lost_since is None:
            return ""
        if self._problem is not None:
            return t.gettext("REFUSED BY THE STATION")
        age = t.age(self._clock() - self._lost_since)
        return t.gettext("NO CONNECTION for {age}, trying again").format(age=age)
