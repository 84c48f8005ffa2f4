"""Every pack that ships: those of `station/rules`, the example's, and that of the simulated season."""

from dataclasses import replace
from pathlib import Path

import station
from station.grain.rules import read_new_pack

_STATION = Path(station.__file__).parent
_EXAMPLE = _STATION.parent / "examples" / "rules.toml"
_SEASON = _STATION / "demo" / "season" / "barley.toml"  # appended to the example's


def _read(*files):
    return read_new_pack("".join(file.read_text(encoding="utf-8") for file in files))


SHIPPED = {file.stem: _read(file) for file in sorted((_STATION / "rules").glob("*.toml"))}
PACKS = {**SHIPPED, "example": _read(_EXAMPLE), "season": _read(_EXAMPLE, _SEASON)}


def exact(pack):
    """The pack where values are what they are: none is uncertain, and no money decides."""
    return replace(pack, uncertainty={}, intake={}, prices={}, adjustments=())


def limits_of(packs):
    """(name, pack, grade, criterion) of every limit; what two packs say alike is there once."""
    found = {
        (grade.id, one): (name, pack, grade, one)
        for name, pack in packs.items()
        for grade in pack.grades
        for one in grade.criteria
    }
    return list(found.values())
