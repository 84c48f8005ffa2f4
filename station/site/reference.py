"""Loading the site: what the site file says exists becomes reference records; rule packs are kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlmodel import Session, select

from station.acts.desk import Desk, fold
from station.grain.rules import parse_rule_pack
from station.receival import cells
from station.receival.instruments import (
    Described,
    Plugged,
    declared_instruments,
    describe,
    plug,
    plugged,
    unplug_all_but,
)
from station.receival.wiring import Setting, Wiring, declared_wiring
from station.store import audit
from station.store.ids import new_id
from station.store.tables import (
    Cell,
    CellMovement,
    Instrument,
    Line,
    Pit,
    RulePackRecord,
    Supplier,
)


@dataclass(frozen=True, slots=True)
class CellSite:
    """A cell as the site file describes it. `opening` is {analyte: {value, unit, basis}} of `opening_kg`."""

    id: str
    name: str
    species: str | None
    grade: str | None
    claims: tuple[str, ...]
    role: str
    open: bool
    capacity_kg: float
    opening_kg: float = 0.0
    opening: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class InstrumentSite:
    """`id` names the place; the rest describes the instrument that was there when the site was set up."""

    id: str
    name: str
    driver: str
    category: str
    port: str
    serial_number: str | None = None
    asset_tag: str | None = None
    verified_until: date | None = None
    uncertainty: Mapping[str, float] = field(default_factory=dict)
    grain_low_c: float | None = None
    grain_high_c: float | None = None
    settings: Mapping[str, Setting] = field(default_factory=dict)

    def wiring(self) -> Wiring:
        return Wiring(self.driver, self.port, self.settings)

    def described(self) -> Described:
        return Described(
            self.name, self.serial_number, self.asset_tag, self.verified_until, self.uncertainty,
            self.grain_low_c, self.grain_high_c,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class LineSite:
    id: str
    name: str
    pits: tuple[str, ...]
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SiteFile:
    """All that the site file says exists."""

    cells: tuple[CellSite, ...]
    pits: Mapping[str, str]
    lines: tuple[LineSite, ...]
    instruments: tuple[InstrumentSite, ...]
    suppliers: tuple[tuple[str, str | None], ...] = ()  # name, external id


def load_site(desk: Desk, site: SiteFile, rule_packs: Sequence[str], at: datetime) -> None:
    """Brings the reference records to what the site file says. Opening contents are moved in once: a cell
    that has had a movement keeps its own history."""
    with desk.ledger.write() as tx:
        _load_places(tx, site, at)
        for instrument in site.instruments:
            _load_instrument(tx, instrument, at)
        unplug_all_but(tx, {instrument.id for instrument in site.instruments}, at)
        for name, external_id in site.suppliers:
            _load_supplier(tx, name, external_id, at)
        audit.record(
            tx, "site_loaded", at, data={"cells": len(site.cells), "instruments": len(site.instruments)}
        )
    for text in rule_packs:
        install_rule_pack(desk, text, at)


def install_rule_pack(desk: Desk, text: str, at: datetime) -> str:
    """Keeps a rule pack; returns its SHA-256. Raises RulePackError for one that cannot be read."""
    pack = parse_rule_pack(text)
    with desk.ledger.write() as tx:
        if tx.get(RulePackRecord, pack.sha256) is None:
            tx.add(
                RulePackRecord(
                    sha256=pack.sha256,
                    name=pack.name,
                    version=pack.version,
                    valid_from=pack.valid_from,
                    text=text,
                    installed_at=at,
                )
            )
            audit.record(
                tx, "rule_pack_installed", at, subject_id=pack.sha256,
                data={"name": pack.name, "version": pack.version},
            )  # fmt: skip
    return pack.sha256


def _load_places(tx: Session, site: SiteFile, at: datetime) -> None:
    for pit_id, name in site.pits.items():
        tx.merge(Pit(id=pit_id, name=name))
    for cell in site.cells:
        tx.merge(
            Cell(
                id=cell.id, name=cell.name, species=cell.species, grade=cell.grade, claims=list(cell.claims),
                role=cell.role, open=cell.open, capacity_kg=cell.capacity_kg,
            )
        )  # fmt: skip
        tx.flush()
        moved = tx.exec(select(CellMovement.id).where(CellMovement.cell_id == cell.id).limit(1)).first()
        if cell.opening_kg and moved is None:
            cells.move(tx, cell.id, "opening", cell.opening_kg, cell.opening, at)
    for line in site.lines:
        tx.merge(Line(id=line.id, name=line.name, pits=list(line.pits), cells=list(line.cells)))
    _remove_absent(tx, site)


def _remove_absent(tx: Session, site: SiteFile) -> None:
    """A cell that the file no longer names is closed, never deleted; pits and lines go."""
    named = {cell.id for cell in site.cells}
    for cell in tx.exec(select(Cell)):
        if cell.id not in named and cell.open:
            cell.open = False
            tx.add(cell)
    for line in tx.exec(select(Line)):
        if line.id not in {kept.id for kept in site.lines}:
            tx.delete(line)
    for pit in tx.exec(select(Pit)):
        if pit.id not in site.pits:
            tx.delete(pit)


def _load_instrument(tx: Session, site: InstrumentSite, at: datetime) -> None:
    """The file describes the instrument of the last set-up. One that a person swapped in since stays, until
    the file names another serial number than it did; how it is read stays until the file says another
    driver, address or setting than it did."""
    declared = declared_instruments(tx).get(site.id)
    now = plugged(tx).get(site.id)
    if declared is None or _is_another(declared, site):
        row = _known(tx, site) or Instrument(
            id=site.id if declared is None else new_id(at),
            name=site.name, driver=site.driver, category=site.category,
        )  # fmt: skip
    else:
        row = declared
    _describe_anew(row, site)
    tx.add(row)
    if now is None or row is not declared:
        row.driver, row.category = site.driver, site.category
        plug(tx, site.id, site.wiring(), row, at, declared=site.wiring())
    else:
        _rewire(tx, site, now, at)


def _describe_anew(row: Instrument, site: InstrumentSite) -> None:
    """Only where the file says something else than it did: what a person recorded since is newer."""
    said = site.described()
    if row.site_file != said.as_dict():
        describe(row, said)
        row.site_file = said.as_dict()


def _rewire(tx: Session, site: InstrumentSite, now: Plugged, at: datetime) -> None:
    """Whatever is plugged in is read as the file says, where the file says something new."""
    present, said = now.assignment, site.wiring()
    before = declared_wiring(present)
    if before is None and (present.driver, present.port) == (said.driver, said.address):
        present.settings, present.site_file = dict(said.settings), said.as_dict()
        tx.add(present)
    elif before != said:
        now.instrument.driver, now.instrument.category = site.driver, site.category
        tx.add(now.instrument)
        plug(tx, site.id, said, now.instrument, at, declared=said, by=present.by, note=present.note)


def _is_another(declared: Instrument, site: InstrumentSite) -> bool:
    """Two serial numbers are two instruments; one that is only now written down is none."""
    return None not in (declared.serial_number, site.serial_number) and (
        declared.serial_number != site.serial_number
    )


def _known(tx: Session, site: InstrumentSite) -> Instrument | None:
    """An instrument of this kind that the site has had before, by its serial number."""
    if site.serial_number is None:
        return tx.get(Instrument, site.id)
    query = select(Instrument).where(
        Instrument.serial_number == site.serial_number, Instrument.driver == site.driver
    )
    return tx.exec(query).first()


def _load_supplier(tx: Session, name: str, external_id: str | None, at: datetime) -> None:
    known = tx.exec(select(Supplier).where(Supplier.name_key == fold(name))).first()
    if known is None:
        known = Supplier(id=new_id(at), name=name, name_key=fold(name))
    known.external_id = external_id
    tx.add(known)
    tx.flush()
