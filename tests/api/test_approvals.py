"""An operator alone is told who may; the figures of a phone make the decision his, with both names."""

import json
from typing import Any

import httpx2
import pytest

from station.acts.answers import PROBE, answer_to, read_secret
from tests.api.rig import Counter, arrival, confirm, measure, ok, problem

CHOICE = {"cell": "c1", "pit": "p1", "reason": "lab says otherwise"}


def mouldy(anne: httpx2.Client, counter: Counter) -> Any:
    ok(anne.post("/visits", json=arrival("AB-123-CD", "S1")), 201)
    confirm(anne, counter.silo, 43_120)
    measure(counter.silo, "S1")
    visit = ok(anne.get("/visits"))[0]
    ok(anne.post("/readings", json={"barcode": "S1", "values": {"don": {"value": 2400}}}), 201)
    return ok(anne.get(f"/loads/{visit['loads'][0]['id']}"))


def test_from_the_refusal_to_the_decision_with_both_names(counter: Counter) -> None:
    with counter.client() as anne, counter.client("admin") as admin:
        load = mouldy(anne, counter)
        address, choice = f"/loads/{load['id']}", {**CHOICE, "proposal_id": load["proposal"]["id"]}
        alone = problem(anne.post(f"{address}/decision", json=choice), 403, "never_blend_override")
        assert (alone["params"]["who"], alone["params"]["approvers"]) == ("Marc", [])
        assert "Marc" in alone["action"]
        enrolled = ok(admin.post("/admin/approvers", json={"name": "Marc"}), 201)
        secret = read_secret(enrolled["secret"])
        assert read_secret(enrolled["address"]) == secret
        assert enrolled["probe"] == answer_to(PROBE, secret)
        alone = problem(anne.post(f"{address}/decision", json=choice), 403, "never_blend_override")
        ((_, marc), (_, name)) = alone["params"]["approvers"][0].items()
        assert name == "Marc"
        asked = ok(anne.post(f"{address}/approvals", json={**choice, "approver": marc}), 201)
        assert (len(asked["challenge"]), asked["approver"], asked["rules"]) == (6, "Marc", ["never_blend"])
        answering = f"/approvals/{asked['id']}/answer"
        wrong = problem(anne.post(answering, json={"answer": "00000000"}), 409, "wrong_answer")
        assert wrong["params"] == {"left": 4}
        problem(anne.post(answering, json={"answer": "123"}), 422, "not_valid")
        figures = answer_to(asked["challenge"], secret)
        given = ok(anne.post(answering, json={"answer": f"{figures[:4]} {figures[4:]}"}))
        assert given["state"] == "given"
        decided = ok(anne.post(f"{address}/decision", json={**choice, "approval": asked["id"]}), 201)
        assert (decided["by"], decided["approved_by"], decided["guard"]) == ("Anne", "Marc", ["never_blend"])
        assert ok(anne.get(address))["decision"]["approved_by"] == "Marc"
        (replayed,) = ok(admin.get("/replay"))
        assert replayed["is_equal"]


def test_the_api_never_shows_a_secret_again(counter: Counter) -> None:
    with counter.client("admin") as admin:
        made = ok(admin.post("/admin/approvers", json={"name": "Marc"}), 201)
        (row,) = ok(admin.get("/admin/approvers"))
        assert row.keys() == {"id", "name", "since"}
        assert made["secret"].replace(" ", "") not in json.dumps(row)
        assert read_secret(made["secret"]).hex() not in admin.post("/admin/backup").content.hex()
        ok(admin.delete("/admin/approvers/Marc"), 204)
        problem(admin.delete("/admin/approvers/Marc"), 404, "not_enrolled")
        problem(admin.post("/admin/approvers", json={"name": "Ines"}), 409, "not_enrolled")
        problem(admin.post("/admin/approvers", json={"name": "Nobody"}), 404, "unknown_person")


@pytest.mark.parametrize("who", ["anne", "ines"])
def test_only_a_manager_waives_a_value_by_his_own_word(counter: Counter, who: str) -> None:
    body = {"species": "soft_wheat", "analytes": ["protein"], "reason": "NIR is dead"}
    with counter.client(who) as other, counter.client("marc") as marc, counter.client() as anne:
        problem(other.post("/waivers", json=body), 403, "not_allowed")
        (made,) = ok(marc.post("/waivers", json=body), 201)
        assert ok(anne.get("/waivers")) == [made]
        assert (made["by"], made["approved_by"]) == ("Marc", "Marc")
        ok(anne.post(f"/waivers/{made['id']}/revoke"))
        assert ok(anne.get("/waivers")) == []
        problem(anne.post("/waivers/nothing/revoke"), 404, "unknown_waiver")


def test_a_load_that_waits_for_a_word_says_whose(counter: Counter) -> None:
    organic = [{"species": "soft_wheat", "barcode": "S1", "claims": ["organic"]}]
    counter.silo.load_site(cells=[one for one in _cells(counter) if one.id not in ("c3", "h1", "q1")])
    with counter.client() as anne:
        ok(anne.post("/visits", json={**arrival(), "loads": organic}), 201)
        confirm(anne, counter.silo, 43_120)
        measure(counter.silo, "S1")
        (row,) = ok(anne.get("/visits"))[0]["loads"]
        assert (row["state"], row["waits_for"]) == ("waiting", ["Marc"])


def _cells(counter: Counter) -> list[Any]:
    from tests.silo_rig import SITE

    return list(SITE.cells)


def test_the_visual_check_stands_on_the_load_and_blocks_when_adverse(counter: Counter) -> None:
    with counter.client() as anne, counter.client("marc") as marc:
        ok(anne.post("/visits", json=arrival("AB-123-CD", "S1")), 201)
        confirm(anne, counter.silo, 43_120)
        measure(counter.silo, "S1")
        address = f"/loads/{ok(anne.get('/visits'))[0]['loads'][0]['id']}"
        well = ok(anne.post(f"{address}/visual-check", json={}))
        assert (well["visual_check"]["by"], well["visual_check"]["findings"], well["cell"]) == (
            "Anne",
            [],
            "c1",
        )
        adverse = ok(anne.post(f"{address}/visual-check", json={"findings": ["smell"]}))
        assert (adverse["visual_check"]["findings"], adverse["cell"]) == (["smell"], "q1")
        problem(anne.post(f"{address}/visual-check", json={}), 403, "checked_adverse")
        problem(anne.post(f"{address}/visual-check", json={"findings": ["pink"]}), 422, "not_valid")
        assert ok(marc.post(f"{address}/visual-check", json={}))["cell"] == "c1"
