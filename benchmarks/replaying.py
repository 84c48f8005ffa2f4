"""Recorded decisions made again: how many a second on one core, with twelve cells, by a rule pack without
prices and by one with them, which also says what measuring again is worth."""

import tempfile
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from benchmarks.ledger import SITE_FILE, START, Day, cell_like
from station.acts.desk import Desk
from station.receival.packs.replay import read_records, replayed
from station.receival.persons import people
from station.site.policy import policy_of
from station.site.read import load_settings, rule_pack_texts
from station.site.reference import load_site
from station.store import pages
from station.store.engine import Ledger

CELLS, DECISIONS, ROUNDS = 12, 200, 5
PAGE = 100  # decisions that are read together, as the counter does
NEVER = 1_000_000
PRICED = Path(__file__).parents[1] / "station" / "rules" / "euronext_milling_wheat.toml"


def replaying() -> dict[str, Any]:
    """Processor time counts, of the best round: what else runs on the machine says nothing of this."""
    plain = rule_pack_texts(load_settings(SITE_FILE), SITE_FILE)
    return {
        "cells": CELLS,
        "decisions": DECISIONS,
        "without_worth": {**_measured(plain), "bar_decisions_a_second": 300},
        "with_worth": {**_measured([PRICED.read_text("utf-8")]), "bar_decisions_a_second": 60},
    }


def _measured(packs: Sequence[str]) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder, closing(Ledger(Path(folder))) as opened:
        desk = Desk(opened, _decided(opened, packs))
        rates, equal = [], 0
        for _ in range(ROUNDS):
            began = time.process_time()
            equal = _replay(desk)
            rates.append(DECISIONS / (time.process_time() - began))
    return {"equal": equal, "decisions_a_second": round(max(rates))}


def _replay(desk: Desk) -> int:
    equal = count = 0
    place = None
    while True:
        with desk.ledger.read() as tx:
            rows = pages.decisions(tx, None, None, None, place, PAGE)
            records = read_records(tx, [row.proposal_id for row in rows])
            equal += sum(replayed(records, row).is_equal for row in rows)
        count += len(rows)
        if len(rows) < PAGE:
            assert count == DECISIONS, count
            return equal
        place = (rows[-1].at, rows[-1].seq or 0)


def _decided(opened: Ledger, packs: Sequence[str]) -> Any:
    """A ledger of so many loads; the site's policy."""
    site = load_settings(SITE_FILE)
    many = [cell_like(site, number) for number in range(CELLS)]
    lines = [line.model_copy(update={"cells": [cell.id for cell in many]}) for line in site.lines]
    site = site.model_copy(update={"cells": many, "lines": lines})
    desk = Desk(opened, policy_of(site))
    load_site(desk, site, SITE_FILE, packs, START)
    day = Day(desk, people.add_terminal(desk, "phone", "phone", START)[0], None, photo_every=NEVER)
    for _ in range(DECISIONS):
        day.receive()
    return desk.policy
