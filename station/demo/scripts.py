"""Values say what is going to happen on a simulated day: trucks, their loads, prints and photos."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal
from uuid import UUID

from drivers.reading import Analyte, Basis

Remedy = Literal["none", "assign", "dismiss"]


class Happening(StrEnum):
    """Says what is particular about one truck's visit."""

    ORDINARY = "ordinary"
    TRAILER = "trailer"  # truck and trailer: two loads, the second organic
    WRONG_CALIBRATION = "wrong_calibration"  # the NIR was left on barley: dismissed, measured again
    MISTYPED_BARCODE = "mistyped_barcode"  # two digits swapped at the GAC: assigned by a person
    REFUSED = "refused"  # far too wet
    NO_BARCODE = "no_barcode"  # nobody scanned at the analyzers: paired by the window
    COURTESY = "courtesy"  # the farmer brings a bag of his own
    NIR_SILENT = "nir_silent"  # the protein is typed
    OVERRIDE = "override"  # the operator chooses another cell, with a reason
    LEAVES = "leaves"  # the supplier does not like the result
    BLURRED = "blurred"  # the first photo is refused, a second one is taken
    DON_FOUND = "don_found"  # a strip test over the limit is typed: quarantine
    NO_CELL = "no_cell"  # durum, for which this silo has no cell: hold
    CANCELLED = "cancelled"  # entered in error
    STRANGER = "stranger"  # a reading of a sample nobody knows: dismissed


@dataclass(frozen=True, slots=True)
class Print:
    """One result that an analyzer sends. `values` are as the analyzer shows them (protein as is).

    `barcode` None: nobody scanned it there. `remedy`: what a person does with it in the exceptions."""

    device: Literal["gac", "nir"]
    barcode: str | None
    product: str
    values: Mapping[Analyte, float]
    remedy: Remedy = "none"


@dataclass(frozen=True, slots=True)
class TrayScript:
    """The grain spread on the tray and the sheet under it; `blurred`: the phone moved."""

    seed: int
    kernels: int
    broken: float
    foreign: float
    sheet: str
    blurred: bool = False


@dataclass(frozen=True, slots=True)
class PhotoScript:
    """One upload. `twice`: the phone did not hear the answer and sends it again."""

    id: UUID
    barcode: str
    tray: TrayScript
    twice: bool = False


@dataclass(frozen=True, slots=True)
class TypedValue:
    analyte: Analyte
    value: float
    basis: Basis | None = None


@dataclass(frozen=True, slots=True)
class LoadScript:
    species: str
    variety: str
    claims: tuple[str, ...]
    barcode: str
    net_kg: int
    prints: tuple[Print, ...]
    photos: tuple[PhotoScript, ...]
    typed: tuple[TypedValue, ...] = ()


@dataclass(frozen=True, slots=True)
class BagScript:
    """A courtesy sample: grain of the farmer's own, that no load stands for."""

    barcode: str
    species: str
    prints: tuple[Print, ...]


@dataclass(frozen=True, slots=True)
class TruckScript:
    """`is_known`: this vehicle came earlier on the same day, so its last tare is known."""

    number: int
    happening: Happening
    plate: str
    supplier: str
    is_known: bool
    tare_kg: int
    loads: tuple[LoadScript, ...]
    bag: BagScript | None = None

    def kg_without(self, tipped: Collection[int] = ()) -> int:
        """Returns the vehicle's weight once the loads at these positions (from 0) are off."""
        return self.tare_kg + sum(x.net_kg for at, x in enumerate(self.loads) if at not in tipped)
