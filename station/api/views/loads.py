"""Everything of one load: what was declared, the evidence, the proposal, the decision, the ticket."""

from datetime import datetime
from typing import Any

from sqlmodel import col, select

from station.api import schemas
from station.api.language import reason, reasons
from station.api.views import approvals, evidence, outcome, rows, tickets
from station.api.views.forms import load_questions
from station.api.views.view import View, external_of
from station.lab.marks import results_to_confirm
from station.receival.bridge.chain import gross_weighing, summed
from station.receival.measuring.photo_words import photos_of_samples
from station.receival.papers.revisions import proposed_among
from station.store import queries
from station.store.batches import Chain, newest_checks
from station.store.retained import provisional_among
from station.store.tables import Capture, Load, LoadOwner, Reading, Supplier, Visit


def load(view: View, row: Load) -> schemas.Load:
    visit = view.tx.get_one(Visit, row.visit_id)
    chain = summed(queries.chain_of(view.tx, visit.id))
    facts = rows.load_facts(view, [row], {visit.id: chain}, with_old_proposals=True)[row.id]
    used = facts.proposal.assessment["results"] if facts.proposal else {}
    provisional = row.id in provisional_among(view.tx, [row.id])
    return schemas.Load(
        **rows.row_fields(view, facts),
        visit_id=visit.id,
        plate=visit.plate,
        trailer=visit.trailer_plate,
        supplier=view.tx.get_one(Supplier, visit.supplier_id).name,
        declared_variety=row.declared_variety,
        operator_variety=row.operator_variety,
        contract=row.contract,
        model_variety=row.model_variety,
        lab_variety=row.lab_variety,
        owners=_owners(view, row),
        share=row.share,
        regime=row.regime,  # type: ignore[arg-type] # the column holds one of the regimes
        organisation=row.organisation,
        campaign=row.campaign,
        **external_of(row),
        **_weights(facts, chain),
        outcome_reason=row.outcome_reason,
        outcome_by=view.name_of(row.outcome_by),
        outcome_at=row.outcome_at,
        values=_values(view, used),
        photo=[
            reason(one.code.value, one.params, view.language)
            for one in photos_of_samples(view.tx, facts.samples)
        ],
        readings=evidence.readings_of_samples(view, facts.samples, used),
        captures=evidence.captures_of_samples(view, facts.samples),
        visual_check=_visual_check(view, facts),
        questions=load_questions(view, row),
        provisional=provisional,
        revised=row.id in proposed_among(view.tx, [row.id]),
        proposal=outcome.proposal(view, facts.proposal) if facts.proposal else None,
        decision=outcome.decision(view, facts.decision) if facts.decision else None,
        ticket_document=_ticket(view, facts, provisional=provisional),
    )


def _ticket(view: View, facts: rows.LoadFacts, *, provisional: bool) -> schemas.Ticket | None:
    return tickets.ticket(view, facts.ticket, provisional=provisional) if facts.ticket else None


def _visual_check(view: View, facts: rows.LoadFacts) -> schemas.VisualCheck | None:
    """The newest one; of a decided load all are known already."""
    load = facts.load.id
    known = facts.decision is not None
    newest = next(iter(facts.checks[-1:]), None) if known else newest_checks(view.tx, [load]).get(load)
    return approvals.visual_check(view, newest) if newest else None


def _weights(facts: rows.LoadFacts, chain: Chain) -> dict[str, Any]:
    """The two weighings of the load once it has its ticket or was received; before that the one its net will
    count from."""
    load_t = facts.proposal.load_t if facts.proposal else None
    estimated = round(load_t * 1000, 3) if load_t is not None else None
    if facts.ticket is not None:
        return {
            "gross_kg": facts.ticket.gross_kg,
            "tare_kg": facts.ticket.tare_kg,
            "estimated_kg": estimated,
        }
    if facts.load.outcome == "received":  # a shipment is alone in its visit, whose last weight ended it
        gross_kg, tare_kg = (chain[-2][1].kg, chain[-1][1].kg) if len(chain) > 1 else (None, None)
        return {"gross_kg": gross_kg, "tare_kg": tare_kg, "estimated_kg": estimated}
    gross = gross_weighing(chain, facts.load)
    return {"gross_kg": gross.kg if gross else None, "tare_kg": None, "estimated_kg": estimated}


def _owners(view: View, row: Load) -> list[dict[str, Any]]:
    found = view.tx.exec(
        select(Supplier.name, LoadOwner.share)
        .join(LoadOwner, col(LoadOwner.supplier_id) == Supplier.id)
        .where(LoadOwner.load_id == row.id)
        .order_by(col(Supplier.name))
    ).all()
    return [{"supplier": name, "share": share} for name, share in found]


def _values(view: View, used: dict[str, Any]) -> list[schemas.UsedValue]:
    ids = {reading for result in used.values() for reading in (*result["replicates"], result["reading_id"])}
    readings = {row.id: row for row in view.tx.exec(select(Reading).where(col(Reading.id).in_(ids)))}
    doubted = results_to_confirm(view.holds(), used, readings)
    photos = [_photo(result) for result in used.values() if not result["reading_id"]]
    captures = view.tx.exec(select(Capture.id, Capture.at).where(col(Capture.id).in_(photos))).all()
    times = {row.id: row.at for row in readings.values()} | dict(captures)
    return [
        _used(
            view,
            analyte,
            result,
            times[result["reading_id"] or _photo(result)],
            to_confirm=analyte in doubted,
        )
        for analyte, result in used.items()
    ]


def _photo(result: dict[str, Any]) -> str:
    """One capture that gave a value which no instrument measured."""
    capture: str = result["parts"][0]["ids"][-1]
    return capture


def _used(
    view: View, analyte: str, result: dict[str, Any], at: datetime, *, to_confirm: bool
) -> schemas.UsedValue:
    return schemas.UsedValue(
        analyte=analyte,
        value=result["value"],
        unit=result["unit"],
        basis=result["basis"],
        u=result["u"],
        device=result["instrument"],
        typed_by=view.name_of(result["typed_by"]),
        at=at,
        reading_id=result["reading_id"],
        n=len(result["replicates"]),
        parts=[
            schemas.ValuePart(**{name: part[name] for name in schemas.ValuePart.model_fields})
            for part in result.get("parts", ())
        ],
        measured=result.get("raw"),
        by_photo=result["reading_id"] == "",
        reasons=reasons(result["reasons"], view.language),
        to_confirm=to_confirm,
    )
