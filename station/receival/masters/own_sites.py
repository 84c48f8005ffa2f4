"""The other silos of the same owner, as headquarters names them."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlmodel import select

from station.acts.desk import Desk
from station.store.tables import OwnSite


def note(desk: Desk, told: Sequence[Mapping[str, str]], at: datetime) -> None:
    """Knows these sites and no others from now on; each has `id`, `name` and `public_key`."""
    with desk.ledger.write() as tx:
        known = {row.id: row for row in tx.exec(select(OwnSite))}
        for one in told:
            row = known.pop(one["id"], None) or OwnSite(id=one["id"], name="", told_at=at)
            row.name, row.public_key, row.told_at = one["name"], one["public_key"], at
            tx.add(row)
        for gone in known.values():
            tx.delete(gone)
