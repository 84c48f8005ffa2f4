"""Every wrong request gets a problem that says what to do; nothing is swallowed or guessed."""

import json
import socket
from typing import Any

import pytest

from tests.api.rig import Counter, arrival, ok, problem


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (arrival(platte="X"), "body.platte"),
        (arrival(loads=[{"species": "soft_wheat", "colour": "red"}]), "body.loads.0.colour"),
        (arrival(loads=[]), "body.loads"),
        (arrival("П-1"), "body.plate"),
        (arrival("AB-123-CD", "has space"), "body.loads.0.barcode"),
        (arrival(arrived_at="2026-07-20T08:00:00"), "body.arrived_at"),
        (arrival(arrived_at="0001-01-01T00:00:00+14:00"), "body.arrived_at"),
        (arrival(loads=[{"species": "soft_wheat", "share": True}]), "body.loads.0.share"),
        (
            arrival(loads=[{"species": "soft_wheat", "declared": {"moisture": True}}]),
            "body.loads.0.declared.moisture",
        ),
        (arrival(supplier="   "), "body.supplier"),
    ],
)  # fmt: skip
def test_a_wrong_field_is_named(still: Counter, body: dict[str, Any], field: str) -> None:
    with still.client() as anne:
        refused = problem(anne.post("/visits", json=body), 422, "not_valid")
        wrong = {error["field"]: error for error in refused["errors"]}
        assert f"{wrong[field]['name']}: {wrong[field]['message']}" in refused["detail"]
        assert ok(anne.get("/visits")) == []


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (arrival(trailer="!!"), "pattern"),
        (arrival(trailer="AB\u202e1"), "hidden"),
    ],
)
def test_a_field_of_several_kinds_is_named_once_and_as_a_person_does(
    still: Counter, body: dict[str, Any], why: str
) -> None:
    code = "not_valid" if why == "pattern" else "hidden_character"
    with still.client("anne", "fr") as anne:
        refused = problem(anne.post("/visits", json=body), 422, code)
    (wrong,) = refused["errors"]
    assert (wrong["field"], wrong["name"]) == ("body.trailer", "remorque")
    assert refused["detail"] == f"remorque\N{NO-BREAK SPACE}: {wrong['message']}"


@pytest.mark.parametrize(
    "content",
    [
        b"", b"{", b"[]", b"null", b'"text"', b"\xff\xfe", b'{"plate": "\\ud800"}', b"[" * 100_000,
        b'{"plate":"AB-1","supplier":"x","loads":[{"species":"soft_wheat","declared":{"moisture":NaN}}]}',
        b'{"plate":"AB-1","supplier":"x","loads":[{"species":"soft_wheat","declared":{"moisture":1e999}}]}',
    ],
)  # fmt: skip
def test_a_body_that_is_no_arrival_is_not_valid(still: Counter, content: bytes) -> None:
    with still.client(**{"Content-Type": "application/json"}) as anne:
        problem(anne.post("/visits", content=content), 422, "not_valid")


def test_a_body_without_its_content_type_is_not_read(still: Counter) -> None:
    with still.client(**{"Content-Type": "text/plain"}) as anne:
        problem(anne.post("/visits", content=json.dumps(arrival()).encode()), 422, "not_valid")


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("/visits/x", "unknown_visit"),
        ("/loads/x", "unknown_load"),
        ("/samples/x", "unknown_sample"),
        ("/captures/x", "unknown_capture"),
        ("/photos/" + "0" * 64, "unknown_photo"),
        ("/tickets/7", "unknown_ticket"),
        ("/nowhere", "not_found"),
    ],
)
def test_what_does_not_exist_is_a_problem_too(still: Counter, address: str, code: str) -> None:
    with still.client() as anne:
        problem(anne.get(address), 404, code)


@pytest.mark.parametrize(
    "address",
    [
        "/tickets/0", "/tickets/99999999999999999999", "/tickets/x", "/photos/../../etc/passwd%00",
        "/events?after=-1", "/visits?limit=0", "/weighings?state=used-up",
    ],
)  # fmt: skip
def test_an_address_out_of_range_is_no_server_error(still: Counter, address: str) -> None:
    with still.client() as anne:
        assert anne.get(address).status_code in (404, 422)


@pytest.mark.parametrize(
    "address",
    ["/replay", "/measurements", "/models/backtest", "/admin/dataset", "/replay/captures"],
)
def test_a_time_that_ends_before_it_begins_is_refused_by_its_sentence(still: Counter, address: str) -> None:
    days = {"since": "2026-07-02T00:00:00Z", "until": "2026-07-01T00:00:00Z"}
    others = {"analyte": "protein", "test": "phone", "beside": "lab", "task": "kernels"}
    with still.client() as anne, still.client("admin") as admin:
        who = anne if address == "/measurements" else admin
        for until in ("2026-07-01T00:00:00Z", days["since"]):
            asked = {**days, **others, "until": until}
            refused = problem(who.get(address, params=asked), 422, "period_reversed")
            assert "2026" in refused["detail"]


def test_a_method_that_an_address_lacks_is_said(still: Counter) -> None:
    with still.client() as anne:
        problem(anne.delete("/visits"), 405, "method_not_allowed")


def test_a_typed_reading_out_of_reason_is_refused_with_its_bounds(counter: Counter) -> None:
    with counter.client() as anne:
        ok(anne.post("/visits", json=arrival("AB-123-CD", "S1")), 201)
        typed = {"barcode": "S1", "values": {"moisture": {"value": 136}}}
        refused = problem(anne.post("/readings", json=typed), 422, "implausible_value")
        assert (refused["params"]["low"], refused["params"]["high"]) == (0.0, 60.0)
        typed = {"barcode": "S7", "values": {"moisture": {"value": 13.6}}}
        problem(anne.post("/readings", json=typed), 404, "unknown_sample")


def test_a_slip_of_the_unit_is_asked_about_and_a_protein_needs_its_basis(counter: Counter) -> None:
    with counter.client() as anne:
        ok(anne.post("/visits", json=arrival("AB-123-CD", "S1")), 201)
        typed = {"barcode": "S1", "values": {"don": {"value": 1.25}}}
        asked = problem(anne.post("/readings", json=typed), 409, "unusual_value")
        assert asked["params"]["analyte"] == "don"
        ok(anne.post("/readings", json=typed | {"despite_remarks": True}), 201)
        bare = {"barcode": "S1", "values": {"protein": {"value": 11.8}}}
        problem(anne.post("/readings", json=bare), 422, "wrong_basis")
        lab = {"barcode": "S1", "analyte": "don", "value": 1.25, "laboratory": "Labo Sud"}
        problem(anne.post("/lab/results", json=lab), 409, "unusual_value")
        ok(anne.post("/lab/results", json=lab | {"despite_remarks": True}), 201)
        problem(
            anne.post("/lab/results", json=lab | {"analyte": "protein", "value": 11.8}), 422, "wrong_basis"
        )


def test_a_body_over_the_limit_is_refused_with_and_without_its_length(still: Counter) -> None:
    with still.client(**{"Content-Type": "application/json"}) as anne:
        problem(anne.post("/visits", content=b" " * 1_000_001), 413, "too_large")
        endless = (b" " * 50_000 for _ in range(30))
        problem(anne.post("/visits", content=endless), 413, "too_large")
        ok(anne.get("/visits"))


def test_a_client_that_hangs_up_in_its_body_hurts_nobody(still: Counter) -> None:
    host, port = still.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port))) as raw:
        raw.sendall(b"POST /api/v1/visits HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n\r\n{")
    with still.client() as anne:
        ok(anne.get("/visits"))


def test_a_failure_of_the_station_is_a_problem_and_the_station_goes_on(
    counter: Counter, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from station.api.routes import devices

    def broken(*_: object) -> None:
        raise RuntimeError("a wire is loose")

    monkeypatch.setattr(devices, "device", broken)
    counter.live.append(object())  # type: ignore[arg-type]
    with counter.client() as anne:
        refused = problem(anne.get("/devices"), 500, "internal_error")
        assert "wire" not in json.dumps(refused)
        ok(anne.get("/visits"))
    assert "/devices failed" in caplog.text


@pytest.mark.parametrize(
    "address",
    [
        "/visits?open=false&day=9999-12-31",
        "/photo-day?day=9999-12-31",
        "/measurements?sample=S1&since=0001-01-01T00:00:00%2B14:00",
    ],
)
def test_no_time_lies_beyond_the_calendar(still: Counter, address: str) -> None:
    with still.client() as anne:
        problem(anne.get(address), 422, "not_valid")
