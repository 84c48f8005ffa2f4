"""Terminals have tokens, persons sign in, roles count, wrong PINs are slowed down."""

import pytest

from tests.api.rig import Counter, arrival, ok, problem


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
    with counter.client("gate") as gate, counter.client("admin") as admin:
        ok(gate.get("/site"))
        assert admin.delete("/admin/tokens/gate").status_code == 204
        problem(gate.get("/site"), 401, "unknown_token")
        problem(admin.delete("/admin/tokens/phone 2"), 404, "unknown_terminal")


def test_a_terminal_alone_may_look_but_not_act(still: Counter) -> None:
    with still.client("gate") as gate:
        ok(gate.get("/visits"))
        refused = problem(gate.post("/visits", json=arrival()), 401, "not_signed_in")
        assert refused["action"] == "Sign in with your name and PIN."
        headers = {"Silo-Person": still.tokens.anne}  # signed in, but at another terminal
        problem(gate.post("/visits", json=arrival(), headers=headers), 401, "not_signed_in")


def test_an_installer_does_not_receive_grain(still: Counter) -> None:
    with still.client("ines") as ines:
        problem(ines.post("/visits", json=arrival()), 403, "not_allowed")


def test_a_person_signs_in_acts_and_signs_out(counter: Counter) -> None:
    with counter.client("gate") as terminal:
        signed = ok(terminal.post("/sign-in", json={"name": "ANNE", "pin": "2468"}))
        assert signed["person"]["roles"] == ["operator"]
        person = {"Silo-Person": signed["token"]}
        assert ok(terminal.post("/visits", json=arrival(), headers=person), 201)["entered_by"] == "Anne"
        assert terminal.post("/sign-out", headers=person).status_code == 204
        problem(terminal.post("/visits", json=arrival(), headers=person), 401, "not_signed_in")


def test_wrong_pins_are_slowed_down_for_that_name_at_that_terminal(counter: Counter) -> None:
    with counter.client("gate") as terminal:
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
    counted = {"kind": "correction", "kg": 1000.0, "reason": "inventory", "despite_kg": 1000.0}
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
    with counter.client("ines") as ines, counter.client("gate") as gate:
        problem(ines.post("/cells/c1/movements", json=out), 403, "not_allowed")
        problem(gate.post("/cells/c1/movements", json=out), 401, "not_signed_in")


def test_an_empty_admin_token_opens_nothing(counter: Counter) -> None:
    from dataclasses import replace

    counter.app.state.context = replace(counter.context(), admin_token="")
    with counter.client("nobody", Authorization="Bearer") as nobody:
        problem(nobody.post("/admin/tokens", json={"name": "x"}), 401, "unknown_token")


def test_who_has_left_or_has_a_new_pin_acts_no_more_at_once(counter: Counter) -> None:
    new_sample = "/devices/bridge/new-sample"
    with counter.client("anne") as anne, counter.client("marc") as marc, counter.client("admin") as admin:
        assert [one["name"] for one in ok(admin.get("/admin/people"))] == ["Anne", "Ines", "Marc"]
        problem(anne.post(new_sample), 404, "unknown_port")
        ok(admin.patch("/admin/people/anne", json={"pin": "8642"}))
        problem(anne.post(new_sample), 401, "not_signed_in")
        problem(anne.post("/sign-in", json={"name": "Anne", "pin": "2468"}), 401, "wrong_pin")
        ok(anne.post("/sign-in", json={"name": "Anne", "pin": "8642"}))
        problem(marc.post(new_sample), 404, "unknown_port")
        assert admin.delete("/admin/people/Marc").status_code == 204
        problem(marc.post(new_sample), 401, "not_signed_in")
        problem(marc.post("/sign-in", json={"name": "Marc", "pin": "1357"}), 401, "wrong_pin")
        problem(admin.delete("/admin/people/Marc"), 404, "unknown_person")
        assert [one["name"] for one in ok(marc.get("/people"))] == ["Anne", "Ines"]


def test_a_person_and_a_token_have_another_name_from_now_on(counter: Counter) -> None:
    with counter.client("anne") as anne, counter.client("admin") as admin:
        ok(anne.post("/visits", json=arrival("AB-123-CD")), 201)
        renamed = ok(admin.patch("/admin/people/Anne", json={"name": "Anne-Lise"}))
        assert renamed["name"] == "Anne-Lise"
        assert ok(anne.post("/visits", json=arrival("EF-456-GH")), 201)["entered_by"] == "Anne-Lise"
        ok(admin.patch("/admin/people/Anne-Lise", json={"name": "ANNE LISE"}))  # it is still hers
        problem(admin.patch("/admin/people/Marc", json={"name": "anne lise"}), 409, "person_exists")
        problem(admin.patch("/admin/people/Marc", json={"name": "Paul", "pin": "1234"}), 422, "not_valid")
        short = admin.patch("/admin/people/Marc", json={"password": "short"})
        problem(short, 422, "not_valid")
        assert len(short.json()["errors"]) == 1, "it speaks of what was given alone"
        ok(admin.patch("/admin/tokens/gate", json={"name": "north/south #2"}))
        problem(admin.patch("/admin/tokens/office", json={"name": "north/south #2"}), 409, "terminal_exists")
        known = {one["name"]: one for one in ok(admin.get("/admin/tokens"))}
        assert (known["north/south #2"]["kind"], known["north/south #2"]["revoked_at"]) == ("terminal", None)
        assert "gate" not in known
        assert admin.delete("/admin/tokens/north%2Fsouth%20%232").status_code == 204
        assert ok(admin.get("/admin/tokens"))[-1]["revoked_at"]


def test_a_name_is_free_again_when_its_holder_has_gone(counter: Counter) -> None:
    with counter.client("admin") as admin, counter.client("gate") as gate:
        assert admin.delete("/admin/people/Anne").status_code == 204
        ok(admin.post("/admin/people", json={"name": "Anne", "pin": "1111", "roles": ["operator"]}), 201)
        ok(gate.post("/sign-in", json={"name": "Anne", "pin": "1111"}))
        assert admin.delete("/admin/tokens/office").status_code == 204
        made = ok(admin.post("/admin/tokens", json={"name": "office"}), 201)
        assert admin.delete("/admin/tokens/office").status_code == 204
        tokens = {one["id"]: one["revoked_at"] for one in ok(admin.get("/admin/tokens"))}
        assert tokens[made["id"]]
