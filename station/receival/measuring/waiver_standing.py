"""Which analytes need not be measured now, by species: a waiver holds until its collecting day ends."""

from collections.abc import Mapping
from datetime import datetime

from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from drivers.reading import Analyte, in_order, is_known
from station.acts.desk import SitePolicy
from station.store.tables import Waiver


def open_waivers() -> SelectOfScalar[Waiver]:
    """Those that nothing has ended, also of days that are over."""
    return select(Waiver).where(col(Waiver.ended_at).is_(None))


def standing(tx: Session, policy: SitePolicy, at: datetime) -> list[Waiver]:
    """Those that hold now, oldest first."""
    rows = tx.exec(open_waivers().order_by(col(Waiver.seq)))
    return [row for row in rows if is_of_today(row, policy, at)]


def waived(tx: Session, policy: SitePolicy, at: datetime) -> Mapping[str, tuple[Analyte, ...]]:
    """The analytes that are waived now, by species."""
    found: dict[str, set[Analyte]] = {}
    for row in standing(tx, policy, at):
        if is_known(row.analyte):
            found.setdefault(row.species, set()).add(Analyte(row.analyte))
    return {species: tuple(in_order(analytes)) for species, analytes in found.items()}


def is_of_today(row: Waiver, policy: SitePolicy, at: datetime) -> bool:
    """Tell whether the collecting day on which it was given still lasts. A clock that jumped back ends it."""
    return row.at <= at and policy.collecting_day(row.at) == policy.collecting_day(at)
