"""The exceptions list: readings and captures that wait for a person, and whom they may belong to."""

from collections.abc import Sequence
from datetime import timedelta

from sqlmodel import col, select

from station.api import schemas
from station.api.language import reason
from station.api.views.view import View, values_of
from station.store.tables import Capture, Pairing, Reading, Sample, Terminal

# A courtesy or control sample has no load whose end would close it: so long it is still a candidate.
OWN_SAMPLE_TIME = timedelta(hours=12)


def item(view: View, pairing: Pairing) -> schemas.ExceptionItem:
    return items(view, [pairing])[0]


def items(view: View, pairings: Sequence[Pairing]) -> list[schemas.ExceptionItem]:
    candidates = _candidates(view) if any(one.state == "unpaired" for one in pairings) else []
    ids = [one.item_id for one in pairings]
    readings = {row.id: row for row in view.tx.exec(select(Reading).where(col(Reading.id).in_(ids)))}
    captures = {
        row.id: (row, phone)
        for row, phone in view.tx.exec(
            select(Capture, Terminal.name)
            .join(Terminal, col(Terminal.id) == Capture.terminal_id)
            .where(col(Capture.id).in_(ids))
        )
    }
    view.names_of(row.typed_by for row in readings.values())
    found = []
    for one in pairings:
        offered = candidates if one.state == "unpaired" else []
        if one.item_kind == "reading":
            found.append(_reading_item(view, one, readings[one.item_id], offered))
        else:
            found.append(_capture_item(view, one, *captures[one.item_id], offered))
    return found


def _suggested_first(candidates: list[str], barcode: str | None) -> list[str]:
    """The sample that the rule would have chosen comes first."""
    return sorted(candidates, key=lambda candidate: candidate != barcode)


def _reading_item(view: View, pairing: Pairing, row: Reading, candidates: list[str]) -> schemas.ExceptionItem:
    return schemas.ExceptionItem(
        id=row.id,
        kind="reading",
        at=row.at,
        device=row.port_id or view.name_of(row.typed_by) or "",
        device_name=view.instrument_name(row.instrument_id),
        barcode=row.barcode,
        product=row.product,
        values=values_of(row.values),
        reason=reason(pairing.code, pairing.params, view.language),
        candidates=_suggested_first(candidates, pairing.params.get("barcode")),
    )


def _capture_item(
    view: View, pairing: Pairing, row: Capture, phone: str, candidates: list[str]
) -> schemas.ExceptionItem:
    return schemas.ExceptionItem(
        id=row.id,
        kind="capture",
        at=row.at,
        device=phone,
        barcode=row.barcode,
        product=row.species,
        values={},
        reason=reason(pairing.code, pairing.params, view.language),
        candidates=candidates,
    )


def _candidates(view: View) -> list[str]:
    """Barcodes of the open samples, the newest first."""
    query = select(Sample).where(col(Sample.ended_at).is_(None)).order_by(col(Sample.seq).desc()).limit(200)
    since = view.now - OWN_SAMPLE_TIME
    return [
        sample.barcode
        for sample in view.tx.exec(query)
        if sample.load_id is not None or sample.entered_at >= since
    ]
