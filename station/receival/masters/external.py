"""What another system calls a row of ours: a number, and whose number it is."""

from dataclasses import dataclass

from sqlmodel import Session, col, select

from station.acts.refusals import Conflict, Fault
from station.store.tables import Referenced

SITE = "site"  # the source of the numbers that the site file gives


@dataclass(frozen=True, slots=True)
class External:
    source: str
    ref: str


def refer(tx: Session, row: Referenced, external: External | None) -> None:
    """Gives a row its external number. Raises Conflict(external_ref_used) where another row has it."""
    if external is None:
        return
    table = type(row)
    known = select(table).where(
        col(table.external_source) == external.source, col(table.external_ref) == external.ref
    )
    tx.flush()
    if tx.exec(known).first() is not None:
        raise Conflict(Fault.EXTERNAL_REF_USED, source=external.source, ref=external.ref)
    row.external_source, row.external_ref = external.source, external.ref
