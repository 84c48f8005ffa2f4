"""A manager, by name, lets a person or a supplier be forgotten; nobody else does."""

from tests.api.rig import Counter, ok, problem

WHY = "asked for by letter"


def test_a_manager_forgets_by_name_with_a_reason(counter: Counter) -> None:
    with counter.client() as anne:
        problem(anne.post("/people/forget", json={"name": "Ines", "reason": WHY}), 403, "not_allowed")
    with counter.client("admin") as admin:
        problem(admin.post("/people/forget", json={"name": "Ines", "reason": WHY}), 403, "not_allowed")
    counter.silo.receive("AB-123-CD")
    with counter.client("admin", **{"Silo-Manager": "Marc", "Silo-Pin": "1357"}) as admin:
        assert admin.post("/people/forget", json={"name": "Ines", "reason": WHY}).status_code == 204
        assert admin.post("/suppliers/forget", json={"name": "EARL Dupont", "reason": WHY}).status_code == 204
        problem(admin.post("/people/forget", json={"name": "Ines", "reason": WHY}), 404, "unknown_person")
        named = {"name": "Anne", "reason": "Anne left"}
        problem(admin.post("/people/forget", json=named), 422, "name_in_reason")
        problem(admin.post("/people/forget", json={"name": "Anne", "reason": ""}), 422, "not_valid")
    with counter.client() as anne:
        assert "Ines" not in str(ok(anne.get("/people")))
        assert "Dupont" not in str(ok(anne.get("/suppliers")))
