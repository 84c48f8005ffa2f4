"""The control sample of the simulated season: each analyzer reads it each morning, each phone once a week."""

from datetime import datetime, timedelta
from random import Random

from station.demo.season.delivery import post, upload
from station.demo.season.nature import FIELDS, draw_handful
from station.demo.season.plan import day_begins
from station.demo.season.world import World
from station.receival import samples

BARCODE, SPECIES = "T1", "soft_wheat"
MORNING = timedelta(hours=4, minutes=30)
EVERY_DAYS_PHONE = 7


class ControlSamples:
    def __init__(self, world: World) -> None:
        self._world = world
        self._rng = Random(f"controls {world.plan.seed}")

    def begin(self) -> None:
        agenda = self._world.agenda
        agenda.note(day_begins(1), self._enter)
        for day in range(1, self._world.size.days + 1):
            for name in self._world.nature.analyzers:
                agenda.note(day_begins(day) + MORNING, lambda at, name=name: self._read(name, at))  # type: ignore[misc]
            if day % EVERY_DAYS_PHONE == 1:
                for name in self._world.nature.phones:
                    agenda.note(day_begins(day) + MORNING, lambda at, name=name: self._photograph(name, at))  # type: ignore[misc]

    def _enter(self, at: datetime) -> None:
        world = self._world
        samples.enter_own_sample(
            world.desk, BARCODE, "control", SPECIES, "Échantillon témoin, blé tendre", world.manager, at
        )

    def _read(self, name: str, at: datetime) -> None:
        world = self._world
        values = world.nature.analyzers[name].reads(self._rng, world.nature.control, None, at)
        world.devices.measure(name, BARCODE, FIELDS[SPECIES].product, values, at)

    def _photograph(self, name: str, at: datetime) -> None:
        world, phone = self._world, self._world.nature.phones[name]
        jpeg = world.studio.small(-round(at.timestamp()))
        capture_id = upload(world, name, BARCODE, jpeg, self._rng, at)
        protein = phone.reads_protein(SPECIES, world.nature.control, draw_handful(self._rng))
        post(world, capture_id, SPECIES, protein, None, at)
