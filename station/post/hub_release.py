"""Which release headquarters runs, as it said last: kept beside the bags, so that who asks can be told."""

import json
from collections.abc import Mapping
from typing import Any

from station.post.folder import BagFolder
from station.store import schema
from station.store.durable import arriving, make_folder

NAME, RELEASE, SHAPE = "hub.json", "release", "schema"
_LONGEST = 100


def note(folder: BagFolder, told: Mapping[str, Any]) -> None:
    """Keep what an answer says, where it is not what was said before. Raises OSError."""
    said = {name: told[name] for name in (RELEASE, SHAPE) if _is_word(told.get(name))}
    if not said or said == read(folder):
        return
    make_folder(folder.folder)
    with arriving(folder.folder / NAME) as part:
        part.write_text(json.dumps(said), encoding="utf-8")


def read(folder: BagFolder) -> dict[str, str]:
    """Return release and shape; nothing where headquarters never said."""
    try:
        said = json.loads((folder.folder / NAME).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return {
        name: said[name] for name in (RELEASE, SHAPE) if isinstance(said, dict) and _is_word(said.get(name))
    }


def older(folder: BagFolder) -> str:
    """Say who of the two is older: station, hub, or neither ("")."""
    shape = read(folder).get(SHAPE, "")
    if not shape or shape == schema.head():
        return ""
    return "hub" if shape in schema.revisions() or shape < schema.head() else "station"


def _is_word(told: object) -> bool:
    return isinstance(told, str) and 0 < len(told) <= _LONGEST
