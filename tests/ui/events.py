"""What the station has recorded, for tests of the terminal."""

from sqlmodel import col, select

from station.store.tables import AuditEvent
from tests.silo_rig import Silo


def events_of(silo: Silo, *kinds: str) -> list[AuditEvent]:
    """The events of these kinds, all where none is named, in their order."""
    query = select(AuditEvent).order_by(col(AuditEvent.seq))
    if kinds:
        query = query.where(col(AuditEvent.kind).in_(kinds))
    with silo.desk.ledger.read() as tx:
        return list(tx.exec(query))
