"""What the evidence of the last weeks bears: biases worth correcting, and spreads of phones.

`python -m station.lab.proposing LEDGER` works it out in a process of its own: what is permitted is one JSON
object on standard input, the offers are one on standard output.
"""

import json
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO

from sqlmodel import Session

from station.acts.desk import Desk
from station.lab import bias_evidence, corrections, spread_evidence, spreads
from station.lab.class_pairs import seen_by_phone
from station.lab.offered import OfferedCorrection, OfferedSpread, Offers
from station.lab.pages.__main__ import reading
from station.lab.source_pairs import CHOSEN, RANDOM, UNKNOWN, Pairs, pairs_by_source
from station.store.measurements import CLASS_ANALYTES
from station.store.tables import Correction, Spread

PERIOD = timedelta(days=60)  # of values that an offer stands on


def main(arguments: list[str], source: BinaryIO, target: BinaryIO) -> int:
    asked = json.load(source)
    with reading(Path(arguments[0])) as read, read() as tx:
        found = offers(tx, asked["permitted"], datetime.fromisoformat(asked["at"]))
    target.write(json.dumps(found.as_dict()).encode())
    target.flush()
    return 0


def propose_due(desk: Desk, at: datetime) -> list[Correction]:
    """Work out and propose corrections in this process."""
    with desk.ledger.read() as tx:
        found = _corrections(tx, _permitted(desk), at - PERIOD)
    return corrections.record_offers(desk, found, at)


def propose_spreads(desk: Desk, at: datetime) -> list[Spread]:
    """Work out and propose spreads in this process."""
    with desk.ledger.read() as tx:
        found = _spreads(tx, at - PERIOD)
    return spreads.record_spreads(desk, found, at)


def offers(tx: Session, permitted: Mapping[str, float], at: datetime) -> Offers:
    since = at - PERIOD
    return Offers(tuple(_corrections(tx, permitted, since)), tuple(_spreads(tx, since)))


def _permitted(desk: Desk) -> dict[str, float]:
    return {name.value: value for name, value in desk.watching.permitted.items()}


def _corrections(tx: Session, permitted: Mapping[str, float], since: datetime) -> list[OfferedCorrection]:
    return [
        offered
        for analyte, most in permitted.items()
        for offered in _of_analyte(analyte, pairs_by_source(tx, analyte, since), most)
    ]


def _of_analyte(analyte: str, found: Sequence[Pairs], permitted: float) -> Iterator[OfferedCorrection]:
    """Judge each source beside the others of its method and species."""
    groups: dict[tuple[str, str | None, str | None], list[Pairs]] = defaultdict(list)
    for pairs in found:
        groups[pairs.source.method, pairs.source.species, pairs.basis].append(pairs)
    for group in groups.values():
        for pairs in group:
            d, weights = pairs.arrays()
            others = [other.arrays()[0] for other in group if other is not pairs]
            offer = bias_evidence.propose(d, weights, permitted, others)
            if offer is not None:
                yield _offered(analyte, pairs, offer)


def _offered(analyte: str, pairs: Pairs, offer: bias_evidence.Offer) -> OfferedCorrection:
    rows, source = pairs.unpicked, pairs.source
    evidence = {
        **offer.evidence,
        "period": [min(p.at for p in rows).isoformat(), max(p.at for p in rows).isoformat()],
        "up_to": max(p.lab_at for p in rows).isoformat(),
        "basis": pairs.basis,
        "reference": list(pairs.laboratories),
        "release": source.release,
        "sampling": {
            kind: sum(pair.sampling == kind for pair in pairs.pairs) for kind in (RANDOM, CHOSEN, UNKNOWN)
        },
    }
    known_at = tuple(pair.lab_at.isoformat() for pair in rows)
    return OfferedCorrection(
        source.method, source.id, analyte, source.species, offer.bias, offer.u, pairs.unit, pairs.basis,
        evidence, known_at,
    )  # fmt: skip


def _spreads(tx: Session, since: datetime) -> list[OfferedSpread]:
    return [
        OfferedSpread(*key, offer.spread, offer.n, offer.evidence, tuple(one.at.isoformat() for one in seen))
        for name, analyte in CLASS_ANALYTES.items()
        for key, seen in seen_by_phone(tx, name, analyte, since).items()
        if (offer := spread_evidence.propose(seen)) is not None
    ]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], sys.stdin.buffer, sys.stdout.buffer))
