"""Writes down what comes to the silo on the simulated season: the same seed gives the same trucks."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from math import exp
from random import Random

from drivers.reading import Analyte
from station.demo.season.nature import (
    ANALYZERS,
    DRIFT_DAY,
    FIELDS,
    PHONES,
    Handful,
    draw_grain,
    draw_handful,
)

FIRST_DAY = datetime(2026, 7, 6, tzinfo=UTC)
OPENS, OPEN_H = timedelta(hours=5), 13.0  # from seven in the morning until eight in the evening
FIRST_BARCODE = 2_600_001
SEASON_DAYS = 30
DAYS_AFTER = 10  # until the laboratory has answered; the analyzers are looked after meanwhile
BARLEY_SHARE = 0.35
OPERATORS = ("Camille", "Hugo", "Inès")
SUPPLIERS = (
    "EARL Dupont", "GAEC des Tilleuls", "SCEA Moreau", "EARL Lefèvre", "GAEC du Grand Champ",
    "Ferme de la Motte", "SCEA Chauvin", "EARL Petit", "M. Garnier", "GAEC Rousseau", "SCEA de l'Orme",
    "EARL Blanchard", "GAEC de la Vallée", "EARL du Moulin", "SCEA Fontaine", "Mme Perrin",
)  # fmt: skip
_LETTERS = "ABCDEFGHJKLMNPQRSTVWXYZ"
_VEHICLES = 180


@dataclass(frozen=True, slots=True)
class Vehicle:
    plate: str
    supplier: str
    tare_kg: int


@dataclass(frozen=True, slots=True)
class LoadPlan:
    """One truck with one load. `takes` are the minutes from its arrival to gross, measurement, photo,
    decision and tare. `again`: measured a second time; `elsewhere`: the operator wants another cell
    than proposed."""

    number: int
    arrives: datetime
    takes: tuple[float, float, float, float, float]
    vehicle: Vehicle
    species: str
    variety: str
    barcode: str
    net_kg: int
    tare_kg: int
    grain: Mapping[Analyte, float]
    handful: Handful
    analyzer: str
    phone: str
    operator: str
    again: bool
    elsewhere: bool
    photo: bool = False


@dataclass(frozen=True, slots=True)
class SeasonPlan:
    seed: int
    days: int
    loads: tuple[LoadPlan, ...]

    @property
    def ends(self) -> datetime:
        return day_begins(self.days + 1)


@dataclass(frozen=True, slots=True)
class SeasonSize:
    """How large a season is made; all parts of it are the same at any size. `photos` are inspected by the
    shipped model."""

    days: int = SEASON_DAYS
    loads: int = 1500
    photos: int = 30
    budget: int = 15  # samples sent to the laboratory each day


FULL = SeasonSize()


def day_begins(day: int) -> datetime:
    """The midnight (UTC) at which the `day`th day begins, counted from 1."""
    return FIRST_DAY + timedelta(days=day - 1)


def drift_begins(size: SeasonSize) -> datetime:
    """Day 18 of 30, or as far into a shorter season."""
    return day_begins(round(DRIFT_DAY * size.days / SEASON_DAYS))


def make_plan(seed: int, size: SeasonSize) -> SeasonPlan:
    vehicles = [_vehicle(seed, number) for number in range(_VEHICLES)]
    loads: list[LoadPlan] = []
    for day, count in enumerate(_per_day(seed, size), start=1):
        for place in range(count):
            opens = day_begins(day) + OPENS
            loads.append(_load(seed, len(loads), opens, OPEN_H * 60 / count, place, vehicles))
    return SeasonPlan(seed, size.days, _with_photos(loads, size.photos))


def _per_day(seed: int, size: SeasonSize) -> list[int]:
    """Most of a campaign comes in its middle; on Sundays little does."""
    rng = Random(f"days {seed}")
    weights = []
    for day in range(size.days):
        crowd = exp(-(((day - 0.45 * size.days) / (0.35 * size.days)) ** 2)) + 0.25
        sunday = (FIRST_DAY + timedelta(days=day)).weekday() == 6
        weights.append(crowd * rng.uniform(0.8, 1.2) * (0.45 if sunday else 1.0))
    exact = [size.loads * weight / sum(weights) for weight in weights]
    counts = [int(number) for number in exact]
    by_rest = sorted(range(size.days), key=lambda day: counts[day] - exact[day])
    for day in by_rest[: size.loads - sum(counts)]:
        counts[day] += 1
    return counts


def _load(
    seed: int, number: int, opens: datetime, slot_min: float, place: int, vehicles: list[Vehicle]
) -> LoadPlan:
    rng = Random(f"load {seed} {number}")
    species = "barley" if rng.random() < BARLEY_SHARE else "soft_wheat"
    vehicle = vehicles[(number * 7 + rng.randrange(5)) % _VEHICLES]
    minutes, steps = 0.0, []
    for low, high in ((1.0, 3.0), (1.5, 3.0), (0.4, 1.0), (0.7, 2.0), (5.0, 12.0)):
        minutes += rng.uniform(low, high)
        steps.append(minutes)
    gross, measured, photo, decided, tare = steps
    return LoadPlan(
        number=number,
        arrives=opens + timedelta(minutes=slot_min * (place + rng.uniform(0.1, 0.9))),
        takes=(gross, measured, photo, decided, tare),
        vehicle=vehicle,
        species=species,
        variety=rng.choice(FIELDS[species].varieties),
        barcode=f"{FIRST_BARCODE + number}",
        net_kg=20 * round(rng.gauss(27_500, 1_500) / 20),
        tare_kg=vehicle.tare_kg + 20 * rng.randint(-3, 3),
        grain=draw_grain(rng, species),
        handful=draw_handful(rng),
        analyzer=rng.choice(ANALYZERS),
        phone=rng.choice(PHONES),
        operator=rng.choice(OPERATORS),
        again=rng.random() < 0.03,
        elsewhere=rng.random() < 0.03,
    )


def _vehicle(seed: int, number: int) -> Vehicle:
    rng = Random(f"vehicle {seed} {number}")
    a, b, c, d = (rng.choice(_LETTERS) for _ in range(4))
    plate = f"{a}{b}-{100 + (number * 37) % 900}-{c}{d}"
    return Vehicle(
        plate, SUPPLIERS[(number + seed) % len(SUPPLIERS)], 20 * round(rng.gauss(14_300, 700) / 20)
    )


def _with_photos(loads: list[LoadPlan], photos: int) -> tuple[LoadPlan, ...]:
    """Spread the real photo inspections evenly over the loads of wheat, which the shipped model knows."""
    wheat = [load.number for load in loads if load.species == "soft_wheat"]
    chosen = {wheat[round(i * len(wheat) / photos)] for i in range(photos)} if photos and wheat else set()
    return tuple(replace(load, photo=True) if load.number in chosen else load for load in loads)
