"""Enter and the other keys of the queue act on the marked line and on nothing else."""

import pytest

from station.receival.arrivals import visits
from station.receival.arrivals.visits import NewLoad
from station.store import queries
from station.store.tables import Load, Visit
from tests.silo_rig import MARC, Silo
from tests.ui.rig import Station
from tests.ui.terminal import Terminal, terminal
from ui.tui.screens.load import LoadScreen
from ui.tui.screens.queue import QueueScreen

pytestmark = pytest.mark.long


def proposed(silo: Silo, plate: str, *loads: NewLoad) -> Visit:
    visit = silo.arrive(plate, *loads)
    silo.confirm(43_120, visit, "first")
    silo.measure_well(visit)
    return visit


def decided(silo: Silo) -> set[str]:
    with silo.desk.ledger.read() as tx:
        loads = [load for visit in queries.open_visits(tx) for load in queries.loads_of(tx, visit.id)]
        return {load.id for load in loads if queries.current_decision(tx, load.id)}


def marked(t: Terminal) -> str | None:
    screen = t.app.screen
    assert isinstance(screen, QueueScreen)
    return screen._marked


async def test_with_the_second_load_marked_enter_accepts_that_one_and_f5_opens_it(station: Station) -> None:
    silo = station.silo
    visit = proposed(
        silo, "AB-123-CD", NewLoad("soft_wheat", barcode="S1"), NewLoad("soft_wheat", barcode="S2")
    )
    _, second = silo.loads(visit)
    async with terminal(station) as t:
        await t.see("apport 1", "FOSSE 1 → CELLULE C1")
        await t.press("down")
        await t.see("AB-123-CD · apport 2")
        await t.press("f5")
        await t.at(LoadScreen)
        await t.see("apport 2", "éch. S2")
        await t.press("escape")
        await t.at(QueueScreen)
        assert marked(t) == second.id
        await t.press("enter")
        await t.hear("AB-123-CD : FOSSE 1")
        assert decided(silo) == {second.id}


async def test_a_new_question_is_announced_and_the_mark_stays_where_it_was(station: Station) -> None:
    silo = station.silo
    first, other = silo.arrive("AB-123-CD"), silo.arrive("CD-456-EF")
    async with terminal(station) as t:
        await t.see("AB-123-CD", "CD-456-EF")
        silo.confirm(43_120, other, "first")
        silo.measure_well(other)
        await t.see("CD-456-EF : fosse 1 → cellule C1", "[Entrée] ouvre l'apport marqué")
        assert marked(t) == silo.loads(first)[0].id
        assert "FOSSE 1 → CELLULE" not in t.text
        await t.press("enter")
        await t.at(LoadScreen)
        assert decided(silo) == set()
        await t.press("escape")
        await t.at(QueueScreen)
        await t.press("f6")
        await t.see("FOSSE 1 → CELLULE C1")
        await t.press("enter")
        await t.hear("CD-456-EF : FOSSE 1")


async def test_a_weight_for_another_vehicle_is_neither_confirmed_nor_dismissed_from_here(
    station: Station,
) -> None:
    silo = station.silo
    here = proposed(silo, "AB-123-CD")
    silo.arrive("CD-456-EF")
    async with terminal(station) as t:
        await t.see("FOSSE 1 → CELLULE C1")
        silo.weigh(41_000)
        await t.see("[F6] 1 autre attend")
        await t.press("f8")
        await t.hear("La pesée concerne une autre ligne")
        await t.press("enter")
        await t.hear("AB-123-CD : FOSSE 1")
        assert decided(silo) == {load.id for load in silo.loads(here)}
        assert len(await t.app.client.offered_weighings()) == 1


async def test_enter_meant_for_a_line_that_is_gone_answers_no_other(station: Station) -> None:
    silo = station.silo
    first, second = proposed(silo, "AB-123-CD"), proposed(silo, "CD-456-EF")
    async with terminal(station, "en") as t:
        await t.see("PIT 1 → CELL C1", "AB-123-CD · EARL Dupont")
        visits.cancel_visit(silo.desk, first.id, "entered twice", MARC, silo.clock())
        await t.see("CD-456-EF · EARL Dupont")
        t.clock.now += 60
        await t.press("enter")
        await t.hear("The marked line is gone")
        assert decided(silo) == set()
        await t.press("enter")
        await t.hear("CD-456-EF: PIT 1")
        assert decided(silo) == {load.id for load in silo.loads(second)}


async def test_the_way_to_the_arrival_is_a_line_of_its_own(station: Station) -> None:
    silo = station.silo
    visit = proposed(silo, "AB-123-CD")
    loads: list[Load] = silo.loads(visit)
    async with terminal(station) as t:
        await t.see("FOSSE 1 → CELLULE C1")
        silo.decide(loads[0])
        silo.confirm(15_240, visit, "last")
        await t.see("Aucun véhicule")
        silo.weigh(41_000)
        await t.see("▶ 41 000 kg : aucun passage ouvert", "Aucun passage ouvert ne convient")


async def test_on_a_narrow_screen_the_marked_line_is_in_sight_and_columns_keep_their_titles(
    station: Station,
) -> None:
    for number in range(12):
        station.silo.arrive(f"AB-{number:03}-CD")
    async with terminal(station) as t:
        await t.see("AB-000-CD")
        await t.pilot.resize_terminal(60, 20)
        await t.see("Immatric.", "Apporteur", "Espèce", "État", "Ensuite")
        await t.press("end")
        await t.see("▶ AB-011-CD")
        assert all(len(line) <= 60 for line in t.text.split("\n"))
