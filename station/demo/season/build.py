"""A season is made: the site is written, people enter, and every act of thirty days is done in its order."""

import gc
import os
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from string import Template
from typing import Any

from drivers.reading import Analyte
from station.acts.desk import Actor, Desk
from station.demo.season.agenda import Agenda
from station.demo.season.control_samples import ControlSamples
from station.demo.season.delivery import Delivery
from station.demo.season.devices import SERIALS, Devices
from station.demo.season.laboratory import Laboratory
from station.demo.season.nature import PHONES, draw_nature
from station.demo.season.photos import Studio
from station.demo.season.plan import (
    FIRST_DAY,
    OPERATORS,
    SeasonPlan,
    SeasonSize,
    day_begins,
    drift_begins,
    make_plan,
)
from station.demo.season.quality import QualityManager
from station.demo.season.truth import Truth
from station.demo.season.unsynced import UnsyncedBlobs, UnsyncedLedger
from station.demo.season.world import World
from station.demo.site import RULES
from station.receival.measuring import claims
from station.receival.persons import people
from station.runtime.bundles import FOLDER, ship
from station.runtime.renewal import renew_here
from station.site.file import SiteSettings
from station.site.policy import keeping_of, policy_of, watching_of
from station.site.read import load_settings, rule_pack_texts
from station.site.reference import load_site
from station.store.blobs import Blobs
from station.store.tables import Terminal

HERE = Path(__file__).parent
MANAGER, PIN, PASSWORD = "Marc", "2468", "moisson-2026"
CLOSES = timedelta(hours=19)
SITE_FILE, DATA = "site.toml", "data"


@dataclass(slots=True)
class Made:
    """When the season ended, its busiest day, and how long each part of its making took."""

    ended: datetime = FIRST_DAY
    busiest: str = ""
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        begin = time.perf_counter()
        yield
        self.seconds[name] = round(time.perf_counter() - begin, 1)

    def as_dict(self) -> dict[str, Any]:
        return {
            "ended": self.ended.isoformat(), "busiest": self.busiest, "seconds": self.seconds,
        }  # fmt: skip


def write_season_site(folder: Path, *, listen: int = 0, ports: tuple[int, int, int] = (1, 2, 3)) -> Path:
    """Write the site file and its rule pack; `ports` are where bridge and analyzers are reached."""
    folder.mkdir(parents=True, exist_ok=True)
    pack = RULES.read_text(encoding="utf-8") + (HERE / "barley.toml").read_text(encoding="utf-8")
    (folder / "rules.toml").write_text(pack, encoding="utf-8")
    bridge, nir1, nir2 = ports
    text = Template((HERE / "site.toml").read_text(encoding="utf-8")).substitute(
        listen=listen, bridge=bridge, nir1=nir1, nir2=nir2
    )
    file = folder / SITE_FILE
    file.write_text(text, encoding="utf-8")
    return file


def build_season(
    folder: Path, truth_file: Path, seed: int, size: SeasonSize, *,
    tell: Callable[[str], None] = lambda _text: None,
) -> Made:  # fmt: skip
    """Make the season in `folder` (site file and data), and say in `truth_file` what was true."""
    made = Made()
    file = write_season_site(folder)
    settings = load_settings(file)
    plan = make_plan(seed, size)
    with (
        Studio(seed, [load.number for load in plan.loads if load.photo]) as studio,  # before anything is open
        closing(UnsyncedLedger(folder / settings.site.data)) as ledger,
        _unhurried(),
    ):
        desk = Desk(ledger, policy_of(settings), keeping_of(settings), watching_of(settings))
        with made.part("site"):
            world = _furnish(desk, file, settings, plan, size, studio)
        with made.part("season"), closing(world.devices):
            _play(world, tell)
        made.ended = world.agenda.now or made.ended
        days = Counter(load.arrives.date() for load in plan.loads)
        made.busiest = days.most_common(1)[0][0].isoformat()
        with made.part("pages"):
            renew_here(desk, made.ended)
    with made.part("disk"):
        os.sync()
    world.truth.write(truth_file)
    return made


def _furnish(
    desk: Desk, file: Path, settings: SiteSettings, plan: SeasonPlan, size: SeasonSize, studio: Studio
) -> World:
    """The site begins on the eve of the first day."""
    begins, data = day_begins(0), desk.ledger.folder
    load_site(desk, settings, file, rule_pack_texts(settings, file), begins)
    ship(desk, Blobs(data / FOLDER), settings.site.species, begins)
    persons, phones = _people(desk), _phones(desk)
    truth = Truth(plan.seed, settings.quality.tolerance[Analyte.PROTEIN])
    world = World(
        desk, size, plan, draw_nature(plan.seed, drift_begins(size)), truth, Agenda(),
        Devices(desk, data / "frames"), UnsyncedBlobs(data / "photos"), studio,
        people=persons, manager=persons[MANAGER], phones=phones,
    )  # fmt: skip
    _say_nature(world)
    return world


@contextmanager
def _unhurried() -> Iterator[None]:
    """The collector need not look again and again at what is loaded for good."""
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def _people(desk: Desk) -> dict[str, Actor]:
    """The operators share one terminal; the manager sits in the office."""
    begins = day_begins(0)
    bridge, _ = people.add_terminal(desk, "Terminal du pont", "terminal", begins)
    office, _ = people.add_terminal(desk, "Bureau", "terminal", begins)
    actors = {}
    for name in (*OPERATORS, MANAGER):
        roles = ["manager"] if name == MANAGER else ["operator"]
        person = people.add_person(desk, name, PIN, roles, "fr", begins)
        people.set_password(desk, person.id, PASSWORD, begins)
        terminal = office if name == MANAGER else bridge
        actors[name] = Actor(person.id, name, terminal.id, frozenset(roles))
    return actors


def _phones(desk: Desk) -> dict[str, Terminal]:
    """The application holds one token on each phone."""
    return {name: people.add_terminal(desk, name, "app", day_begins(0))[0] for name in PHONES}


def _say_nature(world: World) -> None:
    nature = world.nature
    world.truth.said = {
        "days": world.size.days,
        "tolerance": world.truth.tolerance,
        "analyzers": {
            name: {
                "serial": SERIALS[name],
                "bias": one.bias,
                "drift": {"since": one.drift.since.isoformat(), "rate_per_day": one.drift.rate_per_day}
                if one.drift
                else None,
            }
            for name, one in nature.analyzers.items()
        },
        "phones": {
            world.phones[name].id: {
                "name": name,
                "model": one.model.name,
                "compression": one.model.compression,
                "reads_high": name == nature.high,
            }
            for name, one in nature.phones.items()
        },
    }


def _play(world: World, tell: Callable[[str], None]) -> None:
    controls = ControlSamples(world)
    controls.begin()
    QualityManager(world, controls).begin()
    Laboratory(world).begin()
    for load in world.plan.loads:
        world.agenda.note(load.arrives, Delivery(world, load).arrive)
    for day in range(1, world.size.days + 1):
        world.agenda.note(day_begins(day) + CLOSES, lambda at, day=day: _close(world, day, tell, at))  # type: ignore[misc]
    world.agenda.play()


def _close(world: World, day: int, tell: Callable[[str], None], at: datetime) -> None:
    """In the evening no photo waits any more: of these only the application speaks."""
    for capture_id in world.posted:
        claims.release_claim(world.desk, capture_id, at, give_up=True)
    world.posted.clear()
    world.desk.ledger.checkpoint()
    tell(f"{day}/{world.size.days}")
