"""Whatever keys are pressed: nothing is decided, ended or dismissed that was not the marked one."""

import random
from dataclasses import dataclass, field

import pytest

from station.receival.arrivals.visits import NewLoad
from station.store import pages, queries
from tests.silo_rig import Silo
from tests.ui.events import events_of
from tests.ui.rig import Station
from tests.ui.terminal import Terminal, terminal
from ui.tui.keys import KEYS
from ui.tui.screens.base import StationScreen
from ui.tui.screens.exceptions import ExceptionsScreen
from ui.tui.screens.load import LoadScreen
from ui.tui.screens.queue import QueueScreen
from ui.tui.widgets.rows import Rows

ROUNDS = 90
# Keys that lead somewhere come often; signing out and quitting would end the walk.
LEADING = [
    "enter",
    "enter",
    "enter",
    "down",
    "down",
    "up",
    "f5",
    "f6",
    "f7",
    "f8",
    "f8",
    "f4",
    "f2",
    "escape",
]
EVERY = [key for one in KEYS.values() for key in one.pressed.split(",") if key != "ctrl+q"]
TYPED = [*"xb101vx", *"AB-123-CD", "space"]
OF_A_LOAD = ("decision_made", "load_refused", "load_left", "visually_checked", "approval_asked")
OF_A_VISIT = ("weighing_confirmed", "visit_cancelled", "ticket_issued")


ACTS = (*OF_A_LOAD, *OF_A_VISIT, "weighing_dismissed", "exception_assigned", "exception_dismissed")


@dataclass
class Marked:
    """What the terminal showed as marked when a person could last see it, dialogs apart: a dialog is about
    what was marked when it opened."""

    loads: set[str] = field(default_factory=set)
    visits: set[str] = field(default_factory=set)
    weighings: set[str] = field(default_factory=set)
    items: set[str] = field(default_factory=set)

    def look(self, t: Terminal) -> None:
        screen = t.app.screen
        if not isinstance(screen, StationScreen):
            return
        self.loads, self.visits, self.weighings, self.items = set(), set(), set(), set()
        row = screen.selected_load if isinstance(screen, QueueScreen | LoadScreen) else None
        visit = t.app.board.visit_of_load(row.id) if row else None
        if row is not None:
            self.loads.add(row.id)
        if visit is not None:
            self.visits.add(visit.id)
        question = screen.question if isinstance(screen, QueueScreen) else None
        if question is not None and question.offer is not None:
            self.weighings.add(question.offer.id)
        if isinstance(screen, ExceptionsScreen):
            marked = screen.query_one("#rows", Rows).marked
            self.items = screen._several | ({marked} if marked else set())


def is_shown(t: Terminal, silo: Silo) -> bool:
    """Tell whether the terminal has read what waits now: a person looks before the next key."""
    with silo.desk.ledger.read() as tx:
        offers = [weighing.id for weighing in pages.offered_weighings(tx, 0, 50)]
        waiting = {pairing.item_id for pairing in queries.unpaired(tx)}
    board = t.app.board
    return [one.id for one in board.offers] == offers and {one.id for one in board.exceptions} == waiting


def yard(silo: Silo) -> None:
    """Loads in every state of the queue, two weights on the bridge's list, values that wait."""
    for number, plate in enumerate(("AA-111-AA", "BB-222-BB", "CC-333-CC")):
        visit = silo.arrive(plate, NewLoad("soft_wheat", barcode=f"A{number}"))
        silo.confirm(43_000 + number, visit, "first")
        silo.measure_well(visit)
        if number == 0:
            silo.decide(silo.loads(visit)[0])
    silo.arrive("DD-444-DD", NewLoad("soft_wheat", barcode="A7"), NewLoad("barley", barcode="A8"))
    silo.arrive("EE-555-EE", NewLoad("barley", barcode="A9"))
    silo.weigh(15_240)
    silo.weigh(41_000)
    for barcode in ("X1", "X2"):
        silo.measure("gac", {"moisture": 13.0}, barcode)


SEEDS = [0, *(pytest.param(seed, marks=pytest.mark.long) for seed in range(1, 6))]


@pytest.mark.parametrize("seed", SEEDS)
async def test_no_key_acts_on_anything_but_what_is_marked(station: Station, seed: int) -> None:
    silo, chance = station.silo, random.Random(seed)
    yard(silo)
    async with terminal(station, "en") as t:
        await t.see("AA-111-AA", "15,240 kg")
        seen = len(events_of(silo))
        marked = Marked()
        done: list[str] = []
        for step in range(4 * ROUNDS):
            if step >= ROUNDS and done:
                break
            if t.app.client.person is None:  # the menu let another one sign in
                await t.sign_in()
            await t.until(lambda: is_shown(t, silo), "the board")
            marked.look(t)
            key = chance.choice(chance.choices((LEADING, EVERY, TYPED), (6, 2, 2))[0])
            await t.press(key)
            await t.until(lambda: not t.app._is_acting, "the act")
            news = events_of(silo)[seen:]
            seen += len(news)
            done += [event.kind for event in news if event.kind in ACTS]
            for event in news:
                if event.kind in OF_A_LOAD:
                    assert event.load_id in marked.loads, (key, event)
                elif event.kind in OF_A_VISIT:
                    assert event.visit_id in marked.visits, (key, event)
                elif event.kind == "weighing_dismissed":
                    assert event.subject_id in marked.weighings, (key, event)
                elif event.kind in ("exception_assigned", "exception_dismissed"):
                    assert event.subject_id in marked.items, (key, event)
            if chance.random() < 0.1:
                silo.clock.pass_(seconds=chance.choice((1, 45)))
    assert done, "nothing was done: the walk proves nothing"
