"""What an arrival says of regime, campaign and numbers stands on its ticket, which is found by them."""

from dataclasses import replace
from typing import Any

import pytest

from station.grain.identifiers import Regime
from station.printing.ticket_text import WIDTH, ticket_text
from station.receival.arrivals.visits import NewLoad
from tests.api.rig import Counter, accept, arrival, confirm, measure, ok, problem
from tests.silo_rig import MARC, Silo


def open_too(counter: Counter, campaign: str) -> None:
    desk = counter.silo.desk
    counter.silo.desk = replace(desk, policy=replace(desk.policy, open_campaigns=("2026", campaign)))
    counter.app.state.context = replace(counter.context(), desk=counter.silo.desk)


def receive(client: Any, counter: Counter, barcode: str, **over: Any) -> dict[str, Any]:
    visit = ok(client.post("/visits", json=arrival(f"AB-{barcode}", barcode, **over)), 201)
    confirm(client, counter.silo, 43_120, visit_id=visit["id"], role="first", load_ids=[])
    measure(counter.silo, barcode)
    accept(client, visit["loads"][0]["id"])
    done = confirm(client, counter.silo, 15_240, visit_id=visit["id"], role="last", load_ids=[])
    return done["tickets"][0]  # type: ignore[no-any-return]


def test_a_ticket_is_found_by_campaign_and_number(counter: Counter) -> None:
    open_too(counter, "2025")
    with counter.client() as anne:
        assert ok(anne.get("/site"))["open_campaigns"] == ["2026", "2025"]
        late, new = receive(anne, counter, "S1", campaign="2025"), receive(anne, counter, "S2")
        assert (late["campaign"], late["number"], new["campaign"], new["number"]) == ("2025", 1, "2026", 1)
        assert ok(anne.get("/tickets/1")) == new
        assert ok(anne.get("/tickets/1", params={"campaign": "2025"})) == late
        assert ok(anne.get("/tickets")) == [new, late]
        assert ok(anne.get("/tickets", params={"campaign": "2025"})) == [late]
        problem(anne.get("/tickets/1", params={"campaign": "2024"}), 404, "unknown_ticket")
        refused = problem(anne.post("/visits", json=arrival(campaign="2024")), 422, "campaign_not_open")
        assert refused["action"] == "Choose one of: 2026, 2025."


def test_an_arrival_says_whose_the_grain_is_and_what_others_call_it(counter: Counter) -> None:
    erp = {"source": "erp", "ref": "A-7"}
    load = {
        "species": "soft_wheat", "regime": "service", "organisation": "Union du Nord",
        "external": {"source": "erp", "ref": "A-7/1"},
    }  # fmt: skip
    with counter.client() as anne:
        visit = ok(anne.post("/visits", json=arrival(loads=[load], external=erp)), 201)
        assert (visit["external_source"], visit["external_ref"]) == ("erp", "A-7")
        shown = ok(anne.get(f"/loads/{visit['loads'][0]['id']}"))
        said = {"regime": "service", "organisation": "Union du Nord", "campaign": "2026"}
        assert said.items() <= shown.items()
        assert shown["external_ref"] == "A-7/1"
        refused = problem(
            anne.post("/visits", json=arrival("EF-456-GH", external=erp)), 409, "external_ref_used"
        )
        assert refused["detail"] == "The number A-7 of erp is used already"
        problem(anne.post("/visits", json=arrival(loads=[{**load, "regime": "lent"}])), 422, "not_valid")
        assert len(ok(anne.get("/visits"))) == 1
        dupont = ok(anne.get("/suppliers", params={"q": "dupont"}))[0]
        assert (dupont["external_source"], dupont["external_ref"]) == ("site", "F0012")


def test_an_outbound_visit_is_refused_with_what_to_do_instead(still: Counter) -> None:
    for language, said in (("en", "outbound visit"), ("fr", "comme expédition")):
        with still.client(language=language) as anne:
            refused = problem(anne.post("/visits", json=arrival(direction="outbound")), 422, "outbound_visit")
            assert said in refused["action"]


@pytest.mark.parametrize(
    ("language", "regime", "receiver"),
    [("fr", "pour compte", "Organisme collecteur"), ("en", "on behalf", "Received by")],
)
def test_the_paper_says_whose_the_grain_is(silo: Silo, language: str, regime: str, receiver: str) -> None:
    load = NewLoad("soft_wheat", regime=Regime.ON_BEHALF, organisation="Union du Nord")
    visit = silo.arrive("AB-123-CD", load)
    silo.confirm(43_120, visit, "first")
    silo.decide(silo.loads(visit)[0], "c5", "p1", actor=MARC)
    lines = ticket_text(silo.confirm(15_240, visit, "last").tickets[0].document, language).splitlines()
    assert any(line.endswith(regime) for line in lines)
    assert any(line.startswith(receiver) and line.endswith("Union du Nord") for line in lines)
    assert max(map(len, lines)) <= WIDTH


def test_the_ended_visits_of_a_night_are_of_the_collecting_day_before(counter: Counter) -> None:
    silo = counter.silo
    with counter.client() as anne:
        site = ok(anne.get("/site"))
        silo.receive("AB-123-CD")
        day = silo.desk.policy.collecting_day(silo.clock())
        begins, ends = silo.desk.policy.day_spans(day)
        silo.clock.pass_(seconds=(ends - silo.clock()).total_seconds() - 60)
        silo.receive("EF-456-GH")
        silo.clock.pass_(seconds=120)
        silo.receive("GH-789-IJ")

        def ended(on: str) -> list[str]:
            rows = ok(anne.get("/visits", params={"open": False, "day": on}))
            return [row["plate"] for row in rows]

        assert site["day_starts"] == "04:00"
        assert ended(day.isoformat()) == ["EF-456-GH", "AB-123-CD"]
        assert ended(ends.date().isoformat()) == ["GH-789-IJ"]
        assert begins < ends
