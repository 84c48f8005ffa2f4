"""The relay tells its status to people and programs: in a file, and in a line when somebody comes or goes."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from drivers.text import visible_json

_EVERY_S = 1.0


class StatusReport:
    """Call it with every status: the file at most once a second, `say` at changes of state only, and when
    twice as many bytes have been dropped as when it was said last."""

    def __init__(
        self, file: Path | None, say: Callable[[dict[str, Any]], None], monotonic: Callable[[], float]
    ) -> None:
        self._file, self._say, self._monotonic = file, say, monotonic
        self._last_state: tuple[Any, ...] | None = None
        self._written: dict[str, Any] | None = None
        self._next = 0.0
        self._failing = False

    def __call__(self, status: dict[str, Any]) -> None:
        state = (
            status["port"]["state"],
            status["port"]["error"],
            status["legacy"]["clients"],
            status["station"]["clients"],
            status["legacy"]["dropped_bytes"].bit_length(),
            status["station"]["dropped_bytes"].bit_length(),
        )
        news = state != self._last_state
        if news:
            self._last_state = state
            self._say(status)
        if self._file and status != self._written and (news or self._monotonic() >= self._next):
            self._next = self._monotonic() + _EVERY_S
            self._written = status
            self._keep(self._file, status)

    def _keep(self, file: Path, status: dict[str, Any]) -> None:
        """A status that cannot be written is told once and never ends the relay."""
        try:
            _write_whole(file, status)
        except OSError as error:
            if not self._failing:
                self._say({"status_file": str(file), "error": error.strerror})
            self._failing = True
        else:
            self._failing = False


def _write_whole(file: Path, status: dict[str, Any]) -> None:
    """Whoever reads the file sees the old or the new status, never half of one."""
    file.parent.mkdir(parents=True, exist_ok=True)
    new = file.with_name(f".{file.name}.new")
    new.write_text(visible_json(json.dumps(status, ensure_ascii=False)) + "\n", encoding="utf-8")
    os.replace(new, file)  # noqa: PTH105 - the one call that is atomic by contract
