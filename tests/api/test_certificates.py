"""Over HTTP a manager enters and withdraws certificates; the terminal asks which claims come first."""

from tests.api.rig import Counter, ok, problem

SAID = {
    "supplier": "EARL Dupont", "claim": "sustainability", "number": "2BS-7", "body": "Bureau",
    "valid_from": "2026-01-01", "valid_until": "2026-12-31",
}  # fmt: skip
FILE = "supplier;claim;number;valid from;valid until\nEARL Dupont;seed;1;2026-01-01;2026-12-31\n;;;;\nX;;;;\n"


def test_a_manager_enters_imports_and_withdraws_what_an_operator_may_see(counter: Counter) -> None:
    with counter.client() as anne, counter.client("marc", "fr") as marc:
        problem(anne.post("/certificates", json=SAID), 403, "not_allowed")
        row = ok(marc.post("/certificates", json=SAID), 201)
        assert (row["supplier"], row["holds"], row["by"]) == ("EARL Dupont", True, "Marc")
        problem(marc.post("/certificates", json=SAID), 409, "certificate_exists")
        taken = ok(marc.post("/certificates/file", json={"text": FILE}))
        assert (taken["added"], taken["known"]) == (1, 0)
        assert [one["line"] for one in taken["errors"]] == [4]
        assert taken["errors"][0]["message"].startswith("ligne 4 : la colonne")
        withdrawn = ok(marc.post(f"/certificates/{row['id']}/withdraw", json={"why": "suspended"}))
        assert (withdrawn["holds"], withdrawn["withdrawn_by"]) == (False, "Marc")
        listed = ok(anne.get("/certificates"))
        assert [one["claim"] for one in listed] == ["seed", "sustainability", "organic"]
        first = anne.get("/certificates", params={"limit": 2})
        after = first.headers["Silo-Next"]
        assert [one["claim"] for one in ok(anne.get("/certificates", params={"after": after}))] == ["organic"]


def test_the_claims_of_a_supplier_come_first(counter: Counter) -> None:
    with counter.client() as anne:
        plain = [one["id"] for one in ok(anne.get("/claims"))]
        choices = ok(anne.get("/claims", params={"supplier": "earl dupont", "species": "soft_wheat"}))
    assert [one["id"] for one in choices if one["certified"]] == ["organic"]
    assert (choices[0]["id"], {one["id"] for one in choices}) == ("organic", set(plain))
