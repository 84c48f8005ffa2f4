"""The exceptions list: readings and captures that wait for a person, and whom they may belong to."""

from datetime import timedelta

from sqlmodel import col, select

from station.api import schemas
from station.api.language import reason
from station.api.views.view import View, instrument_name, values_of
from station.store.tables import Capture, Pairing, Reading, Sample, Terminal

# A courtesy or control sample has no load whose end would close it: so long it is still a candidate.
OWN_SAMPLE_TIME = timedelta(hours=12)


def item(view: View, pairing: Pairing) -> schemas.ExceptionItem:
    candidates = _candidates(view) if pairing.state == "unpaired" else []
    if pairing.item_kind == "reading":
        return _reading_item(view, pairing, candidates)
    return _capture_item(view, pairing, candidates)


def _suggested_first(candidates: list[str], barcode: str | None) -> list[str]:
    """The sample that the rule would have chosen comes first."""
    return sorted(candidates, key=lambda candidate: candidate != barcode)


def _reading_item(view: View, pairing: Pairing, candidates: list[str]) -> schemas.ExceptionItem:
    row = view.tx.get_one(Reading, pairing.item_id)
    return schemas.ExceptionItem(
        id=row.id,
        kind="reading",
        at=row.at,
        device=row.port_id or view.name_of(row.typed_by) or "",
        device_name=instrument_name(view, row.instrument_id),
        barcode=row.barcode,
        product=row.product,
        values=values_of(row.values),
        reason=reason(pairing.code, pairing.params, view.language),
        candidates=_suggested_first(candidates, pairing.params.get("barcode")),
    )


def _capture_item(view: View, pairing: Pairing, candidates: list[str]) -> schemas.ExceptionItem:
    row = view.tx.get_one(Capture, pairing.item_id)
    return schemas.ExceptionItem(
        id=row.id,
        kind="capture",
        at=row.at,
        device=view.tx.get_one(Terminal, row.terminal_id).name,
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
