"""Keep what a device said while it was commissioned, as a test that can be run again.

recordings/<id>.bin     the bytes as they came
recordings/<id>.jsonl   what the driver read of them then, one reading per line
recordings/<id>.json    the driver, its settings, when and where it was recorded
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from drivers.decode import decode
from drivers.errors import FrameError, SettingError
from drivers.redaction import redacted

FOLDER = "recordings"


def keep_recording(
    folder: Path,
    name: str,
    data: bytes,
    driver: str,
    settings: Mapping[str, str],
    port: str,
    at: datetime,
    *,
    pieces: Sequence[int] | None = None,
) -> int:
    """Writes the three files; returns how many readings are in it. `pieces`: the sizes of what only silence
    parts. Raises SettingError, OSError."""
    readings = _decode(data, driver, settings, at, pieces)
    folder.mkdir(parents=True, exist_ok=True)
    about: dict[str, Any] = {"driver": driver, "settings": dict(settings), "port": redacted(port)}
    about["recorded_at"] = at.isoformat()
    about |= {"pieces": list(pieces)} if pieces else {}
    (folder / f"{name}.bin").write_bytes(data)
    (folder / f"{name}.jsonl").write_text(
        "".join(json.dumps(reading, ensure_ascii=False) + "\n" for reading in readings), encoding="utf-8"
    )
    text = json.dumps(about, ensure_ascii=False, indent=2) + "\n"
    (folder / f"{name}.json").write_text(text, encoding="utf-8")
    return len(readings)


def replay_recordings(folder: Path) -> dict[str, str | None]:
    """Reads every recording again; by name: None, or what is read otherwise than when it was recorded."""
    return {path.stem: replay_recording(folder, path.stem) for path in sorted(folder.glob("*.json"))}


def replay_recording(folder: Path, name: str) -> str | None:
    """Returns None when the driver still reads the same; else the first difference, or why it cannot be
    read."""
    try:
        about = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
        lines = (folder / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
        expected = [json.loads(line) for line in lines]
        data = (folder / f"{name}.bin").read_bytes()
        at = datetime.fromisoformat(about["recorded_at"])
        found = _decode(data, about["driver"], about["settings"], at, about.get("pieces"))
    except (OSError, ValueError, KeyError, TypeError, SettingError) as error:
        return f"cannot be read: {error!r}"
    if len(found) != len(expected):
        return f"{len(found)} readings instead of {len(expected)}"
    for number, (now, then) in enumerate(zip(found, expected, strict=True), start=1):
        if now != then:
            return f"reading {number} differs: {_difference(now, then)}"
    return None


def _decode(
    data: bytes, driver: str, settings: Mapping[str, str], at: datetime, pieces: Sequence[int] | None
) -> list[dict[str, Any]]:
    """Decodes to values as JSON would give them back."""
    return [
        json.loads(json.dumps(one.as_dict(), ensure_ascii=False))
        for piece in _cut(data, pieces)
        for one in decode([piece], driver, settings, at=at, alone=True)
        if not isinstance(one, FrameError)
    ]


def _cut(data: bytes, pieces: Sequence[int] | None) -> Iterator[bytes]:
    start = 0
    for size in pieces or [len(data)]:
        yield data[start : start + size]
        start += size


def _difference(now: Mapping[str, Any], then: Mapping[str, Any]) -> str:
    keys = [key for key in {**then, **now} if now.get(key) != then.get(key)]
    return ", ".join(f"{key} is {now.get(key)!r}, was {then.get(key)!r}" for key in keys)
