"""The program that issues the bons d'apport announces what comes; a key confirms it."""

from dataclasses import replace
from typing import Any

from sqlmodel import select

from station.acts.desk import Masters
from station.receival.masters import reference_lists
from station.receival.masters.reference_import import import_list
from station.receival.persons import people
from station.receival.persons.forgetting import forget_supplier
from station.store import searching
from station.store.tables import AnnouncedArrival, Contract, Load, LoadOwner, Visit
from tests.api.rig import Counter, ok, problem
from tests.silo_rig import GOOD, GOOD_NIR, MARC


def announcement(plate: str = "AB-123-CD", **over: Any) -> dict[str, Any]:
    loads = over.pop("loads", [{"species": "soft_wheat", "declared_variety": "Chevignon"}])
    return {"plate": plate, "supplier": "EARL Dupont", "loads": loads, "order_ref": "C-9", **over}


def erp(counter: Counter) -> dict[str, str]:
    """The headers of the program, which nobody signs in at."""
    _, token = people.add_terminal(counter.silo.desk, "gestion", "erp", counter.silo.clock())
    return {"Authorization": f"Bearer {token}"}


def visits(counter: Counter) -> list[Visit]:
    with counter.silo.desk.ledger.read() as tx:
        return list(tx.exec(select(Visit)))


def test_an_apport_is_announced_once_corrected_and_withdrawn(counter: Counter) -> None:
    with counter.client("nobody", **erp(counter)) as program, counter.client() as anne:
        row = ok(program.put("/erp/arrivals/A-1", json=announcement()))
        assert (row["did"], row["state"], row["supplier"]) == ("announced", "expected", "EARL Dupont")
        assert ok(program.put("/erp/arrivals/A-1", json=announcement()))["did"] == "unchanged"
        right = announcement(trailer="XY-1-ZZ", expected_at="2026-07-20T10:00:00Z")
        assert ok(program.put("/erp/arrivals/A-1", json=right))["did"] == "corrected"
        [shown] = ok(anne.get("/announced", params={"q": "ab1"}))
        assert (shown["trailer"], shown["order_ref"]) == ("XY-1-ZZ", "C-9")
        assert ok(program.delete("/erp/arrivals/A-1"))["state"] == "withdrawn"
        assert ok(program.delete("/erp/arrivals/A-1"))["state"] == "withdrawn"
        assert ok(anne.get("/announced")) == []
        assert ok(program.put("/erp/arrivals/A-1", json=right))["did"] == "announced"
        problem(program.delete("/erp/arrivals/A-2"), 404, "unknown_announcement")
        wrong = announcement(loads=[{"species": "grass"}])
        problem(program.put("/erp/arrivals/A-3", json=wrong), 422, "unknown_species")
    assert visits(counter) == []


def test_a_reference_may_have_a_slash(counter: Counter) -> None:
    with counter.client("nobody", **erp(counter)) as program:
        row = ok(program.put("/erp/arrivals/2026%2F118", json=announcement()))
        assert (row["external_ref"], row["did"]) == ("2026/118", "announced")
        number = program.put("/erp/arrivals/2026%2F118/ticket-number", json={"number": "BA-1"})
        problem(number, 422, "tickets_numbered_here")
        assert ok(program.delete("/erp/arrivals/2026%2F118"))["state"] == "withdrawn"


def test_one_act_confirms_and_nothing_is_typed_twice(counter: Counter) -> None:
    owners = [{"supplier": "EARL Dupont", "share": 0.5}, {"supplier": "GAEC Martin", "share": 0.5}]
    loads = [{"species": "soft_wheat", "owners": owners, "external": {"source": "gestion", "ref": "L-1"}}]
    with counter.client("nobody", **erp(counter)) as program, counter.client() as anne:
        ok(program.put("/erp/arrivals/A-1", json=announcement(loads=loads)))
        [one] = ok(anne.get("/identification", params={"text": "A-1"}))
        assert (one["how"], one["announced"]["external_ref"]) == ("code", "A-1")
        visit = ok(anne.post(f"/announced/{one['announced']['id']}/arrive", json={"barcodes": ["S1"]}), 201)
        assert (visit["plate"], visit["supplier"], visit["external_ref"]) == (
            "AB-123-CD",
            "EARL Dupont",
            "A-1",
        )
        again = anne.post(f"/announced/{one['announced']['id']}/arrive", json={})
        problem(again, 409, "announcement_ended")
        assert ok(anne.get("/identification", params={"text": "A-1"})) == []
        problem(program.delete("/erp/arrivals/A-1"), 409, "announcement_ended")
        problem(anne.post("/announced/none/arrive", json={}), 404, "unknown_announcement")
    with counter.silo.desk.ledger.read() as tx:
        assert sorted(tx.exec(select(LoadOwner.share))) == [0.5, 0.5]


def test_what_is_here_is_corrected_until_it_is_decided(counter: Counter) -> None:
    silo = counter.silo
    with counter.client("nobody", **erp(counter)) as program, counter.client() as anne:
        row = ok(program.put("/erp/arrivals/A-1", json=announcement()))
        visit = ok(anne.post(f"/announced/{row['id']}/arrive", json={"barcodes": ["S1"]}), 201)
        right = announcement(
            supplier="GAEC Martin", loads=[{"species": "barley", "declared_variety": "Planet"}]
        )
        answer = ok(program.put("/erp/arrivals/A-1", json=right))
        assert (answer["did"], answer["state"]) == ("corrected", "arrived")
        seen = ok(anne.get(f"/visits/{visit['id']}"))
        assert (seen["supplier"], seen["loads"][0]["species"]) == ("GAEC Martin", "barley")
        more = announcement(loads=[{"species": "barley"}] * 2)
        problem(program.put("/erp/arrivals/A-1", json=more), 409, "announced_loads_differ")
        ok(program.put("/erp/arrivals/A-1", json=announcement()))
    [row] = visits(counter)
    silo.confirm(43_000, row, "first")
    silo.measure("gac", GOOD, "S1")
    silo.measure("nir", GOOD_NIR, "S1")
    silo.decide(silo.loads(row)[0])
    with counter.client("nobody", **erp_again(counter)) as program:
        problem(program.put("/erp/arrivals/A-1", json=right), 409, "announcement_decided")
        assert ok(program.put("/erp/arrivals/A-1", json=announcement()))["did"] == "unchanged"


def erp_again(counter: Counter) -> dict[str, str]:
    _, token = people.add_terminal(counter.silo.desk, "gestion 2", "erp", counter.silo.clock())
    return {"Authorization": f"Bearer {token}"}


def test_the_master_of_arrivals_opens_the_visit_itself(counter: Counter) -> None:
    headers = erp(counter)
    with counter.client("nobody", **headers) as program:
        assert ok(program.put("/erp/arrivals/A-1", json=announcement(is_here=True)))["state"] == "expected"
    context = counter.context()
    counter.app.state.context = replace(context, desk=replace(context.desk, masters=Masters(arrival="erp")))
    with counter.client("nobody", **headers) as program:
        body = announcement("EF-456-GH", is_here=True)
        answer = ok(program.put("/erp/arrivals/A-2", json=body))
        assert (answer["did"], answer["state"]) == ("arrived", "arrived")
        assert ok(program.put("/erp/arrivals/A-2", json=body))["did"] == "unchanged"
    assert [visit.external_ref for visit in visits(counter)] == ["A-2"]


def test_a_badge_of_the_site_names_its_vehicle(counter: Counter) -> None:
    counter.silo.receive("AB-123-CD")
    context = counter.context()
    counter.app.state.context = replace(context, desk=replace(context.desk, badges={"0007": "AB-123-CD"}))
    with counter.client() as anne:
        [one] = ok(anne.get("/identification", params={"text": "0007"}))
        assert (one["how"], one["announced"], one["vehicle"]["supplier"]) == ("badge", None, "EARL Dupont")


def test_the_program_may_do_nothing_else_and_nobody_else_may_announce(counter: Counter) -> None:
    with counter.client("nobody", **erp(counter)) as program, counter.client() as anne:
        problem(program.get("/visits"), 403, "other_kind_of_token")
        problem(anne.put("/erp/arrivals/A-1", json=announcement()), 403, "other_kind_of_token")


def test_nothing_is_expected_any_more_of_who_is_forgotten(counter: Counter) -> None:
    silo = counter.silo
    owners = [{"supplier": "GAEC Martin", "share": 1.0}]
    with counter.client("nobody", **erp(counter)) as program:
        ok(
            program.put(
                "/erp/arrivals/A-1", json=announcement(loads=[{"species": "barley", "owners": owners}])
            )
        )
        ok(program.put("/erp/arrivals/A-2", json=announcement()))
    forget_supplier(silo.desk, "GAEC Martin", "asked to", MARC, silo.clock())
    with silo.desk.ledger.read() as tx:
        states = {row.external_ref: row.state for row in tx.exec(select(AnnouncedArrival))}
    assert states == {"A-1": "withdrawn", "A-2": "expected"}


def test_a_ticket_gets_the_programs_number_with_the_announcement_or_later(counter: Counter) -> None:
    silo, context = counter.silo, counter.context()
    masters = Masters(ticket_number="erp")
    silo.desk = replace(context.desk, masters=masters)
    counter.app.state.context = replace(context, desk=silo.desk)
    with counter.client("nobody", **erp(counter)) as program, counter.client() as anne:
        problem(program.put("/erp/arrivals/A-1", json=announcement(ticket_numbers=["?"])), 422, "not_valid")
        ok(program.put("/erp/arrivals/A-1", json=announcement(ticket_numbers=["BA-1"])))
        early = program.put("/erp/arrivals/A-1/ticket-number", json={"number": "BA-2"})
        problem(early, 409, "announced_not_here")
        first = silo.receive("EF-456-GH").tickets[0]
        [ticket] = ok(anne.get("/tickets"))
        assert (ticket["erp_number"], ticket["awaits_number"]) == (None, True)
        said = {"number": "BA-3", "net_kg": 27_880}
        path = f"/erp/loads/{first.load_id}/ticket-number"
        answer = {"number": "BA-3", "load_id": first.load_id, "ticket": 1}
        assert ok(program.put(path, json=said)) == {**answer, "did": "numbered"}
        assert ok(program.put(path, json=said)) == {**answer, "did": "unchanged"}
        problem(program.put(path, json={"number": "BA-1 "}), 409, "erp_number_other")
        [ticket] = ok(anne.get("/tickets"))
        assert (ticket["erp_number"], ticket["awaits_number"]) == ("BA-3", False)
        assert "BA-3" in ticket["text"]
        [fact] = [one for one in ok(program.get("/feed"))["facts"] if one["kind"] == "ticket"]
        assert fact["document"]["erp_number"] == "BA-3"
        problem(program.put("/erp/loads/none/ticket-number", json=said), 404, "unknown_load")
    with silo.desk.ledger.read() as tx:
        [visit] = searching.visits_found(tx, silo.desk.policy.site, ["2026"], "BA-3", None, 5)
    assert visit.plate == "EF-456-GH"


def test_the_program_hears_at_once_of_a_contract_that_cannot_be(counter: Counter) -> None:
    """One that ends before the truck comes keeps it not waiting."""
    silo = counter.silo
    rows = "number,supplier,species,tonnes\nC-1,EARL Dupont,soft_wheat,500\nC-2,EARL Dupont,soft_wheat,500\n"
    assert not import_list(silo.desk, "contracts", rows, MARC, silo.clock(), dry_run=False).errors
    with counter.client("nobody", **erp(counter)) as program, counter.client() as anne:
        wrong = announcement(loads=[{"species": "soft_wheat", "contract": "C-9"}])
        problem(program.put("/erp/arrivals/A-1", json=wrong), 404, "contract_unknown")
        other = announcement(loads=[{"species": "barley", "contract": "C-1"}])
        problem(program.put("/erp/arrivals/A-1", json=other), 409, "contract_differs")
        right = announcement(loads=[{"species": "soft_wheat", "contract": "c-1"}])
        row = ok(program.put("/erp/arrivals/A-1", json=right))
        visit = ok(anne.post(f"/announced/{row['id']}/arrive", json={"barcodes": ["S1"]}), 201)
        second = announcement(loads=[{"species": "soft_wheat", "contract": "C-2"}])
        ok(program.put("/erp/arrivals/A-1", json=second))
        row = ok(program.put("/erp/arrivals/A-2", json={**second, "plate": "EF-1-GH"}))
        with silo.desk.ledger.write() as tx:
            held = tx.exec(select(Contract).where(Contract.number == "C-2")).one()
            reference_lists.end(tx, held, MARC, silo.clock())
        later = ok(anne.post(f"/announced/{row['id']}/arrive", json={"barcodes": ["S2"]}), 201)
    with silo.desk.ledger.read() as tx:
        said = {load.visit_id: load.contract for load in tx.exec(select(Load))}
    assert said == {visit["id"]: "C-2", later["id"]: ""}
