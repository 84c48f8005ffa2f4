"""What a list of reference data holds now, as its file says it; and what is taken off it."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session, SQLModel, col, select

from drivers.text import fold
from station.acts.desk import Actor, Desk
from station.acts.refusals import Fault, NotFound
from station.receival.masters.reference_lists import check_master, end, held
from station.store import audit, batches
from station.store.tables import Buyer, Carrier, Contract, Listed, OutboundOrder, Supplier, Variety, Vehicle

MOST = 20_000
Row = Mapping[str, str | float | None]
_LISTED: Mapping[str, type[Listed]] = {
    "contracts": Contract, "carriers": Carrier, "buyers": Buyer, "orders": OutboundOrder,
}  # fmt: skip


def rows_of(tx: Session, kind: str) -> list[Row]:
    """Return what holds now, by name or number."""
    return list(_READERS[kind](tx))


def retire(desk: Desk, kind: str, name: str, campaign: str, actor: Actor, at: datetime) -> None:
    """End what has this name or number: it is offered no more, what was recorded stays. A supplier or a
    vehicle is not retired: who comes is known. Raises NotFound(unknown_entry)."""
    check_master(desk, actor)
    with desk.ledger.write() as tx:
        if kind == "varieties":
            _retire_variety(tx, name, actor, at)
            return
        table = _LISTED.get(kind)
        row = held(tx, table, _key(desk, kind, name, campaign)) if table else None
        if row is None:
            raise NotFound(Fault.UNKNOWN_ENTRY, name=name)
        end(tx, row, actor, at)


def _key(desk: Desk, kind: str, name: str, campaign: str) -> Mapping[str, str]:
    if kind in ("carriers", "buyers"):
        return {"name_key": fold(name)}
    return {"number_key": fold(name), "campaign": campaign or desk.policy.campaign}


def _retire_variety(tx: Session, id_: str, actor: Actor, at: datetime) -> None:
    row = tx.get(Variety, id_)
    if row is None or row.ended_at is not None:
        raise NotFound(Fault.UNKNOWN_ENTRY, name=id_)
    row.ended_at = at
    tx.add(row)
    data = {"list": "variety"}
    audit.record(tx, "reference_retired", at, by=actor.id, terminal=actor.terminal, subject_id=id_, data=data)


def _suppliers(tx: Session) -> Sequence[Row]:
    rows = tx.exec(select(Supplier).where(Supplier.name != "").order_by(col(Supplier.name)).limit(MOST))
    return [{"name": row.name, "number": row.external_ref} for row in rows]


def _vehicles(tx: Session) -> Sequence[Row]:
    rows = tx.exec(select(Vehicle).order_by(col(Vehicle.plate)).limit(MOST)).all()
    plates = {row.id: row.plate for row in rows}
    names = batches.supplier_names(tx, {row.supplier_id for row in rows if row.supplier_id})
    return [
        {
            "plate": row.plate, "trailer": plates.get(row.trailer_id or ""),
            "supplier": names.get(row.supplier_id or ""), "species": row.species,
        }
        for row in rows
        if not row.is_trailer
    ]  # fmt: skip


def _varieties(tx: Session) -> Sequence[Row]:
    query = select(Variety).where(col(Variety.ended_at).is_(None))
    rows = tx.exec(query.order_by(col(Variety.species), col(Variety.name)).limit(MOST))
    return [row.model_dump(include={"species", "name", "id"}) for row in rows]


def _numbered(table: type[Contract] | type[OutboundOrder]) -> Callable[[Session], list[Row]]:
    def read(tx: Session) -> list[Row]:
        query = select(table).where(col(table.ended_at).is_(None)).order_by(col(table.number))
        rows = tx.exec(query.limit(MOST)).all()
        owed = [row.supplier_id for row in rows if isinstance(row, Contract)]
        names = batches.supplier_names(tx, owed)
        return [_goods(row, names) for row in rows]

    return read


def _goods(row: SQLModel, names: Mapping[str, str]) -> dict[str, Any]:
    said = row.model_dump()
    return said | {
        "claims": ",".join(said["claims"]), "supplier": names.get(said.get("supplier_id", "")),
    }  # fmt: skip


def _firms(table: type[Carrier] | type[Buyer]) -> Callable[[Session], list[Row]]:
    def read(tx: Session) -> list[Row]:
        query = select(table).where(col(table.ended_at).is_(None)).order_by(col(table.name))
        return [row.model_dump(include={"name", "number", "place"}) for row in tx.exec(query.limit(MOST))]

    return read


_READERS: Mapping[str, Callable[[Session], Sequence[Row]]] = {
    "suppliers": _suppliers, "vehicles": _vehicles, "varieties": _varieties, "contracts": _numbered(Contract),
    "orders": _numbered(OutboundOrder), "carriers": _firms(Carrier), "buyers": _firms(Buyer),
}  # fmt: skip
