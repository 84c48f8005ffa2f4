"""`./silo bench headquarters`: many silos of 50,000 loads each in one PostgreSQL, compared and looked at."""

from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any


def headquarters() -> dict[str, Any]:
    """It needs what the hub needs, which is loaded when it is asked for."""
    if find_spec("procrastinate") is None:
        return {"skipped": "the hub's packages are not installed: ./silo hub --help"}
    if not any(Path("/usr/lib/postgresql").glob("*/bin/initdb")):
        return {"skipped": "no PostgreSQL: apt-get install -y postgresql"}
    result: dict[str, Any] = import_module("benchmarks.headquarters.looked_at").measure()
    return result
