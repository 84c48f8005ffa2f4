"""A load from arrival to ticket on the terminal, against the real counter."""

from station.receival.arrivals.visits import NewLoad
from station.store import queries
from tests.silo_rig import SITE
from tests.ui.rig import Station
from tests.ui.terminal import plain, terminal
from ui.tui.decisions import accept
from ui.tui.messages import ActDone, ActRefused, BoardChanged
from ui.tui.screens.arrival import ArrivalScreen
from ui.tui.screens.load import LoadScreen
from ui.tui.screens.queue import QueueScreen

LIGHTER = {"moisture": 14.0, "test_weight": 74.0}  # too light for C1, good for C4


async def test_a_normal_load_costs_three_keystrokes_after_its_arrival(station: Station) -> None:
    silo = station.silo
    async with terminal(station) as t:
        visit = silo.arrive("AB-123-CD")
        silo.weigh(43_120)
        await t.see("43 120 kg", "AB-123-CD · EARL Dupont · blé tendre : première pesée ?")
        await t.press("enter")
        silo.measure_well(visit)
        await t.see("FOSSE 1 → CELLULE C1", "hum. 13,6 %", "prot. 12,0 % MS")
        await t.press("enter")
        await t.hear("AB-123-CD : FOSSE 1, cellule C1")
        silo.weigh(15_240)
        await t.see("15 240 kg", "dernière pesée ?")
        await t.press("enter")
        await t.hear("Bon 1 : AB-123-CD, net 27 880 kg.")
        await t.see("Aucun véhicule")
        assert isinstance(t.app.screen, QueueScreen)
        kinds = [type(message) for message in t.messages]
        assert kinds.count(ActDone) == 3
        assert BoardChanged in kinds


async def test_an_arrival_of_a_known_vehicle_is_its_plate_and_a_scan(station: Station) -> None:
    station.silo.receive("AB-123-CD")
    async with terminal(station, "en") as t:
        await t.press("f3")
        await t.write("ab1")
        await t.see("[Enter] takes AB-123-CD", "tare 15,240 kg")
        await t.press("enter")
        await t.see("EARL Dupont", "soft wheat")
        await t.scan("S77777")
        await t.see("S77777")
        await t.press("enter")
        await t.at(QueueScreen)
        await t.see("AB-123-CD", "to weigh full", "weigh full")
        [visit] = await t.app.client.open_visits()
        assert visit.loads[0].barcode == "S77777"
        assert visit.supplier == "EARL Dupont"


async def test_a_trailer_has_its_own_load_with_its_own_barcode(station: Station) -> None:
    async with terminal(station) as t:
        await t.press("f3")
        await t.write("zz9-trailer")
        await t.press("enter")
        await t.write("dup")
        await t.see("[Entrée] prend EARL Dupont")
        await t.press("enter")
        await t.write("orge")
        await t.press("enter")
        await t.scan("S0001")
        await t.press("ctrl+n")
        await t.see("apport 2 sur 2")
        await t.scan("S0002")
        await t.press("ctrl+s")
        await t.at(QueueScreen)
        await t.see("ZZ9-TRAILER", "└ apport 2")
        [visit] = await t.app.client.open_visits()
        assert [(load.species, load.barcode) for load in visit.loads] == [
            ("barley", "S0001"),
            ("barley", "S0002"),
        ]


async def test_what_cannot_be_taken_is_named_and_nothing_typed_is_lost(station: Station) -> None:
    async with terminal(station) as t:
        await t.press("f3")
        await t.write("ab-1")
        await t.press("enter", "ctrl+s")
        await t.hear("Tapez l'apporteur.")
        await t.press("f2")
        await t.at(QueueScreen)
        await t.press("f3")
        await t.see("Une arrivée est commencée : ab-1")
        await t.press("enter")
        await t.at(ArrivalScreen)
        await t.see("ab-1")
        assert t.app.get_screen("arrival", ArrivalScreen).draft.plate == "ab-1"


async def test_what_no_request_may_carry_is_refused_and_the_terminal_goes_on(station: Station) -> None:
    station.silo.arrive("AB-123-CD", NewLoad("soft_wheat"))
    async with terminal(station, signed_in=False) as t:
        await t.see("Anne")
        await t.press("enter")
        await t.write("1234567890123")
        await t.press("enter")
        await t.hear("Une saisie n'est pas valable (Code).")
        await t.sign_in()
        await t.press("f5")
        await t.see("pas encore d'échantillon")
        await t.press("f7", "enter")
        await t.see("Code-barres de l'échantillon")
        await t.write("S 1/2")
        await t.press("enter")
        await t.hear("Une saisie n'est pas valable (code-barres).")
        await t.press("f7", "enter")
        await t.see("Code-barres de l'échantillon")
        await t.write("S12")
        await t.press("enter")
        await t.see("éch. S12")


async def test_letters_typed_into_a_field_are_no_keys(station: Station) -> None:
    async with terminal(station) as t:
        await t.press("f3")
        await t.write("qeadctmlkh")
        await t.at(ArrivalScreen)
        assert t.app.get_screen("arrival", ArrivalScreen).draft.plate == "qeadctmlkh"
        await t.press("escape", "f4")
        await t.see("Aucune exception en attente.")


async def test_an_override_takes_another_cell_with_a_reason(station: Station) -> None:
    silo = station.silo
    visit = silo.arrive("AB-123-CD")
    silo.confirm(43_120, visit, "first")
    silo.measure_well(visit)
    async with terminal(station) as t:
        await t.see("FOSSE 1 → CELLULE C1")
        await t.press("f5")
        await t.at(LoadScreen)
        await t.see("Pourquoi", "GAC 2100", "13,6 %")
        await t.press("f6")
        await t.see("Quelle autre cellule ?", "✗ fosse 2 → cellule C3 : La cellule ne prend que : bio")
        await t.write("26")  # the tonnes that each cell has room for are no name of a cell
        await t.until(lambda: "→ cellule C3" not in plain(t.text), "an empty list")
        await t.press("enter")
        await t.see("Quelle autre cellule ?")
        await t.press("backspace", "backspace")
        await t.write("c5")
        await t.see("▶ fosse 1 → cellule C5 : dans la qualité")
        await t.press("enter")
        await t.see("Pourquoi fosse 1 → cellule C5 ?", "pit blocked")
        await t.press("down", "down", "enter")
        await t.at(QueueScreen)
        load = await t.app.client.load(silo.loads(visit)[0].id)
        assert load.decision is not None
        assert (load.decision.cell, load.decision.overridden, load.decision.reason) == (
            "c5",
            True,
            "pit blocked",
        )
        assert load.decision.by == "Anne"


async def test_a_proposal_that_was_superseded_is_shown_again_before_it_is_taken(station: Station) -> None:
    silo = station.silo
    visit = silo.arrive("AB-123-CD")
    silo.confirm(43_120, visit, "first")
    silo.measure_well(visit)
    async with terminal(station, "en") as t:
        await t.see("PIT 1 → CELL C1")
        [old] = t.app.board.proposed_loads
        for _ in range(2):  # the median of three: one more measurement alone is believed less than both
            silo.measure("gac", LIGHTER, silo.barcode(silo.loads(visit)[0]))
        await t.see("CELL C4")
        accept(t.app.screen, old)
        await t.hear("Another proposal came in between. Read the new proposal")
        assert any(isinstance(message, ActRefused) for message in t.messages)
        assert silo.load(silo.loads(visit)[0]).id == old.id
        await t.press("enter")
        await t.see("measured 3 times, and nobody said why")
        await t.press("down", "enter")
        await t.hear("PIT 1, cell C4")


async def test_the_second_of_two_terminals_is_told_who_decided_when_and_where_to(station: Station) -> None:
    """Both stand before the same proposal; the second one's Enter comes before it has heard of the first."""
    silo = station.silo
    visit = silo.arrive("AB-123-CD")
    silo.confirm(43_120, visit, "first")
    silo.measure_well(visit)
    load = silo.loads(visit)[0]
    async with terminal(station, "en") as first, terminal(station, "en") as second:
        first.app.client.person_token = second.app.client.person_token  # she signed in again
        await first.see("PIT 1 → CELL C1")
        await second.see("PIT 1 → CELL C1")
        [old] = second.app.board.proposed_loads
        await first.press("enter")
        await first.hear("AB-123-CD: PIT 1, cell C1")
        await first.see("tipping 1 → C1")
        await second.see("tipping 1 → C1")
        with silo.desk.ledger.read() as tx:
            decided = queries.current_decision(tx, load.id)
        assert decided is not None
        screen = second.app.screen
        assert isinstance(screen, QueueScreen)
        accept(screen, old)
        await second.hear("ago by Anne: pit 1, cell C1. To change it: [F5], then [F6].")
        assert any(isinstance(message, ActRefused) for message in second.messages)
        with silo.desk.ledger.read() as tx:
            current = queries.current_decision(tx, load.id)
        assert current is not None
        assert current.id == decided.id


async def test_a_decision_is_changed_with_a_reason_and_both_terminals_show_it(station: Station) -> None:
    silo = station.silo
    visit = silo.arrive("AB-123-CD")
    silo.confirm(43_120, visit, "first")
    silo.measure_well(visit)
    load = silo.loads(visit)[0]
    first = silo.decide(load)
    async with terminal(station, "en") as other, terminal(station, "en") as t:
        await other.see("tipping 1 → C1")
        await t.press("f5")
        await t.see("DECIDED: pit 1 → cell C1", "[F6] changes it")
        await t.press("f6")
        await t.see("Which cell instead?", "pit 2 → cell C5")
        await t.write("pit 2 → cell c5")
        await t.press("enter")
        await t.see("Why pit 2 → cell C5?")
        await t.press("down", "down", "enter")
        await t.hear("PIT 2, cell C5")
        await other.see("tipping 2 → C5")
    with silo.desk.ledger.read() as tx:
        current = queries.current_decision(tx, load.id)
    assert current is not None
    assert (current.supersedes_id, current.cell, current.reason) == (first.id, "c5", "pit blocked")


async def test_enter_does_not_answer_a_question_that_just_changed(station: Station) -> None:
    silo = station.silo
    silo.arrive("AB-123-CD")
    async with terminal(station) as t:
        await t.see("à peser plein")
        silo.weigh(43_120)
        await t.see("43 120 kg")
        await t.send("enter")
        await t.hear("La question vient de changer")
        assert t.app.board.offer is not None
        await t.press("enter")
        await t.hear("43 120 kg enregistrés")


async def test_an_offered_weight_can_be_for_another_visit_or_be_dismissed(station: Station) -> None:
    silo = station.silo
    silo.arrive("AB-123-CD")
    other = silo.arrive("CD-456-EF")
    async with terminal(station) as t:
        silo.weigh(40_000)
        await t.see("AB-123-CD · EARL Dupont", "[F6] autre passage")
        await t.press("f6")
        await t.see("CD-456-EF · EARL Dupont · blé tendre : première pesée ?")
        await t.press("enter")
        await t.hear("CD-456-EF : 40 000 kg enregistrés")
        silo.weigh(9_000)
        await t.see("AB-123-CD : 9 000 kg")
        await t.press("f8")
        await t.hear("[F6] y mène")
        await t.press("f6")
        await t.see("PESÉE 9 000 kg")
        await t.press("f8")
        await t.see("Pourquoi écarter la pesée de 9 000 kg ?")
        await t.press("enter")
        await t.see("Pourquoi écarter la pesée de 9 000 kg ?")
        await t.press("down", "enter")
        await t.hear("Pesée de 9 000 kg écartée.")
        assert (await t.app.client.visit(other.id)).gross_kg == 40_000


async def test_a_weight_and_a_value_can_be_typed_and_say_by_whom(station: Station) -> None:
    silo = station.silo
    visit = silo.arrive("AB-123-CD")
    async with terminal(station) as t:
        await t.press("f7")
        await t.write("43 abc")
        await t.press("enter")
        await t.see("Tapez des kilogrammes")
        await t.press(*["backspace"] * 3)
        await t.write("120")
        await t.press("enter")
        await t.see("43 120 kg", "tapée par Anne")
        await t.press("enter")
        await t.hear("43 120 kg enregistrés")
        await t.press("f5")
        await t.see("Proposition", "S00000")
        await t.press("f7")
        await t.see("Quelle valeur taper ?", "protéines (MS)")
        await t.write("humi")
        await t.press("enter")
        await t.write("13,4")
        await t.press("enter")
        await t.see("humidité", "13,4 %", "tapée par Anne")
        load = await t.app.client.load(silo.loads(visit)[0].id)
        assert [(v.analyte, v.value, v.typed_by) for v in load.values] == [("moisture", 13.4, "Anne")]


async def test_a_weight_typed_as_it_is_printed_is_that_weight(station: Station) -> None:
    station.silo.arrive("AB-123-CD")
    async with terminal(station) as t:
        for typed in ("24,86", "25"):
            await t.press("f7")
            await t.write(typed)
            await t.press("enter")
            await t.hear(f"{typed} kg : moins que 500 kg, le minimum pesé ici")
            assert await t.app.client.offered_weighings() == []
        await t.press("f7")
        await t.write("24,860")
        await t.press("enter")
        await t.see("24 860 kg", "tapée par Anne")
        assert [weighing.kg for weighing in await t.app.client.offered_weighings()] == [24_860]


async def test_a_weight_that_the_bridge_cannot_show_is_asked_about(station: Station) -> None:
    silo = station.silo
    bridge, *others = SITE.instruments
    silo.load_site(instruments=[bridge.model_copy(update={"division_kg": 20}), *others])
    silo.arrive("AB-123-CD")
    async with terminal(station) as t:
        await t.press("f7")
        await t.write("24 865")
        await t.press("enter")
        await t.see("échelons de 20 kg", "24 860 kg ou 24 880 kg", "24 865 kg : est-ce exact ?")
        await t.press("enter")  # nothing is preselected
        assert await t.app.client.offered_weighings() == []
        await t.press("down", "enter")
        await t.see("PESÉE 24 865 kg", "tapée par Anne", "! Le pont pèse par échelons")


async def test_another_trailers_tare_is_asked_about_before_the_ticket(station: Station) -> None:
    silo = station.silo
    silo.receive("AB-123-CD", tare_kg=9_800)
    visit = silo.arrive("AB-123-CD")
    silo.confirm(43_120, visit, "first")
    silo.measure_well(visit)
    silo.decide(silo.loads(visit)[0])
    async with terminal(station) as t:
        silo.weigh(16_200)
        await t.see("16 200 kg", "dernière pesée ?")
        await t.press("enter")
        await t.see("Tare 16 200 kg, alors que", "9 800 kg", "est-ce exact ?", "oui, 16 200 kg est exact")
        await t.press("enter")  # nothing is preselected
        assert len(await t.app.client.tickets()) == 1
        await t.press("down", "enter")
        await t.hear("net 26 920 kg")


async def test_a_slip_of_the_decimal_point_is_asked_about_before_it_is_recorded(station: Station) -> None:
    silo = station.silo
    visit = silo.arrive("AB-123-CD", NewLoad("soft_wheat", barcode="S1"))
    async with terminal(station) as t:
        await t.press("f5")
        await t.see("S1")
        await t.press("f7")
        await t.see("Quelle valeur taper ?", "huile (MS)")
        await t.write("humi")
        await t.press("enter")
        await t.write("1,4")
        await t.press("enter")
        await t.see("valeur inhabituelle", "oui, la valeur est exacte")
        load = await t.app.client.load(silo.loads(visit)[0].id)
        assert load.values == []
        await t.press("down", "enter")
        await t.see("humidité", "1,4 %", "tapée par Anne")


async def test_a_value_that_may_be_two_numbers_is_asked_about(station: Station) -> None:
    silo = station.silo
    visit = silo.arrive("AB-123-CD", NewLoad("soft_wheat", barcode="S1"))
    async with terminal(station) as t:
        await t.press("f5")
        await t.see("S1")
        await t.press("f7")
        await t.write("DON")
        await t.press("enter")
        await t.write("1,250")
        await t.press("enter")
        await t.see("1,250 : quel nombre", "1 250", "1,25")
        await t.press("enter")
        await t.see("DON", "1 250 µg/kg")
        load = await t.app.client.load(silo.loads(visit)[0].id)
        assert [value.value for value in load.values] == [1_250]


async def test_a_load_is_refused_or_its_supplier_leaves_with_a_reason(station: Station) -> None:
    silo = station.silo
    visit = silo.arrive("AB-123-CD", NewLoad("soft_wheat", barcode="S1"), NewLoad("barley", barcode="S2"))
    first, second = silo.loads(visit)
    async with terminal(station) as t:
        await t.press("f5")
        await t.see("éch. S1")
        await t.press("f8")
        await t.see("AB-123-CD : quelle issue ?")
        await t.press("down", "enter")
        await t.see("Pourquoi refuser l'apport ?", "insects")
        await t.press("down", "enter")
        await t.hear("refusé : insects")
        await t.until(
            lambda: t.app.board.visits and t.app.board.visits[0].loads[0].state == "refused", "refused"
        )
        await t.press("down", "f5")
        await t.see("éch. S2")
        await t.press("f8", "down", "down", "enter")
        await t.see("prix")
        await t.write("casse du tracteur")
        await t.press("enter")
        await t.hear("reparti avec l'apport : casse du tracteur")
        assert silo.load(first).outcome == "refused"
        assert silo.load(second).outcome == "left"


async def test_the_variety_seen_is_its_own_field(station: Station) -> None:
    visit = station.silo.arrive(
        "AB-123-CD", NewLoad("soft_wheat", barcode="S1", declared_variety="Chevignon")
    )
    async with terminal(station) as t:
        await t.press("f5")
        await t.see("éch. S1")
        await t.press("f7")
        await t.write("vue")
        await t.press("enter")
        await t.see("Variété que vous voyez")
        await t.write("KWS")
        await t.press("enter")
        await t.hear("Variété vue : KWS.")
        load = await t.app.client.load(station.silo.loads(visit)[0].id)
        assert (load.declared_variety, load.operator_variety) == ("Chevignon", "KWS")


async def test_a_load_tipped_elsewhere_is_recorded_where_it_went(station: Station) -> None:
    silo = station.silo
    visit = silo.arrive("AB-123-CD")
    silo.confirm(43_120, visit, "first")
    silo.measure_well(visit)
    silo.decide(silo.loads(visit)[0])
    async with terminal(station) as t:
        silo.weigh(15_240)
        await t.see("dernière pesée ?")
        await t.press("f10")
        await t.see("AB-123-CD, 15 240 kg : vidé ailleurs que décidé")
        await t.press("enter")
        await t.see("Où a-t-il été vidé ?")
        await t.write("c5")
        await t.press("enter")
        assert await t.app.client.tickets() == []  # two pits lead there: none is preselected
        await t.press("down", "enter")
        await t.see("Combien y est allé ?")
        await t.press("enter")
        await t.hear("Bon 1")
        [ticket] = await t.app.client.tickets()
        assert [(part.cell, part.share) for part in ticket.tipped] == [("c5", 1.0)]


async def test_a_tip_that_was_split_is_corrected_after_its_ticket(station: Station) -> None:
    visit = station.silo.receive("AB-123-CD").visit
    async with terminal(station, "en") as t:
        t.app.open_load(station.silo.loads(visit)[0].id)
        await t.see("tipped elsewhere")
        await t.press("f6")
        await t.see("Where was it tipped?")
        await t.write("c5")
        await t.press("down", "enter")
        await t.see("How much of it went there?")
        await t.write("12.5 t")
        await t.press("enter")
        await t.see("Where was the rest tipped?")
        await t.write("c1")
        await t.press("down", "enter")
        await t.see("How much of it went there?")
        await t.press("enter")
        await t.see("why was it tipped elsewhere?")
        await t.press("down", "enter")
        await t.hear("Ticket 2 takes its place.")
        ticket = (await t.app.client.tickets())[0]
        assert [(part.cell, part.kg) for part in ticket.tipped] == [("c5", 12_500), ("c1", 15_380)]


async def test_a_vehicle_longer_than_the_bridge_is_weighed_in_parts(station: Station) -> None:
    visit = station.silo.arrive("AB-123-CD")
    async with terminal(station, "en") as t:
        station.silo.weigh(20_120)
        await t.see("20,120 kg")
        await t.open("one uncoupled part")
        await t.hear("AB-123-CD: 20,120 kg recorded.")
        station.silo.weigh(23_000)
        await t.see("23,000 kg")
        await t.press("enter")
        await t.hear("AB-123-CD: 23,000 kg recorded.")
    assert [(use.part, weighing.kg) for use, weighing in station.silo.chain(visit)] == [
        ("uncoupled", 20_120), ("", 23_000),
    ]  # fmt: skip


async def test_a_visit_entered_in_error_is_cancelled(station: Station) -> None:
    visit = station.silo.arrive("AB-123-CD")
    async with terminal(station, "en") as t:
        await t.see("AB-123-CD")
        await t.open("cancel the visit of AB-123-CD")
        await t.see("Cancel the visit of AB-123-CD: why?")
        await t.press("down", "enter")
        await t.hear("Visit of AB-123-CD cancelled.")
        assert station.silo.visit(visit).ended_at is not None


async def test_tickets_are_listed_and_read(station: Station) -> None:
    station.silo.receive("AB-123-CD")
    async with terminal(station) as t:
        await t.open("bons")
        await t.see("Bons d'apport", "27 880 kg", "C1")
        await t.press("enter")
        await t.see("BON D'APPORT n° 1")
        [ticket] = await t.app.client.tickets()
        assert "27 880 kg" in plain(ticket.text)


async def test_a_weight_without_an_arrival_leads_to_the_arrival(station: Station) -> None:
    async with terminal(station) as t:
        station.silo.weigh(43_120)
        await t.see("Aucun passage ouvert ne convient")
        await t.press("enter")
        await t.at(ArrivalScreen)
        await t.see("PESÉE 43 120 kg")
