"""Who sees some stations sees nothing of the others, whatever a page asks."""

from collections.abc import Iterator

import pytest
from sqlalchemy import create_engine, delete, func, insert, select, update
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import StaticPool

from station.headquarters.scope import COLUMNS, narrowed
from station.headquarters.served import Quarters
from station.hub import own, person_tables
from station.hub.database import TABLES
from station.hub.own import QUARANTINE, STATIONS
from station.hub.tables import STATION
from tests.silo_rig import START

NOBODYS = {own.KEY, own.CODES, person_tables.PERSONS, person_tables.ATTEMPTS}


@pytest.fixture
def quarters() -> Iterator[Quarters]:
    engine = create_engine("sqlite://", poolclass=StaticPool)
    TABLES.create_all(engine)
    with engine.begin() as connection:
        for id_ in ("east", "north", "south"):
            connection.execute(insert(TABLES.tables[STATIONS]).values(id=id_, added_at=START))
            row = {"station": id_, "place": 1, "table": "load", "key": "[]", "at": START}
            row |= dict.fromkeys(("line", "code", "why"), "")
            connection.execute(insert(TABLES.tables[QUARANTINE]).values(row))
    yield Quarters(engine, TABLES, lambda: START)
    engine.dispose()


def stations_of(quarters: Quarters, name: str, column: str = STATION) -> list[str]:
    table = quarters.tables.tables[name]
    with quarters.engine.connect() as connection:
        return list(connection.execute(select(table.c[column]).order_by(table.c[column])).scalars())


def test_only_the_own_rows_are_seen(quarters: Quarters) -> None:
    own_ = narrowed(quarters, ["north", "east"])
    assert stations_of(own_, QUARANTINE) == stations_of(own_, STATIONS, "id") == ["east", "north"]
    assert stations_of(narrowed(quarters, []), QUARANTINE) == []
    assert stations_of(narrowed(quarters, None), QUARANTINE) == ["east", "north", "south"]


def test_a_join_and_a_sum_see_no_more(quarters: Quarters) -> None:
    tables = narrowed(quarters, ["north"]).tables.tables
    stations, waiting = tables[STATIONS], tables[QUARANTINE]
    query = select(func.count()).select_from(waiting.join(stations, waiting.c.station != stations.c.id))
    with quarters.engine.connect() as connection:
        assert connection.execute(query).scalar() == 0
        every = select(func.count()).select_from(waiting).where(waiting.c.station.in_(["south", "north"]))
        assert connection.execute(every).scalar() == 1


def test_every_table_is_narrowed_hidden_or_everybodys(quarters: Quarters) -> None:
    """A table that names no station is not seen by who sees some of them, unless it says that it may be."""
    everybodys = {"hub_roll_out", "hub_document"}
    none = narrowed(quarters, ["nowhere"]).tables.tables
    for name, table in TABLES.tables.items():
        if name in NOBODYS:
            with pytest.raises(KeyError):
                none[name]
            continue
        said = table.info.get(COLUMNS)
        is_limited = "WHERE" in str(none[name].element).replace("WHERE true", "")
        assert is_limited == (name not in everybodys and said != ()), name


@pytest.mark.parametrize("stations", [None, ["north"]])
def test_nothing_is_written_through_a_persons_view(quarters: Quarters, stations: list[str] | None) -> None:
    table = narrowed(quarters, stations).tables.tables[STATIONS]
    for write in (insert, update, delete):
        with pytest.raises(ArgumentError):
            write(table)  # type: ignore[operator]
