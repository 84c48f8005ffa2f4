"""Single stages in this process: routing and decoding."""

import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.machine import summary
from drivers.decode import decode
from drivers.reading import Analyte, Reading
from station.grain.cells import CellState, Facts
from station.grain.grades import MeasuringAgain, RulePack
from station.grain.routing import route
from station.grain.rules import parse_rule_pack
from station.grain.wire import read_cells, read_facts

EXAMPLES = Path(__file__).parent.parent / "examples"
CELLS = 40
FEW_CELLS = 12
PRICES = {"milling_no_2": 220.0, "organic_bread": 330.0, "intervention": 205.0, "feed_wheat": 195.0}
FRAMES = {
    "toledo-continuous": bytes.fromhex("022A30202034333132302020202020300D0D"),
    "gac2100-csv01": (
        b"2600017,14/07/26,14:20:14,11.9,70.7,30.3,28.9,29.7,BLE,S/N: 0, 2, 895,2305, 303,070815\r\n"
    ),
    "json-nir": (
        b'{"id":"1","sample":"2600017","values":{"protein":{"value":11.4,"unit":"%","basis":"as_is"}}}\n'
    ),
}


def routing() -> dict[str, Any]:
    """One load over 40 cells with full reasons, as JSON values; over 12 with what asking is worth."""
    pack = parse_rule_pack((EXAMPLES / "rules.toml").read_text(encoding="utf-8"))
    facts = read_facts((EXAMPLES / "sample.json").read_bytes())
    few = read_cells((EXAMPLES / "cells.json").read_bytes())
    cells = [replace(few[n % len(few)], id=f"c{n}") for n in range(CELLS)]
    open_ones = [replace(few[n % 5], id=f"c{n}") for n in range(FEW_CELLS)]
    again = MeasuringAgain({Analyte.PROTEIN: 2.0, Analyte.MOISTURE: 2.0, Analyte.TEST_WEIGHT: 2.0}, 1.0)
    priced = replace(pack, prices=PRICES, again=again)
    return {
        "cells": CELLS,
        "route_ms": _timed(facts, cells, pack),
        "bar_ms": 10,
        "cells_when_asking": FEW_CELLS,
        "asking_ms": _timed(facts, open_ones, priced),
        "asking_bar_ms": 8,
    }


def _timed(facts: Facts, cells: Sequence[CellState], pack: RulePack) -> dict[str, float]:
    milliseconds = []
    for _ in range(200):
        begin = time.perf_counter()
        route(facts, cells, pack).as_dict()
        milliseconds.append((time.perf_counter() - begin) * 1000)
    return summary(milliseconds)


def decoding() -> dict[str, Any]:
    """Frames per second and core, bytes to readings."""
    at = datetime.now(UTC)
    found: dict[str, Any] = {}
    for kind, frame in FRAMES.items():
        begin = time.perf_counter()
        count = sum(isinstance(r, Reading) for r in decode([frame * 5000], kind, {}, at=at))
        found[kind] = round(count / (time.perf_counter() - begin))
    return {"frames_per_second": found}
