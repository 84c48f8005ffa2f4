"""What people, trucks and the program do on the season-day, at the box that is the station then."""

import heapq
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import httpx2
from sqlalchemy import Engine

from station.signing import PublicKey
from tests.api.rig import ok, wait_until
from tests.post.post_rig import memory_hub
from tests.season_day.box import Box, begin_disk, enrol, running_box, taken_over
from tests.season_day.program import Program
from tests.season_day.trucks import BADGES, Truck
from tests.season_day.yard import Yard, at, write_site

PINS = {"Anne": "2468", "Paul": "3579", "Marc": "1357"}
ROLES = {"Anne": "operator", "Paul": "operator", "Marc": "manager"}
KEPT = 10  # of each tenth sample a part is kept
TURN = timedelta(minutes=15)
TIPPING = timedelta(minutes=13)  # from the decision to the empty vehicle's weight


@dataclass
class Day:
    """`operator` sits at the bridge, `manager` in the office; `program` issues the bons beside them."""

    folder: Path
    yard: Yard
    hub: Engine = field(default_factory=memory_hub)
    _plug: ExitStack = field(default_factory=ExitStack)
    tokens: dict[str, str] = field(default_factory=dict)
    open: dict[str, Truck] = field(default_factory=dict)  # by visit, in the order in which they came
    received: list[Truck] = field(default_factory=list)
    measured: list[Truck] = field(default_factory=list)
    decided: list[Truck] = field(default_factory=list)
    ended: dict[str, str] = field(default_factory=dict)  # the outcome of loads that end without a ticket
    out_kg: int = 0
    _agenda: list[tuple[datetime, int, Callable[[], None]]] = field(default_factory=list)
    _serial: "count[int]" = field(default_factory=count)
    box: Box = field(init=False)
    papers_key: PublicKey = field(init=False)  # as a mill has it
    operator: httpx2.Client = field(init=False)
    manager: httpx2.Client = field(init=False)
    program: Program = field(init=False)

    # --- the box and its people -----------------------------------------------------------------------------
    def start(self, name: str) -> None:
        """The first box, its second disk, headquarters, three persons and their tokens."""
        self.run_box(name, write_site(self.folder / name, self.yard, self.folder / "disk", BADGES))
        begin_disk(self.box, self.folder / "disk")
        self.papers_key = enrol(self.box)
        with self.box.client() as admin:
            for person, pin in PINS.items():
                body = {"name": person, "pin": pin, "roles": [ROLES[person]]}
                ok(admin.post("/admin/people", json=body), 201)
            for token, kind in (("bridge", "terminal"), ("office", "terminal"), ("gestion", "erp")):
                made = ok(admin.post("/admin/tokens", json={"name": token, "kind": kind}), 201)
                self.tokens[token] = made["token"]
        self.program = Program(self.box.client(self.tokens["gestion"]))
        self._turn()

    def run_box(self, name: str, site: Path) -> None:
        self.box = self._plug.enter_context(running_box(name, site, self.yard, self.hub))

    def close(self) -> None:
        self._plug.close()

    def swap(self, name: str, last_ticket: int) -> None:
        """The box is dead; its spare takes over, with the number on the last paper."""
        self._plug.close()
        disk = self.folder / "disk"
        self.run_box(name, taken_over(self.box, disk, self.folder / name, last_ticket, self.now))
        self.manager, self.operator = self.sign_in("Marc", "office"), self.sign_in("Paul", "bridge")
        self.program.http = self.box.client(self.tokens["gestion"])
        self.yard.show_zero()

    def sign_in(self, person: str, place: str) -> httpx2.Client:
        with self.box.client(self.tokens[place]) as terminal:
            signed = ok(terminal.post("/sign-in", json={"name": person, "pin": PINS[person]}))
        return self.box.client(self.tokens[place], signed["token"])

    # --- time -----------------------------------------------------------------------------------------------
    @property
    def now(self) -> datetime:
        return self.yard.time.now

    def wait_for(self, clock: str) -> None:
        """Let the day go on until the clock on the wall shows so: trucks that are due act, and every quarter
        of an hour the station's timetable turns and the program reads."""
        self._pass(at(clock))

    def wait(self, some: timedelta) -> None:
        self._pass(self.now + some)

    def later(self, when: datetime, act: Callable[[], None]) -> None:
        heapq.heappush(self._agenda, (when, next(self._serial), act))

    def _pass(self, then: datetime) -> None:
        while self._agenda and self._agenda[0][0] <= then:
            when, _, act = heapq.heappop(self._agenda)
            self.yard.time.wait_until(max(when, self.now))
            act()
        self.yard.time.wait_until(max(then, self.now))

    def _turn(self) -> None:
        self.later(self.now + TURN, self._turn)
        self.turn()

    def turn(self) -> None:
        self.yard.show_zero()
        self.box.turn()
        self.program.read()

    def announce(self, some: Sequence[Truck]) -> None:
        """The program says what it expects."""
        for truck in some:
            if truck.how == "announced":
                self.program.announce(truck.shown, truck.announcement())

    # --- trucks ---------------------------------------------------------------------------------------------
    def trucks(self, some: Iterable[Truck], until: str) -> None:
        """They come evenly until then; each is weighed empty when it has tipped."""
        coming = list(some)
        begin, step = self.now, (at(until) - self.now) / len(coming)
        for number, truck in enumerate(coming):
            self.later(begin + number * step, partial(self.receive, truck))
        self.wait_for(until)

    def receive(self, truck: Truck, again: str = "") -> None:
        self.come(truck, again)
        self.later(self.now + TIPPING, partial(self.leave, truck))

    def come(self, truck: Truck, again: str = "") -> None:
        """A truck from its arrival to its decision; `again`: why its sample is measured twice."""
        self.arrive(truck)
        self.weigh(truck, truck.gross_kg, "first")
        self.measure(truck)
        if again:
            self.measure_again(truck, again)
        self.decide(truck)

    def arrive(self, truck: Truck) -> None:
        """Nobody types a plate where a code or a badge says it."""
        if truck.how == "hand":
            visit = ok(self.operator.post("/visits", json=truck.arrival()), 201)
        else:
            [who] = ok(self.operator.get("/identification", params={"text": truck.shown}))
            if truck.how == "announced":
                here = {"barcodes": [truck.barcode]}
                visit = ok(self.operator.post(f"/announced/{who['announced']['id']}/arrive", json=here), 201)
            else:
                known = {"plate": who["plate"], "supplier": who["vehicle"]["supplier"]}
                visit = ok(self.operator.post("/visits", json=truck.arrival() | known), 201)
        truck.visit, truck.load = visit["id"], visit["loads"][0]["id"]
        self.open[truck.visit] = truck

    def weigh(self, truck: Truck, kg: int, role: str, **said: Any) -> Any:
        weighing = self.taken(kg)
        body = {"visit_id": truck.visit, "role": role, **said}
        return ok(self.operator.post(f"/weighings/{weighing}/confirm", json=body))

    def taken(self, kg: int) -> str:
        """The bridge's rule takes a weight; its identifier."""
        self.yard.weigh(kg)
        found: list[str] = []

        def is_offered() -> bool:
            rows = ok(self.operator.get("/weighings", params={"state": "offered"}))
            found[:] = [row["id"] for row in rows if row["kg"] == kg]
            return bool(found)

        wait_until(is_offered)
        return found[0]

    def measure(self, truck: Truck) -> None:
        self.yard.measure(truck.barcode, truck.species, truck.values)
        wait_until(lambda: (load := self.load(truck))["proposal"] and not load["missing"])
        self.measured.append(truck)

    def measure_again(self, truck: Truck, why: str) -> None:
        ok(self.operator.post(f"/loads/{truck.load}/retest", json={"reason": why}))
        before = len(self.load(truck)["readings"])
        self.yard.measure(truck.barcode, truck.species, truck.values)
        wait_until(lambda: len(self.load(truck)["readings"]) == before + 2)

    def load(self, truck: Truck) -> Any:
        return ok(self.operator.get(f"/loads/{truck.load}"))

    def decide(self, truck: Truck) -> Any:
        """The operator accepts what is proposed."""
        proposal = self.load(truck)["proposal"]
        body = {"proposal_id": proposal["id"], "cell": proposal["cell"], "pit": proposal["pit"]}
        truck.cell, truck.pack = proposal["cell"], proposal["rule_pack"]
        self.decided.append(truck)
        return ok(self.operator.post(f"/loads/{truck.load}/decision", json=body), 201)

    def leave(self, truck: Truck, **said: Any) -> None:
        """The empty vehicle's weight confirms the tipping."""
        done = self.weigh(truck, truck.tare_kg, "last", **said)
        [ticket] = done["tickets"]
        assert ticket["net_kg"] == truck.net_kg
        truck.ticket = ticket["number"]
        if truck.number % KEPT == 0:
            truck.kept = ok(self.operator.post(f"/loads/{truck.load}/retained", json={}), 201)["number"]
        self.gone(truck)
        self.received.append(truck)

    def gone(self, truck: Truck, outcome: str = "") -> None:
        del self.open[truck.visit]
        if outcome:
            self.ended[truck.load] = outcome

    # --- the rest of the day --------------------------------------------------------------------------------
    def control(self, barcode: str, protein: float) -> Any:
        """The NIR measures the control sample; its newest check."""
        before = self._checks()
        self.yard.measure(barcode, "soft_wheat", {"protein": protein})
        wait_until(lambda: self._checks() != before)
        return self._checks()[0]

    def _checks(self) -> Any:
        return ok(self.operator.get("/controls/due"))["controls"]

    def load_out(self, row: Any, role: str, kg: int, **said: Any) -> Any:
        """A buyer's vehicle is weighed."""
        body = {"weighing": self.taken(kg), "role": role, **said}
        return ok(self.operator.post(f"/outbound/{row['id']}/weigh", json=body))

    def content_t(self, cell: str) -> float:
        [found] = [one["content_t"] for one in ok(self.operator.get("/cells")) if one["id"] == cell]
        return float(found)

    def hand_over(self, comes: str, seen: Sequence[str]) -> None:
        body = {"comes": comes, "pin": PINS[comes], "visits": list(seen)}
        signed = ok(self.operator.post("/hand-over", json=body))
        self.operator = self.box.client(self.tokens["bridge"], signed["token"])
