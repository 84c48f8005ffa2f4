"""Which engine decides here: the station's version, and a fingerprint of the rooms that judge."""

import hashlib
from functools import cache
from importlib.metadata import version
from pathlib import Path

import station.grain

BENCH = Path(station.grain.__file__).parent


@cache
def engine_version() -> str:
    """`0.1.0+3f9c2a51b0de`. The same sources give the same decisions on every machine."""
    digest = hashlib.sha256()
    for path in sorted(BENCH.glob("*.py")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return f"{version('silo-station')}+{digest.hexdigest()[:12]}"
