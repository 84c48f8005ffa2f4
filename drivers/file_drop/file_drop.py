"""Analyzers whose program exports results as CSV, XLSX or XML files into a folder or share.

A profile (`drivers.file_drop.profile`) maps columns to fields; the address is `folder:/srv/drop`. Each row
is one reading. A file is taken once and then moved: to done/ when every row was read, to rejected/ with
the reasons beside it when one was not. Rows that could be read are taken even then: put the repaired file
in again, and only what is new becomes a reading.

That holds because a reading has an identity: the fields that the profile names under [duplicates], else
the file's content and the row. A file that is exported anew with more rows needs the former.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any, ClassVar

from drivers.errors import FrameError
from drivers.file_drop.dialogue import FileDialogue
from drivers.file_drop.profile import read_file_profile
from drivers.file_drop.rows import FileFramer
from drivers.generic.profile import find_profile
from drivers.kind import Category, Evidence, Setting, choose, read_frame
from drivers.reading import Frame, Reading

FOLDER = "files"


class FileDrop:
    """`name` and `unverified` of an object are those of its profile."""

    kind: ClassVar[str] = "file-drop"
    name: ClassVar[str] = "Result files in a folder (CSV, XLSX, XML), by a profile"
    category: ClassVar[Category] = "analyzer"
    evidence: ClassVar[Evidence] = "inferred"
    never_checked_on_hardware: ClassVar[bool] = True
    unverified: ClassVar[tuple[str, ...]] = ("all that the profile lists as unknown",)
    silent_after_s: ClassVar[float | None] = None
    settings: ClassVar[Mapping[str, Setting]] = MappingProxyType(
        {"profile": Setting("", (), "the profile's file, or the name of a shipped one")}
    )

    def __init__(self, settings: Mapping[str, str] = MappingProxyType({})) -> None:
        """SettingError names the profile's file, section and key."""
        chosen = choose(self.kind, self.settings, settings)
        self.profile = read_file_profile(find_profile(chosen["profile"], FOLDER))
        head = self.profile.head
        self.name = head.name  # type: ignore[misc]  # what the class declares for all, one profile refines
        self.unverified = head.unknown or self.unverified  # type: ignore[misc]

    def framer(self) -> FileFramer:
        return FileFramer(self.profile.shape)

    def dialogue(self) -> FileDialogue:
        return FileDialogue(self.framer(), lambda frame: read_frame(self, frame), _where)

    def parse(self, frame: Frame) -> Reading:
        content = _content(frame)
        cells = content["cells"]
        fields = {name: text for name, text in cells.items() if text}
        reading = self.profile.results.read(self.kind, frame, fields)
        identity = reading.identity or f"{content['file'][:32]}:{content['row']}"
        return replace(reading, identity=identity, extra={**reading.extra, "file": content["file"]})


def _content(frame: Frame) -> dict[str, Any]:
    """The row's JSON object. FrameError with the problem of the row or file, or when it is none."""
    try:
        content = json.loads(frame.data)
    except (ValueError, RecursionError) as error:
        raise FrameError("not a row of a file", frame.data) from error
    if not isinstance(content, dict) or not isinstance(content.get("file"), str):
        raise FrameError("not a row of a file", frame.data)
    if "problem" in content:
        raise FrameError(str(content["problem"]), frame.data)
    cells = content.get("cells")
    texts = isinstance(cells, dict) and all(isinstance(text, str) for text in cells.values())
    if not texts or not isinstance(content.get("row"), int):
        raise FrameError("not a row of a file", frame.data)
    return content


def _where(frame: Frame) -> str:
    content = json.loads(frame.data)
    return f"row {content['row']}: " if "row" in content else ""
