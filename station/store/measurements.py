"""The flat record of every value of a sample. `write` alone makes its rows, from rows that the ledger has
already; so they can be made again at any time, equal to the byte.

A row says what its source said, never anything else. Whose sample it is follows the ledger: the act that
changes a pairing or a species has these rows made anew in its own transaction. A superseded laboratory result
keeps its row and names its successor. What a person typed is no machine's value, what a shadow model says
informs nothing, and a result that waits for a person says nothing yet: these have no row.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy.orm import defer
from sqlmodel import Session, SQLModel, col, delete, func, insert, select

from drivers.reading import UNIT_OF, Analyte, Flag, Unit, default_basis, is_known, needs_basis
from station.grain.inspection import class_name
from station.store.engine import Ledger
from station.store.tables import (
    Capture,
    Inspection,
    Instrument,
    LabResult,
    Load,
    Measurement,
    Pairing,
    Reading,
    Sample,
)

BY_COUNT, BY_MASS = "by_count", "by_mass"
COUNTED = frozenset({Analyte.VARIETY_PURITY})  # whoever measures it looks at kernel after kernel
# What a model's class of kernels is called as an analyte.
CLASS_ANALYTES: Mapping[str, Analyte] = {"broken": Analyte.BROKEN, "foreign": Analyte.IMPURITIES}
AT_ONCE = 500  # source rows that a rebuilding looks at in one transaction
_Z95 = 1.959963984540054
_KERNELS: Any = Inspection.kernels
_TABLE = SQLModel.metadata.tables["measurement"]
_EMPTY: Mapping[str, Any] = {column.name: getattr(column.default, "arg", None) for column in _TABLE.columns}

Source = Reading | Inspection | LabResult
Row = dict[str, Any]


def write(tx: Session, sources: Iterable[Source]) -> None:
    """Make the rows of these sources anew, as the ledger is now in this transaction."""
    tx.flush()  # numbers the sources, and tells the database whose they are
    known = list(sources)
    if not known:
        return
    samples = _samples_of(tx, known)
    rows = []
    for source in known:
        shared = {"source_id": source.id, "seq": source.seq, **_of_sample(tx, samples.get(source.id))}
        told = [{**_EMPTY, **shared, **row} for row in _told(tx, source)]
        rows += [{**row, "replicate": _place(told[: i + 1], row)} for i, row in enumerate(told)]
    tx.exec(delete(Measurement).where(col(Measurement.source_id).in_([source.id for source in known])))
    if rows:
        tx.connection().execute(insert(_TABLE), rows)


def write_item(tx: Session, kind: str, item_id: str) -> None:
    """Make the rows anew of a reading, or of what models say of a capture, whose pairing changed."""
    tx.flush()
    write(tx, [tx.get_one(Reading, item_id)] if kind == "reading" else _said_of(tx, [item_id]))


def write_sample(tx: Session, sample_id: str) -> None:
    """Make the rows anew of all that speaks of a sample, because the sample is said to be another."""
    tx.flush()
    query = select(Pairing.item_kind, Pairing.item_id)
    items = tx.exec(query.where(Pairing.sample_id == sample_id, col(Pairing.current).is_(True))).all()
    readings = [item for kind, item in items if kind == "reading"]
    write(tx, tx.exec(select(Reading).where(col(Reading.id).in_(readings))).all())
    write(tx, _said_of(tx, [item for kind, item in items if kind == "capture"]))
    write(tx, tx.exec(select(LabResult).where(LabResult.sample_id == sample_id)).all())


def rebuild(ledger: Ledger) -> int:
    """Make every row again, some at a time so that nobody waits long; return how many there are."""
    with ledger.write() as tx:
        _TABLE.create(tx.connection(), checkfirst=True)
    for kind in (Reading, Inspection, LabResult):
        after: str | None = ""
        while after is not None:
            with ledger.write() as tx:
                some = _next(tx, kind, after)
                write(tx, some)
            after = some[-1].id if some else None
    with ledger.write() as tx:
        ids = (Reading.id, Inspection.id, LabResult.id)
        gone = [col(Measurement.source_id).not_in(select(one)) for one in ids]
        tx.exec(delete(Measurement).where(*gone))
        return tx.exec(select(func.count()).select_from(Measurement)).one()


def _next(tx: Session, kind: Any, after: str) -> Sequence[Any]:
    query = select(kind).where(kind.id > after).order_by(kind.id).limit(AT_ONCE)
    return tx.exec(query.options(defer(_KERNELS)) if kind is Inspection else query).all()


def _said_of(tx: Session, capture_ids: Sequence[str]) -> Sequence[Inspection]:
    query = select(Inspection).options(defer(_KERNELS)).where(col(Inspection.capture_id).in_(capture_ids))
    return tx.exec(query).all()


def _samples_of(tx: Session, sources: Sequence[Source]) -> dict[str, str]:
    """Return the sample of each source that has one."""
    items = {
        source.id: source.capture_id if isinstance(source, Inspection) else source.id
        for source in sources
        if not isinstance(source, LabResult)
    }
    query = select(Pairing.item_id, Pairing.sample_id)
    query = query.where(col(Pairing.item_id).in_(set(items.values())), col(Pairing.current).is_(True))
    paired = {item: sample for item, sample in tx.exec(query) if sample} if items else {}
    found = {source: paired[item] for source, item in items.items() if item in paired}
    for source in sources:
        if isinstance(source, LabResult) and source.sample_id:
            found[source.id] = source.sample_id
    return found


def _of_sample(tx: Session, sample_id: str | None) -> Row:
    """A composite's, a control's and a courtesy sample's value is never a load's."""
    sample = tx.get_one(Sample, sample_id) if sample_id else None
    if sample is None:
        return {}
    load = tx.get(Load, sample.load_id) if sample.load_id and sample.kind == "load" else None
    return {
        "sample_id": sample.id,
        "load_id": load.id if load else None,
        "species": sample.species,
        "variety": load.declared_variety if load else "",
    }


def _place(told: Sequence[Row], row: Row) -> int:
    """How often the source has told this analyte by now."""
    return sum(one["analyte"] == row["analyte"] for one in told)


def _told(tx: Session, source: Source) -> Iterator[Row]:
    if isinstance(source, Reading):
        yield from _of_reading(tx, source)
    elif isinstance(source, Inspection):
        yield from _of_inspection(tx, source)
    else:
        yield from _of_result(tx, source)


def _of_reading(tx: Session, row: Reading) -> Iterator[Row]:
    if row.typed_by is not None or Flag.ERROR in row.flags:
        return
    instrument = tx.get(Instrument, row.instrument_id) if row.instrument_id else None
    serial = row.serial or (instrument.serial_number if instrument else None)
    for name, told in row.values.items():
        if told["value"] is not None:
            yield {
                "analyte": name,
                "method": "machine",
                "source": serial or row.instrument_id or "",
                "value": told["value"],
                "unit": told["unit"],
                "basis": basis_of(name, told["basis"]),
                "uncertainty": row.uncertainty.get(name),
                "at": row.at,
            }


def _of_inspection(tx: Session, row: Inspection) -> Iterator[Row]:
    if not row.accepted or row.shadow:
        return
    capture = tx.get_one(Capture, row.capture_id)
    shared = {
        "method": "phone",
        "source": capture.terminal_id,
        "release": f"{row.model} {row.version}",
        "at": capture.at,
    }
    mass = row.result.get("mass") or {}
    for name, share in (row.result.get("classes") or {}).items():
        if analyte := CLASS_ANALYTES.get(class_name(name)):
            weighed = mass.get(name)
            yield {
                **shared,
                "analyte": analyte.value,
                "value": _percent(share["share"]),
                "mass_value": _percent(weighed["share"]) if weighed else None,
                "unit": Unit.PERCENT.value,
                "basis": BY_COUNT,
                "uncertainty": _percent(_spread(share)),
            }
    for name, number in (row.result.get("numbers") or {}).items():
        if is_known(name):
            yield {
                **shared,
                "analyte": name,
                "value": number["value"],
                "unit": number["unit"],
                "basis": _basis_of_number(name, number),
                "uncertainty": _spread(number),
            }


def _basis_of_number(name: str, number: Mapping[str, Any]) -> str | None:
    """A share over kernels is by count; one of the photo as a whole is by what its model was taught."""
    basis = basis_of(name, number.get("basis"))
    if basis not in (BY_COUNT, BY_MASS):
        return basis
    return BY_COUNT if number.get("per") == "kernel" else None


def _spread(told: Mapping[str, float]) -> float:
    """The standard uncertainty behind 95 % limits."""
    return round((told["high"] - told["low"]) / 2 / _Z95, 9)


def _percent(share: float) -> float:
    return round(100 * share, 6)


def _of_result(tx: Session, row: LabResult) -> Iterator[Row]:
    if row.state != "accepted":
        return
    later = tx.exec(select(LabResult.id).where(LabResult.supersedes_id == row.id)).first()
    yield {
        "analyte": row.analyte,
        "method": row.party,
        "movement_id": row.movement_id,
        "source": row.laboratory,
        "value": row.value,
        "comparator": row.comparator,
        "unit": row.unit,
        "basis": basis_of(row.analyte, row.basis),
        "nitrogen_factor": row.nitrogen_factor,
        "uncertainty": row.uncertainty,
        "at": row.received_at,
        "superseded_by": later,
    }


def basis_of(name: str, told: str | None) -> str | None:
    """Return the basis of a value: what was told where it must be, else the analyte's only one, none of what
    is no share; of a share of kernels by what it was measured."""
    if not is_known(name) or needs_basis(name):
        return told
    if UNIT_OF[Analyte(name)] == Unit.PERCENT and default_basis(name) is None:
        return BY_COUNT if name in COUNTED else BY_MASS
    return default_basis(name)
