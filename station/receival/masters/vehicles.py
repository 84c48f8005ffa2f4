"""Vehicles: a plate names one, however it is spelt, and two that look alike stay two."""

from collections.abc import Sequence
from datetime import datetime
from typing import TypeVar

from sqlmodel import Session, col, select

from drivers.text import fold, plate_key
from station.acts.refusals import Conflict, Fault, Invalid
from station.store.ids import new_id
from station.store.tables import OutboundVisit, Vehicle, Visit

AnyVisit = TypeVar("AnyVisit", Visit, OutboundVisit)


def find_or_make_vehicle(tx: Session, plate: str, at: datetime, *, is_trailer: bool = False) -> Vehicle:
    """Returns the vehicle of this plate, a new one where none is known. A plate without separators is that of
    the one known vehicle with the same letters and digits.

    Raises Conflict(plate_of_several) where it may be that of several."""
    key = plate_key(plate)
    alike = tx.exec(
        select(Vehicle).where(Vehicle.plate_folded == fold(plate)).order_by(col(Vehicle.plate))
    ).all()
    found = [one for one in alike if one.plate_key == key] or _less_parted(alike, key)
    if len(found) > 1:
        raise Conflict(Fault.PLATE_OF_SEVERAL, plate=plate, plates=[one.plate for one in found])
    if found:
        return found[0]
    return Vehicle(id=new_id(at), plate=plate, plate_key=key, plate_folded=fold(plate), is_trailer=is_trailer)


def find_or_make_trailer(tx: Session, plate: str, at: datetime) -> Vehicle | None:
    """Returns the trailer of this plate, seen now; None without a plate. It is a vehicle of its own."""
    if not plate:
        return None
    trailer = find_or_make_vehicle(tx, plate, at, is_trailer=True)
    trailer.last_seen_at = at
    tx.add(trailer)
    tx.flush()
    return trailer


def check_two(vehicle: Vehicle, trailer: Vehicle | None) -> None:
    """Raises Invalid(trailer_is_vehicle) where both have one plate."""
    if trailer is not None and vehicle.plate_key == trailer.plate_key:
        raise Invalid(Fault.TRAILER_IS_VEHICLE, plate=trailer.plate)


def check_not_on_site(tx: Session, vehicle: Vehicle, *, but: str | None = None) -> None:
    """Raises Conflict(vehicle_on_site) where it drives or is drawn in an open visit, inbound or outbound,
    `but` that one."""
    visit = _open_visit(tx, Visit, vehicle, but) or _open_visit(tx, OutboundVisit, vehicle, but)
    if visit is not None:
        raise Conflict(
            Fault.VEHICLE_ON_SITE,
            plate=vehicle.plate,
            visit_id=visit.id,
            arrived_at=visit.arrived_at.isoformat(),
        )


def _open_visit(tx: Session, kind: type[AnyVisit], vehicle: Vehicle, but: str | None) -> AnyVisit | None:
    is_it = (col(kind.vehicle_id) == vehicle.id) | (col(kind.trailer_id) == vehicle.id)
    here = select(kind).where(is_it, col(kind.ended_at).is_(None), col(kind.id) != but)
    return tx.exec(here.order_by(col(kind.seq).desc())).first()


def _less_parted(alike: Sequence[Vehicle], key: str) -> list[Vehicle]:
    """Where one of two spellings has no separators, it says nothing against the other."""
    return [one for one in alike if "-" not in key or "-" not in one.plate_key]
