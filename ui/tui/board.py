"""The board is what the terminal knows of the station, as one frozen value. Screens draw it."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from station.api import schemas
from ui.words.vocabulary import short_name, site_name

TROUBLE = frozenset({"silent", "down", "fault"})

Row = tuple[schemas.VisitRow, schemas.LoadRow]


@dataclass(frozen=True, slots=True)
class Board:
    """`loads` holds the loads in full that a screen needs: the proposed ones and the one that is open.
    `ended` (today), with the day's `photos`, `movements`, `retained` (by list: kept, due, out), the list of
    the `morning` and the `closing` of the next day to close are read while their screen is open; None before
    that.
    `now` is the station's time when it was last heard: ages are counted by the station's clock."""

    now: datetime | None = None
    site: schemas.Site | None = None
    health: schemas.Health | None = None
    visits: tuple[schemas.VisitRow, ...] = ()
    offers: tuple[schemas.Weighing, ...] = ()
    exceptions: tuple[schemas.ExceptionItem, ...] = ()
    devices: tuple[schemas.Device, ...] = ()
    cells: tuple[schemas.Cell, ...] = ()
    tickets: tuple[schemas.Ticket, ...] = ()
    ended: tuple[schemas.EndedLoad, ...] | None = None
    photos: schemas.PhotoDay | None = None
    movements: tuple[schemas.Movement, ...] | None = None
    retained: Mapping[str, tuple[schemas.Retained, ...]] | None = None
    outbound: tuple[schemas.OutboundVisit, ...] = ()
    morning: schemas.DayList | None = None
    closing: schemas.DaySheet | None = None
    loads: Mapping[str, schemas.Load] = field(default_factory=dict)

    def with_live(self, live: schemas.Live | None) -> "Board":
        """Return the board with the newest devices and station time."""
        return self if live is None else replace(self, now=live.now, devices=tuple(live.devices))

    @property
    def offer(self) -> schemas.Weighing | None:
        """Find the offered weight that waits longest."""
        return min(self.offers, key=lambda weighing: weighing.at, default=None)

    @property
    def devices_in_trouble(self) -> tuple[schemas.Device, ...]:
        return tuple(device for device in self.devices if device.state in TROUBLE or device.open_ways)

    @property
    def repeating_devices(self) -> tuple[schemas.Device, ...]:
        """List the devices that say their last result again and again."""
        return tuple(device for device in self.devices if device.repeats)

    @property
    def bridges_not_at_zero(self) -> tuple[schemas.Device, ...]:
        """List the bridges onto which a load came before they had shown zero."""
        return tuple(device for device in self.devices if device.not_at_zero)

    @property
    def held(self) -> list[Row]:
        """List the loads for which a hold is proposed, longest waiting first."""
        return self._longest_first(lambda load: load.state == "proposed" and load.hold)

    @property
    def stopped(self) -> list[Row]:
        """List the loads in which something was found after their decision, longest waiting first."""
        return self._longest_first(lambda load: bool(load.found_since))

    @property
    def lacking(self) -> list[Row]:
        """List the loads that wait for a measurement, longest waiting first."""
        return self._longest_first(lambda load: load.state in ("weighed", "waiting"))

    @property
    def blocking(self) -> list[schemas.ExceptionItem]:
        """List the exceptions that keep a load waiting."""
        return [item for item in self.exceptions if item.blocks]

    def _longest_first(self, waits: Callable[[schemas.LoadRow], bool]) -> list[Row]:
        rows = [(visit, load) for visit in self.visits for load in visit.loads if waits(load)]
        return sorted(rows, key=lambda row: waits_since(*row))

    def visit(self, visit_id: str | None) -> schemas.VisitRow | None:
        return next((visit for visit in self.visits if visit.id == visit_id), None)

    def visit_of_load(self, load_id: str | None) -> schemas.VisitRow | None:
        return next((v for v in self.visits if any(load.id == load_id for load in v.loads)), None)

    def may_be_sample(self, barcode: str) -> bool:
        """Tell whether the site's samples have such barcodes; any may be before the site is known."""
        return self.site is None or bool(re.fullmatch(self.site.barcode_pattern, barcode, re.IGNORECASE))

    def load_with_barcode(self, barcode: str) -> schemas.LoadRow | None:
        rows = (load for visit in self.visits for load in visit.loads)
        return next((load for load in rows if load.barcode == barcode), None)

    @property
    def proposed_loads(self) -> list[schemas.Load]:
        """List the loads whose proposal can be taken as it is (a normal cell), longest waiting first."""
        rows = [row for visit in self.visits for row in visit.loads if row.state == "proposed"]
        loads = (self.loads.get(row.id) for row in rows)
        return [load for load in loads if load is not None and is_plain(load)]

    def pit_name(self, pit_id: str | None) -> str:
        """Name a pit without the word itself ("Pit 2" is "2"): screens say "pit" in their own language."""
        pits = self.site.pits if self.site else []
        return short_name(next((pit.name for pit in pits if pit.id == pit_id), pit_id or ""))

    def cell_name(self, cell_id: str | None) -> str:
        """Name a cell without the word itself, like `pit_name`."""
        return short_name(next((cell.name for cell in self.cells if cell.id == cell_id), cell_id or ""))

    def grade_name(self, cell_id: str | None, language: str) -> str:
        """Name the grade of a cell; empty where it has none."""
        grade = next((cell.grade for cell in self.cells if cell.id == cell_id), None)
        return site_name("grade", grade, language) if grade else ""

    def device_name(self, device_id: str | None) -> str | None:
        """Name a device as the site file does; the id where it is not (or no longer) configured."""
        return next((device.name for device in self.devices if device.id == device_id), device_id)


def waits_since(visit: schemas.VisitRow, load: schemas.LoadRow) -> datetime:
    return load.waits_since or visit.arrived_at


def is_plain(load: schemas.Load) -> bool:
    """Tell whether the load may be accepted without opening it: its proposal, for a normal cell, stands."""
    proposal = load.proposal
    return (
        load.state == "proposed"
        and proposal is not None
        and proposal.cell is not None
        and proposal.pit is not None
        and not proposal.hold
    )
