"""Weighings, and which visit each offered one most likely belongs to."""

from collections.abc import Sequence

from station.api import schemas
from station.api.language import reasons
from station.api.views.view import View
from station.receival.deciding.offers import Offer, Standing, offers_among, standing_visits
from station.store.tables import Weighing

# An offer of a higher rank is possible, but a vehicle not entered yet is likelier.
LIKELY_RANK = 2


def weighing(view: View, row: Weighing) -> schemas.Weighing:
    return weighings(view, [row])[0]


def weighings(view: View, rows: Sequence[Weighing]) -> list[schemas.Weighing]:
    standing = standing_visits(view.tx) if any(row.state == "offered" for row in rows) else []
    view.names_of(row.typed_by for row in rows)
    return [_weighing(view, row, standing) for row in rows]


def _weighing(view: View, row: Weighing, standing: Sequence[Standing]) -> schemas.Weighing:
    """An offered weight comes with its candidates, the likeliest first; without a likely one it is
    preselected for a new visit (`visit_id` None)."""
    offers = offers_among(standing, row.kg) if row.state == "offered" else ()
    preselected = None
    if row.state == "offered":
        likely = offers[0] if offers and offers[0].rank[0] <= LIKELY_RANK else None
        preselected = _selection(likely) if likely else _NEW_VISIT
    return schemas.Weighing(
        id=row.id,
        kg=row.kg,
        at=row.at,
        rule=row.rule,
        instrument=row.port_id,
        instrument_name=view.instrument_name(row.instrument_id),
        remarks=reasons(row.remarks, view.language),
        sealed_number=row.sealed_number,
        typed_by=view.name_of(row.typed_by),
        state=row.state,  # type: ignore[arg-type] # the column holds one of the states
        preselected=preselected,
        candidates=[_selection(offer) for offer in offers],
    )


_NEW_VISIT = schemas.Preselection(visit_id=None, plate=None, role="first")


def _selection(offer: Offer) -> schemas.Preselection:
    return schemas.Preselection(
        visit_id=offer.visit_id,
        plate=offer.plate,
        role=offer.role,  # type: ignore[arg-type] # an offer has one of the roles
        load_ids=list(offer.load_ids),
    )
