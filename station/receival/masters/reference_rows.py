"""What one line of a list of reference data does: it names its record by a key, and says what holds of it."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sqlmodel import Session, select

from drivers.text import fold, is_plate, plate_key
from station.acts.desk import Actor, Desk
from station.receival.masters.external import SITE, External
from station.receival.masters.reference_files import Entry
from station.receival.masters.reference_lists import Did, held, put
from station.receival.masters.supplier_matches import known_supplier, leads_to
from station.receival.masters.suppliers import find_or_add_supplier
from station.receival.masters.table_files import RowRefused, claim_named, species_named, tonnes_said
from station.receival.masters.vehicles import check_two, find_or_make_trailer, find_or_make_vehicle
from station.store import audit
from station.store.tables import Buyer, Carrier, Contract, OutboundOrder, Supplier, Variety

Taker = Callable[[Session, Desk, Entry, Actor, datetime], Did]


def _supplier(tx: Session, desk: Desk, row: Entry, actor: Actor, at: datetime) -> Did:
    """One that headquarters or another program numbers keeps that number."""
    name, number = row.text("name"), row.text("number")
    namesake = _named(tx, name)
    mine = _numbered(tx, number)
    before = mine or namesake
    if namesake is not None and namesake.external_ref and (mine is None or mine.id != namesake.id) and number:
        if namesake.external_ref != number:
            raise RowRefused("name_numbered", column="name", text=name, number=namesake.external_ref)
        return "known"
    was = (before.name, before.external_ref) if before else None
    if number:
        found = known_supplier(tx, External(SITE, number), name, at)
    else:
        found = find_or_add_supplier(tx, name, at)
    did: Did = "added" if was is None else "known" if was == (found.name, found.external_ref) else "changed"
    return _told(tx, "supplier", found.id, did, actor, at)


def _vehicle(tx: Session, desk: Desk, row: Entry, actor: Actor, at: datetime) -> Did:
    for column in ("plate", "trailer"):
        if (text := row.text(column)) and not is_plate(text):
            raise RowRefused("no_plate", column=column, text=text)
    vehicle = find_or_make_vehicle(tx, row.text("plate"), at)
    is_new = vehicle.last_seen_at is None and tx.get(type(vehicle), vehicle.id) is None
    supplier = _known(tx, row) if row.text("supplier") else None
    said: dict[str, Any] = {}
    if row.text("trailer"):
        trailer = find_or_make_trailer(tx, row.text("trailer"), at)
        check_two(vehicle, trailer)
        said["trailer_id"] = trailer.id if trailer else None
    if supplier:
        said["supplier_id"] = supplier.id
    if row.text("species"):
        said["species"] = _species(desk, row)
    is_same = all(getattr(vehicle, name) == value for name, value in said.items())
    vehicle.sqlmodel_update(said)
    tx.add(vehicle)
    tx.flush()
    did: Did = "added" if is_new else "known" if is_same else "changed"
    return _told(tx, "vehicle", vehicle.id, did, actor, at)


def _variety(tx: Session, desk: Desk, row: Entry, actor: Actor, at: datetime) -> Did:
    species, name = _species(desk, row), row.text("name")
    known = tx.exec(select(Variety).where(Variety.species == species)).all()
    found = next((one for one in known if fold(one.name) == fold(name)), None)
    if found is not None and found.ended_at is None:
        return "known"
    did: Did = "changed" if found else "added"
    variety = found or Variety(id=row.text("id") or f"{species}-{fold(name)}", species=species, name=name)
    if found is None and tx.get(Variety, variety.id) is not None:
        raise RowRefused("key_used", column="id", text=variety.id)
    variety.ended_at = None
    tx.add(variety)
    tx.flush()
    return _told(tx, "variety", variety.id, did, actor, at)


def _contract(tx: Session, desk: Desk, row: Entry, actor: Actor, at: datetime) -> Did:
    supplier = _known(tx, row)
    said = {"supplier_id": supplier.id, "variety": row.text("variety"), **_goods(desk, row)}
    return put(tx, Contract, _by_number(desk, row), said, actor, at)


def _order(tx: Session, desk: Desk, row: Entry, actor: Actor, at: datetime) -> Did:
    buyer = held(tx, Buyer, {"name_key": fold(row.text("buyer"))})
    if buyer is None:
        raise RowRefused("buyer_unknown", column="buyer", text=row.text("buyer"))
    said = {"buyer": buyer.name, "grade": row.text("grade"), **_goods(desk, row)}
    return put(tx, OutboundOrder, _by_number(desk, row), said, actor, at)


def _carrier(tx: Session, desk: Desk, row: Entry, actor: Actor, at: datetime) -> Did:
    said = {"name": row.text("name"), "number": row.text("number")}
    return put(tx, Carrier, {"name_key": fold(row.text("name"))}, said, actor, at)


def _buyer(tx: Session, desk: Desk, row: Entry, actor: Actor, at: datetime) -> Did:
    said = {"name": row.text("name"), "number": row.text("number"), "place": row.text("place")}
    return put(tx, Buyer, {"name_key": fold(row.text("name"))}, said, actor, at)


def _goods(desk: Desk, row: Entry) -> Mapping[str, Any]:
    claims = [one.strip() for one in row.text("claims").split(",") if one.strip()]
    return {
        "number": row.text("number"),
        "species": _species(desk, row),
        "claims": sorted({claim_named(one) for one in claims}),
        "tonnes": tonnes_said("tonnes", row.text("tonnes")) if row.text("tonnes") else None,
        "external_ref": row.text("external_ref"),
    }


def _by_number(desk: Desk, row: Entry) -> Mapping[str, Any]:
    return {
        "number_key": fold(row.text("number")),
        "campaign": row.text("campaign") or desk.policy.campaign,
    }


def _species(desk: Desk, row: Entry) -> str:
    species = species_named(row.text("species"))
    if species not in desk.policy.species:
        raise RowRefused("species_unknown", column="species", text=row.text("species"))
    return species


def _known(tx: Session, row: Entry) -> Supplier:
    """The supplier that a line names: by its number, where it is given, with which its name must agree."""
    number, name = row.text("supplier_number"), row.text("supplier")
    found = _numbered(tx, number) if number else _named(tx, name)
    if found is None or not found.name:
        raise RowRefused("supplier_unknown", column="supplier", text=number or name)
    supplier, named = leads_to(tx, found), _named(tx, name) if number and name else None
    if named is not None and leads_to(tx, named).id != supplier.id:
        raise RowRefused("supplier_other", column="supplier", text=name, number=number, name=supplier.name)
    return supplier


def _numbered(tx: Session, number: str) -> Supplier | None:
    """By the site's own number, else by another system's where it is the only one."""
    rows = tx.exec(select(Supplier).where(Supplier.external_ref == number)).all() if number else []
    own = [row for row in rows if row.external_source == SITE]
    return next(iter(own), rows[0] if len(rows) == 1 else None)


def _named(tx: Session, name: str) -> Supplier | None:
    return tx.exec(select(Supplier).where(Supplier.name_key == fold(name))).first()


def _told(tx: Session, kind: str, id_: str, did: Did, actor: Actor, at: datetime) -> Did:
    if did != "known":
        audit.record(
            tx, f"reference_{did}", at, by=actor.id, terminal=actor.terminal, subject_id=id_,
            data={"list": kind},
        )  # fmt: skip
    return did


def _number_key(row: Entry) -> str:
    return f"{fold(row.text('number'))} {row.text('campaign')}"


def _name_key(row: Entry) -> str:
    return fold(row.text("name"))


KEYS: Mapping[str, Callable[[Entry], str]] = {
    "suppliers": lambda row: f"#{row.text('number')}" if row.text("number") else _name_key(row),
    "vehicles": lambda row: plate_key(row.text("plate")),
    "varieties": lambda row: f"{species_named(row.text('species'))} {_name_key(row)}",
    "contracts": _number_key, "orders": _number_key, "carriers": _name_key, "buyers": _name_key,
}  # fmt: skip
TAKERS: Mapping[str, Taker] = {
    "suppliers": _supplier, "vehicles": _vehicle, "varieties": _variety, "contracts": _contract,
    "carriers": _carrier, "buyers": _buyer, "orders": _order,
}  # fmt: skip
