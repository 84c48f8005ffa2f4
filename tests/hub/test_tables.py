"""The hub's tables are the station's, with the station first in every key."""

from pathlib import Path
from typing import Any

from sqlalchemy import Engine, insert, select, text
from sqlmodel import SQLModel

from station.hub.applying import typed
from station.hub.tables import DIGEST, PLACE, STATION, hub_metadata
from station.receival.persons import people
from station.store.engine import Ledger
from station.store.travels import SECRET, STAYS
from tests.silo_rig import Silo

HUB = hub_metadata(SQLModel.metadata)
OURS = (STATION, PLACE, DIGEST)
# Every column of the station and where it may be: a new one is decided on here, or this list fails.
KNOWN = Path(__file__).with_name("columns.txt")


def rows(ledger: Ledger, table: str) -> list[dict[str, Any]]:
    """What travels of a station's table."""
    derived, own = HUB.tables[table], SQLModel.metadata.tables[table]
    names = [column.name for column in derived.columns if column.name not in OURS]
    with ledger.read() as tx:
        return [dict(row) for row in tx.execute(select(*(own.c[name] for name in names))).mappings()]


def test_every_column_is_decided_on() -> None:
    lines = [
        f"{table.name}.{column.name} {'stays' if stays(table.name, column.name) else 'travels'}"
        for table in SQLModel.metadata.sorted_tables
        for column in table.columns
    ]
    assert sorted(lines) == KNOWN.read_text(encoding="utf-8").splitlines()


def stays(table: str, column: str) -> bool:
    return table in STAYS or column in SECRET.get(table, ())


def test_no_secret_has_a_column_at_the_hub() -> None:
    for table in typed(HUB):  # headquarters' own people have passwords of their own
        assert not [
            column.name for column in table.columns if "hash" in column.name and table.name != "audit_event"
        ]
    assert "sign_in" not in HUB.tables


def test_the_station_is_first_in_every_key_and_nothing_points_anywhere() -> None:
    for table in typed(HUB):
        assert table.primary_key.columns.keys()[0] == STATION
        assert not table.foreign_keys
        of_one = [index for index in table.indexes if index.name != f"ix_{table.name}_of_all"]
        assert all(index.columns.keys()[0] == STATION for index in of_one)


def test_two_silos_lie_side_by_side(tmp_path: Path, silo_folder: Path, postgres: Engine) -> None:
    silos = {name: day(tmp_path / name, number) for number, name in enumerate(("north", "south"), start=2)}
    HUB.create_all(postgres)
    stored: dict[tuple[str, str], list[dict[str, Any]]] = {}
    with postgres.begin() as hub:
        for name, silo in silos.items():
            for table in typed(HUB):
                stored[name, table.name] = own = rows(silo.desk.ledger, table.name)
                if own:
                    hub.execute(insert(table), [{STATION: name, PLACE: 1, DIGEST: "", **row} for row in own])
    with postgres.connect() as hub:
        kinds = hub.execute(text("SELECT DISTINCT data_type FROM information_schema.columns"))
        assert "jsonb" not in {kind for (kind,) in kinds}
        for (name, table_name), own in stored.items():
            table = HUB.tables[table_name]
            found = [
                {key: value for key, value in row.items() if key not in OURS}
                for row in hub.execute(select(table).where(table.c[STATION] == name)).mappings()
            ]
            assert sorted(map(repr, found)) == sorted(map(repr, own)), (name, table_name)
        assert hub.execute(text("SELECT count(DISTINCT station) FROM ticket WHERE number = 1")).scalar() == 2
    for silo in silos.values():
        silo.desk.ledger.close()


def day(folder: Path, trucks: int) -> Silo:
    """The same cells, plates, names and barcodes at each silo."""
    silo = Silo.open(folder)
    people.add_person(silo.desk, "Anne", "1234", ["operator"], "fr", silo.clock())
    people.add_terminal(silo.desk, "bridge house", "terminal", silo.clock())
    for number in range(trucks):
        silo.receive(f"AB-{number:03d}-CD")
    return silo
