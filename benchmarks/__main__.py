"""Measures against the bars of the design: one JSON object a bench on standard output.

`vision` and `post` are all of their parts. `season`, twenty simulated seasons, `routing`, twenty more for
the rules that choose cells, `pairing`, fifty simulated days, `headquarters`, 60 silos, `long-day`, three
hundred visits, and `post` are measured only where they are named. The last results are kept in
`benchmarks/last.json`.
"""

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks import (
    backup,
    day,
    door,
    headquarters,
    kills,
    lab,
    ledger,
    pages,
    parts,
    replaying,
    screens,
    season,
    station,
    vision,
)
from benchmarks.beside import run_beside
from benchmarks.devices import devices
from benchmarks.long_day.bench import long_day
from benchmarks.machine import description
from benchmarks.pairing.run import pairing
from benchmarks.post import parts as post
from benchmarks.routing.bench import routing

LAST = Path(__file__).with_name("last.json")
BENCHES: dict[str, Callable[[], dict[str, Any]]] = {
    "route": parts.routing,
    "replay": replaying.replaying,
    "decode": parts.decoding,
    "devices": devices,
    "propose": station.measurement_to_proposal,
    "photo": station.photo_to_inspection,
    "swaps": station.model_swaps,
    "start": station.start_up,
    "day": day.headless_day,
    "long-day": long_day,
    "ledger": ledger.ledger,
    "backup": backup.backup,
    "door": door.door,
    "screens": screens.screens,
    "kills": kills.killed_intake,
    "lab": lab.lab,
    "season": season.season,
    "pages": pages.pages,
    "headquarters": headquarters.headquarters,
    "pairing": pairing,
    "routing": routing,
}
# Only where they are named: many minutes.
LONG = frozenset({"season", "headquarters", "pairing", "routing", "long-day"})
GROUPS = {
    name: tuple(f"{name}.{part}" for part in group.PARTS)
    for name, group in (("vision", vision), ("post", post))
}
KNOWN = (*BENCHES, *(name for group, parts_of in GROUPS.items() for name in (group, *parts_of)))
MIN_ROUNDS = 3


def main(arguments: list[str]) -> int:
    asked = _parser().parse_args(arguments)
    if asked.rounds < MIN_ROUNDS or (asked.beside and not asked.names):
        print(f"silo bench: --beside needs names and at least {MIN_ROUNDS} rounds", file=sys.stderr)
        return 2
    if unknown := set(asked.names) - set(KNOWN):
        print(
            f"silo bench: unknown: {', '.join(sorted(unknown))}; known: {', '.join(KNOWN)}", file=sys.stderr
        )
        return 2
    names = _single(asked.names or [*(name for name in BENCHES if name not in LONG), "vision"])
    if asked.beside:
        return run_beside(asked.beside, names, asked.rounds)
    kept: dict[str, Any] = json.loads(LAST.read_text(encoding="utf-8")) if LAST.exists() else {}
    kept["machine"] = description()
    for name in names:
        print(f"{name} ...", file=sys.stderr, flush=True)
        result = _measure(name, kept, asked)
        print(json.dumps({name: result}, ensure_ascii=False), flush=True)
        if asked.keep:
            LAST.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="silo bench", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of: {', '.join(KNOWN)}; without: all")
    parser.add_argument("--no-keep", dest="keep", action="store_false", help="write no benchmarks/last.json")
    parser.add_argument(
        "--beside", metavar="REV",
        help="measure also this revision, in turn with the working tree, and print every time, size and rate "
        "as a ratio this/REV; keeps nothing",
    )  # fmt: skip
    parser.add_argument(
        "--rounds",
        metavar="N",
        type=int,
        default=MIN_ROUNDS,
        help=f"how often with --beside, {MIN_ROUNDS} or more",
    )
    parser.add_argument(
        "--seeds", metavar="N", type=int, help="how many runs of post.faults (20), days of pairing (50)"
    )
    parser.add_argument("--seed", metavar="N", type=int, help="what pairing and routing are drawn from")
    parser.add_argument("--seasons", metavar="N", type=int, help="how many seasons of routing; without: 20")
    return parser


def _single(names: list[str]) -> list[str]:
    """The names with `vision` and `post` spelled out as their parts."""
    return [single for name in names for single in GROUPS.get(name, (name,))]


def _measure(name: str, kept: dict[str, Any], asked: argparse.Namespace) -> dict[str, Any]:
    """Runs one benchmark and puts its result in its place among those `kept`."""
    if name == "pairing":
        kept[name] = pairing(asked.seeds, asked.seed or 1)
        return dict(kept[name])
    group, _, part = name.partition(".")
    if not part:
        kept[name] = routing(asked.seed, asked.seasons) if name == "routing" else BENCHES[name]()
        return dict(kept[name])
    result = vision.run(part) if group == "vision" else post.run(part, asked.seeds)
    kept.setdefault(group, {})[part] = result
    return result


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
