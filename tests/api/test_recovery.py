"""A restored station receives no truck before headquarters' word is back, or a person goes on without."""

from station.post import link
from station.store.post import HELD, go_on
from station.store.tables import PostLink
from tests.api.rig import Counter, ok, problem

ARRIVAL = {"plate": "AB-123-CD", "supplier": "EARL Dupont", "loads": [{"species": "soft_wheat"}]}


def test_trucks_wait_while_facts_may_come_back_and_nothing_else_does(counter: Counter) -> None:
    ledger = counter.silo.desk.ledger
    with ledger.write() as tx:
        link.begin(tx, "silo-1", "e1", counter.silo.clock()).recovers = HELD
    with counter.client(language="fr") as anne:
        problem(anne.post("/visits", json={**ARRIVAL, "new_supplier": True}), 409, "recovery_first")
        ok(anne.get("/visits"))
        with ledger.write() as tx:
            go_on(tx)
        ok(anne.post("/visits", json={**ARRIVAL, "new_supplier": True}), 201)
    with ledger.read() as tx:
        assert tx.get_one(PostLink, "hub").recovers == "going_on"
