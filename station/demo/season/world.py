"""The desk, people, devices and phones of the simulated season, as its acts need them."""

from dataclasses import dataclass, field

from station.acts.desk import Actor, Desk
from station.demo.season.agenda import Agenda
from station.demo.season.devices import Devices
from station.demo.season.nature import Nature
from station.demo.season.photos import Studio
from station.demo.season.plan import LoadPlan, SeasonPlan, SeasonSize
from station.demo.season.truth import Truth
from station.store.blobs import Blobs
from station.store.tables import Terminal


@dataclass(slots=True)
class World:
    desk: Desk
    size: SeasonSize
    plan: SeasonPlan
    nature: Nature
    truth: Truth
    agenda: Agenda
    devices: Devices
    photos: Blobs
    studio: Studio
    people: dict[str, Actor]
    manager: Actor
    phones: dict[str, Terminal]
    kept: dict[str, LoadPlan] = field(default_factory=dict)  # by the number of the retained sample
    load_ids: dict[int, str] = field(default_factory=dict)  # by the number in the plan
    posted: list[str] = field(default_factory=list)  # captures of which only the application speaks
