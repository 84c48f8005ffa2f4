"""What each phone said of a class of kernels beside laboratory or machine: one capture of a sample counts."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import defer
from sqlmodel import Session, col, select

from drivers.reading import Analyte
from station.grain.inspection import class_name
from station.lab.source_pairs import AT_ONCE, LAB, MACHINE, PHONE
from station.lab.spread_evidence import Seen
from station.store.comparing import values_of_method, values_of_samples
from station.store.measurements import BY_MASS
from station.store.tables import Inspection, Measurement

Key = tuple[str, str, str]  # phone, release, class
_KERNELS: Any = Inspection.kernels


def seen_by_phone(tx: Session, name: str, analyte: Analyte, since: datetime) -> dict[Key, list[Seen]]:
    """Return what each phone's newest capture of a sample said of a class, beside the laboratory where it has
    spoken, else the machine."""
    said: dict[str, Measurement] = {}
    after = None
    while some := values_of_method(tx, analyte.value, PHONE, since, None, None, after, AT_ONCE):
        said |= {row.sample_id: row for row, _ in some if row.sample_id}
        after = (some[-1][0].at, some[-1][0].seq)
    reference = _references(tx, analyte, list(said))
    used = {sample: row for sample, row in said.items() if sample in reference}
    inspections = _inspections(tx, [row.source_id for row in used.values()])
    found: dict[Key, list[Seen]] = defaultdict(list)
    for sample, row in used.items():
        result = inspections[row.source_id]
        own = next((part for part in result["classes"] if class_name(part) == name), None)
        if own is not None and (judged := result.get("judged") or result.get("kernels")):
            told = result["classes"][own]
            value, is_by_mass, known_at = reference[sample]
            mass = row.mass_value / 100 if row.mass_value is not None else None
            found[row.source, row.release, own].append(
                Seen(
                    told["share"], told["count"], judged, told["low"], told["high"], mass, value / 100,
                    is_by_mass, max(row.at, known_at),
                )
            )  # fmt: skip
    return found


def _references(
    tx: Session, analyte: Analyte, samples: Sequence[str]
) -> dict[str, tuple[float, bool, datetime]]:
    found: dict[str, tuple[float, bool, datetime]] = {}
    for method in (MACHINE, LAB):  # the laboratory's word goes over the machine's
        for start in range(0, len(samples), AT_ONCE):
            some = samples[start : start + AT_ONCE]
            for row, _ in values_of_samples(tx, analyte.value, (method,), some):
                if not row.comparator and row.sample_id:
                    found[row.sample_id] = (row.value, row.basis == BY_MASS, row.at)
    return found


def _inspections(tx: Session, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for start in range(0, len(ids), AT_ONCE):
        query = select(Inspection).options(defer(_KERNELS))
        query = query.where(col(Inspection.id).in_(ids[start : start + AT_ONCE]))
        found |= {row.id: row.result for row in tx.exec(query)}
    return found
