"""A farmer's question over HTTP is answered in words, without a price, in both languages."""

from tests.api.rig import Counter, ok, problem
from tests.silo_rig import GOOD, GOOD_NIR


def test_the_answer_is_said_in_words_and_names_no_euro(counter: Counter) -> None:
    with counter.client() as anne:
        ok(
            anne.post("/samples", json={"barcode": "C00001", "kind": "courtesy", "species": "soft_wheat"}),
            201,
        )
        problem(anne.post("/courtesy", json={"barcode": "C00001", "load_t": 0}), 422, "not_valid")
        counter.silo.measure("gac", GOOD, "C00001")
        counter.silo.measure("nir", GOOD_NIR, "C00001")
        said = ok(anne.post("/courtesy", json={"barcode": "C00001", "load_t": 24.5}))
        assert (said["cell"], said["grade"]) == ("c1", "milling_no_2")
        assert 0.5 < said["p_load_ok"] <= 1
        assert said["text"][0].startswith("24.5")
        assert "moisture 13.6\N{NO-BREAK SPACE}%" in said["text"][0]
        unknown = {"barcode": "C00001", "load_t": 24.5, "claims": ["lunar"]}
        problem(anne.post("/courtesy", json=unknown), 422, "unknown_claim")
        assert said["text"][-1].endswith("Nothing is reserved.")
        assert "no charge" in said["text"]
    with counter.client("anne", "fr") as anne:
        french = ok(anne.post("/courtesy", json={"barcode": "C00001", "load_t": 24.5}))["text"]
    assert french[0].startswith("24,5")
    assert "€" not in "".join(french)
    assert not set(french) & set(said["text"])
