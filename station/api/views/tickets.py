"""Tickets: the facts as recorded, and the paper's text in the reader's language."""

from station.api import schemas
from station.api.views.view import View, external_of
from station.printing.ticket_text import ticket_text
from station.receival.papers import erp_numbers
from station.store.retained import provisional_among
from station.store.tables import Load, Ticket


def ticket(
    view: View, row: Ticket, visit_id: str | None = None, *, provisional: bool | None = None
) -> schemas.Ticket:
    """`visit_id`, and whether the grade is `provisional`, where they are known already."""
    document = erp_numbers.completed(view.tx, row)
    if provisional is None:
        provisional = row.load_id in provisional_among(view.tx, [row.load_id])
    return schemas.Ticket(
        number=row.number,
        campaign=row.campaign,
        load_id=row.load_id,
        visit_id=visit_id or view.tx.get_one(Load, row.load_id).visit_id,
        at=row.at,
        by=document["by"],
        plate=document["plate"],
        supplier=document["supplier"],
        species=document["species"],
        regime=row.regime,  # type: ignore[arg-type] # the column holds one of the regimes
        organisation=row.organisation,
        **external_of(row),
        gross_kg=row.gross_kg,
        tare_kg=row.tare_kg,
        net_kg=row.net_kg,
        tipped=[
            schemas.Tipping(pit=part["pit"], cell=part["cell"], share=part["share"], kg=part.get("kg"))
            for part in document["tipped"]
        ],
        time_confirmed=row.time_confirmed,
        time_stated=row.time_stated,
        provisional=provisional,
        erp_number=document.get(erp_numbers.NUMBER),
        awaits_number=erp_numbers.awaits(document),
        text=ticket_text(document, view.language, provisional=provisional),
    )
