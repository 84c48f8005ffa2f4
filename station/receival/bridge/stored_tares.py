"""Stored tares (tares enregistrées): a real empty weight of a vehicle with its trailer is kept, and counts as
its tare again where a person says so, while the site's limit of age allows.

The paper says which weighing it was: its sealed number, bridge and day. A tare that was typed is not kept.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from station.acts.desk import Actor, Desk
from station.acts.refusals import Conflict, Fault, Invalid, NotFound
from station.grain.reasons import Code, Reason
from station.receival.arrivals.loads import open_visit
from station.receival.bridge.chain import weighed_apart
from station.receival.bridge.weighings import Confirmed, offered_weighing, take_in
from station.receival.masters.vehicles import check_two, find_or_make_trailer, find_or_make_vehicle
from station.receival.storage.tippings import Tipped
from station.store import audit, queries
from station.store.ids import new_id
from station.store.tables import StoredTare, Visit, Weighing, WeighingUse

RULE = "stored_tare"
Pair = tuple[str, str | None]  # a vehicle and its trailer


def store_tare(
    desk: Desk, weighing_id: str, actor: Actor, at: datetime, *, plate: str = "", trailer: str = ""
) -> StoredTare:
    """Keep the last weight of a visit, or an offered weight of the empty vehicle of `plate`, in place of the
    tare that this pair had. Raises NotFound(unknown_weighing), Conflict(no_stored_tares, tare_not_measured,
    tare_not_of_vehicle)."""
    _limit(desk)
    with desk.ledger.write() as tx:
        weighing = tx.get(Weighing, weighing_id)
        if weighing is None:
            raise NotFound(Fault.UNKNOWN_WEIGHING, id=weighing_id)
        if weighing.typed_by or weighing.repeats_id or not weighing.frame_id:
            raise Conflict(Fault.TARE_NOT_MEASURED, kg=weighing.kg)
        if weighing.state == "used":
            pair = _left_empty(tx, weighing)
        else:
            pair = _weighed_alone(tx, weighing, plate, trailer, actor, at)
        for before in tx.exec(_of_pair(pair)).all():
            _end(tx, before, actor, at)
        row = StoredTare(
            id=new_id(at), at=at, by=actor.id, vehicle_id=pair[0], trailer_id=pair[1],
            weighing_id=weighing.id, kg=weighing.kg, weighed_at=weighing.at,
        )  # fmt: skip
        tx.add(row)
        _record(tx, "tare_stored", row, actor, at)
    return row


def end_tare(desk: Desk, tare_id: str, actor: Actor, at: datetime) -> StoredTare:
    """Keep it no more: the vehicle was changed. Raises NotFound(unknown_tare)."""
    with desk.ledger.write() as tx:
        row = _tare(tx, tare_id)
        _end(tx, row, actor, at)
    return row


def use_tare(
    desk: Desk, visit_id: str, tare_id: str, actor: Actor, at: datetime, *, load_ids: Sequence[str] = (),
    tipped: Mapping[str, Sequence[Tipped]] | None = None, despite_remarks: bool = False,
) -> Confirmed:  # fmt: skip
    """Close a visit's loads with a stored tare as its last weighing. Raises what `weighings.confirm` raises,
    and NotFound(unknown_tare), Conflict(no_stored_tares, tare_too_old, tare_not_of_vehicle)."""
    with desk.ledger.write() as tx:
        visit, row = open_visit(tx, visit_id), _tare(tx, tare_id)
        apart = weighed_apart(queries.chain_of(tx, visit.id))
        if (row.vehicle_id, row.trailer_id) != (visit.vehicle_id, visit.trailer_id) or apart:
            raise Conflict(Fault.TARE_NOT_OF_VEHICLE, plate=visit.plate)
        limit = _limit(desk)
        if is_too_old(desk, row, at):
            taken_at = row.weighed_at.isoformat()
            raise Conflict(Fault.TARE_TOO_OLD, kg=row.kg, taken_at=taken_at, days=limit)
        weighing = _repeated(tx, row, actor, at)
        return take_in(
            tx, desk, weighing, visit, "last", actor, at, load_ids=load_ids, tipped=tipped or {},
            despite_remarks=despite_remarks,
        )  # fmt: skip


def is_too_old(desk: Desk, row: StoredTare, at: datetime) -> bool:
    return desk.stored_tare_days is None or at - row.weighed_at > timedelta(days=desk.stored_tare_days)


def tares_of(tx: Session, pairs: Sequence[Pair]) -> dict[Pair, StoredTare]:
    """Return the stored tare of each vehicle with its trailer that has one."""
    vehicles = {vehicle for vehicle, _ in pairs}
    query = select(StoredTare).where(
        col(StoredTare.vehicle_id).in_(vehicles), col(StoredTare.ended_at).is_(None)
    )
    found = {(row.vehicle_id, row.trailer_id): row for row in tx.exec(query)}
    return {pair: found[pair] for pair in pairs if pair in found}


def _limit(desk: Desk) -> int:
    if desk.stored_tare_days is None:
        raise Conflict(Fault.NO_STORED_TARES)
    return desk.stored_tare_days


def _tare(tx: Session, tare_id: str) -> StoredTare:
    row = tx.get(StoredTare, tare_id)
    if row is None or row.ended_at is not None:
        raise NotFound(Fault.UNKNOWN_TARE, id=tare_id)
    return row


def _left_empty(tx: Session, weighing: Weighing) -> Pair:
    """The pair that this weight was the last one of: whole, and with nothing left in it."""
    use = tx.exec(select(WeighingUse).where(WeighingUse.weighing_id == weighing.id)).one()
    visit = tx.get(Visit, use.visit_id) if use.visit_id and use.role == "last" else None
    if visit is None:
        raise Conflict(Fault.TARE_NOT_OF_VEHICLE, plate="")
    taken_away = any(load.outcome in ("refused", "left") for load in queries.loads_of(tx, visit.id))
    if taken_away or weighed_apart(queries.chain_of(tx, visit.id)):
        raise Conflict(Fault.TARE_NOT_OF_VEHICLE, plate=visit.plate)
    return visit.vehicle_id, visit.trailer_id


def _weighed_alone(
    tx: Session, weighing: Weighing, plate: str, trailer: str, actor: Actor, at: datetime
) -> Pair:
    """An offered weight becomes the tare of the vehicle that a person names."""
    offered_weighing(tx, weighing.id)
    if not plate:
        raise Invalid(Fault.TARE_NOT_OF_VEHICLE, plate="")
    vehicle, drawn = find_or_make_vehicle(tx, plate, at), find_or_make_trailer(tx, trailer, at)
    check_two(vehicle, drawn)
    tx.add(vehicle)
    weighing.state = "used"
    tx.add(weighing)
    tx.add(WeighingUse(id=new_id(at), weighing_id=weighing.id, role="tare", at=at, by=actor.id))
    tx.flush()
    return vehicle.id, drawn.id if drawn else None


def _repeated(tx: Session, row: StoredTare, actor: Actor, at: datetime) -> Weighing:
    """The real weighing counts once more, as a row that names it and says its day."""
    real = tx.get_one(Weighing, row.weighing_id)
    said = Reason(Code.STORED_TARE, {"taken_at": real.at.isoformat()}).as_dict()
    weighing = Weighing(
        id=new_id(at), kg=real.kg, at=at, rule=RULE, instrument_id=real.instrument_id,
        sealed_number=real.sealed_number, remarks=[said, *real.remarks], repeats_id=real.id,
    )  # fmt: skip
    tx.add(weighing)
    tx.flush()
    data = {"kg": real.kg, "rule": RULE, "port": None, "repeats": real.id, "remarks": weighing.remarks}
    audit.record(
        tx, "weighing_taken", at, by=actor.id, terminal=actor.terminal, subject_id=weighing.id, data=data
    )
    return weighing


def _of_pair(pair: Pair) -> SelectOfScalar[StoredTare]:
    return select(StoredTare).where(
        StoredTare.vehicle_id == pair[0], StoredTare.trailer_id == pair[1], col(StoredTare.ended_at).is_(None)
    )


def _end(tx: Session, row: StoredTare, actor: Actor, at: datetime) -> None:
    row.ended_at, row.ended_by = at, actor.id
    tx.add(row)
    tx.flush()
    _record(tx, "tare_ended", row, actor, at)


def _record(tx: Session, event: str, row: StoredTare, actor: Actor, at: datetime) -> None:
    data = {"kg": row.kg, "vehicle": row.vehicle_id, "trailer": row.trailer_id, "weighing": row.weighing_id}
    audit.record(tx, event, at, by=actor.id, terminal=actor.terminal, subject_id=row.id, data=data)
