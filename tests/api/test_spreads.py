"""Over HTTP a manager decides whether a phone's spread at this site holds."""

from station.lab.proposing import propose_spreads
from tests.api.rig import Counter, ok, problem
from tests.lab.rows import add_phone
from tests.lab.test_spreads import seen_beside

WHY = {"reason": "enough seen"}


def test_a_spread_is_listed_approved_and_ended_by_a_manager(counter: Counter) -> None:
    silo = counter.silo
    seen_beside(silo, add_phone(silo), 32)
    (row,) = propose_spreads(silo.desk, silo.clock())
    with counter.client() as anne:
        problem(anne.post(f"/spreads/{row.id}/approve", json=WHY), 403, "not_allowed")
        (shown,) = ok(anne.get("/spreads"))
    assert (shown["phone_name"], shown["class_name"], shown["n"]) == ("phone 3", "broken", 32)
    with counter.client("marc") as marc:
        approved = ok(marc.post(f"/spreads/{row.id}/approve", json=WHY))
        assert (approved["state"], approved["in_force"], approved["by"]) == ("approved", True, "Marc")
        problem(marc.post(f"/spreads/{row.id}/decline", json=WHY), 409, "correction_not_open")
        assert ok(marc.post(f"/spreads/{approved['id']}/end", json=WHY))["in_force"] is False
        problem(marc.post("/spreads/none/end", json=WHY), 404, "unknown_correction")
