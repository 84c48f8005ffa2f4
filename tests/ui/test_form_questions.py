"""The terminal asks what a form asks before the decision, one question after the other."""

import json
from pathlib import Path

from station.receival.arrivals import forms
from station.store.forms import answers_by_load
from tests.silo_rig import MARC
from tests.ui.rig import Station
from tests.ui.terminal import terminal

EXAMPLE = (Path(__file__).parents[2] / "examples/form.json").read_text(encoding="utf-8")


def weighed(station: Station, text: str = EXAMPLE) -> str:
    """A load that is proposed, and a form that asks."""
    silo = station.silo
    visit = silo.arrive()
    silo.confirm(43_120, visit, "first")
    silo.measure_well(visit)
    forms.install(silo.desk, text, MARC, "harvest", silo.clock())
    return silo.loads(visit)[0].id


def answers(station: Station, load_id: str) -> dict[str, object]:
    with station.silo.desk.ledger.read() as tx:
        rows = answers_by_load(tx, [load_id])[load_id]
    return {code: value for row in rows for code, value in row.answers.items()}


async def test_enter_on_the_proposal_asks_first_and_decides_then(station: Station) -> None:
    load = weighed(station)
    async with terminal(station, "en") as it:
        await it.see("PIT")
        await it.press("enter")
        await it.see("Rain on the field before the harvest?", "heavy")
        await it.write("some")
        await it.press("enter")
        await it.see("Hours since the rain")
        await it.write("400")
        await it.press("enter")
        await it.see("a number, 0 to 240")
        await it.press("backspace", "backspace", "backspace")
        await it.write("36")
        await it.press("enter")
        await it.see("Stored at the farm?")
        await it.write("no")
        await it.press("enter")
        await it.hear("Weigh it empty afterwards")
    assert answers(station, load) == {"rain": "some", "hours_since_rain": 36, "stored_at_farm": False}


async def test_the_load_shows_the_answers_and_one_may_be_changed(station: Station) -> None:
    load = weighed(station, json.dumps({**json.loads(EXAMPLE), "required": ["rain"]}))
    async with terminal(station, "fr") as it:
        await it.see("FOSSE")
        await it.press("f5")
        await it.press("f7")
        await it.write("formulaire")
        await it.press("enter")
        await it.see("Quelle question ?")
        await it.write("Pluie")
        await it.press("enter")
        await it.see("beaucoup")
        await it.write("aucune")
        await it.press("enter")
        await it.until(lambda: answers(station, load) == {"rain": "none"}, "the answer")
