"""A box of the season-day: a whole station on a data folder, by the yard's clock, and its line to the hub.

The parts are those that `station.app` puts together. What its timetable does in the background is done by
`Box.turn`: a simulated hour has no seconds to wait for.
"""

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

import httpx2
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Engine

from station import jobs, kernel_time, parts
from station.acts.desk import Actor, Desk
from station.backup.disk import Disk
from station.backup.keeper import Keeper, find_taken_over
from station.backup.station_files import Box as Place
from station.backup.station_files import box_of
from station.backup.taking_over import TakeOver, take_over
from station.backup.writing import Order, make_backup
from station.clock import StationClock
from station.http_server import HttpServer
from station.hub import giving_back
from station.lab.sent_results import take_up
from station.parts import Parts, open_parts
from station.post.folder import BagFolder
from station.post.identity import write_key
from station.post.said import HubAnswer
from station.receival.clocks.timekeeper import Timekeeper
from station.receival.papers.late_values import take_all
from station.receival.papers.paper_seals import public_key
from station.receival.restoring.reconciling import Sources, reconcile
from station.receival.restoring.recovering import Recovered
from station.runtime.devices import Devices
from station.runtime.health import Vitals
from station.runtime.intake import Intake
from station.runtime.light_box import LightBox
from station.runtime.ports import Ports
from station.runtime.print_room import PrintRoom
from station.service_manager import manager_of
from station.signing import PublicKey
from station.site.read import load_settings, rule_pack_texts
from station.site.reference import load_site
from station.store import names, queries
from tests.post.post_rig import HUB, Post
from tests.season_day.yard import MIDNIGHT, Yard

SITE = "beaulieu"
ADMIN = "admin-token-of-the-season-day"


@dataclass
class Box:
    name: str
    parts: Parts
    clock: StationClock
    keeper: Keeper
    post: Post
    url: str
    sent: set[str] = field(default_factory=set)

    @property
    def desk(self) -> Desk:
        return self.parts.desk

    @property
    def place(self) -> Place:
        """What a spare box needs of it."""
        return replace(box_of(self.parts.file, self.parts.settings), name=self.name)

    def client(self, token: str = ADMIN, person: str = "") -> httpx2.Client:
        headers = {"Authorization": f"Bearer {token}", "Accept-Language": "en"}
        headers |= {"Silo-Person": person} if person else {}
        return httpx2.Client(base_url=f"{self.url}/api/v1", headers=headers, timeout=20, verify=False)

    def turn(self) -> None:
        """Do what the timetable does: late values, the second disk, and a bag to headquarters."""
        take_up(self.desk.ledger, self.clock())
        take_all(self.desk, self.clock())
        self.keeper.step()
        self.settle()

    def settle(self) -> None:
        """Seal what changed; headquarters takes the bag and applies it."""
        self.post._now = self.clock()
        self.post.seal()
        for bag in self.post.bags():
            if bag.sha256 not in self.sent:
                assert self.post.deliver(bag.number, bag.epoch).status == 200
                self.sent.add(bag.sha256)
        self.post.apply_all()

    def reconcile(self) -> Recovered:
        """Take back what headquarters knows."""
        installer = Actor(names.INSTALLER, names.INSTALLER)
        return reconcile(self.desk, self.post.folder, Sources(self.give_after), installer, self.clock())

    def give_after(self, epoch: str, number: int, sha256: str) -> HubAnswer | bytes:
        """Ask headquarters for the bag behind one."""
        place = giving_back.Place(epoch, number, sha256)
        with self.post.hub.connect() as connection:
            given = giving_back.bag_after(connection, HUB, SITE, place, self.clock())
        if isinstance(given, bytes):
            return given
        return HubAnswer(given.status, given.reason, given.epoch, given.have, given.sha256, given.detail)


@contextmanager
def running_box(name: str, site_file: Path, yard: Yard, hub: Engine) -> Iterator[Box]:
    """A station that is read, served and posted until the block ends."""
    settings = load_settings(site_file)
    assert settings.backup is not None
    with ExitStack() as stack:
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        patch.setattr(parts, "use_zone", lambda _name: None)  # the zone of this process is the tests' own
        made = stack.enter_context(open_parts(site_file, settings, start=MIDNIGHT))
        desk, ledger = made.desk, made.desk.ledger
        with ledger.read() as tx:
            recorded = queries.last_event_at(tx)
        clock = StationClock(wall=yard.time, ticks=yard.time.ticks, not_before=recorded or MIDNIGHT)
        load_site(desk, settings, site_file, rule_pack_texts(settings, site_file), clock())
        ports = Ports(settings, site_file, ledger, clock)
        intake = Intake(desk, ports.drivers(), ledger.folder / "frames", settings.weighing_rule(), clock)
        port_ids = [one.id for one in settings.instruments]
        devices = Devices(port_ids, ports, intake, ledger, clock, desk.policy.day)
        own = replace(box_of(site_file, settings), name=name)
        keeper = Keeper(ledger, own, settings.backup, "TAKE OVER", clock, lambda: True)
        light_box = LightBox(desk, made.photos, made.bundles, clock, enabled=False)
        vitals = Vitals(
            ledger, clock, intake, light_box, jobs.Watch(ledger), devices, None, keeper,
            print_room=PrintRoom(desk, clock),
        )  # fmt: skip
        context = replace(
            made.context(ADMIN), clock=clock, timekeeper=Timekeeper(desk, clock, kernel_time.boot()),
            live=devices.live, health=vitals.facts, new_sample=devices.new_sample,
            settle_zero=devices.settle_zero, check_wiring=ports.check, replug=devices.replug,
        )  # fmt: skip
        server = HttpServer(context, settings, ledger.folder, manager_of({}))
        stack.enter_context(_serving(server))
        stack.enter_context(intake.running())
        post = Post(ledger, BagFolder(ledger.folder / "post"), hub, SITE)
        yield Box(name, made, clock, keeper, post, server.url)


@contextmanager
def _serving(server: HttpServer) -> Iterator[None]:
    thread = threading.Thread(target=server.run, name="counter")
    thread.start()
    try:
        yield
    finally:
        server.stop()
        thread.join(timeout=10)
        assert not thread.is_alive()


def begin_disk(box: Box, folder: Path) -> None:
    """An installer begins the second disk."""
    folder.mkdir(mode=0o700)
    order = Order(
        box.place, lambda part: box.desk.ledger.copy_to(part, lambda: False, pages=250), epoch=0, keep=6,
        page="", begin=True,
    )  # fmt: skip
    make_backup(Disk(folder), order, box.clock(), lambda: None)


def enrol(box: Box) -> PublicKey:
    """The silo becomes known at headquarters; return the key that its papers are verified by."""
    key = Ed25519PrivateKey.generate()
    write_key(box.desk.ledger.folder, key)
    with box.post.hub.begin() as connection:
        connection.execute(HUB.tables["hub_station"].insert().values(id=SITE, added_at=box.clock()))
    box.post.enrol()
    return public_key(key)


def taken_over(old: Box, disk: Path, folder: Path, last_ticket: int, now: datetime) -> Path:
    """A spare box takes over from the second disk; return its site file. The old one, plugged in again, is
    told so."""
    site = folder / "site.toml"
    folder.mkdir()
    wanted = TakeOver(site, folder / "data", SITE, folder.name, {"2026": last_ticket}, is_new_box=True)
    take_over(Disk(disk), wanted, now, lambda: None)
    assert find_taken_over(old.place, disk, now).later == Disk(disk).epoch()
    return site
