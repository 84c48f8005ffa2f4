"""Outbound visits over HTTP: a vehicle comes, is checked, loaded, and its delivery note is read."""

from typing import Any

import httpx2

from drivers.text import fold
from station.store.tables import Buyer, Carrier, OutboundOrder
from tests.api.rig import Counter, ok, problem

CLEAN = [{"cargo": "grain", "cleaning": "A"}] * 3


def coming(plate: str = "ex-001-po", **over: Any) -> dict[str, Any]:
    return {
        "plate": plate, "buyer": "Moulins du Nord", "species": "soft_wheat", "grade": "milling_no_2",
        "trailer": "REM-77-AB", "carrier": "Transports Nord", "driver": "Paul", "axles": 5, **over,
    }  # fmt: skip


def weigh(anne: httpx2.Client, counter: Counter, row: Any, role: str, kg: float, **body: Any) -> Any:
    taken = counter.silo.weigh(kg)
    return anne.post(f"/outbound/{row['id']}/weigh", json={"weighing": taken.id, "role": role, **body})


def ready(anne: httpx2.Client, counter: Counter, plate: str = "EX-001-PO") -> Any:
    row = ok(anne.post("/outbound", json=coming(plate)), 201)
    ok(anne.post(f"/outbound/{row['id']}/check", json={"previous": CLEAN}))
    return ok(weigh(anne, counter, row, "empty", 14_800))


def test_a_vehicle_comes_is_checked_loaded_and_leaves_with_its_paper(counter: Counter) -> None:
    with counter.client() as anne:
        row = ok(anne.post("/outbound", json=coming()), 201)
        assert (row["plate"], row["state"], row["limit_kg"]) == ("EX-001-PO", "arrived", 44_000)
        at = f"/outbound/{row['id']}"
        dirty = {"previous": [{"cargo": "mineral_fertilizer", "cleaning": "A"}, *CLEAN[1:]]}
        row = ok(anne.post(f"{at}/check", json=dirty))
        assert (row["state"], row["unfit"][0]["code"]) == ("unfit", "wash_needed")
        assert (
            row["unfit"][0]["message"]
            == "After mineral fertilizer the body is to be cleaned, level B (water)"
        )
        assert ok(anne.post(f"{at}/check", json={"previous": CLEAN}))["state"] == "fit"
        assert ok(weigh(anne, counter, row, "empty", 14_800))["state"] == "empty"
        row = ok(weigh(anne, counter, row, "loading", 30_000, drawn=[{"cell": "c1"}]))
        assert (row["state"], row["loaded"]) == ("loading", [{"cell": "c1", "kg": 15_200}])
        assert ok(anne.get("/outbound")) == [row]
        ok(anne.post(f"{at}/sample", json={"barcode": "S90001", "seal": "PL-7", "parts": 3}), 201)
        told = problem(weigh(anne, counter, row, "last", 44_300, drawn=[{"cell": "c1"}]), 409, "overloaded")
        assert told["params"]["remarks"][0]["params"]["over_kg"] == 300
        row = ok(weigh(anne, counter, row, "last", 43_980, drawn=[{"cell": "c1"}]))
        assert (row["state"], row["number"], row["full_kg"]) == ("delivered", 1, 43_980)
        assert ok(anne.get("/outbound")) == []
        assert ok(anne.get("/outbound", params={"ended": True})) == [row]
        (note,) = ok(anne.get("/outbound/notes"))
        assert (note["paper_number"], note["net_kg"], note["by"]) == ("BL-1", 29_180, "Anne")
        assert ok(anne.get("/outbound/notes/1")) == note
        problem(anne.get("/outbound/notes/9"), 404, "unknown_delivery_note")
        assert note["values"]["protein"]["known_t"] == 29.18
        assert note["limits"]
        assert max(map(len, note["text"].splitlines())) <= 42
        assert "DELIVERY NOTE No. 1" in note["text"]
        moved = ok(anne.get("/cells/c1/movements"))[0]
        assert (moved["kind"], moved["kg"], moved["paper_number"]) == ("out", -29_180, "BL-1")


def test_the_paper_is_read_in_french(counter: Counter) -> None:
    with counter.client() as anne, counter.client(language="fr") as french:
        row = ready(anne, counter)
        ok(weigh(anne, counter, row, "last", 43_000, drawn=[{"cell": "c1"}]))
        (note,) = ok(french.get("/outbound/notes"))
        assert "BON DE LIVRAISON N° 1" in note["text"]
        assert "BULLETIN D'ANALYSE" in note["text"]
        assert "28 200 kg" in note["text"]
        names = {one["id"]: one["name"] for one in ok(french.get("/outbound/cargoes"))}
        assert names["treated_seed"] == "semences traitées"


def test_goods_come_back_and_a_vehicle_that_never_went_is_cancelled(counter: Counter) -> None:
    with counter.client() as anne:
        ok(weigh(anne, counter, ready(anne, counter), "last", 43_000, drawn=[{"cell": "c1"}]))
        back = {"reason": "insects", "kg": 28_180.0}
        note = ok(anne.post("/outbound/notes/1/returned", json=back))
        assert (note["state"], note["back_kg"]) == ("returned", 28_180)
        problem(anne.post("/outbound/notes/1/cancel", json={"reason": "x"}), 409, "delivery_ended")
        problem(anne.post("/outbound/notes/9/cancel", json={"reason": "x"}), 404, "unknown_delivery_note")
        ok(weigh(anne, counter, ready(anne, counter, "B-2"), "last", 43_000, drawn=[{"cell": "c1"}]))
        note = ok(anne.post("/outbound/notes/2/cancel", json={"reason": "broke down"}))
        assert (note["state"], note["back_kg"]) == ("cancelled", 28_200)


def test_a_dirty_vehicle_is_refused_and_an_ended_visit_takes_nothing(counter: Counter) -> None:
    with counter.client() as anne:
        row = ok(anne.post("/outbound", json=coming()), 201)
        gone = ok(anne.post(f"/outbound/{row['id']}/end", json={"outcome": "refused", "reason": "smell"}))
        assert (gone["state"], gone["reason"]) == ("refused", "smell")
        problem(weigh(anne, counter, row, "empty", 14_800), 409, "outbound_ended")
        problem(weigh(anne, counter, {"id": "x"}, "empty", 14_800), 404, "unknown_outbound")
        body = {"previous": [{"cargo": "gold", "cleaning": "A"}, *CLEAN[1:]]}
        other = ok(anne.post("/outbound", json=coming("B-2", trailer="")), 201)
        problem(anne.post(f"/outbound/{other['id']}/check", json=body), 422, "unknown_cargo")


def test_names_on_the_lists_are_offered_while_typing_until_they_are_retired(counter: Counter) -> None:
    told = {"at": counter.silo.clock(), "by": "anne"}
    with counter.silo.desk.ledger.write() as tx:
        tx.add(Carrier(id="t1", name="Transports Nord", name_key="TRANSPORTSNORD", **told))
        tx.add(Carrier(id="t2", name="Gone", name_key="GONE", ended_at=counter.silo.clock(), **told))
        tx.add(Buyer(id="b1", name="Moulins", name_key="MOULINS", **told))
    with counter.client() as anne:
        names = ok(anne.get("/outbound/names"))
    assert names == {"carriers": ["Transports Nord"], "buyers": ["Moulins"]}


def test_orders_that_are_open_are_listed_with_what_is_left(counter: Counter) -> None:
    row = OutboundOrder(
        id="o1", at=counter.silo.clock(), number="CV-7", number_key="CV7", buyer="Malterie",
        species="soft_wheat", tonnes=50.0, campaign="2026",
    )  # fmt: skip
    with counter.silo.desk.ledger.write() as tx:
        row.number_key = fold(row.number)
        tx.add(row)
    with counter.client() as anne:
        came = ok(anne.post("/outbound", json={"plate": "A-1", "order": "cv7"}), 201)
        assert (came["order"], came["buyer"], came["species"]) == ("CV-7", "Malterie", "soft_wheat")
        ok(anne.post(f"/outbound/{came['id']}/check", json={"previous": CLEAN}))
        ok(weigh(anne, counter, came, "empty", 14_800))
        ok(weigh(anne, counter, came, "last", 43_000, drawn=[{"cell": "c1"}]))
        (order,) = ok(anne.get("/outbound/orders"))
        assert (order["number"], order["tonnes"], order["left_kg"]) == ("CV-7", 50.0, 21_800)
