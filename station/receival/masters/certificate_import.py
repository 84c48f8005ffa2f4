"""Certificates out of a file: what it says anew is entered, what is wrong is told by line."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session, col, select

from drivers.text import fold
from station.acts.desk import Actor, Desk
from station.acts.refusals import Fault, NotAllowed
from station.receival.deciding import proposals
from station.receival.masters.certificate_files import Row, read_certificates
from station.receival.masters.certificates import Stated, add, is_entered
from station.receival.masters.supplier_matches import leads_to
from station.receival.masters.table_files import RowError
from station.store.tables import Supplier

AT_ONCE = 100  # in one transaction: trucks are weighed meanwhile


@dataclass(frozen=True, slots=True)
class Imported:
    """`added` rows are entered (or would be), `known` ones are here already."""

    added: int
    known: int
    errors: Sequence[RowError]


def import_certificates(desk: Desk, text: str, actor: Actor, at: datetime, *, dry_run: bool) -> Imported:
    """Take the rows of a file that are right; a dry run writes nothing. The same file again adds nothing."""
    if "manager" not in actor.roles:
        raise NotAllowed(Fault.NOT_ALLOWED)
    rows, errors = read_certificates(text)
    new: dict[tuple[str, Stated], tuple[Supplier, Stated]] = {}
    known = 0
    with desk.ledger.read() as tx:
        suppliers = _suppliers(tx, rows)
        for row in rows:
            supplier = suppliers.get(_key(row))
            if supplier is None:
                name = row.supplier or row.supplier_number
                errors.append(RowError(row.line, "supplier_unknown", {"text": name}))
                continue
            key = (supplier.id, replace(row.said, number=fold(row.said.number), body=""))
            if key in new or is_entered(tx, supplier, row.said):
                known += 1
            else:
                new[key] = (supplier, row.said)
    if new and not dry_run:
        _enter(desk, list(new.values()), actor, at)
    return Imported(len(new), known, sorted(errors, key=lambda one: one.line or 0))


def _enter(desk: Desk, new: Sequence[tuple[Supplier, Stated]], actor: Actor, at: datetime) -> None:
    for start in range(0, len(new), AT_ONCE):
        with desk.ledger.write() as tx:
            for supplier, said in new[start : start + AT_ONCE]:
                add(tx, supplier, said, actor, at)
    proposals.renew(desk, at)


def _key(row: Row) -> str:
    """The number says which supplier it is, where it is given."""
    return f"#{row.supplier_number}" if row.supplier_number else fold(row.supplier)


def _suppliers(tx: Session, rows: Iterable[Row]) -> dict[str, Supplier]:
    wanted = {_key(row) for row in rows}
    found: dict[str, Supplier] = {}
    if wanted:
        for row in tx.exec(select(Supplier).where(col(Supplier.name) != "")):
            keys = {row.name_key, f"#{row.external_ref}"} & wanted
            if keys:
                found |= dict.fromkeys(keys, leads_to(tx, row))
    return found
