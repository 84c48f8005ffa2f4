"""What a page of headquarters does with laboratories' results, each in a transaction of its own."""

from sqlalchemy import select

from station.headquarters import lab
from station.headquarters.lab_importing import Importer, Taken, import_file
from station.headquarters.served import Quarters
from station.hub.identity import key_of
from station.hub.own import STATIONS
from station.lab.files.profile import LabProfile


def take_in(
    quarters: Quarters, data: bytes, profile: LabProfile, name: str, by: str, *, dry_run: bool
) -> Taken:
    with quarters.engine.begin() as connection:
        importer = Importer(key_of(connection, quarters.tables), by, quarters.clock())
        return import_file(connection, quarters.tables, importer, data, profile, name, dry_run=dry_run)


def match_by_hand(quarters: Quarters, result_id: str, station: str, number: str, by: str) -> None:
    """Raises lab.ResultUnknown and lab.SampleUnknown."""
    with quarters.engine.begin() as connection:
        key = key_of(connection, quarters.tables)
        lab.match(connection, quarters.tables, key, result_id, station, number, by, quarters.clock())


def stations(quarters: Quarters) -> list[str]:
    """Return the stations to which a result may go."""
    known = quarters.tables.tables[STATIONS]
    query = select(known.c.id).where(known.c.revoked_at.is_(None)).order_by(known.c.id)
    with quarters.engine.connect() as connection:
        return list(connection.execute(query).scalars())
