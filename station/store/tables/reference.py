"""Reference records are what the site file and the co-operative say exists."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON
from sqlmodel import Field, SQLModel

from station.store.tables.base import Numbered, Referenced, once_per_source


class Cell(Referenced, table=True):
    """A storage cell (cellule) has the site file's `id`. Its content is the sum of its movements. Species,
    grade, claims and target are those of the storage plan in force, where there is one."""

    __table_args__ = (once_per_source(),)

    id: str = Field(primary_key=True)
    name: str
    species: str | None = None
    grade: str | None = None
    claims: list[str] = Field(default_factory=list, sa_type=JSON)
    role: str = "normal"  # normal, hold, quarantine
    open: bool = True
    capacity_kg: float
    target_kg: float | None = None


class Pit(SQLModel, table=True):
    """The truck tips into a pit (fosse)."""

    id: str = Field(primary_key=True)
    name: str


class Line(SQLModel, table=True):
    """A line carries grain from pits to cells (circuit)."""

    id: str = Field(primary_key=True)
    name: str
    pits: list[str] = Field(default_factory=list, sa_type=JSON)
    cells: list[str] = Field(default_factory=list, sa_type=JSON)


class Instrument(SQLModel, table=True):
    """An instrument has a serial number and a verification date, whatever port it is plugged into.

    `uncertainty` is {analyte: standard uncertainty in the analyte's unit}; the instrument may be believed
    for grain from `grain_low_c` to `grain_high_c` degrees Celsius (None: no such limit is known). `legal_for`
    lists the analytes of which its value is the legal one. A
    weighbridge has Max, Min and division of its verification plate, and maybe its own printer of slips.
    `site_file` is the description that the site file gave last: what a person recorded since stays until the
    file says something else."""

    id: str = Field(primary_key=True)
    name: str
    driver: str
    category: str  # weighbridge, analyzer
    serial_number: str | None = None
    asset_tag: str | None = None
    verified_until: date | None = None
    uncertainty: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    legal_for: list[str] = Field(default_factory=list, sa_type=JSON)
    grain_low_c: float | None = None
    grain_high_c: float | None = None
    max_kg: float | None = None
    min_kg: float | None = None
    division_kg: float | None = None
    own_printer: bool = False
    site_file: dict[str, Any] | None = Field(default=None, sa_type=JSON)


class PortAssignment(Numbered, table=True):
    """Records which instrument is plugged where, from when to when.

    `port_id` is the place: the id of the section in the site file; `port` the address there, `driver` and
    `settings` how it is read. `site_file` is what the site file said of that ({"driver", "address",
    "settings"}) when this began. `by` names who swapped the instrument; None: the site file says so."""

    id: str = Field(primary_key=True)
    instrument_id: str = Field(foreign_key="instrument.id", index=True)
    port_id: str = Field(index=True)
    port: str
    driver: str = ""
    settings: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    site_file: dict[str, Any] | None = Field(default=None, sa_type=JSON)
    from_at: datetime
    to_at: datetime | None = None
    by: str | None = None
    note: str = ""


class Supplier(Referenced, table=True):
    """A supplier brings, or owns, grain (apporteur)."""

    __table_args__ = (once_per_source(),)

    id: str = Field(primary_key=True)
    name: str
    name_key: str = Field(index=True, unique=True)  # folded, so that Dupont and DUPONT are one


class Vehicle(Referenced, table=True):
    """A vehicle drives or is drawn; either has a plate of its own. `trailer_id` is what it drew last,
    `is_trailer`: it has only ever been drawn."""

    __table_args__ = (once_per_source(),)

    id: str = Field(primary_key=True)
    plate: str
    plate_key: str = Field(index=True, unique=True)  # its groups, which tell B-NO 1234 from BN-O 1234
    plate_folded: str = Field(index=True)  # letters and digits only, as it is sought
    supplier_id: str | None = Field(default=None, foreign_key="supplier.id")
    species: str | None = None
    loads: int = 1
    is_trailer: bool = False
    trailer_id: str | None = Field(default=None, foreign_key="vehicle.id", index=True)
    last_seen_at: datetime | None = Field(default=None, index=True)


class RulePackAct(Numbered, table=True):
    """Records that a rule pack was installed or withdrawn. `by` None: the site file says so. `signature`
    came with the pack; `key` is the trusted one that made it, empty where the site trusted none."""

    __tablename__ = "rule_pack_act"

    id: str = Field(primary_key=True)
    sha256: str = Field(foreign_key="rule_pack.sha256", index=True)
    act: str  # installed, withdrawn
    at: datetime
    by: str | None = None
    why: str = ""
    key: str = ""
    signature: str = ""


class RulePackRecord(SQLModel, table=True):
    """Keeps a rule pack exactly as installed; old ones stay, so an old decision can be explained."""

    __tablename__ = "rule_pack"

    sha256: str = Field(primary_key=True)
    name: str
    version: str
    valid_from: datetime
    text: str
    installed_at: datetime
