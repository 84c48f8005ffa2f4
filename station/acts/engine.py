"""Which engine decides here: the station's version, and a fingerprint of the rooms that judge and of the
shipped catalogues of analytes and species."""

import hashlib
from functools import cache
from importlib.metadata import version
from pathlib import Path

import drivers.analytes
import station.grain
import station.species

BENCH = Path(station.grain.__file__).parent
CATALOGUES = (Path(drivers.analytes.__file__), Path(station.species.__file__))


@cache
def engine_version() -> str:
    """`0.1.0+3f9c2a51b0de`. The same sources give the same decisions on every machine."""
    digest = hashlib.sha256()
    catalogues = [part for code in CATALOGUES for part in (code, code.with_suffix(".toml"))]
    for path in [*sorted(BENCH.rglob("*.py")), *catalogues]:
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return f"{version('silo-station')}+{digest.hexdigest()[:12]}"
