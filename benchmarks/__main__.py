"""`./silo bench [NAME ...]`: measures against the bars of the design and keeps the result.

Names: route decode devices propose photo swaps start day vision, and vision.PART for one part of the
photo's figures. The last results are in `benchmarks/last.json`.
"""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks import day, parts, station, vision
from benchmarks.devices import devices
from benchmarks.machine import description

LAST = Path(__file__).with_name("last.json")
BENCHES: dict[str, Callable[[], dict[str, Any]]] = {
    "route": parts.routing,
    "decode": parts.decoding,
    "devices": devices,
    "propose": station.measurement_to_proposal,
    "photo": station.photo_to_inspection,
    "swaps": station.model_swaps,
    "start": station.start_up,
    "day": day.headless_day,
}
VISION = tuple(f"vision.{part}" for part in vision.PARTS)


def main(names: list[str]) -> int:
    known = (*BENCHES, "vision", *VISION)
    if unknown := set(names) - set(known):
        print(
            f"silo bench: unknown: {', '.join(sorted(unknown))}; known: {', '.join(known)}", file=sys.stderr
        )
        return 2
    kept: dict[str, Any] = json.loads(LAST.read_text(encoding="utf-8")) if LAST.exists() else {}
    kept["machine"] = description()
    for name in _single(names or [*BENCHES, "vision"]):
        print(f"{name} ...", file=sys.stderr, flush=True)
        result = _measure(name, kept)
        print(json.dumps({name: result}, ensure_ascii=False), flush=True)
        LAST.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return 0


def _single(names: list[str]) -> list[str]:
    """The names with `vision` spelled out as its parts."""
    return [single for name in names for single in (VISION if name == "vision" else (name,))]


def _measure(name: str, kept: dict[str, Any]) -> dict[str, Any]:
    """Runs one benchmark and puts its result in its place among those `kept`."""
    group, _, part = name.partition(".")
    if not part:
        kept[name] = BENCHES[name]()
        return dict(kept[name])
    result = vision.run(part)
    kept.setdefault(group, {})[part] = result
    return result


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
