"""What lies where, over all silos and farm stores: how much, of what quality, and how old the word of it is.

A silo's present contents are what its last word says, which comes each minute; the rows that were applied
say them where they are newer, or where no word came. Names and quality are always those of the rows."""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from station.headquarters.farms import Farm, FarmCell, farms
from station.headquarters.served import Quarters
from station.hub.own import STATIONS
from station.hub.stock_tables import STOCK

WORD, ROWS, FARM, NOTHING = "word", "rows", "farm", ""
STALE = timedelta(minutes=10)  # a word comes each minute


@dataclass(frozen=True, slots=True)
class CellStock:
    """`free_kg` is the room that is left beside what is reserved. `quality` is {analyte: {value, unit, basis,
    known_t}}; `sure` says how a farm store's content is known."""

    id: str
    name: str
    species: str
    grade: str
    grade_name: Mapping[str, str]
    role: str
    is_open: bool
    capacity_kg: float
    kg: float
    reserved_kg: float
    quality: Mapping[str, Any]
    sure: str = ""
    since: datetime | None = None

    @property
    def free_kg(self) -> float:
        return max(0.0, self.capacity_kg - max(0.0, self.kg) - self.reserved_kg)


@dataclass(frozen=True, slots=True)
class Place:
    """A silo or a farm store. `source` says from where the contents are known: the silo's word, its rows,
    what was noted of a farm store, or nothing; `known_at` is how old that is. `owner` and `contract`
    are those of a farm store."""

    id: str
    name: str
    is_farm: bool
    latitude: float | None
    longitude: float | None
    cells: tuple[CellStock, ...]
    source: str
    known_at: datetime | None
    owner: str = ""
    contract: str = ""

    @property
    def kg(self) -> float:
        return sum(one.kg for one in self.cells)

    @property
    def capacity_kg(self) -> float:
        return sum(one.capacity_kg for one in self.cells)

    @property
    def free_kg(self) -> float:
        return sum(one.free_kg for one in self.cells)

    @property
    def by_species(self) -> dict[str, float]:
        """Kilograms of each species, most first; what nothing lies of is left out."""
        found: dict[str, float] = defaultdict(float)
        for one in self.cells:
            if one.kg > 0:
                found[one.species] += one.kg
        return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))

    def age(self, at: datetime) -> timedelta | None:
        return max(timedelta(0), at - self.known_at) if self.known_at else None

    def is_stale(self, at: datetime) -> bool:
        """A silo said nothing for a while; a farm store never does."""
        age = self.age(at)
        return not self.is_farm and (age is None or age > STALE)


def places(quarters: Quarters) -> list[Place]:
    """Return the silos, then the farm stores, by name. Who sees some silos only sees no farm store."""
    with quarters.engine.connect() as connection:
        known, stock = quarters.tables.tables[STATIONS], quarters.tables.tables[STOCK]
        query = select(
            known.c.id, known.c.name, known.c.alive, known.c.seen_at, stock.c.cells, stock.c.known_at
        ).outerjoin(stock, stock.c.station == known.c.id)
        silos = [_silo(dict(row)) for row in connection.execute(query).mappings()]
        stores = [_farm(one) for one in farms(connection, quarters.tables)]
    return sorted(silos, key=_by_name) + sorted(stores, key=_by_name)


def place(quarters: Quarters, id_: str) -> Place | None:
    return next((one for one in places(quarters) if one.id == id_ and not one.is_farm), None)


def _by_name(one: Place) -> tuple[str, str]:
    return one.name.casefold(), one.id


def _silo(row: Mapping[str, Any]) -> Place:
    word = row["alive"] if isinstance(row["alive"], dict) else {}
    told_site = word.get("site")
    site: dict[str, Any] = told_site if isinstance(told_site, dict) else {}
    told, rows = _told_cells(word), row["cells"]
    is_word = bool(told) and (row["known_at"] is None or row["seen_at"] >= row["known_at"])
    source, known_at = (WORD, row["seen_at"]) if is_word else (ROWS, row["known_at"])
    if not is_word and not rows:
        source, known_at = NOTHING, row["seen_at"]
    cells = [_cell(one, told.pop(one["id"], {}) if is_word else {}) for one in rows or ()]
    if is_word:
        cells += [_cell(_nothing_known_of(id_), said) for id_, said in told.items()]
    latitude, longitude = coordinates(site.get("latitude"), site.get("longitude"))
    name = site.get("name") if isinstance(site.get("name"), str) else ""
    return Place(
        row["id"], name or row["name"] or row["id"], False, latitude, longitude, tuple(cells), source,
        known_at,
    )  # fmt: skip


def _told_cells(word: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return what a word says of each cell; a word may say anything."""
    cells = word.get("cells")
    told = cells if isinstance(cells, list) else []
    return {
        one["id"]: one for one in told
        if isinstance(one, dict) and isinstance(one.get("id"), str) and _number(one.get("kg")) is not None
    }  # fmt: skip


def _nothing_known_of(id_: str) -> dict[str, Any]:
    """Return a cell as rows would have it that did not come yet."""
    return {
        "id": id_, "name": id_, "species": "", "grade": "", "grade_name": {}, "role": "normal", "open": True,
        "capacity_kg": 0.0, "kg": 0.0, "reserved_kg": 0.0, "quality": {},
    }  # fmt: skip


def _cell(row: Mapping[str, Any], said: Mapping[str, Any]) -> CellStock:
    def number(name: str) -> float:
        found = _number(said.get(name))
        return float(row[name]) if found is None else found

    def text(name: str) -> str:
        found = said.get(name)
        return found if isinstance(found, str) else str(row[name] or "")

    return CellStock(
        row["id"], row["name"], text("species"), text("grade"), row["grade_name"], row["role"], row["open"],
        number("capacity_kg"), number("kg"), number("reserved_kg"), row["quality"],
    )  # fmt: skip


def _farm(farm: Farm) -> Place:
    noted = [one.moved_at for one in farm.cells if one.moved_at is not None]
    return Place(
        farm.id, farm.name, True, farm.latitude, farm.longitude, tuple(map(_farm_cell, farm.cells)), FARM,
        max(noted, default=None), farm.owner, farm.contract,
    )  # fmt: skip


def _farm_cell(cell: FarmCell) -> CellStock:
    return CellStock(
        cell.id, cell.name, cell.species, "", {}, "normal", True, cell.capacity_kg, cell.kg, 0.0, {},
        cell.sure, cell.since or cell.moved_at,
    )  # fmt: skip


def coordinates(latitude: object, longitude: object) -> tuple[float | None, float | None]:
    """Return both where both are a place on earth, else neither."""
    north, east = _number(latitude), _number(longitude)
    if north is None or east is None or abs(north) > 90 or abs(east) > 180:
        return None, None
    return north, east


def mean_of(cells: Iterable[CellStock], species: str) -> dict[str, tuple[float, Mapping[str, Any]]]:
    """Return the mean of each analyte over the cells of a species, weighted by the tonnes that it is known
    of, with the unit and basis. What has another basis, or does not blend to a mean, is left out."""
    sums: dict[str, list[Any]] = {}
    for one in cells:
        if one.species != species or one.kg <= 0:
            continue
        for analyte, said in one.quality.items():
            value, known_t = _number(said.get("value")), _number(said.get("known_t")) or 0.0
            if value is None or known_t <= 0 or analyte == "falling_number":
                continue
            sums.setdefault(analyte, [0.0, 0.0, said])
            if sums[analyte][2].get("basis") == said.get("basis"):
                sums[analyte][0] += value * known_t
                sums[analyte][1] += known_t
    return {analyte: (total / known_t, said) for analyte, (total, known_t, said) in sums.items()}


def _number(told: object) -> float | None:
    is_number = isinstance(told, int | float) and not isinstance(told, bool) and math.isfinite(told)
    return float(told) if is_number else None  # type: ignore[arg-type]
