"""One thing that was looked at, and how it is."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from ui.words.findings import finding_text

Level = Literal["ok", "warning", "problem"]


@dataclass(frozen=True, slots=True)
class Finding:
    """`what` was looked at; `text` says what is, and what to do where it is not good. `ends_with_ledger`: no
    station starts on this data folder."""

    what: str
    level: Level
    text: str
    ends_with_ledger: bool = False

    @property
    def good(self) -> bool:
        """A warning keeps nobody from working."""
        return self.level != "problem"

    def as_dict(self) -> dict[str, Any]:
        return {"what": self.what, "good": self.good, "level": self.level, "text": self.text}


def good(what: str, code: str, language: str = "en", params: Mapping[str, Any] = {}) -> Finding:
    return Finding(what, "ok", finding_text(code, params, language))


def warning(what: str, code: str, language: str, params: Mapping[str, Any] = {}) -> Finding:
    return Finding(what, "warning", finding_text(code, params, language))


def problem(what: str, code: str, language: str = "en", params: Mapping[str, Any] = {}) -> Finding:
    """`code` is written as it is where it has no sentence."""
    return Finding(what, "problem", finding_text(code, params, language))
