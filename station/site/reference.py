"""What the site file says exists becomes reference records; rule packs are kept."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from sqlmodel import Session, col, select

from drivers.kind import Category
from drivers.reading import UNIT_OF, Value
from drivers.text import fold
from station.acts.desk import Desk
from station.grain.past import Grain
from station.receival.masters import certificates
from station.receival.masters.external import SITE
from station.receival.measuring.instruments import (
    Plugged,
    declared_instruments,
    describe,
    plug,
    plugged,
    unplug_all_but,
)
from station.receival.measuring.wiring import declared_wiring
from station.receival.packs.rule_packs import follow_site_file
from station.receival.storage import cells, plan_standing, plans
from station.site import file as sections
from station.site.file import SiteSettings
from station.site.read import signatures_of
from station.site.wiring import description_in, protocols_of, wiring_in
from station.store import audit
from station.store.ids import new_id
from station.store.tables import (
    Cell,
    CellMovement,
    Instrument,
    Line,
    Pit,
    Referenced,
    Supplier,
)


def load_site(
    desk: Desk, settings: SiteSettings, file: Path, rule_packs: Sequence[str], at: datetime
) -> None:
    """Bring the reference records to what the site file says. Opening contents are moved in once: a cell
    that has had a movement keeps its own history. Raises SettingsError for a driver that cannot be."""
    protocols = protocols_of(settings, file)
    with desk.ledger.write() as tx:
        _free_external_ids(tx, settings)
        _load_places(tx, settings, at)
        plan_standing.follow(tx)
        for section in settings.instruments:
            _load_instrument(tx, section, protocols[section.id].category, at)
        unplug_all_but(tx, protocols, at)
        for supplier in settings.suppliers:
            _load_supplier(tx, supplier, at)
        counted = {"cells": len(settings.cells), "instruments": len(settings.instruments)}
        audit.record(tx, "site_loaded", at, data={"site": settings.site.id, **counted})
    follow_site_file(desk, rule_packs, at, signatures_of(settings, file, rule_packs))
    with desk.ledger.write() as tx:  # a plan names grades of the packs
        plans.follow_site_file(tx, desk, [(one.cell, _planned(one)) for one in settings.plan], at)


def _planned(section: sections.Plan) -> plans.Planned:
    return plans.Planned(
        species=section.species.value if section.species else None,
        grade=section.grade,
        claims=None if section.claims is None else tuple(claim.value for claim in section.claims),
        target_t=section.target_t,
        expected=section.expected,
    )


def _load_places(tx: Session, settings: SiteSettings, at: datetime) -> None:
    for pit in settings.pits:
        tx.merge(Pit(**pit.model_dump()))
    for cell in settings.cells:
        _load_cell(tx, settings.site, cell, at)
    for line in settings.lines:
        tx.merge(Line(**line.model_dump()))
    _remove_absent(tx, settings)


def _free_external_ids(tx: Session, settings: SiteSettings) -> None:
    """The file may give a number to another row than before: none that it gives is in use meanwhile."""
    for table, rows in ((Cell, settings.cells), (Supplier, settings.suppliers)):
        given = [row.external_id for row in rows if row.external_id]
        query = select(table).where(table.external_source == SITE, col(table.external_ref).in_(given))
        for row in tx.exec(query):
            row.external_source = row.external_ref = None
            tx.add(row)
    tx.flush()


def _refer(row: Referenced, external_id: str | None) -> None:
    """A number that another system gave stays where the file has none."""
    if external_id or row.external_source == SITE:
        row.external_source, row.external_ref = (SITE, external_id) if external_id else (None, None)


def _load_cell(tx: Session, site: sections.Site, section: sections.Cell, at: datetime) -> None:
    same = section.model_dump(mode="json", include=set(Cell.model_fields))
    row = tx.get(Cell, section.id) or Cell(**same, capacity_kg=0)
    row.sqlmodel_update({**same, "capacity_kg": section.capacity_t * 1000})
    _refer(row, section.external_id)
    tx.add(row)
    tx.flush()
    moved = tx.exec(select(CellMovement.id).where(CellMovement.cell_id == section.id).limit(1)).first()
    if section.opening_t and moved is None:
        values = {
            analyte.value: Value(opening.value, UNIT_OF[analyte], opening.basis).as_dict()
            | ({} if opening.u is None else {"u": opening.u})
            for analyte, opening in section.opening.items()
        }
        cells.move(
            tx,
            CellMovement(
                id=new_id(at), cell_id=section.id, kind="opening", kg=section.opening_t * 1000, values=values,
                regime=site.regime.value, organisation=site.receiver, at=at,
                grain=Grain((row.species,) if row.species else (), frozenset(row.claims)).as_dict(),
            ),
        )  # fmt: skip


def _remove_absent(tx: Session, settings: SiteSettings) -> None:
    """A cell that the file no longer names is closed, never deleted; pits and lines go."""
    named = {cell.id for cell in settings.cells}
    for cell in tx.exec(select(Cell)):
        if cell.id not in named and cell.open:
            cell.open = False
            tx.add(cell)
    for line in tx.exec(select(Line)):
        if line.id not in {kept.id for kept in settings.lines}:
            tx.delete(line)
    for pit in tx.exec(select(Pit)):
        if pit.id not in {kept.id for kept in settings.pits}:
            tx.delete(pit)


def _load_instrument(tx: Session, section: sections.Instrument, category: Category, at: datetime) -> None:
    """The file describes the instrument of the last set-up. One that a person swapped in since stays, until
    the file names another serial number than it did; how it is read stays until the file says another
    driver, address or setting than it did."""
    declared = declared_instruments(tx).get(section.id)
    present = plugged(tx).get(section.id)
    if declared is None or _is_another(declared, section):
        row = _find_known(tx, section) or Instrument(
            id=section.id if declared is None else new_id(at),
            name=section.name, driver=section.driver, category=category,
        )  # fmt: skip
    else:
        row = declared
    _describe_anew(row, section)
    tx.add(row)
    if present is None or row is not declared:
        row.driver, row.category = section.driver, category
        plug(tx, section.id, wiring_in(section), row, at, declared=wiring_in(section))
    else:
        _rewire(tx, section, category, present, at)


def _describe_anew(row: Instrument, section: sections.Instrument) -> None:
    """Only where the file says something else than it did: what a person recorded since is newer."""
    description = description_in(section)
    if row.site_file != description.as_dict():
        describe(row, description)
        row.site_file = description.as_dict()


def _rewire(
    tx: Session, section: sections.Instrument, category: Category, present: Plugged, at: datetime
) -> None:
    """Whatever is plugged in is read as the file says, where the file says something new."""
    assignment, row, wiring = present.assignment, present.instrument, wiring_in(section)
    if declared_wiring(assignment) != wiring:
        row.driver, row.category = section.driver, category
        tx.add(row)
        plug(tx, section.id, wiring, row, at, declared=wiring, by=assignment.by, note=assignment.note)


def _is_another(declared: Instrument, section: sections.Instrument) -> bool:
    """Two serial numbers are two instruments; one that is only now written down is none."""
    return None not in (declared.serial_number, section.serial_number) and (
        declared.serial_number != section.serial_number
    )


def _find_known(tx: Session, section: sections.Instrument) -> Instrument | None:
    """An instrument of this kind that the site has had before, by its serial number or else by its place."""
    if section.serial_number is None:
        return tx.get(Instrument, section.id)
    query = select(Instrument).where(
        Instrument.serial_number == section.serial_number, Instrument.driver == section.driver
    )
    return tx.exec(query).first()


def _load_supplier(tx: Session, section: sections.Supplier, at: datetime) -> None:
    key = fold(section.name)
    row = tx.exec(select(Supplier).where(Supplier.name_key == key)).first()
    row = row or Supplier(id=new_id(at), name=section.name, name_key=key)
    _refer(row, section.external_id)
    tx.add(row)
    tx.flush()
    for said in section.certificates:
        certificates.add(
            tx, row, certificates.Stated(**said.model_dump() | {"claim": said.claim.value}), None, at
        )
