"""Find the sample of any silo that a laboratory's row speaks of, by the same rule as at the silo
(`station.lab.matching`): by its barcode or by the number of what is kept of it, and never by a guess."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, MetaData, Table, select

from station.hub.own import STATIONS
from station.hub.tables import STATION
from station.lab.matching import written
from station.store.retained import folded_number


@dataclass(frozen=True, slots=True)
class Found:
    station: str
    sample_id: str


def samples_named(
    connection: Connection, hub: MetaData, texts: Iterable[str], of: Sequence[str] | None = None
) -> Mapping[str, Sequence[Found]]:
    """Return the samples by each text, ordered by station; `of`: only of these stations. A silo where the
    number of a kept part is the barcode of another sample has none."""
    barcodes = {text: written(text) for text in texts}
    numbers = {text: folded_number(text) for text in barcodes}
    stations = _stations(connection, hub) if of is None else of
    samples, kept = hub.tables["sample"], hub.tables["retained_sample"]
    coded = _by_text(connection, samples, "barcode", "id", stations, set(barcodes.values()))
    numbered = _by_text(connection, kept, "number", "sample_id", stations, set(numbers.values()))
    return {
        text: _agreed(coded.get(barcodes[text], {}), numbered.get(numbers[text], {})) for text in barcodes
    }


def _agreed(coded: Mapping[str, str], numbered: Mapping[str, str]) -> Sequence[Found]:
    both = {**coded, **numbered}
    return [Found(one, both[one]) for one in sorted(both) if coded.get(one, both[one]) == both[one]]


def _stations(connection: Connection, hub: MetaData) -> Sequence[str]:
    """Every index begins with the station: a query that names all of them looks up, and scans nothing."""
    return connection.execute(select(hub.tables[STATIONS].c.id)).scalars().all()


def _by_text(
    connection: Connection, table: Table, name: str, id_: str, stations: Sequence[str], texts: set[str]
) -> Mapping[str, Mapping[str, str]]:
    """Return, by text, the sample's id at each station."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    query = select(table.c[name], table.c[STATION], table.c[id_])
    query = query.where(table.c[STATION].in_(stations), table.c[name].in_(texts))
    for text, station, sample_id in connection.execute(query):
        found[text][station] = sample_id
    return found
