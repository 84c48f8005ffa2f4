"""A person compared a loaded reading with the display: how large an instrument's numbers are is kept."""

from collections.abc import Mapping
from datetime import datetime

from station.acts.desk import Actor, Desk
from station.receival.measuring.instruments import plug, plugged_at
from station.receival.measuring.wiring import Setting, Wiring, declared_wiring, wiring_of
from station.store import audit
from station.store.tables import Instrument


def settle(
    desk: Desk, port_id: str, wiring: Wiring, chosen: Mapping[str, Setting], note: str, actor: Actor,
    at: datetime,
) -> Instrument:  # fmt: skip
    """Read the instrument at the port by `wiring` from now on, in which the settings `chosen` are made: it
    stays the same instrument. Raises NotFound(unknown_port)."""
    with desk.ledger.write() as tx:
        present = plugged_at(tx, port_id)
        row = present.instrument
        if wiring_of(present.assignment) == wiring:
            return row
        declared = declared_wiring(present.assignment)
        plug(tx, port_id, wiring, row, at, declared=declared, by=actor.id, note=note)
        audit.record(
            tx, "instrument_settled", at, by=actor.id, terminal=actor.terminal, subject_id=row.id,
            data={
                "port": port_id, "name": row.name, "chosen": dict(chosen), "note": note,
                "wiring": wiring.as_dict(),
            },
        )  # fmt: skip
    return row
