"""Values that a laboratory said to headquarters and the silo has not judged yet: comparisons count them until
the silo has its own row of them, and count each once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import Engine, MetaData, select

from drivers.reading import UNIT_OF, Analyte
from station.headquarters.lab import unjudged
from station.hub.lab_tables import LAB_RESULTS
from station.hub.tables import STATION
from station.lab.pages.records import Records
from station.lab.pages.study import LAB
from station.store.measurements import basis_of

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Unjudged:
    """`rows` by analyte, as `measurement` will have them; `replaced` are the silo's own results that they
    correct."""

    rows: Mapping[str, Sequence[Row]] = field(default_factory=dict)
    replaced: frozenset[str] = frozenset()


def with_unjudged(records: Records, found: Unjudged) -> Records:
    if not found.rows:
        return records

    def of(name: str) -> Any:
        columns = records.of(name)
        if name != "measurement" or not found.replaced:
            return columns
        stands = columns.source_id.not_in(sorted(found.replaced))
        return select(columns.source_id.table).where(stands).subquery(name).c

    return replace(records, of=of, more=lambda analyte: found.rows.get(analyte, ()))


def unjudged_of(engine: Engine, hub: MetaData, silo: str) -> Unjudged:
    results, samples, theirs = (hub.tables[name] for name in (LAB_RESULTS, "sample", "lab_result"))
    with engine.connect() as connection:
        ids = [one.id for one in unjudged(connection, hub, [silo])]
        if not ids:
            return Unjudged()
        query = select(results, samples.c.load_id, samples.c.species).join(
            samples, (samples.c[STATION] == results.c.station) & (samples.c.id == results.c.sample_id)
        )
        query = query.where(results.c.id.in_(ids), samples.c.kind == "load", samples.c.load_id.is_not(None))
        told = connection.execute(query.order_by(results.c.at, results.c.id)).mappings().all()
        corrected = [row["supersedes"] for row in told if row["supersedes"]]
        mine = select(theirs.c.id).where(theirs.c[STATION] == silo, theirs.c.hub_id.in_(corrected))
        replaced = frozenset(connection.execute(mine).scalars())
    rows: dict[str, list[Row]] = {}
    for row in told:
        rows.setdefault(row["analyte"], []).append(_value(dict(row)))
    return Unjudged(rows, replaced)


def _value(row: Row) -> Row:
    said = row["said"]
    return {
        "source_id": row["id"], "seq": 0, "replicate": 1, "sample_id": row["sample_id"],
        "load_id": row["load_id"], "species": row["species"], "variety": "", "method": LAB,
        "source": row["laboratory"], "release": "", "value": said["value"], "mass_value": None,
        "comparator": said["comparator"], "unit": UNIT_OF[Analyte(row["analyte"])].value,
        "basis": basis_of(row["analyte"], said["basis"]), "nitrogen_factor": said.get("nitrogen_factor"),
        "at": row["at"], "superseded_by": None,
    }  # fmt: skip
