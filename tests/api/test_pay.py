"""What a load is paid, over HTTP: for managers alone."""

from tests.api.rig import Counter, ok, problem
from tests.ui.web.test_pay import close, received


def test_a_manager_asks_what_a_load_is_paid_and_an_operator_does_not(counter: Counter) -> None:
    load = received(counter.silo)
    close(counter.silo, load)
    with counter.client("marc") as client:
        (pay,) = ok(client.get(f"/loads/{load.id}/pay"))
        problem(client.get("/loads/none/pay"), 404, "unknown_load")
    assert (pay["grade"], pay["net_kg"]) == ("feed_wheat", 27_880.0)
    assert pay["cents"] == pay["base_cents"] + sum(line["cents"] or 0 for line in pay["lines"])
    with counter.client("anne") as client:
        problem(client.get(f"/loads/{load.id}/pay"), 403, "not_allowed")
