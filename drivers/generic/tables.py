"""Read one table of a profile file key by key; every complaint names the file, section and key."""

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from drivers.errors import SettingError

_LARGEST_FILE = 200_000


class Table:
    """A section of a TOML file. Keys that nobody asked for are refused by `refuse_unread`."""

    def __init__(self, file: str, section: str, content: Mapping[str, Any]) -> None:
        self.file = file
        self.section = section
        self._content = content
        self._asked_keys: list[str] = []

    def error(self, key: str, problem: str) -> SettingError:
        return SettingError(f"{self.file}: {self._location(key)}: {problem}")

    def has(self, key: str) -> bool:
        self._ask(key)
        return key in self._content

    def keys(self) -> Iterator[str]:
        """Return every key: for sections whose keys the installer names."""
        self._asked_keys += self._content
        return iter(self._content)

    def is_text(self, key: str, text: str) -> bool:
        """Tell whether the key, which may also be of another type, has this text."""
        return bool(self._get(key, "") == text)

    def text(self, key: str, default: str | None = None) -> str:
        value = self._get(key, default)
        if not isinstance(value, str):
            raise self.error(key, f"{value!r} must be text in quotes")
        return value

    def texts(self, key: str, default: tuple[str, ...] | None = None) -> tuple[str, ...]:
        """Return one text, or a list of them."""
        value = self._get(key, default)
        items = [value] if isinstance(value, str) else value
        if not isinstance(items, list | tuple) or not all(isinstance(item, str) for item in items):
            raise self.error(key, f"{value!r} must be text in quotes, or a list of texts")
        return tuple(items)

    def choice(self, key: str, allowed: tuple[str, ...], default: str | None = None) -> str:
        value = self.text(key, default)
        if value not in allowed:
            raise self.error(key, f"{value!r} is not possible; allowed: {', '.join(allowed)}")
        return value

    def whole(self, key: str, low: int, high: int, default: int | None = None) -> int:
        value = self._get(key, default)
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            raise self.error(key, f"{value!r} must be a whole number from {low} to {high}")
        return value

    def wholes(self, key: str, low: int, high: int) -> tuple[int, ...]:
        """Return one whole number, or a list of them."""
        value = self._get(key, None)
        items = value if isinstance(value, list) and value else [value]
        for item in items:
            if not isinstance(item, int) or isinstance(item, bool) or not low <= item <= high:
                raise self.error(key, f"{item!r} must be a whole number from {low} to {high}")
        return tuple(items)

    def number(self, key: str, low: float, high: float, default: float | None = None) -> float:
        value = self._get(key, default)
        if not isinstance(value, int | float) or isinstance(value, bool) or not low <= value <= high:
            raise self.error(key, f"{value!r} must be a number from {low:g} to {high:g}")
        return float(value)

    def flag(self, key: str, default: bool | None = None) -> bool:
        value = self._get(key, default)
        if not isinstance(value, bool):
            raise self.error(key, f"{value!r} must be true or false")
        return value

    def table(self, key: str, *, required: bool = False) -> "Table":
        """Return the sub-table `key`; an absent one is empty unless it is required."""
        value = self._get(key, None if required else {})
        if not isinstance(value, dict):
            raise self.error(key, "must be a section")
        return Table(self.file, f"{self.section}.{key}" if self.section else key, value)

    def tables(self, key: str) -> list["Table"]:
        """Return the sections written as [[key]]."""
        value = self._get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise self.error(key, f"write each as [[{key}]]")
        return [Table(self.file, f"{key}[{index}]", item) for index, item in enumerate(value)]

    def refuse_unread(self) -> None:
        """Raise SettingError for a key that means nothing here: a typing slip must not be a silent
        default."""
        for key in self._content:
            if key not in self._asked_keys:
                raise self.error(
                    key, f"is not known here; known: {', '.join(dict.fromkeys(self._asked_keys))}"
                )

    def _get(self, key: str, default: Any) -> Any:
        self._ask(key)
        value = self._content.get(key, default)
        if value is None:
            raise self.error(key, "is missing")
        return value

    def _ask(self, key: str) -> None:
        self._asked_keys.append(key)

    def _location(self, key: str) -> str:
        return f"[{self.section}] {key}" if self.section else f"[{key}]"


def read_toml(path: Path) -> Table:
    """Return the whole file as one table. SettingError when it cannot be read or is not TOML."""
    try:
        with path.open("rb") as source:
            raw = source.read(_LARGEST_FILE + 1)
        if len(raw) > _LARGEST_FILE:
            raise SettingError(f"{path}: more than {_LARGEST_FILE} bytes: this is no profile")
        return Table(str(path), "", tomllib.loads(raw.decode("utf-8")))
    except OSError as error:
        raise SettingError(f"profile {path} cannot be read ({error.strerror})") from error
    except ValueError as error:
        raise SettingError(f"{path}: not a TOML file: {error}") from error
