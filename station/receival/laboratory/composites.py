"""A composite sample (échantillon moyen) holds grain of chosen loads; what is found in it is no load's value.

Where a result is over a limit, the loads' own retained samples tell which load it came from.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from station.acts.desk import Actor, Desk
from station.acts.refusals import Fault, Invalid, NotFound, check_period
from station.grain.criteria import broken_limits
from station.grain.reasons import Reason
from station.receival.measuring.samples import enter
from station.receival.packs.pack_standing import pack_in_force
from station.store import audit
from station.store.laboratory import lab_results
from station.store.tables import CellMovement, CompositeLoad, Load, Sample


def enter_composite(
    desk: Desk, barcode: str, load_ids: Sequence[str], note: str, actor: Actor, at: datetime
) -> Sample:
    """Enters a composite of these loads, which are of one species.

    Raises NotFound(unknown_load), Invalid: no_loads_chosen, several_species."""
    with desk.ledger.write() as tx:
        return _enter(tx, desk, barcode, load_ids, note, actor, at)


def enter_composite_of_cell(
    desk: Desk, barcode: str, cell: str, since: datetime, until: datetime, note: str, actor: Actor,
    at: datetime,
) -> Sample:  # fmt: skip
    """Enters a composite of all loads that went into a cell from `since` until before `until`. Raises
    Invalid(period_reversed)."""
    check_period(since, until)
    with desk.ledger.write() as tx:
        query = select(CellMovement.load_id).where(CellMovement.cell_id == cell)
        query = query.where(col(CellMovement.kind).in_(["in", "recovered"]))
        query = query.where(col(CellMovement.at) >= since, col(CellMovement.at) < until)
        rows = tx.exec(query.order_by(col(CellMovement.seq)))
        load_ids = list(dict.fromkeys(load_id for load_id in rows if load_id))
        return _enter(tx, desk, barcode, load_ids, note, actor, at)


def _enter(
    tx: Session, desk: Desk, barcode: str, load_ids: Sequence[str], note: str, actor: Actor, at: datetime
) -> Sample:
    loads = [tx.get(Load, load_id) for load_id in dict.fromkeys(load_ids)]
    species = {load.species for load in loads if load is not None}
    if None in loads:
        raise NotFound(Fault.UNKNOWN_LOAD)
    if not species:
        raise Invalid(Fault.NO_LOADS_CHOSEN)
    if len(species) > 1:
        raise Invalid(Fault.SEVERAL_SPECIES, names=sorted(species))
    sample = enter(tx, desk, barcode, "composite", None, species.pop(), actor, at, note)
    tx.flush()
    chosen = [load.id for load in loads if load is not None]
    tx.add_all([CompositeLoad(sample_id=sample.id, load_id=load_id) for load_id in chosen])
    audit.record(
        tx, "composite_made", at, by=actor.id, terminal=actor.terminal, subject_id=sample.id,
        data={"barcode": sample.barcode, "loads": chosen},
    )  # fmt: skip
    return sample


def over_limits(tx: Session, sample: Sample, at: datetime) -> tuple[Reason, ...]:
    """Which limits of the species' grades in force a laboratory found broken in the sample."""
    pack = pack_in_force(tx, at, species=sample.species)
    rows = [row for row in lab_results(tx, sample.id) if row.comparator != "<"]
    values = {(row.analyte, row.basis): row.value for row in rows}
    grades = [grade for grade in (pack.grades if pack else ()) if grade.species == sample.species]
    return broken_limits(values, grades)
