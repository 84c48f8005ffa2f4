"""Swapping an instrument over HTTP, and what is told of instruments."""

from dataclasses import replace

import pytest
from sqlmodel import select

from drivers.disturbance import Disturbance
from drivers.reading import UNIT_OF, Analyte, Reading, Value
from station.receival.arrivals.visits import NewLoad
from station.receival.bridge import weighings
from station.receival.measuring.instruments import plugged_at
from station.receival.measuring.wiring import wiring_of
from station.store.tables import AuditEvent
from tests.api.rig import Counter, ok, problem
from tests.silo_rig import GOOD

LOANER = {"name": "GAC loan", "serial_number": "L-77", "verified_until": "2027-03-31", "note": "broken"}


def test_a_loaner_is_swapped_in_and_both_histories_are_told(counter: Counter) -> None:
    counter.silo.measure("gac", GOOD)
    with counter.client("anne") as client:
        made = client.post("/instruments/gac/swap", json=LOANER)
        assert made.status_code == 200, made.text
        assert (made.json()["port_id"], made.json()["serial_number"]) == ("gac", "L-77")
        counter.silo.arrive("AB-123-CD", NewLoad("soft_wheat", barcode="S1"))
        counter.silo.measure("gac", GOOD, "S1")
        (reading,) = client.get("/samples/S1").json()["readings"]
        assert (reading["device"], reading["instrument_name"]) == ("gac", "GAC loan")
        (waits,) = client.get("/exceptions").json()
        assert (waits["device"], waits["device_name"]) == ("gac", "GAC 2100")
        known = {row["name"]: row for row in client.get("/instruments").json()}
    assert known["GAC 2100"]["port_id"] is None
    assert known["GAC loan"]["plugged"][0]["by"] == "Anne"


@pytest.mark.parametrize("who", ["marc", "ines"])
def test_everybody_who_is_signed_in_may_swap(counter: Counter, who: str) -> None:
    with counter.client(who) as client:
        assert client.post("/instruments/gac/swap", json=LOANER).status_code == 200


def test_the_installers_command_line_swaps_with_the_admin_token(counter: Counter) -> None:
    with counter.client("admin") as client:
        swapped = ok(client.post("/instruments/gac/swap", json=LOANER))
        assert [one["by"] for one in swapped["plugged"]] == ["installer"]
        assert len(ok(client.get("/instruments"))) == 4


@pytest.mark.parametrize(
    ("path", "change", "status", "code"),
    [
        ("nowhere", {}, 404, "unknown_port"),
        ("bridge", {"serial_number": "TB-1"}, 409, "same_instrument"),
        ("gac", {"serial_number": " "}, 422, "not_valid"),
        ("gac", {"grain_temperature_c": [40.0, 10.0]}, 422, "not_valid"),
        ("bridge", {"max_kg": 60_000.0, "min_kg": 60_000.0}, 422, "not_valid"),
        ("gac", {"uncertainty": {"sugar": 1.0}}, 422, "not_valid"),
        ("gac", {"legal_for": ["sugar"]}, 422, "not_valid"),
        ("gac", {"verified_until": "soon"}, 422, "not_valid"),
    ],
)
def test_a_swap_that_cannot_be_says_why(
    counter: Counter, path: str, change: dict[str, object], status: int, code: str
) -> None:
    with counter.client("anne") as client:
        refused = client.post(f"/instruments/{path}/swap", json={**LOANER, **change})
    assert (refused.status_code, refused.json()["code"]) == (status, code)


def test_the_ticket_says_that_the_bridge_was_not_verified(counter: Counter) -> None:
    with counter.client("anne") as client:
        expired = {"name": "Bridge 2", "serial_number": "TB-2", "verified_until": "2026-05-31"}
        assert client.post("/instruments/bridge/swap", json=expired).status_code == 200
        number = counter.silo.receive("AB-123-CD").tickets[0].number
        text = client.get(f"/tickets/{number}").json()["text"]
    assert "verification expired on" in text
    assert all(len(line) <= 42 for line in text.splitlines())


def test_nobody_swaps_without_signing_in(counter: Counter) -> None:
    with counter.client("gate") as client:
        assert client.post("/instruments/gac/swap", json=LOANER).status_code == 401


def test_a_weight_whose_line_failed_is_refused_until_the_person_was_asked(counter: Counter) -> None:
    silo = counter.silo
    visit = silo.arrive("AB-123-CD")
    frame = replace(silo.stored("bridge"), disturbance=Disturbance.RECONNECTED)
    values = {Analyte.WEIGHT: Value(43_120.0, UNIT_OF[Analyte.WEIGHT])}
    reading = Reading("toledo-continuous", "weight", frame.frame, values)
    taken = weighings.take_weighing(silo.desk, reading, "equal_readings", 43_120.0, frame)
    body = {"visit_id": visit.id, "role": "first"}
    with counter.client("anne") as client:
        refused = problem(
            client.post(f"/weighings/{taken.id}/confirm", json=body), 409, "measured_with_fault"
        )
        (remark,) = refused["params"]["remarks"]
        assert (remark["code"], bool(remark["message"])) == ("fault_during_measurement", True)
        ok(client.post(f"/weighings/{taken.id}/confirm", json={**body, "despite_remarks": True}))


def test_what_is_new_of_an_instrument_is_recorded_for_the_one_that_is_plugged_in(counter: Counter) -> None:
    said = {"verified_until": "2028-06-01", "uncertainty": {"moisture": 0.2}}
    with counter.client("anne") as client:
        told = ok(client.post("/instruments/gac/describe", json=said))
        assert (told["verified_until"], told["uncertainty"]) == ("2028-06-01", {"moisture": 0.2})
        assert told["name"] == "GAC 2100"
        problem(client.post("/instruments/nowhere/describe", json=said), 404, "unknown_port")
        problem(client.post("/instruments/gac/describe", json={"serial_number": "X"}), 422, "not_valid")
    with counter.client("admin") as client:
        ok(client.post("/instruments/gac/describe", json={"asset_tag": "A-3"}))


def test_a_person_at_the_display_says_how_large_the_numbers_are(counter: Counter) -> None:
    said = {"settings": {"fixed_zero": "appended"}, "note": "16 960 kg on the display"}
    with counter.client("anne") as client:
        told = ok(client.post("/instruments/bridge/settle", json=said))
        assert (told["port_id"], told["serial_number"]) == ("bridge", "TB-1")
        problem(client.post("/instruments/nowhere/settle", json=said), 404, "unknown_port")
        problem(client.post("/instruments/bridge/settle", json={"settings": {}}), 422, "not_valid")
    with counter.silo.desk.ledger.read() as tx:
        present = plugged_at(tx, "bridge")
        (event,) = tx.exec(select(AuditEvent).where(AuditEvent.kind == "instrument_settled")).all()
    assert wiring_of(present.assignment).settings == {"fixed_zero": "appended", "expanded": "as_sent"}
    assert present.assignment.by is not None
    assert event.data["chosen"] == {"fixed_zero": "appended"}


def test_the_plate_of_a_bridge_that_is_described_holds_typed_weights_from_then_on(counter: Counter) -> None:
    plate = {"max_kg": 40_000.0, "min_kg": 1_000.0, "division_kg": 20.0, "own_printer": True}
    with counter.client() as anne, counter.client("ines") as ines:
        ok(anne.post("/weighings", json={"kg": 43_125}), 201)
        told = ok(ines.post("/instruments/bridge/describe", json=plate))
        assert plate.items() <= told.items()
        problem(anne.post("/weighings", json={"kg": 43_120}), 422, "weight_over_max")
        problem(anne.post("/weighings", json={"kg": 24_865}), 409, "not_a_division")
        kept = ok(anne.post("/weighings", json={"kg": 980}), 201)
        assert [remark["message"] for remark in kept["remarks"]] == [
            "Under the bridge's Min (1,000\N{NO-BREAK SPACE}kg): not legal for trade"
        ]
