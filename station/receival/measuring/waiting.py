"""Judge by odds what waits without a barcode, together with all that was measured around it.

What has become sure is paired. A pairing that was made is never moved, and what a person took back waits
for a person."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session, col, select

from station.grain.device_clock import AGREE_S
from station.grain.identifiers import photo_species
from station.grain.pairing import Item, KnownSample, Pairing, PairingPolicy, pair_by_odds
from station.grain.products import species_of_product
from station.grain.reasons import Code
from station.grain.stand import Measured
from station.receival.clocks.clock_acts import Leap, leapt_since
from station.store.tables import Capture, Reading, Sample
from station.store.tables import Pairing as PairingRow

MOST = 60  # of the newest readings, and as many captures: more are not judged together
MOST_WAITING = 12
JUDGED = frozenset(
    {Code.SEVERAL_OPEN_SAMPLES, Code.NO_OPEN_SAMPLE, Code.SAMPLE_CLOSED, Code.CONTRADICTS_DECLARATION}
)


@dataclass(frozen=True, slots=True)
class Found:
    """What the odds say of one item; `before` is the row that holds until now."""

    item_id: str
    kind: str
    pairing: Pairing
    before: PairingRow


def judge_waiting(
    tx: Session, policy: PairingPolicy, products: Mapping[str, str], leaps: Sequence[Leap], at: datetime,
    newest: PairingRow | None = None,
) -> list[Found]:  # fmt: skip
    """Return what the odds say now of each item that waits without a barcode, and of the one that just came,
    whose row `newest` is not kept yet. What is settled tells for two windows which samples were measured."""
    tx.flush()
    rows = _newest(tx, at - 2 * policy.window - _forward(leaps))
    if newest is not None:
        table = Reading if newest.item_kind == "reading" else Capture
        rows.append((tx.get_one(table, newest.item_id), newest))
    measured: list[Measured] = []
    waiting: dict[str, PairingRow] = {}
    for row, current in sorted(rows, key=lambda pair: pair[0].seq or 0, reverse=True):
        waits = current.state == "unpaired"
        if waits and (row.barcode is not None or current.code not in JUDGED or len(waiting) >= MOST_WAITING):
            continue
        one = _measured(row, current, rows, products, leaps)
        if one.at < at - (policy.window if waits else 2 * policy.window):
            continue
        measured.append(one)
        if waits:
            waiting[row.id] = current
    if not waiting:
        return []
    samples = [_as_of_now(sample, leaps) for sample in _samples(tx, at - 2 * policy.window - _forward(leaps))]
    found = pair_by_odds(measured, samples, policy, at)
    return [Found(name, row.item_kind, found[name], row) for name, row in waiting.items()]


def is_news(before: PairingRow, found: Pairing) -> bool:
    """Tell whether a person who looks at what waits is helped by its new odds."""
    old, new = before.params.get("candidates") or [], found.reason.params.get("candidates") or []
    if before.code != found.reason.code or [one["barcode"] for one in old[:1]] != [
        one["barcode"] for one in new[:1]
    ]:
        return True
    return bool(old and new) and abs(old[0]["odds"] - new[0]["odds"]) > 0.1


def _newest(tx: Session, since: datetime) -> list[tuple[Any, PairingRow]]:
    """The newest readings and captures with the pairing that holds; what a person typed stands aside."""
    found: list[tuple[Any, PairingRow]] = []
    for table in (Reading, Capture):
        query = (
            select(table, PairingRow)
            .join(PairingRow, col(PairingRow.item_id) == table.id)
            .where(col(PairingRow.current).is_(True), col(table.at) >= since)
            .order_by(col(table.at).desc())
            .limit(MOST)
        )
        found += [(row, current) for row, current in tx.exec(query)]
    return [(row, current) for row, current in found if getattr(row, "typed_by", None) is None]


def _measured(
    row: Any, current: PairingRow, rows: Iterable[tuple[Any, PairingRow]], products: Mapping[str, str],
    leaps: Sequence[Leap],
) -> Measured:  # fmt: skip
    settled, params = current.state != "unpaired", current.params
    at = datetime.fromisoformat(params["measured_at"]) if "measured_at" in params else row.at
    at += leapt_since(leaps, row.seq)
    if isinstance(row, Capture):
        return Measured(
            row.id, row.terminal_id, at, photo_species(row.species) if row.species else None,
            settled=settled, sample_id=current.sample_id, is_photo=row.barcode is not None,
        )  # fmt: skip
    stray = params.get("stray", 0.0)
    if params.get("late") and _is_confirmed(row, params, rows):
        stray = 0.0
    values = {name: value["value"] for name, value in row.values.items() if value.get("value") is not None}
    return Measured(
        row.id, row.port_id or "", at, species_of_product(row.product, products) if row.product else None,
        values, settled, current.sample_id, stray, row.device_time,
    )  # fmt: skip


def _is_confirmed(row: Reading, params: Mapping[str, Any], rows: Iterable[tuple[Any, PairingRow]]) -> bool:
    """Tell whether a later reading that came at once stands on the same offset: the clock was not set
    before the one that was held up."""
    return any(
        isinstance(other, Reading)
        and other.instrument_id == row.instrument_id
        and (other.seq or 0) > (row.seq or 0)
        and "offset_s" in current.params
        and "stray" not in current.params
        and abs(current.params["offset_s"] - params["offset_s"]) <= AGREE_S
        for other, current in rows
    )


def _samples(tx: Session, since: datetime) -> Sequence[Sample]:
    """Those that are open, or ended lately."""
    return tx.exec(select(Sample).where(col(Sample.entered_at) >= since).order_by(col(Sample.seq))).all()


def _as_of_now(sample: Sample, leaps: Sequence[Leap]) -> KnownSample:
    """A sample is as old as it is, whatever became of the station's clock since."""
    leapt = leapt_since(leaps, sample.seq)
    ended = sample.ended_at
    return KnownSample(
        sample.id, sample.barcode, sample.species, sample.kind,  # type: ignore[arg-type] # one of the kinds
        sample.entered_at + leapt, ended is None, ended,
    )  # fmt: skip


def _forward(leaps: Sequence[Leap]) -> timedelta:
    return sum((leap.by for leap in leaps if leap.by > timedelta(0)), timedelta(0))


def is_judged(item: Item, policy: PairingPolicy) -> bool:
    return policy.rule == "odds" and item.barcode is None
