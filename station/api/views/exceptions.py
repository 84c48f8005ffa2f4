"""The exceptions list: readings and captures that wait for a person, and whom they may belong to."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlmodel import col, select

from drivers.text import barcode_of
from station.api import schemas
from station.api.language import reason
from station.api.views.rows import missing_of
from station.api.views.view import View, values_of
from station.grain.identifiers import same_species
from station.grain.pairing import Item, contradictions, suggest
from station.receival.clocks.clock_acts import leapt_since, newest_leaps
from station.receival.measuring.pairings import item_of, known_sample
from station.store import batches, queries
from station.store.tables import Capture, Load, Pairing, Reading, Sample, Terminal

# A courtesy or control sample has no load whose end would close it: so long it is still a candidate.
OWN_SAMPLE_TIME = timedelta(hours=12)
SUGGESTED = 0.5


@dataclass(frozen=True, slots=True)
class Around:
    """What every exception is held against: the open samples, newest first, and the loads that wait for a
    value, with the analytes that are missing."""

    samples: tuple[Sample, ...]
    waiting: tuple[tuple[Load, frozenset[str]], ...]


def items(view: View, pairings: Sequence[Pairing]) -> list[schemas.ExceptionItem]:
    """In their order, by a fixed number of questions."""
    kept = _read(view, pairings)  # the session knows them as long as they are held
    waits = any(pairing.state == "unpaired" for pairing in pairings)
    around = Around(tuple(_open_samples(view)), tuple(_waiting_loads(view))) if waits else Around((), ())
    found = [_item(view, pairing, around) for pairing in pairings]
    del kept
    return found


def _read(view: View, pairings: Sequence[Pairing]) -> list[Any]:
    """The readings, captures and phones that they are about, at once."""
    ids = [pairing.item_id for pairing in pairings]
    readings = view.tx.exec(select(Reading).where(col(Reading.id).in_(ids))).all()
    view.names_of(row.typed_by for row in readings)
    captures = view.tx.exec(select(Capture).where(col(Capture.id).in_(ids))).all()
    phones = {row.terminal_id for row in captures}
    return [*readings, *captures, *view.tx.exec(select(Terminal).where(col(Terminal.id).in_(phones)))]


def _item(view: View, pairing: Pairing, around: Around) -> schemas.ExceptionItem:
    item = item_of(view.tx, view.policy, pairing)
    fields = _reading(view, pairing) if pairing.item_kind == "reading" else _capture(view, pairing)
    waits = _choices(pairing, item, around) if pairing.state == "unpaired" else {"candidates": []}
    blocks = _blocks(item, frozenset(fields["values"]), around) if pairing.state == "unpaired" else []
    return schemas.ExceptionItem(
        id=pairing.item_id,
        at=item.at,
        since=pairing.at,
        barcode=item.barcode,
        reason=reason(pairing.code, pairing.params, view.language),
        blocks=blocks,
        **fields,
        **waits,
    )


def _choices(pairing: Pairing, item: Item, around: Around) -> dict[str, Any]:
    """The samples that it may belong to, the likeliest or those that fit first; the one that the rule would
    have chosen before them. Of several only one that is at least as likely as not is suggested."""
    known = [known_sample(sample, item.kind) for sample in around.samples]
    fitting = [sample.barcode for sample in known if not contradictions(item, sample)]
    likeliest = suggest(item, known)
    rule = pairing.params.get("barcode")
    suggested = rule if rule in fitting else likeliest.barcode if likeliest else None
    every = [sample.barcode for sample in known]
    odds = _odds(pairing, every)
    if odds:
        best = max(odds, key=lambda barcode: odds[barcode])
        suggested = best if odds[best] >= SUGGESTED and best in fitting else None
    order = sorted(
        every,
        key=lambda barcode: (barcode != suggested, barcode not in fitting, -odds.get(barcode, 0.0)),
    )
    return {"candidates": order, "fitting": fitting, "suggested": suggested, "odds": odds}


def _odds(pairing: Pairing, open_barcodes: Collection[str]) -> dict[str, float]:
    """As they were when it was last judged, of samples that are open still."""
    named = pairing.params.get("candidates") or []
    return {one["barcode"]: one["odds"] for one in named if one["barcode"] in open_barcodes}


def _blocks(item: Item, analytes: frozenset[str], around: Around) -> list[str]:
    """The loads that lack one of these values, and that it is of: by its barcode, else by its species."""
    barcode = barcode_of(item.barcode or "")
    named = {sample.load_id for sample in around.samples if sample.barcode == barcode}
    return [
        load.id
        for load, missing in around.waiting
        if missing & analytes and (load.id in named if named else same_species(item.species, load.species))
    ]


def _reading(view: View, pairing: Pairing) -> dict[str, Any]:
    row = view.tx.get_one(Reading, pairing.item_id)
    return {
        "kind": "reading",
        "device": row.port_id or view.name_of(row.typed_by) or "",
        "device_name": view.instrument_name(row.instrument_id),
        "product": row.product,
        "values": values_of(row.values),
    }


def _capture(view: View, pairing: Pairing) -> dict[str, Any]:
    row = view.tx.get_one(Capture, pairing.item_id)
    device = view.tx.get_one(Terminal, row.terminal_id).name
    return {"kind": "capture", "device": device, "product": row.species, "values": {}}


def _open_samples(view: View) -> list[Sample]:
    query = select(Sample).where(col(Sample.ended_at).is_(None)).order_by(col(Sample.seq).desc()).limit(200)
    since, leaps = view.now - OWN_SAMPLE_TIME, newest_leaps(view.tx)
    return [
        sample
        for sample in view.tx.exec(query)
        if sample.load_id is not None or sample.entered_at + leapt_since(leaps, sample.seq) >= since
    ]


def _waiting_loads(view: View) -> list[tuple[Load, frozenset[str]]]:
    """Loads without decision whose proposal lacks a value."""
    loads = queries.open_loads(view.tx)
    ids = [load.id for load in loads]
    current, decided = queries.current_proposals(view.tx, ids), batches.current_decisions(view.tx, ids)
    return [
        (load, frozenset(missing_of(current[load.id])))
        for load in loads
        if load.id in current and load.id not in decided
    ]
