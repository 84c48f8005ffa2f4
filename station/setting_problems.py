"""What is wrong in a file that a person wrote, a silo's or headquarters': each problem names the file, the
section and the key, and says what is allowed, in the reader's language."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from drivers.redaction import redacted
from drivers.text import HiddenCharacter, checked_value
from ui.words.settings import SETTING_PROBLEMS, setting_problem
from ui.words.values import value_kind


@dataclass(frozen=True, slots=True)
class SettingProblem:
    """One thing is wrong in a site file: `where` is section and key (`cells[2].grade`), `code` says what, or
    is what a driver says of it."""

    file: Path
    where: str
    code: str
    params: Mapping[str, Any] = field(default_factory=dict)

    @property
    def text(self) -> str:
        return setting_problem(self.code, self.params, "en")

    def line(self, language: str) -> str:
        text = setting_problem(self.code, self.params, language)
        return f"{self.file}: {self.where}: {text}" if self.where else f"{self.file}: {text}"

    def __str__(self) -> str:
        return self.line("en")


class SettingsError(Exception):
    """The site file cannot be used; `problems` has everything found."""

    def __init__(self, problems: Sequence[SettingProblem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems

    def said(self, language: str) -> str:
        return "\n".join(problem.line(language) for problem in self.problems)


def read_toml(file: Path, example: str) -> dict[str, Any]:
    """Return what the file says. Raises SettingsError where it cannot be read, is not TOML, or holds what
    nobody can see; `example` is where one is seen that is right."""
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise SettingsError([SettingProblem(file, "", "no_file", {"example": example})]) from None
    except OSError as error:
        raise SettingsError([unreadable(file, "", error)]) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError([SettingProblem(file, "", "not_toml", {"error": str(error)})]) from None
    try:
        checked: dict[str, Any] = checked_value(content)
    except HiddenCharacter as error:
        told = {"number": error.number}
        raise SettingsError([SettingProblem(file, error.where, "hidden_character", told)]) from None
    return checked


def unreadable(file: Path, where: str, error: Exception) -> SettingProblem:
    return SettingProblem(file, where, "unreadable_file", {"error": str(error)})


def problem_of(file: Path, error: dict[str, Any]) -> SettingProblem:
    """Return one of pydantic's errors as a problem of a file."""
    where = ""
    for part in error["loc"]:
        where += f"[{part}]" if isinstance(part, int) else f".{part}" if where else str(part)
    code = error["type"] if error["type"] in SETTING_PROBLEMS else value_kind(error["type"])
    params = {**error.get("ctx", {}), "input": redacted(repr(error["input"])), "text": error["msg"]}
    if "expected" in params:
        params["expected"] = params["expected"].replace(" or ", ", ")
    return SettingProblem(file, where, code, params)
