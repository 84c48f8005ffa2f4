"""Transfers between own silos over HTTP: one leaves with its paper, another comes with one."""

from datetime import UTC, datetime
from typing import Any

from station.receival.between_silos.shipment_paper import ShipmentPaper, TravellingValue, written
from tests.api.rig import Counter, ok, problem

PAPER = ShipmentPaper(
    number="sud-7", from_site="sud", from_name="Silo Sud", to_site="silo-1", plate="CC-333-CC",
    species="soft_wheat", grade="milling_no_2", kg=26_400, regime="owned", organisation="Union du Nord",
    left_at=datetime(2026, 7, 20, 7, 0, tzinfo=UTC), driver="Paul",
    values={
        "protein": TravellingValue(value=11.9, unit="%", basis="dm", known_t=26.4, n=12),
        "moisture": TravellingValue(value=13.9, unit="%", basis="as_is", known_t=26.4, n=12),
        "test_weight": TravellingValue(value=77.0, unit="kg/hl", basis=None, known_t=26.4, n=12),
    },
)  # fmt: skip


def leaving(**over: Any) -> dict[str, Any]:
    return {
        "cell": "c1",
        "kg": 26_400.0,
        "to": "sud",
        "plate": "ab-123-cd",
        "carrier": "Transports Nord",
        **over,
    }


def test_what_leaves_is_listed_with_its_paper_and_may_be_cancelled_once(counter: Counter) -> None:
    with counter.client() as anne:
        row = ok(anne.post("/shipments", json=leaving()), 201)
        assert (row["number"], row["plate"], row["state"], row["by"]) == (
            "silo-1-1",
            "AB-123-CD",
            "left",
            "Anne",
        )
        assert row["text"].startswith("SILO1")
        assert row["values"]["protein"]["known_t"] == 26.4
        assert ok(anne.get("/shipments/left")) == [row]
        assert ok(anne.get("/shipments/left", params={"ended": True})) == []
        problem(anne.post("/shipments", json=leaving(kg=900_000.0)), 409, "more_than_known")
        problem(anne.post("/shipments", json=leaving(to="silo-1")), 422, "same_site")
        problem(
            anne.post("/shipments", json=leaving(cell="h1", despite_kg=26_400.0)), 422, "species_not_said"
        )
        problem(anne.post("/shipments/left/silo-1-9/cancel", json={"reason": "x"}), 404, "unknown_shipment")
        ok(anne.post("/shipments/left/silo-1-1/cancel", json={"reason": "broke down"}))
        problem(anne.post("/shipments/left/silo-1-1/cancel", json={"reason": "x"}), 409, "shipment_ended")
        (ended,) = ok(anne.get("/shipments/left", params={"ended": True}))
        assert (ended["state"], ended["freinte_kg"]) == ("cancelled", 0)
        kinds = [one["kind"] for one in ok(anne.get("/cells/c1/movements"))]
        assert kinds[:2] == ["returned", "out"]
        assert [one["kind"] for one in ok(anne.get("/movements"))] == ["returned", "out"]


def test_what_comes_back_is_weighed(counter: Counter) -> None:
    pair = [counter.silo.weigh(15_000).id, counter.silo.weigh(41_380).id]
    with counter.client() as anne:
        ok(anne.post("/shipments", json=leaving()), 201)
        body = {"reason": "insects", "kg": 26_380.0, "weighings": pair}
        row = ok(anne.post("/shipments/left/silo-1-1/returned", json=body))
        assert (row["state"], row["back_kg"], row["freinte_kg"]) == ("returned", 26_380, 20)


def test_a_paper_is_read_in_and_its_truck_ends_without_a_ticket(counter: Counter) -> None:
    text = written(PAPER, None)
    with counter.client() as anne:
        row = ok(anne.post("/shipments/expected", json={"text": text}))
        assert (row["number"], row["from_site"], row["from_name"], row["verified"], row["driver"]) == (
            "sud-7", "sud", "Silo Sud", False, "Paul",
        )  # fmt: skip
        assert ok(anne.post("/shipments/expected", json={"text": text}))["id"] == row["id"]
        problem(anne.post("/shipments/expected", json={"text": text[:-9]}), 422, "shipment_text_wrong")
        arrival = {"plate": "CC-333-CC", "supplier": "EARL Dupont", "loads": [{"species": "soft_wheat"}]}
        told = problem(anne.post("/visits", json=arrival), 409, "shipment_expected")
        assert told["params"]["numbers"] == ["sud-7"]
        visit = ok(anne.post("/shipments/expected/sud-7/arrive", json={}), 201)
        assert (visit["plate"], visit["supplier"]) == ("CC-333-CC", "Silo Sud")
        full = counter.silo.weigh(41_200)
        ok(anne.post(f"/weighings/{full.id}/confirm", json={"visit_id": visit["id"], "role": "first"}))
        load_id = visit["loads"][0]["id"]
        load = ok(anne.get(f"/loads/{load_id}"))
        assert (load["state"], load["regime"], load["organisation"]) == ("proposed", "owned", "Union du Nord")
        chosen = {"proposal_id": load["proposal"]["id"], "cell": load["cell"], "pit": load["pit"]}
        ok(anne.post(f"/loads/{load_id}/decision", json=chosen), 201)
        empty = counter.silo.weigh(15_000)
        done = anne.post(f"/weighings/{empty.id}/confirm", json={"visit_id": visit["id"], "role": "last"})
        assert ok(done)["tickets"] == []
        (came,) = ok(anne.get("/shipments/expected", params={"ended": True}))
        assert (came["state"], came["received_kg"], came["freinte_kg"], came["is_over_limit"]) == (
            "received", 26_200, 200, True,
        )  # fmt: skip
        load = ok(anne.get(f"/loads/{load_id}"))
        assert (load["state"], load["gross_kg"], load["tare_kg"]) == ("received", 41_200, 15_000)
        (ended,) = ok(anne.get("/loads", params={"open": False}))
        assert (ended["outcome"], ended["ticket"], ended["net_kg"], ended["cell"]) == (
            "received", None, 26_200, chosen["cell"],
        )  # fmt: skip
        problem(anne.post("/shipments/expected/sud-7/arrive", json={}), 409, "shipment_ended")


def test_another_truck_with_that_plate_is_entered_once_the_person_was_asked(counter: Counter) -> None:
    with counter.client() as anne:
        ok(anne.post("/shipments/expected", json={"text": written(PAPER, None)}))
        arrival = {"plate": "CC-333-CC", "supplier": "EARL Dupont", "loads": [{"species": "soft_wheat"}]}
        ok(anne.post("/visits", json={**arrival, "no_shipment": True}), 201)
        assert [row["state"] for row in ok(anne.get("/shipments/expected"))] == ["expected"]
