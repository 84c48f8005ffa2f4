"""Analyzers whose program exports results as CSV, XLSX or XML files into a folder or share.

A profile (`drivers.file_drop.profile`) maps columns to fields; the address is `folder:/srv/drop`. Each row
is one reading, or several rows are, as the profile says under [rows]. A file is taken once and then moved:
to done/ when every row was read, to rejected/ with the reasons beside it when one was not. What could be
read is taken even then: put the repaired file in again, and only what is new becomes a reading.

That holds because a reading has an identity: the fields that the profile names under [duplicates], else
the file's content and the row. A file that is exported anew with more rows needs the former; where a later
row changes a sample's mean, those fields have to tell it (the time of the last row does).
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any, ClassVar

from drivers.errors import FrameError
from drivers.file_drop.dialogue import FileDialogue
from drivers.file_drop.profile import read_file_profile
from drivers.file_drop.replicates import read_replicates
from drivers.file_drop.rows import FileFramer
from drivers.generic.profile import find_profile
from drivers.generic.values import SIZE_SETTINGS
from drivers.kind import Category, Evidence, Setting, choose, read_frame
from drivers.protection import Protection
from drivers.reading import Frame, Reading

FOLDER = "files"
_SHOWN = 8


class FileDrop:
    """`name` and `unverified` of an object are those of its profile."""

    kind: ClassVar[str] = "file-drop"
    name: ClassVar[str] = "Result files in a folder (CSV, XLSX, XML), by a profile"
    category: ClassVar[Category] = "analyzer"
    evidence: ClassVar[Evidence] = "inferred"
    never_checked_on_hardware: ClassVar[bool] = True
    protection: ClassVar[tuple[Protection, ...]] = (Protection.NOTHING,)
    unverified: ClassVar[tuple[str, ...]] = ("all that the profile lists as unknown",)
    silent_after_s: ClassVar[float | None] = None
    settings: ClassVar[Mapping[str, Setting]] = MappingProxyType(
        {
            "profile": Setting("", (), "the profile's file, or the name of a shipped one"),
            "separator": SIZE_SETTINGS["separator"],
        }
    )

    def __init__(self, settings: Mapping[str, str] = MappingProxyType({})) -> None:
        """SettingError names the profile's file, section and key."""
        chosen = choose(self.kind, self.settings, settings)
        profile = read_file_profile(find_profile(chosen["profile"], FOLDER))
        self.profile = replace(profile, results=profile.results.chosen_by(chosen))
        self.chosen = self.profile.results.chosen
        head = self.profile.head
        self.name = head.name  # type: ignore[misc]  # what the class declares for all, one profile refines
        self.unverified = head.unknown or self.unverified  # type: ignore[misc]

    def framer(self) -> FileFramer:
        return FileFramer(self.profile.shape, self.profile.grouping)

    def dialogue(self) -> FileDialogue:
        return FileDialogue(self.framer(), lambda frame: read_frame(self, frame), _position)

    def parse(self, frame: Frame) -> Reading:
        content = _content(frame)
        times = [{name: text for name, text in one.items() if text} for one in _times(content)]
        grouping = self.profile.grouping
        mean = grouping is not None and grouping.replicates == "mean"
        reading = read_replicates(self.profile.results, self.kind, frame, times, mean=mean)
        identity = reading.identity or f"{content['file'][:32]}:{content['row']}"
        again = f"+{content['again']}" if content.get("again") else ""
        extra = {**reading.extra, "file": content["file"]}
        return replace(reading, identity=f"{identity}{again}", extra=extra)


def _times(content: Mapping[str, Any]) -> list[dict[str, str]]:
    found = content["replicates"] if "replicates" in content else [content["cells"]]
    return list(found)


def _content(frame: Frame) -> dict[str, Any]:
    """Return the row's JSON object. FrameError has the problem of the row or file, or says that it is
    none."""
    try:
        content = json.loads(frame.data)
    except (ValueError, RecursionError) as error:
        raise FrameError("not a row of a file", frame.data) from error
    if not isinstance(content, dict) or not isinstance(content.get("file"), str):
        raise FrameError("not a row of a file", frame.data)
    if "problem" in content:
        raise FrameError(str(content["problem"]), frame.data)
    times = content.get("replicates", [content.get("cells")])
    texts = isinstance(times, list) and times and all(map(_is_texts, times))
    if not texts or not isinstance(content.get("row"), int):
        raise FrameError("not a row of a file", frame.data)
    return content


def _is_texts(cells: object) -> bool:
    return isinstance(cells, dict) and all(isinstance(text, str) for text in cells.values())


def _position(frame: Frame) -> str:
    content = json.loads(frame.data)
    rows = content.get("rows", [content["row"]] if "row" in content else [])
    if len(rows) > 1:
        return f"rows {', '.join(map(str, rows[:_SHOWN]))}{' ...' if len(rows) > _SHOWN else ''}: "
    return f"row {rows[0]}: " if rows else ""
