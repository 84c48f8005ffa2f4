"""What the pages say leaves the station as JSON, for managers and for the admin."""

from station.store.stored import Renewed, canonical, packed, renew
from tests.api.rig import Counter, ok

ASKED = {"analyte": "protein", "species": "soft_wheat", "period": "campaign"}


def test_a_manager_reads_the_questions_of_a_page_and_the_result_of_one(counter: Counter) -> None:
    silo = counter.silo
    row = Renewed("three_ways", canonical("three_ways", ASKED), 40, "digest", packed({"n": 40}))
    with silo.desk.ledger.write() as tx:
        renew(tx, [row], 17, silo.clock())
    for who in ("marc", "admin"):
        with counter.client(who) as client:
            listed = ok(client.get("/results/three_ways"))
            assert [choice["analyte"] for choice in listed["choices"]] == ["protein"]
            assert listed["result"] is None
            found = ok(client.get("/results/three_ways", params=ASKED))
            assert (found["result"], found["up_to"]) == ({"n": 40}, 17)
            none = ok(client.get("/results/three_ways", params={**ASKED, "species": "barley"}))
            assert none["result"] is None
            assert client.get("/results/truth").status_code == 422
    with counter.client("anne") as client:
        assert client.get("/results/three_ways").status_code == 403
