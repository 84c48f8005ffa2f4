"""Grain leaves for another own silo: out of its cell with a paper, and back where it does not arrive."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from station.acts.desk import Actor, Desk
from station.acts.printers import SHIPMENT
from station.acts.refusals import Conflict, Fault, Invalid, NotFound
from station.grain.past import Grain
from station.post import identity
from station.receival.between_silos.shipment_paper import ShipmentPaper, travelling, written
from station.receival.deciding import proposals
from station.receival.papers import print_jobs
from station.receival.storage import movements
from station.receival.storage.asked_of_cells import check_paper
from station.receival.storage.movements import NOTHING_SAID, Title
from station.store import audit, counters
from station.store.ids import new_id
from station.store.tables import CellMovement, Load, OwnSite, Shipment, Weighing

LEFT, CANCELLED, RETURNED = "left", "cancelled", "returned"


@dataclass(frozen=True, slots=True)
class Journey:
    """Where grain goes, and what carries it. `species` is said where neither the cell nor what last came into
    it says it."""

    to_site: str
    plate: str
    trailer: str = ""
    driver: str = ""
    carrier: str = ""
    species: str | None = None


def ship(
    desk: Desk, cell: str, kg: float, journey: Journey, actor: Actor, at: datetime, *, reason: str = "",
    paper_number: str = "", weighings: tuple[str, str] | None = None, title: Title = NOTHING_SAID,
    despite_kg: float | None = None, despite_remarks: bool = False,
) -> Shipment:  # fmt: skip
    """Records that `kg` left a cell for another own silo, and makes the paper that travels with it.

    Raises what `movements.move_out` raises; Invalid(same_site), and Invalid(unknown_site) for a site that
    headquarters does not name, where it named any; Invalid(species_not_said)."""
    with desk.ledger.write() as tx:
        _check_site(tx, desk, journey.to_site)
        species = _species(tx, desk, cell, journey.species)
        number = f"{desk.policy.site}-{counters.draw(tx, counters.SHIPMENT)}"
        movement = movements.take_out(
            tx, desk, cell, kg, reason, paper_number or number, actor, at, weighings=weighings, title=title,
            despite_kg=despite_kg, despite_remarks=despite_remarks,
            asked=check_paper(tx, "out", paper_number),
        )  # fmt: skip
        paper = _paper(tx, desk, number, species, journey, movement, at)
        row = Shipment(
            id=new_id(at), number=number, to_site=journey.to_site, plate=journey.plate, species=species,
            kg=kg, paper=paper.as_dict(), cell_id=cell, movement_id=movement.id, state=LEFT, left_at=at,
            by=actor.id, reason=reason,
        )  # fmt: skip
        tx.add(row)
        print_jobs.issue(tx, desk, SHIPMENT, row.id, actor, at)
        _record(tx, "shipment_left", row, actor, at, to_site=row.to_site, kg=kg, cell=cell)
        proposals.propose_open_loads(tx, desk, at)
    return row


def cancel(desk: Desk, number: str, reason: str, actor: Actor, at: datetime) -> Shipment:
    """The truck never left: the grain is in its cell as before. Raises Conflict(shipment_ended)."""
    with desk.ledger.write() as tx:
        row = _under_way(tx, number)
        return _bring_back(
            tx, desk, row, CANCELLED, row.cell_id, row.kg, reason, actor, at, despite_kg=row.kg
        )


def take_back(
    desk: Desk, number: str, reason: str, actor: Actor, at: datetime, *, cell: str | None = None,
    kg: float | None = None, weighings: tuple[str, str] | None = None, despite_kg: float | None = None,
    despite_remarks: bool = False,
) -> Shipment:  # fmt: skip
    """The truck came back with the grain, which goes into `cell`, or where it was: `kg` as it was weighed
    now, or as it left. Raises Conflict(shipment_ended) and what `movements.bring_back` raises."""
    with desk.ledger.write() as tx:
        row = _under_way(tx, number)
        return _bring_back(
            tx, desk, row, RETURNED, cell or row.cell_id, row.kg if kg is None else kg, reason, actor, at,
            weighings=weighings, despite_kg=despite_kg, despite_remarks=despite_remarks,
        )  # fmt: skip


def text_of(desk: Desk, row: Shipment) -> str:
    """Return the paper as the text of its QR code, signed where this station has a key."""
    return written(ShipmentPaper.read(row.paper), identity.paper_key(desk.ledger))


def _bring_back(
    tx: Session, desk: Desk, row: Shipment, state: str, cell: str, kg: float, reason: str, actor: Actor,
    at: datetime, **more: Any,
) -> Shipment:  # fmt: skip
    gone = tx.get(CellMovement, row.movement_id) or _as_it_left(row)
    back = movements.bring_back(tx, gone, cell, kg, reason, actor, at, **more)
    row.state, row.back_id, row.back_kg = state, back.id, kg
    row.ended_at, row.ended_by, row.reason = at, actor.id, reason
    tx.add(row)
    _record(tx, f"shipment_{state}", row, actor, at, kg=kg, left_kg=row.kg, cell=cell, reason=reason)
    proposals.propose_open_loads(tx, desk, at)
    return row


def _as_it_left(row: Shipment) -> CellMovement:
    """In a restored ledger the movement has another key: the paper says what it was."""
    paper = row.paper
    grain = Grain(
        (row.species,), frozenset(paper["claims"]), tuple(paper.get("treated", ())),
        paper.get("never_blend", False),
    )  # fmt: skip
    return CellMovement(
        id=row.movement_id, cell_id=row.cell_id, kind="out", kg=-row.kg, regime=paper["regime"],
        organisation=paper["organisation"], paper_number=paper["paper_number"] or row.number,
        values=paper["values"], at=row.left_at, grain=grain.as_dict(),
    )  # fmt: skip


def _under_way(tx: Session, number: str) -> Shipment:
    row = tx.exec(select(Shipment).where(Shipment.number == number)).first()
    if row is None:
        raise NotFound(Fault.UNKNOWN_SHIPMENT, number=number)
    if row.state != LEFT:
        raise Conflict(Fault.SHIPMENT_ENDED, number=number, state=row.state)
    return row


def _check_site(tx: Session, desk: Desk, site: str) -> None:
    if site == desk.policy.site:
        raise Invalid(Fault.SAME_SITE, site=site)
    known = [row.id for row in tx.exec(select(OwnSite).order_by(col(OwnSite.id)))]
    if known and site not in known:
        raise Invalid(Fault.UNKNOWN_SITE, site=site, known=[one for one in known if one != desk.policy.site])


def _species(tx: Session, desk: Desk, cell: str, said: str | None) -> str:
    species = movements.find_cell(tx, cell).species or said or _last_in(tx, cell)
    if species is None:
        raise Invalid(Fault.SPECIES_NOT_SAID, cell=cell)
    if species not in desk.policy.species:
        raise Invalid(Fault.UNKNOWN_SPECIES, species=species, known=list(desk.policy.species))
    return species


def _last_in(tx: Session, cell: str) -> str | None:
    query = select(Load.species).join(CellMovement, col(CellMovement.load_id) == Load.id)
    query = query.where(CellMovement.cell_id == cell).order_by(col(CellMovement.seq).desc())
    return tx.exec(query.limit(1)).first()


def _paper(
    tx: Session, desk: Desk, number: str, species: str, journey: Journey, movement: CellMovement, at: datetime
) -> ShipmentPaper:
    cell, grain = movements.find_cell(tx, movement.cell_id), Grain.from_dict(movement.grain)
    ids = movement.first_weighing_id, movement.last_weighing_id
    tare, gross = (tx.get_one(Weighing, id_).kg if id_ else None for id_ in ids)
    return ShipmentPaper(
        number=number, from_site=desk.policy.site, from_name=desk.policy.site_name, to_site=journey.to_site,
        plate=journey.plate, trailer=journey.trailer, species=species, grade=cell.grade, kg=-movement.kg,
        gross_kg=gross, tare_kg=tare, claims=sorted(grain.claims or ()), regime=movement.regime,
        organisation=movement.organisation, driver=journey.driver, carrier=journey.carrier,
        paper_number="" if movement.paper_number == number else movement.paper_number, left_at=at,
        values=travelling(movement.values), treated=list(grain.treated), never_blend=grain.never_blend,
    )  # fmt: skip


def _record(tx: Session, event: str, row: Shipment, actor: Actor, at: datetime, **more: Any) -> None:
    data = {"number": row.number, **more}
    audit.record(tx, event, at, by=actor.id, terminal=actor.terminal, subject_id=row.id, data=data)
