"""What a phone is shown: the loads on site, and what became of its photos."""

from collections.abc import Sequence

from sqlmodel import col, select

from station.api import schemas
from station.api.language import capture_title, label_text, reasons, translator, vocabulary
from station.api.views.rows import LoadFacts, load_facts
from station.api.views.view import View
from station.receival.measuring.photo_values import photo_values
from station.receival.measuring.photo_words import photo_reasons
from station.store import batches, pages, queries
from station.store.evidence import CaptureSeen, inspections_of, sample_shown
from station.store.learnt import learnt
from station.store.tables import Capture, Load, Sample, Terminal, Visit

MOST_VISITS = 200  # more are not on site at once
_STATES = {"counts": "counts", "refused": "refused", "pending": "waits", "unpaired": "waits"}


def admitted(view: View) -> list[schemas.Phone]:
    """The phones whose token is good."""
    query = select(Terminal).where(Terminal.kind == "phone", col(Terminal.revoked_at).is_(None))
    return [
        schemas.Phone(id=row.id, name=row.name) for row in view.tx.exec(query.order_by(col(Terminal.name)))
    ]


def loads_on_site(view: View) -> list[schemas.PhoneLoad]:
    """Those without an outcome, the newest arrival first."""
    visits = [one for one in pages.open_visits(view.tx, None, MOST_VISITS) if one.direction == "inbound"]
    visits.reverse()
    by_visit = batches.loads_by_visit(view.tx, [visit.id for visit in visits])
    return _shown(view, [(visit, load) for visit in visits for load in by_visit.get(visit.id, ())])


def label(view: View, seen: Sequence[str], barcode: str | None) -> schemas.LabelRead:
    load = _load_with(view, barcode) if barcode else None
    text = label_text(seen, barcode, load.plate if load else None, translator(view.language))
    return schemas.LabelRead(barcode=barcode, load=load, message=text)


def _load_with(view: View, barcode: str) -> schemas.PhoneLoad | None:
    sample = queries.sample_by_barcode(view.tx, barcode)
    load = view.tx.get(Load, sample.load_id) if sample and sample.load_id else None
    if load is None:
        return None
    return next(iter(_shown(view, [(view.tx.get_one(Visit, load.visit_id), load)])), None)


def _shown(view: View, found: Sequence[tuple[Visit, Load]]) -> list[schemas.PhoneLoad]:
    still_here = [(visit, load) for visit, load in found if load.outcome is None]
    facts = load_facts(view, [load for _, load in still_here], {})
    return [_load(view, visit, facts[load.id]) for visit, load in still_here]


def _load(view: View, visit: Visit, facts: LoadFacts) -> schemas.PhoneLoad:
    return schemas.PhoneLoad(
        id=facts.load.id,
        plate=visit.plate,
        trailer=visit.trailer_plate,
        species=facts.load.species,
        species_name=vocabulary.species_name(facts.load.species, view.language),
        barcode=facts.samples[0].barcode if facts.samples else None,
        photo_asked=bool(facts.proposal and facts.proposal.photo_asked),
        photo_taken=facts.is_photographed,
    )


def capture(view: View, row: Capture) -> schemas.PhoneCapture:
    """What became of it, and what the models say."""
    seen = CaptureSeen(row, tuple(one for one in inspections_of(view.tx, row.id) if not one.shadow))
    sample, known = sample_shown(view.tx, row.id), learnt(view.tx)
    load = view.tx.get(Load, sample.load_id) if sample and sample.load_id else None
    species = sample.species if sample else None
    has_values = bool(photo_values(seen, known, species))
    title = _standing(view, seen, sample, load, has_values=has_values)
    told = [] if title in ("pending", "no_model") else photo_reasons(seen, known, species)
    return schemas.PhoneCapture(
        id=row.id,
        state=_STATES.get(title, "kept"),  # type: ignore[arg-type] # one of the four
        plate=view.tx.get_one(Visit, load.visit_id).plate if load else None,
        title=capture_title(title, translator(view.language)),
        lines=[one.message for one in reasons([reason.as_dict() for reason in told], view.language)],
    )


def _standing(
    view: View, seen: CaptureSeen, sample: Sample | None, load: Load | None, *, has_values: bool
) -> str:
    """In one word. A late inspection is evidence only: what is decided stands on what was known then."""
    if not seen.inspections:
        return "no_model" if seen.capture.state == "no_model" else "pending"
    if not any(one.accepted for one in seen.inspections):
        return "refused"
    if sample is None:
        return "unpaired"
    if load is None:
        return "no_load"
    decision = queries.current_decision(view.tx, load.id)
    if load.outcome is not None or (decision and decision.at < seen.inspections[-1].at):
        return "decided"
    return "counts" if has_values else "shown"
