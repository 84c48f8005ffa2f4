"""Closing a load: net weight, what was tipped where, movements in place of the reservation, the ticket."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from station.acts.desk import Actor, Desk
from station.acts.printers import TICKET
from station.acts.refusals import Conflict, Fault, Invalid
from station.grain.bridge import remarks_on_weight
from station.grain.guard import Guarded
from station.grain.loadweight import net_kg as net_of
from station.grain.reasons import Code
from station.grain.units import Kilograms
from station.receival import cells, contract_standing, lines, moved_grain, print_jobs, shipment_standing
from station.receival.chain import gross_weighing, weighed_apart
from station.receival.clock_acts import time_doubt
from station.receival.guards import guard_for
from station.receival.loads import end_load, is_whole
from station.receival.supplier_matches import leads_to
from station.receival.ticket_facts import facts_of, grade_of, instruments_of
from station.store import audit, counters, queries
from station.store.batches import Chain
from station.store.ids import new_id
from station.store.names import names_of
from station.store.tables import (
    Cell,
    CellMovement,
    Instrument,
    Load,
    LoadOwner,
    Pit,
    Reading,
    Supplier,
    Ticket,
    Tipping,
    Visit,
    Weighing,
)


@dataclass(frozen=True, slots=True)
class Net:
    """A load's net stands on two weights: `loads` share their difference `whole_kg`, `kg` is one's part."""

    gross: Weighing
    tare: Weighing
    whole_kg: float
    loads: int
    kg: float


@dataclass(frozen=True, slots=True)
class Tipped:
    """A share of one load that went through `pit` into `cell`."""

    pit: str
    cell: str
    share: float


def close_loads(
    tx: Session, desk: Desk, visit: Visit, loads: Sequence[Load], chain: Chain, last: Weighing,
    tipped: Mapping[str, Sequence[Tipped]], actor: Actor, at: datetime,
) -> tuple[Ticket, ...]:  # fmt: skip
    """Closes `loads` with the weight `last`. Loads weighed together share the net by their declared split,
    in whole kilograms that add up to gross less tare. Parts that were weighed full apart are weighed empty
    apart too: one weight of both would say nothing of either."""
    if len(loads) > 1 and weighed_apart(chain):
        raise Conflict(Fault.WEIGHED_APART, plate=visit.plate)
    total_share = sum(load.share for load in loads)
    tickets, before = [], 0.0
    for load in loads:
        after = 1.0 if load is loads[-1] else before + load.share / total_share
        net = _net(load, len(loads), chain, last, before, after)
        ticket = _close(tx, desk, visit, load, net, tipped.get(load.id), actor, at)
        tickets += [ticket] if ticket else []
        before = after
    return tuple(tickets)


def _net(load: Load, loads: int, chain: Chain, last: Weighing, before: float, after: float) -> Net:
    gross = gross_weighing(chain, load)
    if gross is None or gross.kg <= last.kg:
        raise Conflict(Fault.TARE_NOT_BELOW_GROSS, gross_kg=gross.kg if gross else None, tare_kg=last.kg)
    whole_kg = net_of(Kilograms(gross.kg), Kilograms(last.kg))
    kg = round(_edge(whole_kg, after) - _edge(whole_kg, before), 3)
    return Net(gross, last, whole_kg, loads, kg)


def _edge(whole_kg: float, share: float) -> float:
    """The kilograms up to this share of the net: whole ones, but the last load has all that is left."""
    return whole_kg if share == 1.0 else float(round(whole_kg * share))


def _close(
    tx: Session, desk: Desk, visit: Visit, load: Load, net: Net, tipped: Sequence[Tipped] | None,
    actor: Actor, at: datetime,
) -> Ticket | None:  # fmt: skip
    """A shipment of another own silo is no apport: it gets no ticket, and no number is drawn for one."""
    tippings = _tip(tx, load, tipped, actor, at)
    _move(tx, load, tippings, net.kg, actor, at)
    lines.note_treated(tx, load, tippings, moved_grain.substances_on(tx, load.id))
    if shipment_standing.of_load(tx, load.id) is not None:
        shipment_standing.note_weight(tx, load, net.kg)
        end_load(tx, load, "received", "", actor, at)
        return None
    ticket = _ticket(tx, desk, visit, load, net, tippings, actor, at)
    print_jobs.issue(tx, desk, TICKET, ticket.id, actor, at)
    end_load(tx, load, "ticketed", "", actor, at)
    audit.record(
        tx, "ticket_issued", at, by=actor.id, terminal=actor.terminal, visit_id=visit.id, load_id=load.id,
        subject_id=ticket.id,
        data={"number": ticket.number, "net_kg": ticket.net_kg, **_broken_elsewhere(tx, load, tippings)},
    )  # fmt: skip
    return ticket


def _broken_elsewhere(tx: Session, load: Load, tippings: Sequence[Tipping]) -> dict[str, list[str]]:
    """The guarded rules that grain breaks where it was tipped otherwise than decided: what happened is
    recorded whoever says so, and is not passed over in silence."""
    decision, proposal = queries.current_decision(tx, load.id), queries.current_proposal(tx, load.id)
    if decision is None or proposal is None:
        return {}
    elsewhere = {one.cell_id for one in tippings if one.cell_id != decision.cell}
    broken = {rule for cell in elsewhere for rule in guard_for(tx, proposal.result, cell).rules}
    return {"guard": [rule.value for rule in Guarded if rule in broken]} if broken else {}


def _tip(
    tx: Session, load: Load, tipped: Sequence[Tipped] | None, actor: Actor, at: datetime
) -> list[Tipping]:
    """Records the tipping as decided, or else as the operator says it happened."""
    decision = queries.current_decision(tx, load.id)
    assert decision is not None  # checked before closing
    parts = [(part.pit, part.cell, part.share) for part in tipped or ()] or [
        (decision.pit, decision.cell, 1.0)
    ]
    total = sum(share for _, _, share in parts)
    if not is_whole(total):
        raise Invalid(Fault.SHARES_NOT_WHOLE, total=round(total, 6))
    rows, reached = [], cells.pits_of_cells(tx)
    for pit, cell, share in parts:
        if tx.get(Cell, cell) is None:
            raise Invalid(Fault.UNKNOWN_CELL, cell=cell)
        if pit not in reached.get(cell, ()):
            raise Invalid(Fault.NOT_REACHABLE, cell=cell, pit=pit)
        rows.append(
            Tipping(id=new_id(at), load_id=load.id, pit=pit, cell_id=cell, share=share, at=at, by=actor.id)
        )
    tx.add_all(rows)
    return rows


def _move(
    tx: Session, load: Load, tippings: Sequence[Tipping], net_kg: float, actor: Actor, at: datetime
) -> None:
    for tipping in tippings:
        kg = net_kg * tipping.share
        cells.move(
            tx,
            CellMovement(
                id=new_id(at), cell_id=tipping.cell_id, kind="in", kg=kg,
                values=shipment_standing.moved_values(tx, load, kg), regime=load.regime,
                organisation=load.organisation, load_id=load.id, by=actor.id, at=at,
                grain=moved_grain.of_load(tx, load, tipping.cell_id),
            ),
        )  # fmt: skip


def _ticket(
    tx: Session, desk: Desk, visit: Visit, load: Load, net: Net, tippings: Sequence[Tipping], actor: Actor,
    at: datetime,
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
    tx.add(ticket)
    tx.flush()
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
    names = names_of(tx, [ticket.by, net.gross.typed_by, net.tare.typed_by, *typists])
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
        "gross": _weight(tx, net.gross, names),
        "tare": _weight(tx, net.tare, names),
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
        "tipped": [_tipped(tx, tipping) for tipping in tippings],
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


def _tipped(tx: Session, tipping: Tipping) -> dict[str, Any]:
    """Where it went, by the names of that day."""
    pit, cell = tx.get(Pit, tipping.pit), tx.get(Cell, tipping.cell_id)
    return {
        "pit": tipping.pit, "pit_name": pit.name if pit else tipping.pit,
        "cell": tipping.cell_id, "cell_name": cell.name if cell else tipping.cell_id,
        "share": tipping.share,
    }  # fmt: skip


def _doubt(name: str, doubt: dict[str, Any] | None) -> dict[str, Any]:
    """What the paper says of a time that is not confirmed; nothing of others."""
    return {name: doubt} if doubt else {}


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
    instrument = _instrument(tx, net.gross)
    return [reason.as_dict() for reason in remarks_on_weight(net.kg, instrument)] if instrument else []


def _instrument(tx: Session, weighing: Weighing) -> Instrument | None:
    return tx.get(Instrument, weighing.instrument_id) if weighing.instrument_id else None
