"""Exceptions never pair what contradicts; several are dismissed together; what was assigned is taken back."""

from dataclasses import replace

import pytest

from station.grain.reasons import Code
from station.receival.arrivals.visits import NewLoad
from tests.ui.events import events_of
from tests.ui.rig import Station
from tests.ui.terminal import Terminal, plain, terminal
from ui.tui.dialogs import ChoiceDialog
from ui.tui.widgets.rows import Rows

pytestmark = pytest.mark.long

WHEAT, BARLEY = NewLoad("soft_wheat", barcode="S0001"), NewLoad("barley", barcode="S0002")


async def exceptions(t: Terminal, count: int) -> None:
    await t.press("f4")
    await t.until(lambda: len(t.app.board.exceptions) == count, f"{count} exceptions")


def options(t: Terminal) -> list[str]:
    """What the open dialog offers, in its order."""
    assert isinstance(t.app.screen, ChoiceDialog)
    return plain(t.app.screen.query_one("#options", Rows).shown).split("\n")


def marked(t: Terminal) -> str | None:
    assert isinstance(t.app.screen, ChoiceDialog)
    return t.app.screen.query_one("#options", Rows).marked


async def test_nothing_is_preselected_where_barcode_or_product_differs(station: Station) -> None:
    silo = station.silo
    silo.arrive("AB-123-CD", WHEAT)
    silo.measure("gac", {"test_weight": 70.0}, "X1")
    silo.measure("nir", {"protein": 10.0}, "S0001", product="Barley")
    silo.measure("nir", {"protein": 10.0}, product="Barley")
    async with terminal(station) as t:
        await exceptions(t, 3)
        for _ in range(3):
            await t.press("enter")
            await t.see("De quoi s'agit-il ?")
            assert options(t) == [
                "un essai avant récolte, sans apport",
                "mesurer de nouveau",
                "écarter",
                "✗ en contradiction : S0001 · AB-123-CD · EARL Dupont · blé tendre",
            ]
            assert marked(t) is None
            await t.press("enter")
            await t.see("De quoi s'agit-il ?")
            await t.press("escape", "down")
    assert events_of(station.silo, "exception_assigned", "exception_dismissed") == []


async def test_the_only_sample_that_fits_is_preselected(station: Station) -> None:
    silo = station.silo
    silo.arrive("AB-123-CD", WHEAT)
    silo.arrive("CD-456-EF", BARLEY)
    silo.clock.pass_(minutes=20)
    silo.measure("nir", {"protein": 10.0}, product="Barley")
    async with terminal(station) as t:
        await exceptions(t, 1)
        await t.press("enter")
        await t.see("S0002 · CD-456-EF")
        assert marked(t) == "S0002"
        await t.press("enter")
        await t.hear("Affecté à S0002.")
    (event,) = events_of(silo, "exception_assigned")
    assert "against" not in event.data


async def test_what_contradicts_is_assigned_with_a_reason_only(station: Station) -> None:
    silo = station.silo
    silo.arrive("AB-123-CD", WHEAT)
    silo.measure("gac", {"test_weight": 70.0}, "X1", product="Barley")
    async with terminal(station) as t:
        await exceptions(t, 1)
        await t.press("enter")
        await t.see("S0001 · AB-123-CD")
        await t.press("up", "enter")
        await t.see("Elle porte le code-barres X1, pas S0001", "Mesuré")
        await t.press("enter")
        await t.see("Pourquoi l'affecter")
        assert events_of(silo, "exception_assigned") == []
        await t.press("down", "enter")
        await t.hear("Affecté à S0001.")
    (event,) = events_of(silo, "exception_assigned")
    assert event.data["reason"] == "code-barres mal saisi à l'instrument"
    assert [why["code"] for why in event.data["against"]] == ["other_barcode", "contradicts_declaration"]


async def test_a_scanned_or_typed_sample_that_contradicts_is_asked_about_too(station: Station) -> None:
    silo = station.silo
    silo.arrive("AB-123-CD", WHEAT)
    silo.measure("gac", {"test_weight": 70.0}, "X1")
    async with terminal(station) as t:
        await exceptions(t, 1)
        await t.scan("S0001")
        await t.see("oui, affecter à S0001")
        await t.press("enter")
        await t.see("oui, affecter à S0001")
        await t.press("down", "enter")
        await t.see("Pourquoi l'affecter")
        await t.press("escape", "enter")
        await t.see("De quoi s'agit-il ?")
        await t.scan("S0001")
        await t.see("Pourquoi l'affecter")
        await t.write("étiquette décollée")
        await t.press("enter")
        await t.hear("Affecté à S0001.")
    (event,) = events_of(silo, "exception_assigned")
    assert event.data["reason"] == "étiquette décollée"


async def test_it_becomes_a_courtesy_sample_or_is_measured_again(station: Station) -> None:
    silo = station.silo
    silo.arrive("AB-123-CD", WHEAT)
    silo.measure("gac", {"test_weight": 70.0}, "X1")
    silo.measure("gac", {"test_weight": 71.0}, "X2")
    silo.measure("nir", {"protein": 10.0}, product="Barley")
    async with terminal(station) as t:
        await exceptions(t, 3)
        await t.press("enter", "down", "enter")
        await t.hear("Affecté à X1.")
        sample = await t.app.client.sample("X1")
        assert (sample.kind, sample.load_id, len(sample.readings)) == ("courtesy", None, 1)
        await exceptions(t, 2)
        await t.press("enter", "down", "down", "enter")
        await t.hear("Écarté : mesurez de nouveau l'échantillon")
        await exceptions(t, 1)
        await t.press("enter", "down", "enter")
        await t.see("Code-barres de l'essai avant récolte")
        await t.scan("C7777")
        await t.hear("Affecté à C7777.")
    (event,) = events_of(silo, "exception_dismissed")
    assert event.data["reason"] == "à mesurer de nouveau"


async def test_what_a_waiting_load_needs_stands_first_and_says_so(station: Station) -> None:
    silo = station.silo
    visit = silo.arrive("AB-123-CD", WHEAT)
    silo.confirm(43_120, visit, "first")
    silo.measure("nir", {"temperature": 21.0}, "X1")
    silo.measure("gac", {"moisture": 13.0}, "X2")
    async with terminal(station) as t:
        await exceptions(t, 2)
        await t.see("AB-123-CD L'ATTEND")
        assert [item.barcode for item in t.app.board.exceptions] == ["X2", "X1"]
        assert "AB-123-CD L'ATTEND · mesure · GAC 2100" in plain(t.text)


async def test_several_are_dismissed_with_one_reason_and_come_back_with_one_key(station: Station) -> None:
    silo = station.silo
    for barcode in ("X1", "X2", "X3"):
        silo.measure("gac", {"moisture": 13.0}, barcode)
    async with terminal(station) as t:
        await exceptions(t, 3)
        await t.press("space", "down", "space")
        await t.see("2 marquées", "[×]")
        await t.press("f8")
        await t.see("Pourquoi écarter 2 exceptions ?")
        await t.press("enter")
        await t.see("Pourquoi écarter 2 exceptions ?")
        await t.press("down", "enter")
        await t.hear("2 exceptions écartées.")
        await t.until(lambda: [item.barcode for item in t.app.board.exceptions] == ["X2"], "X2 alone")
        await t.see("F9 reprendre : 2 exceptions écartées")
        await t.press("f9")
        await t.hear("Repris : 2 exceptions écartées")
        await t.until(lambda: len(t.app.board.exceptions) == 3, "all of them")
    assert len(events_of(silo, "exception_restored")) == 2


async def test_any_assignment_is_taken_back_until_its_ticket(station: Station) -> None:
    silo = station.silo
    visit = silo.arrive("AB-123-CD", WHEAT)
    silo.measure("gac", {"moisture": 13.0}, "X1")
    async with terminal(station) as t:
        await exceptions(t, 1)
        await t.press("enter", "up", "enter")
        await t.see("Pourquoi l'affecter")
        await t.press("down", "enter")
        await t.hear("Affecté à S0001.")
        silo.clock.pass_(minutes=30)
        await t.until(lambda: t.app.deed is None, "a minute and more")
        await t.press("f9")
        await t.see("Quelle affectation reprendre ?", "humidité 13,0", "X1")
        await t.press("enter")
        await t.see("Quelle affectation reprendre ?")
        await t.press("down", "enter")
        await t.hear("Repris : à affecter de nouveau.")
        await exceptions(t, 1)
        await t.press("f9")
        await t.hear("Aucune affectation à reprendre.")
    (event,) = events_of(silo, "assignment_undone")
    assert event.load_id == silo.loads(visit)[0].id
    assert event.data["undone"]["code"] == Code.PAIRED_BY_PERSON


async def test_enter_that_came_with_the_question_does_not_answer_it(station: Station) -> None:
    silo = station.silo
    silo.arrive("CD-456-EF", BARLEY)
    silo.clock.pass_(minutes=20)
    silo.measure("nir", {"protein": 10.0}, product="Barley")
    async with terminal(station) as t:
        await exceptions(t, 1)
        await t.press("enter")
        await t.see("S0002 · CD-456-EF")
        await t.press("escape", "enter")
        await t.send("enter")
        await t.settle()
        assert isinstance(t.app.screen, ChoiceDialog)
        assert events_of(silo, "exception_assigned") == []


def by_odds(station: Station) -> None:
    """From now on the station judges by odds what comes without a barcode."""
    silo = station.silo
    silo.desk = replace(silo.desk, policy=replace(silo.desk.policy, pairing={"rule": "odds"}))


async def test_several_are_named_with_their_odds_and_one_key_assigns_the_likeliest(station: Station) -> None:
    silo = station.silo
    by_odds(station)
    silo.arrive("AB-123-CD", WHEAT)
    silo.clock.pass_(seconds=35)
    silo.arrive("CD-456-EF", NewLoad("soft_wheat", barcode="S0003"))
    silo.clock.pass_(seconds=60)
    silo.measure("nir", {"protein": 10.0})
    async with terminal(station) as t:
        await exceptions(t, 1)
        await t.see("S0001 (", "S0003 (", "Ctrl+A")
        await t.press("enter")
        await t.see("De quoi s'agit-il ?")
        assert marked(t) == "S0001"
        assert "%" in options(t)[0]
        await t.press("escape", "ctrl+a")
        await t.hear("Affecté à S0001.")


async def test_none_is_preselected_where_none_is_as_likely_as_not(station: Station) -> None:
    silo = station.silo
    by_odds(station)
    for number, plate in enumerate(("AB-123-CD", "CD-456-EF", "EF-789-GH")):
        silo.arrive(plate, NewLoad("soft_wheat", barcode=f"S000{number + 4}"))
    silo.clock.pass_(seconds=8)
    silo.measure("nir", {"protein": 10.0})
    async with terminal(station) as t:
        await exceptions(t, 1)
        await t.press("ctrl+a")
        await t.hear("Aucun échantillon n'est assez probable : choisissez-en un.")
        await t.press("enter")
        await t.see("De quoi s'agit-il ?")
        assert marked(t) is None
