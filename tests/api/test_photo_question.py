"""What a photo asks comes with the proposal, is answered with a reason, and until then nothing is decided."""

from station.grain.reasons import Code
from tests.api.rig import Counter, arrival, confirm, measure, ok, problem
from tests.receival.test_photo_values import photograph as photograph_protein
from tests.receival.test_questions import photograph, refused


def test_the_question_its_answer_and_who_may_not(counter: Counter) -> None:
    with counter.client() as anne, counter.client("gate") as unknown:
        ok(anne.post("/visits", json=arrival("AB-123-CD", "S1")), 201)
        confirm(anne, counter.silo, 43_120)
        measure(counter.silo, "S1")
        photograph(counter.silo, refused(Code.UNKNOWN_GRAIN))
        address = f"/loads/{ok(anne.get('/visits'))[0]['loads'][0]['id']}"
        proposal = ok(anne.get(address))["proposal"]
        assert (proposal["cell"], proposal["reasons"][0]["code"]) == (None, "photo_other_species")
        choice = {"cell": "c1", "pit": "p1", "reason": "seen", "proposal_id": proposal["id"]}
        problem(anne.post(f"{address}/decision", json=choice), 409, "question_unanswered")
        said = {"code": "photo_other_species", "reason": "looked at by hand"}
        problem(anne.post(f"{address}/question", json={**said, "reason": ""}), 422, "not_valid")
        problem(
            anne.post(f"{address}/question", json={**said, "code": "photo_foreign"}),
            409,
            "question_not_asked",
        )
        assert unknown.post(f"{address}/question", json=said).status_code in (401, 403)
        assert ok(anne.post(f"{address}/question", json=said))["proposal"]["cell"] == "c1"


def test_a_value_by_photo_and_probe_points_over_the_network(counter: Counter) -> None:
    with counter.client() as anne:
        ok(anne.post("/visits", json=arrival("AB-123-CD", "S1")), 201)
        address = f"/loads/{ok(anne.get('/visits'))[0]['loads'][0]['id']}"
        ok(anne.post(f"{address}/sample", json={"barcode": "S2", "points": 8}))
        problem(anne.post(f"{address}/sample", json={"barcode": "S3", "points": 0}), 422, "not_valid")
        photograph_protein(counter.silo, "S1", 12.4)
        (protein,) = ok(anne.get(address))["values"]
        assert (protein["value"], protein["by_photo"], protein["device"]) == (12.4, True, None)
        assert protein["parts"][0]["kind"] == "photo"
