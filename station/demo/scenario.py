"""Writes the script of a simulated day: the same seed gives the same trucks, whatever their number.

Every twenty trucks in a row hold each `Happening` at least once, at fixed places, so that a short day
is already rich. Values are drawn from the field distributions of French harvests: wheat protein about
11.1 % of dry matter, test weight over 76 kg/hl for about half of the loads.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from random import Random
from uuid import UUID

from drivers.reading import Analyte, Basis
from station.demo.scripts import (
    BagScript,
    Happening,
    LoadScript,
    PhotoScript,
    Print,
    TrayScript,
    TruckScript,
    TypedValue,
)

ROUND = (
    Happening.ORDINARY,
    Happening.TRAILER,
    Happening.WRONG_CALIBRATION,
    Happening.REFUSED,
    Happening.NO_BARCODE,
    Happening.NIR_SILENT,
    Happening.COURTESY,
    Happening.OVERRIDE,
    Happening.ORDINARY,
    Happening.BLURRED,
    Happening.LEAVES,
    Happening.MISTYPED_BARCODE,
    Happening.DON_FOUND,
    Happening.ORDINARY,
    Happening.NO_CELL,
    Happening.CANCELLED,
    Happening.TRAILER,
    Happening.STRANGER,
    Happening.ORDINARY,
    Happening.ORDINARY,
)
# Place in the round of a vehicle's second visit -> place of its first one.
RETURNS = {8: 0, 13: 7, 16: 1, 18: 5}

SUPPLIERS = (
    "EARL Dupont", "GAEC des Tilleuls", "SCEA Moreau", "EARL Lefèvre", "GAEC du Grand Champ",
    "Ferme de la Motte", "SCEA Chauvin", "EARL Petit", "M. Garnier", "GAEC Rousseau", "SCEA de l'Orme",
    "EARL Blanchard",
)  # fmt: skip
VARIETIES = {"soft_wheat": ("Chevignon", "KWS Extase", "Complice", "Winner", "RGT Sacramento", "Celebrity"),
             "durum": ("Anvergur", "RGT Voilur")}  # fmt: skip
PRODUCTS = {"soft_wheat": "BLE TENDRE", "durum": "BLE DUR", "barley": "ORGE"}
SHEETS = ("green", "green", "blue")
_LETTERS = "ABCDEFGHJKLMNPQRSTVWXYZ"
_FIRST_BARCODE = 2_600_001
_TWICE_EVERY = 4
_ORGANIC = "organic"


@dataclass(frozen=True, slots=True)
class Grain:
    """Says what a load truly is. Protein is in % of dry matter."""

    moisture: float
    protein: float
    test_weight: float
    temperature: float


@dataclass(frozen=True, slots=True)
class SimulatedVehicle:
    plate: str
    supplier: str
    tare_kg: int


def make_day(seed: int, trucks: int) -> tuple[TruckScript, ...]:
    """Returns the first `trucks` trucks of the day with this seed; a longer day begins with the same
    trucks."""
    if trucks < 1:
        raise ValueError(f"a day needs at least one truck, not {trucks}")
    barcodes = (f"{number}" for number in range(_FIRST_BARCODE, _FIRST_BARCODE + 10 * trucks))
    return tuple(_truck(seed, number, barcodes) for number in range(trucks))


def happening_of(number: int) -> Happening:
    return ROUND[number % len(ROUND)]


def _first_visit(number: int) -> int:
    """Returns the number of the truck whose vehicle this is."""
    place = number % len(ROUND)
    return number - place + RETURNS.get(place, place)


def _truck(seed: int, number: int, barcodes: Iterator[str]) -> TruckScript:
    rng = Random(f"truck {seed} {number}")
    happening = happening_of(number)
    vehicle = _vehicle(seed, _first_visit(number))
    positions = range(2 if happening is Happening.TRAILER else 1)
    loads = tuple(_load(rng, number, happening, position, barcodes) for position in positions)
    return TruckScript(
        number=number,
        happening=happening,
        plate=vehicle.plate,
        supplier=vehicle.supplier,
        is_known=_first_visit(number) != number,
        tare_kg=vehicle.tare_kg + 20 * rng.randint(-3, 3),
        loads=loads,
        bag=_bag(rng, barcodes) if happening is Happening.COURTESY else None,
    )


def _vehicle(seed: int, number: int) -> SimulatedVehicle:
    rng = Random(f"vehicle {seed} {number}")
    letters = [rng.choice(_LETTERS) for _ in range(4)]
    plate = (
        f"{letters[0]}{letters[1]}-{100 + (number * 37 + rng.randrange(37)) % 900}-{letters[2]}{letters[3]}"
    )
    trailer = happening_of(number) is Happening.TRAILER
    tare = rng.gauss(15_600 if trailer else 14_200, 700)
    return SimulatedVehicle(plate, SUPPLIERS[(number + seed) % len(SUPPLIERS)], _to_20(tare))


def _load(
    rng: Random, number: int, happening: Happening, position: int, barcodes: Iterator[str]
) -> LoadScript:
    species = "durum" if happening is Happening.NO_CELL else "soft_wheat"
    organic = happening is Happening.TRAILER and position == 1
    grain = _grain(rng, happening, species)
    barcode = next(barcodes)
    net = rng.gauss(12_800, 900) if happening is Happening.TRAILER else rng.gauss(27_500, 1_500)
    return LoadScript(
        species=species,
        variety=rng.choice(VARIETIES[species]),
        claims=(_ORGANIC,) if organic else (),
        barcode=barcode,
        net_kg=_to_20(net),
        prints=_prints(rng, happening, barcode, species, grain),
        photos=_photos(rng, number, happening, barcode),
        typed=_typed_values(rng, happening, grain),
    )


def _grain(rng: Random, happening: Happening, species: str) -> Grain:
    """Draws values from the field; loads whose visit needs a certain quality are drawn within it."""
    temperature = round(rng.gauss(26.0, 3.0), 1)
    if species == "durum":
        return Grain(_between(rng, 12.8, 0.6, 11.0, 14.0), _between(rng, 13.6, 0.7, 12.0, 15.5),
                     _between(rng, 79.0, 1.2, 76.5, 82.0), temperature)  # fmt: skip
    if happening is Happening.REFUSED:
        return Grain(_between(rng, 18.6, 0.5, 17.6, 19.8), _between(rng, 11.1, 0.8, 9.0, 13.0),
                     _between(rng, 73.5, 1.0, 71.0, 75.5), temperature)  # fmt: skip
    if happening in (Happening.OVERRIDE, Happening.LEAVES, Happening.DON_FOUND):
        return Grain(_between(rng, 13.2, 0.5, 11.5, 14.2), _between(rng, 11.9, 0.4, 11.4, 13.0),
                     _between(rng, 77.8, 0.7, 76.6, 80.0), temperature)  # fmt: skip
    return Grain(_between(rng, 13.0, 0.8, 11.0, 15.8), _between(rng, 11.1, 0.9, 8.8, 13.8),
                 _between(rng, 76.1, 1.8, 71.0, 81.0), temperature)  # fmt: skip


def _prints(rng: Random, happening: Happening, barcode: str, species: str, grain: Grain) -> tuple[Print, ...]:
    named = None if happening is Happening.NO_BARCODE else barcode
    gac = _gac(rng, named, species, grain)
    nir = _nir(rng, named, species, grain)
    if happening is Happening.WRONG_CALIBRATION:
        wrong = _nir(rng, barcode, "barley", replace(grain, protein=grain.protein - 1.4))
        return (gac, replace(wrong, remedy="dismiss"), nir)
    if happening is Happening.MISTYPED_BARCODE:
        return (replace(gac, barcode=_swap_digits(barcode), remedy="assign"), nir)
    if happening is Happening.STRANGER:
        return (replace(_gac(rng, "X" + barcode, species, grain), remedy="dismiss"), gac, nir)
    if happening is Happening.NIR_SILENT:
        return (gac,)
    return (gac, nir)


def _gac(rng: Random, barcode: str | None, species: str, grain: Grain) -> Print:
    values = {
        Analyte.MOISTURE: round(grain.moisture + rng.gauss(0, 0.05), 1),
        Analyte.TEST_WEIGHT: round(grain.test_weight + rng.gauss(0, 0.1), 1),
        Analyte.TEMPERATURE: grain.temperature,
    }
    return Print("gac", barcode, PRODUCTS[species], values)


def _nir(rng: Random, barcode: str | None, species: str, grain: Grain) -> Print:
    moisture = round(grain.moisture + rng.gauss(0, 0.12), 2)
    values = {Analyte.PROTEIN: _protein_as_is(grain, rng.gauss(0, 0.08)), Analyte.MOISTURE: moisture}
    return Print("nir", barcode, PRODUCTS[species], values)


def _protein_as_is(grain: Grain, error: float) -> float:
    return round((grain.protein + error) * (100 - grain.moisture) / 100, 2)


def _typed_values(rng: Random, happening: Happening, grain: Grain) -> tuple[TypedValue, ...]:
    if happening is Happening.NIR_SILENT:
        return (TypedValue(Analyte.PROTEIN, round(_protein_as_is(grain, 0.0), 1), Basis.AS_IS),)
    if happening is Happening.DON_FOUND:
        return (TypedValue(Analyte.DON, float(10 * rng.randint(120, 260))),)
    return ()


def _photos(rng: Random, number: int, happening: Happening, barcode: str) -> tuple[PhotoScript, ...]:
    if happening is Happening.CANCELLED:
        return ()
    sharp = PhotoScript(_uuid(rng), barcode, _tray(rng), twice=number % _TWICE_EVERY == 0)
    if happening is Happening.BLURRED:
        return (PhotoScript(_uuid(rng), barcode, replace(_tray(rng), blurred=True)), sharp)
    return (sharp,)


def _tray(rng: Random) -> TrayScript:
    return TrayScript(
        seed=rng.randrange(1, 2**31),
        kernels=rng.randint(160, 300),
        broken=round(_between(rng, 0.03, 0.02, 0.0, 0.12), 3),
        foreign=round(_between(rng, 0.01, 0.01, 0.0, 0.05), 3),
        sheet=rng.choice(SHEETS),
    )


def _bag(rng: Random, barcodes: Iterator[str]) -> BagScript:
    barcode = next(barcodes)
    grain = _grain(rng, Happening.COURTESY, "soft_wheat")
    return BagScript(barcode, "soft_wheat", (_gac(rng, barcode, "soft_wheat", grain),))


def _swap_digits(barcode: str) -> str:
    """Makes the commonest slip of a typing hand; the result names no sample of the day."""
    return f"{barcode[:-4]}9{barcode[-4:-1]}"


def _between(rng: Random, mean: float, sd: float, low: float, high: float) -> float:
    return min(high, max(low, rng.gauss(mean, sd)))


def _to_20(kg: float) -> int:
    return 20 * round(kg / 20)


def _uuid(rng: Random) -> UUID:
    return UUID(int=rng.getrandbits(128), version=4)
