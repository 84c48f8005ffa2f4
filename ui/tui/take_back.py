"""What was just done can be taken back for a while, by the station's clock."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

TIME_TO_TAKE_BACK = timedelta(seconds=60)  # as the station allows

Undo = Callable[[], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Deed:
    """`text` says what was done; `undo` takes it back, until the station's time is `until`."""

    text: str
    undo: Undo
    until: datetime

    def seconds_left(self, now: datetime) -> int:
        return int((self.until - now).total_seconds())


class Deeds:
    """They are taken back in turn, the newest first."""

    def __init__(self) -> None:
        self._deeds: list[Deed] = []

    def add(self, text: str, undo: Undo, now: datetime) -> None:
        self._deeds.append(Deed(text, undo, now + TIME_TO_TAKE_BACK))

    def newest(self, now: datetime | None) -> Deed | None:
        """Find what may be taken back now; what is too old, or of a clock that jumped back, is forgotten."""
        if now is None:
            return None
        limit = int(TIME_TO_TAKE_BACK.total_seconds())
        self._deeds = [deed for deed in self._deeds if 0 < deed.seconds_left(now) <= limit + 1]
        return self._deeds[-1] if self._deeds else None

    def forget(self, deed: Deed) -> None:
        self._deeds = [other for other in self._deeds if other is not deed]
