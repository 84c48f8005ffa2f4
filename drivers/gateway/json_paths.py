"""Any gateway that sends one JSON object per result, by a profile of paths.

Over MQTT one object is one message; over TCP or a serial line one object is one line. The profile has
the sections that all profiles share, and tells where each field stands:

    [paths]
    moisture = "payload.results[0].value"           keys and positions (from 0)
    protein = "results[name=Protein].value"         of a list, the first entry with that text
    [where]
    type = "result"                                 the message counts only if this field has this text

null is a value measured badly, an absent path is not measured. A path that leads to a list or an object
refuses the message. The identity of a result is what [duplicates] says; without it there is none.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, ClassVar

from drivers.decimals import unmistakable
from drivers.errors import FrameError, NoResult, NotUnderstood
from drivers.framing import LineFramer
from drivers.gateway.profile import read_shared_sections
from drivers.generic.tables import Table
from drivers.generic.values import SIZE_SETTINGS
from drivers.json_object import load_object
from drivers.kind import Category, Evidence, Setting, choose
from drivers.protection import Protection
from drivers.reading import Frame, Reading

LIMIT = 65_536
_STEP = re.compile(r"\.?([^.\[\]=]+)|\[([0-9]{1,4})\]|\[([^\[\]=]+)=([^\[\]]*)\]")
_ABSENT = object()


@dataclass(frozen=True, slots=True)
class Step:
    """A step is a key, a position, or the entry whose `key` is `text`."""

    key: str | None = None
    position: int | None = None
    text: str | None = None

    def follow(self, value: Any) -> Any:
        if self.position is not None:
            found = isinstance(value, list) and self.position < len(value)
            return value[self.position] if found else _ABSENT
        if self.text is not None:
            entries = value if isinstance(value, list) else []
            return next((e for e in entries if isinstance(e, dict) and e.get(self.key) == self.text), _ABSENT)
        return value.get(self.key, _ABSENT) if isinstance(value, dict) else _ABSENT


class JsonPaths:
    """`name`, `category`, `unverified` and `silent_after_s` of an object are those of its profile."""

    kind: ClassVar[str] = "json-paths"
    name: ClassVar[str] = "JSON over MQTT or TCP lines, by a map of paths"
    category: ClassVar[Category] = "analyzer"
    evidence: ClassVar[Evidence] = "inferred"
    never_checked_on_hardware: ClassVar[bool] = True
    protection: ClassVar[tuple[Protection, ...]] = (Protection.LENGTH,)
    unverified: ClassVar[tuple[str, ...]] = ("all that the profile lists as unknown",)
    stores_weights: ClassVar[bool | None] = None
    silent_after_s: ClassVar[float | None] = None
    settings: ClassVar[Mapping[str, Setting]] = MappingProxyType(
        {
            "profile": Setting("", (), "the profile's file, or the name of a shipped one"),
            **SIZE_SETTINGS,
        }
    )

    def __init__(self, settings: Mapping[str, str] = MappingProxyType({})) -> None:
        """SettingError names the profile's file, section and key."""
        chosen = choose(self.kind, self.settings, settings)
        shared = read_shared_sections(chosen["profile"], "json")
        self._paths = _read_paths(shared.whole.table("paths", required=True))
        self._where = _read_where(shared.whole.table("where"), self._paths)
        shared.refuse_unread(set(self._paths))
        self._results = shared.results.chosen_by(chosen)
        self.chosen = self._results.chosen
        self.name = shared.head.name  # type: ignore[misc]  # what the class declares, one profile refines
        self.category = shared.head.category  # type: ignore[misc]
        self.unverified = shared.head.unknown or self.unverified  # type: ignore[misc]
        self.stores_weights = "sealed_number" in shared.results.texts  # type: ignore[misc]
        self.silent_after_s = shared.head.silent_after_s  # type: ignore[misc]

    @property
    def repeats_within_s(self) -> float | None:
        return self._results.repeats_within_s

    def framer(self) -> LineFramer:
        return LineFramer(LIMIT)

    def parse(self, frame: Frame) -> Reading:
        message = load_object(frame.data, LIMIT)
        fields: dict[str, str] = {}
        for name, steps in self._paths.items():
            value: Any = message
            for step in steps:
                value = step.follow(value)
            if value is not _ABSENT:
                fields[name] = scalar_text(name, value, frame.data)
        for name, text in self._where.items():
            if fields.get(name) != text:
                raise NoResult(
                    f"a message that holds no result: {name} is not {text!r}; check [where]", frame.data
                )
        try:
            return self._results.read(self.kind, frame, fields)
        except FrameError as error:
            raise NotUnderstood(error.reason, frame.data) from error


def scalar_text(name: str, value: Any, data: bytes) -> str:
    """Return a JSON scalar as text: numbers in plain digits that are no thousands, null as a blank."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        text = repr(value)
        return unmistakable(f"{value:.6f}" if "e" in text else text)
    if isinstance(value, int | str):
        return str(value).strip()
    raise NotUnderstood(f"{name} is a list or an object", data)


def _read_paths(table: Table) -> dict[str, tuple[Step, ...]]:
    paths: dict[str, tuple[Step, ...]] = {}
    for name in table.keys():  # noqa: SIM118
        text = table.text(name)
        steps, spot = [], 0
        while spot < len(text):
            found = _STEP.match(text, spot)
            if found is None:
                raise table.error(name, f"{text!r} cannot be read from {text[spot:]!r} on")
            steps.append(_step(found))
            spot = found.end()
        if not steps:
            raise table.error(name, "is empty")
        paths[name] = tuple(steps)
    return paths


def _step(found: re.Match[str]) -> Step:
    if found[2] is not None:
        return Step(position=int(found[2]))
    return Step(key=found[1] or found[3], text=found[4])


def _read_where(table: Table, paths: Mapping[str, object]) -> dict[str, str]:
    where = {name: table.text(name) for name in table.keys()}  # noqa: SIM118
    for name in where:
        if name not in paths:
            raise table.error(name, "has no path in [paths]")
    return where
