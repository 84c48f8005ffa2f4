"""Closing a load: net weight, what was tipped where, movements in place of the reservation, the ticket."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from station.acts.desk import Actor, Desk
from station.acts.printers import TICKET
from station.acts.refusals import Conflict, Fault
from station.grain.bridge import remarks_on_weight
from station.grain.loadweight import net_kg as net_of
from station.grain.loadweight import split_kg
from station.grain.reasons import Code, Reason
from station.grain.units import Kilograms
from station.receival.arrivals.loads import end_load
from station.receival.between_silos import shipment_standing
from station.receival.bridge.chain import Link, gross_weighing, parts_of, weighed_apart
from station.receival.clocks.clock_acts import time_doubt
from station.receival.masters import contract_standing
from station.receival.masters.supplier_matches import leads_to
from station.receival.papers import erp_numbers, print_jobs
from station.receival.papers.ticket_facts import facts_of, grade_of, instruments_of
from station.receival.storage import cells
from station.receival.storage.tippings import Tipped, broken_elsewhere, move_in, tip, told
from station.store import audit, counters, queries
from station.store.batches import Chain
from station.store.ids import new_id
from station.store.names import names_of
from station.store.tables import (
    Instrument,
    Load,
    LoadOwner,
    Reading,
    Supplier,
    Ticket,
    Tipping,
    Visit,
    Weighing,
)


@dataclass(frozen=True, slots=True)
class Paper:
    """The load was closed on a paper of this number at this time, while no station ran."""

    number: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Net:
    """A load's net stands on two weights: `loads` share their difference `whole_kg`, `kg` is one's part."""

    gross: Weighing
    tare: Weighing
    whole_kg: float
    loads: int
    kg: float


def close_loads(
    tx: Session, desk: Desk, visit: Visit, loads: Sequence[Load], chain: Chain, last: Weighing,
    tipped: Mapping[str, Sequence[Tipped]], actor: Actor, at: datetime, paper: Paper | None = None,
) -> tuple[Ticket, ...]:  # fmt: skip
    """Closes `loads` with the weight `last`. Loads weighed together share the net by their declared split,
    in whole kilograms that add up to gross less tare. Parts that were weighed full apart are weighed empty
    apart too: one weight of both would say nothing of either."""
    if not loads:
        return ()
    if len(loads) > 1 and weighed_apart(chain):
        raise Conflict(Fault.WEIGHED_APART, plate=visit.plate)
    gross = _gross(loads[0], chain, last)
    whole_kg = net_of(Kilograms(gross.kg), Kilograms(last.kg))
    tickets = []
    for load, kg in zip(loads, split_kg(whole_kg, [load.share for load in loads]), strict=True):
        net = Net(gross, last, whole_kg, len(loads), kg)
        ticket = _close(tx, desk, visit, load, net, tipped.get(load.id), actor, at, paper)
        tickets += [ticket] if ticket else []
    return tuple(tickets)


def _gross(load: Load, chain: Chain, last: Weighing) -> Weighing:
    gross = gross_weighing(chain, load)
    if gross is None or gross.kg <= last.kg:
        raise Conflict(Fault.TARE_NOT_BELOW_GROSS, gross_kg=gross.kg if gross else None, tare_kg=last.kg)
    return gross


def _close(
    tx: Session, desk: Desk, visit: Visit, load: Load, net: Net, tipped: Sequence[Tipped] | None,
    actor: Actor, at: datetime, paper: Paper | None,
) -> Ticket | None:  # fmt: skip
    """A shipment of another own silo is no apport: it gets no ticket, and no number is drawn for one; nor
    does a load at a station that only observes, whose paper is another program's. What was closed on a paper
    happened when that says; its ticket is issued now."""
    then = paper.at if paper else at
    tippings = tip(tx, load, tipped or [_decided(tx, load)], net.kg, actor, then)
    move_in(tx, load, tippings, actor, then, paper.number if paper else "")
    if shipment_standing.of_load(tx, load.id) is not None:
        shipment_standing.note_weight(tx, load, net.kg)
        end_load(tx, load, "received", "", actor, then)
        return None
    if desk.observes:
        end_load(tx, load, "observed", "", actor, then)
        return None
    ticket = _ticket(tx, desk, visit, load, net, tippings, actor, at, paper)
    print_jobs.issue(tx, desk, TICKET, ticket.id, actor, at)
    end_load(tx, load, "ticketed", "", actor, then)
    audit.record(
        tx, "ticket_issued", at, by=actor.id, terminal=actor.terminal, visit_id=visit.id, load_id=load.id,
        subject_id=ticket.id,
        data={
            "number": ticket.number, "net_kg": ticket.net_kg,
            **({"paper": paper.number} if paper else {}), **broken_elsewhere(tx, load, tippings),
        },
    )  # fmt: skip
    return ticket


def _decided(tx: Session, load: Load) -> Tipped:
    decision = queries.current_decision(tx, load.id)
    assert decision is not None  # checked before closing
    return Tipped(decision.pit, decision.cell, share=1.0)


def _ticket(
    tx: Session, desk: Desk, visit: Visit, load: Load, net: Net, tippings: Sequence[Tipping], actor: Actor,
    at: datetime, paper: Paper | None,
) -> Ticket:  # fmt: skip
    policy = desk.policy
    number = next_number(tx, policy.site, load.campaign)
    doubt = time_doubt(tx)
    stated = doubt["stated"] if doubt else None
    ticket = Ticket(
        id=new_id(at), site=policy.site, campaign=load.campaign, number=number, load_id=load.id,
        regime=load.regime, organisation=load.organisation, first_weighing_id=net.gross.id,
        last_weighing_id=net.tare.id, gross_kg=net.gross.kg, tare_kg=net.tare.kg, net_kg=net.kg, at=at,
        by=actor.id, time_confirmed=doubt is None,
        time_stated=datetime.fromisoformat(stated) if stated else None,
    )  # fmt: skip
    ticket.document = _document(tx, desk, visit, load, ticket, net, tippings)
    if paper is not None:
        ticket.document["paper"] = {"number": paper.number, "at": paper.at.isoformat()}
    ticket.document |= erp_numbers.document_at_issue(tx, desk, load)
    tx.add(ticket)
    tx.flush()
    erp_numbers.bear_kept(tx, ticket, at)
    return ticket


def next_number(tx: Session, site: str, campaign: str) -> int:
    """The next number that stands on no paper: after a restore some were written by hand."""
    number = counters.draw(tx, counters.of_tickets(site, campaign))
    while queries.load_on_paper(tx, campaign, str(number)) is not None:
        number = counters.draw(tx, counters.of_tickets(site, campaign))
    return number


def _document(
    tx: Session, desk: Desk, visit: Visit, load: Load, ticket: Ticket, net: Net,
    tippings: Sequence[Tipping],
) -> dict[str, Any]:  # fmt: skip
    """Gathers all that the paper says, as facts; words are put to them in the reader's language. Names stand
    as they are printed: the paper keeps them whatever becomes of a person's row."""
    moved, expired = cells.moved_values(tx, load.id), _expired(tx, load)
    values, measured_by = (
        cells.ticket_values(moved),
        instruments_of(tx, queries.current_proposal(tx, load.id)),
    )
    typists = [value["typed_by"] for value in values.values()]
    chain = queries.chain_of(tx, visit.id)
    gross, tare = parts_of(chain, net.gross), parts_of(chain, net.tare)
    weighers = [weighing.typed_by for _, weighing in (*gross, *tare)]
    names = names_of(tx, [ticket.by, *weighers, *typists])
    owners = tx.exec(
        select(Supplier, LoadOwner.share)
        .join(LoadOwner, col(LoadOwner.supplier_id) == Supplier.id)
        .where(LoadOwner.load_id == load.id)
        .order_by(col(Supplier.name))
    ).all()
    return {
        "site": desk.policy.site_name,
        "campaign": ticket.campaign,
        "number": ticket.number,
        "at": ticket.at.isoformat(),
        **_doubt("time_doubt", time_doubt(tx)),
        "by": names.get(ticket.by, ticket.by),
        "plate": visit.plate,
        "trailer": visit.trailer_plate,
        "arrived_at": visit.arrived_at.isoformat(),
        **_doubt("arrival_doubt", time_doubt(tx, visit.seq)),
        "supplier": leads_to(tx, tx.get_one(Supplier, visit.supplier_id)).name,
        "owners": [{"name": leads_to(tx, owner).name, "share": share} for owner, share in owners],
        "species": load.species,
        "regime": ticket.regime,
        "organisation": ticket.organisation,
        "declared_variety": load.declared_variety,
        "claims": load.claims,
        "barcodes": [sample.barcode for sample in queries.samples_of(tx, load.id)],
        "gross": _whole_weight(tx, net.gross, gross, names),
        "tare": _whole_weight(tx, net.tare, tare, names),
        "weighed_together": {"loads": net.loads, "net_kg": net.whole_kg},
        "net_kg": ticket.net_kg,
        "net_remarks": _remarks_on_net(tx, net),
        "values": {
            name: {
                **value,
                "typed_by": names.get(value["typed_by"], value["typed_by"]),
                **measured_by.get(name, {}),
                **expired.get(name, {}),
            }
            for name, value in values.items()
        },
        "tipped": told(tx, tippings),
        **facts_of(tx, load.id, grade_of(tx, tippings), ticket.net_kg, moved, values),
        **contract_standing.document_of(tx, load, ticket.net_kg),
    }


def _expired(tx: Session, load: Load) -> dict[str, dict[str, Any]]:
    """What the paper says, beside the value, of an analyte that an instrument measured whose verification had
    expired by then."""
    proposal = queries.current_proposal(tx, load.id)
    results = proposal.assessment.get("results", {}) if proposal else {}
    ids = {reading for result in results.values() for reading in result["replicates"]}
    remarks = dict(tx.exec(select(Reading.id, Reading.remarks).where(col(Reading.id).in_(ids))).all())
    found = {}
    for name, result in results.items():
        said = [one for reading in result["replicates"] for one in remarks[reading]]
        if expired := next((one for one in said if one["code"] == Code.VERIFICATION_EXPIRED), None):
            found[name] = {"remarks": [expired]}
    return found


def _doubt(name: str, doubt: dict[str, Any] | None) -> dict[str, Any]:
    """What the paper says of a time that is not confirmed; nothing of others."""
    return {name: doubt} if doubt else {}


def _whole_weight(
    tx: Session, whole: Weighing, parts: Sequence[Link], names: Mapping[str, str]
) -> dict[str, Any]:
    """What the paper says of a weight: of the sum of a vehicle's parts, what it says of each of them too."""
    if len(parts) < 2:
        return _weight(tx, whole, names)
    each = [_weight(tx, weighing, names) for _, weighing in parts]
    by_axles = any(use.part == "axle" for use, _ in parts)
    proofs = {one["proof"] for one in each}
    return {
        **_weight(tx, whole, names),
        "parts": each,
        "remarks": [Reason(Code.WEIGHED_BY_AXLES, {}).as_dict()] if by_axles else [],
        "proof": proofs.pop() if len(proofs) == 1 else "indicator",
    }


def _weight(tx: Session, weighing: Weighing, names: Mapping[str, str]) -> dict[str, Any]:
    """A stored tare has the time of its real weighing."""
    instrument = _instrument(tx, weighing)
    real = tx.get_one(Weighing, weighing.repeats_id) if weighing.repeats_id else weighing
    return {
        "kg": weighing.kg,
        "at": real.at.isoformat(),
        **_doubt("time_doubt", time_doubt(tx, real.seq)),
        "rule": weighing.rule,
        "instrument": instrument.name if instrument else None,
        "serial_number": instrument.serial_number if instrument else None,
        "sealed_number": weighing.sealed_number,
        "proof": _proof(weighing, instrument),
        "typed_by": names.get(weighing.typed_by or "", weighing.typed_by),
        "remarks": weighing.remarks,
    }


def _proof(weighing: Weighing, instrument: Instrument | None) -> str:
    """Where the legal weight stands: in the head's memory under its sealed number, on the slip that its own
    printer adds to the ticket, or with the indicator alone."""
    if weighing.sealed_number:
        return "sealed"
    return "own_slip" if instrument and instrument.own_printer else "indicator"


def _remarks_on_net(tx: Session, net: Net) -> list[dict[str, Any]]:
    full, empty = _instrument(tx, net.gross), _instrument(tx, net.tare)
    found = list(remarks_on_weight(net.kg, full)) if full else []
    if full and empty and full.id != empty.id:
        found.append(Reason(Code.TWO_BRIDGES, {"gross": full.name, "tare": empty.name}))
    return [reason.as_dict() for reason in found]


def _instrument(tx: Session, weighing: Weighing) -> Instrument | None:
    return tx.get(Instrument, weighing.instrument_id) if weighing.instrument_id else None
