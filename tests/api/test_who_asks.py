"""Terminals have tokens, persons sign in, roles count, wrong PINs are slowed down."""

from datetime import timedelta

import pytest

from station.api.throttle import MOST_KEYS, Throttle
from tests.api.rig import Counter, arrival, ok, problem
from tests.silo_rig import START, HandClock


@pytest.mark.parametrize("token", ["", "Bearer unknown", "Bearer", "Basic Zm9vOmJhcg==", "Bearer é"])
def test_without_a_known_token_only_health_answers(still: Counter, token: str) -> None:
    headers = {"Authorization": token.encode()} if token else {}
    with still.client("nobody") as nobody:
        ok(nobody.get("/health"))
        for address in ("/site", "/visits", "/events", "/people", "/devices", "/photos/" + "0" * 64):
            refused = nobody.get(address, headers=headers)  # type: ignore[arg-type]
            problem(refused, 401, "unknown_token")
            assert refused.headers["www-authenticate"] == "Bearer"


def test_a_revoked_token_is_refused_from_then_on(counter: Counter) -> None:
    with counter.client("phone") as phone, counter.client("admin") as admin:
        ok(phone.get("/site"))
        assert admin.delete("/admin/tokens/phone 1").status_code == 204
        problem(phone.get("/site"), 401, "unknown_token")
        problem(admin.delete("/admin/tokens/phone 2"), 404, "unknown_terminal")


def test_a_terminal_alone_may_look_but_not_act(still: Counter) -> None:
    with still.client("phone") as phone:
        ok(phone.get("/visits"))
        refused = problem(phone.post("/visits", json=arrival()), 401, "not_signed_in")
        assert refused["action"] == "Sign in with your name and PIN."
        headers = {"Silo-Person": still.tokens.anne}  # signed in, but at another terminal
        problem(phone.post("/visits", json=arrival(), headers=headers), 401, "not_signed_in")


def test_an_installer_does_not_receive_grain(still: Counter) -> None:
    with still.client("ines") as ines:
        problem(ines.post("/visits", json=arrival()), 403, "not_allowed")


def test_a_person_signs_in_acts_and_signs_out(counter: Counter) -> None:
    with counter.client("phone") as terminal:
        signed = ok(terminal.post("/sign-in", json={"name": "ANNE", "pin": "2468"}))
        assert signed["person"]["roles"] == ["operator"]
        person = {"Silo-Person": signed["token"]}
        assert ok(terminal.post("/visits", json=arrival(), headers=person), 201)["entered_by"] == "Anne"
        assert terminal.post("/sign-out", headers=person).status_code == 204
        problem(terminal.post("/visits", json=arrival(), headers=person), 401, "not_signed_in")


def test_wrong_pins_are_slowed_down_for_that_name_at_that_terminal(counter: Counter) -> None:
    with counter.client("phone") as terminal:
        for _ in range(5):
            problem(terminal.post("/sign-in", json={"name": "Anne", "pin": "0000"}), 401, "wrong_pin")
        slowed = terminal.post("/sign-in", json={"name": "anne", "pin": "2468"})
        problem(slowed, 429, "too_many_attempts")
        assert 0 < int(slowed.headers["retry-after"]) <= 60
        counter.silo.clock.pass_(seconds=61)
        ok(terminal.post("/sign-in", json={"name": "Anne", "pin": "2468"}))


def test_only_the_admin_token_makes_people_and_tokens(counter: Counter) -> None:
    person = {"name": "Paul", "pin": "4321", "roles": ["operator"]}
    with counter.client("marc") as marc:
        problem(marc.post("/admin/people", json=person), 401, "unknown_token")
    with counter.client("admin") as admin:
        problem(admin.get("/site"), 401, "unknown_token")
        assert ok(admin.post("/admin/people", json=person), 201)["name"] == "Paul"
        problem(admin.post("/admin/people", json=person), 409, "person_exists")
        made = ok(admin.post("/admin/tokens", json={"name": "north bridge"}), 201)
        problem(admin.post("/admin/tokens", json={"name": "north bridge"}), 409, "terminal_exists")
        with counter.client("nobody", Authorization=f"Bearer {made['token']}") as terminal:
            ok(terminal.post("/sign-in", json={"name": "Paul", "pin": "4321"}))
        assert admin.delete(f"/admin/tokens/{made['id']}").status_code == 204


def test_grain_leaves_in_the_name_of_a_person(counter: Counter) -> None:
    out = {"kind": "out", "kg": 1000.0, "reason": "sale"}
    counted = {"kind": "correction", "kg": 1000.0, "reason": "inventory"}
    with counter.client("admin") as admin:
        problem(admin.post("/cells/c1/movements", json=out), 403, "not_allowed")
        named = {"Silo-Operator": "Anne", "Silo-Pin": "2468"}
        assert ok(admin.post("/cells/c1/movements", json=out, headers=named), 201)[0]["by"] == "Anne"
        problem(admin.post("/cells/c1/movements", json=counted, headers=named), 403, "not_allowed")
        named["Silo-Pin"] = "2469"
        problem(admin.post("/cells/c1/movements", json=out, headers=named), 401, "wrong_pin")
        for name, pin, answer in (("Ines", "9999", 403), ("Marc", "1357", 201)):
            named = {"Silo-Operator": name, "Silo-Pin": pin}
            assert admin.post("/cells/c1/movements", json=counted, headers=named).status_code == answer
    with counter.client("ines") as ines, counter.client("phone") as phone:
        problem(ines.post("/cells/c1/movements", json=out), 403, "not_allowed")
        problem(phone.post("/cells/c1/movements", json=out), 401, "not_signed_in")


def test_an_empty_admin_token_opens_nothing(counter: Counter) -> None:
    from dataclasses import replace

    counter.app.state.context = replace(counter.context(), admin_token="")
    with counter.client("nobody", Authorization="Bearer") as nobody:
        problem(nobody.post("/admin/tokens", json={"name": "x"}), 401, "unknown_token")


def test_failures_are_forgotten_after_the_window_and_after_a_success() -> None:
    clock = HandClock(step=timedelta(0))
    throttle = Throttle(clock, attempts=2, window=timedelta(seconds=30))
    throttle.failed("anne")
    assert throttle.wait_seconds("anne") == 0
    throttle.failed("anne")
    assert throttle.wait_seconds("anne") == 30
    assert throttle.wait_seconds("marc") == 0
    clock.pass_(seconds=29)
    assert throttle.wait_seconds("anne") == 1
    clock.pass_(seconds=1)
    assert throttle.wait_seconds("anne") == 0
    throttle.failed("anne")
    throttle.failed("anne")
    throttle.succeeded("anne")
    assert throttle.wait_seconds("anne") == 0


def test_a_clock_that_jumps_back_locks_nobody_out() -> None:
    clock = HandClock()
    throttle = Throttle(clock, attempts=2)
    throttle.failed("anne")
    throttle.failed("anne")
    clock.now = START - timedelta(days=1)
    assert throttle.wait_seconds("anne") == 0


def test_failures_of_invented_names_take_bounded_memory() -> None:
    throttle = Throttle(HandClock())
    for number in range(3 * MOST_KEYS):
        throttle.failed(f"name {number}")
    assert len(throttle._failures) == MOST_KEYS
