"""`./silo bench [NAME ...]`: measures against the bars of the design and keeps the result.

Names: route decode devices propose photo swaps start day. The last results are in `benchmarks/last.json`.
"""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks import day, parts, station
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


def main(names: list[str]) -> int:
    unknown = set(names) - set(BENCHES)
    if unknown:
        print(
            f"silo bench: unknown: {', '.join(sorted(unknown))}; known: {', '.join(BENCHES)}", file=sys.stderr
        )
        return 2
    kept: dict[str, Any] = json.loads(LAST.read_text(encoding="utf-8")) if LAST.exists() else {}
    kept["machine"] = description()
    for name in names or BENCHES:
        print(f"{name} ...", file=sys.stderr, flush=True)
        kept[name] = BENCHES[name]()
        print(json.dumps({name: kept[name]}, ensure_ascii=False), flush=True)
        LAST.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
