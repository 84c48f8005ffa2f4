"""Models over HTTP: who may promote, what the list says, and laboratory results."""

from station.grain.inspection import ClassShare, Inspection, KernelClass, MassShare, ModelName
from station.receival.measuring import captures
from station.receival.persons import people
from station.store.tables import ModelRelease
from tests.api.rig import Counter, ok, problem
from tests.model_rig import SPECIES, TASK, Models, shipped_version
from tests.silo_rig import Silo

SHIPPED = shipped_version()


def judged(silo: Silo, capture_id: str, release: ModelRelease, broken: float, *, shadow: bool) -> None:
    name = ModelName(release.name, release.version, release.sha256)
    shares = {KernelClass.BROKEN: ClassShare(5, broken, max(0, broken - 0.01), broken + 0.01)}
    mass = {KernelClass.BROKEN: MassShare(broken, max(0, broken - 0.01), broken + 0.01)}
    seen = Inspection("ab" * 32, True, kernels=300, cut=0, classes=shares, mass=mass, models=(name,))
    captures.record_inspection(silo.desk, capture_id, [seen], silo.clock(), shadow=shadow)


def test_only_a_manager_promotes_and_the_light_box_is_told(counter: Counter) -> None:
    shelf = Models.at(counter.silo, "phone 2")
    shelf.ship()
    second = shelf.install("2")
    body = {"name": second.name, "version": "2", "why": "agrees"}
    with counter.client("anne") as anne, counter.client("marc") as marc:
        problem(anne.post("/models/promote", json=body), 403, "not_allowed")
        assert ok(marc.post("/models/promote", json=body))["sha256"] == second.sha256
        assert counter.woken == [1]
        problem(marc.post("/models/promote", json=body), 409, "release_active")
        problem(marc.post("/models/promote", json={**body, "version": "9"}), 404, "unknown_release")
        first = ok(marc.post("/models/rollback", json={"task": TASK, "species": SPECIES}))
        assert first["version"] == SHIPPED
        listed = ok(anne.get("/models"))
    assert [(one["version"], one["status"], one["by"]) for one in listed] == [
        (SHIPPED, "active", "Marc"), ("2", "rolled_back", "Marc"),
    ]  # fmt: skip


def test_the_installer_may_name_a_manager_whose_pin_is_checked(counter: Counter) -> None:
    shelf = Models.at(counter.silo, "phone 2")
    shelf.ship()
    second = shelf.install("2")
    body = {"name": second.name, "version": "2"}
    people.add_person(counter.silo.desk, "Hélène", "1357", ["manager"], "fr", counter.silo.clock())
    with counter.client("admin") as admin:
        for named, status, code in (
            ({"Silo-Manager": "Marc", "Silo-Pin": "0000"}, 401, "wrong_pin"),
            ({"Silo-Manager": "Marc"}, 401, "wrong_pin"),
            ({"Silo-Manager": "Anne", "Silo-Pin": "2468"}, 403, "not_allowed"),
            ({"Silo-Manager": "Marc", "Silo-Pin": "1"}, 422, "not_valid"),
            ({"Silo-Manager": "", "Silo-Pin": "1357"}, 422, "not_valid"),
        ):
            problem(admin.post("/models/promote", json=body, headers=named), status, code)
        ok(admin.post("/models/promote", json=body))
        (active, _) = ok(admin.get("/models"))
        assert (active["version"], active["by"]) == ("2", "installer")
        helene = {"Silo-Manager": "H%C3%A9l%C3%A8ne", "Silo-Pin": "1357"}
        ok(admin.post("/models/rollback", json={"task": TASK, "species": SPECIES}, headers=helene))
        (active, _) = ok(admin.get("/models"))
        assert (active["version"], active["by"]) == (SHIPPED, "Hélène")


def test_a_managers_name_and_pin_count_for_nothing_without_the_admin_token(counter: Counter) -> None:
    """A PIN that could be tried so would be found out."""
    shelf = Models.at(counter.silo, "phone 2")
    shelf.ship()
    body = {"name": shelf.install("2").name, "version": "2"}
    named = {"Silo-Manager": "Marc", "Silo-Pin": "1357"}
    with counter.client("gate") as gate, counter.client("anne") as anne, counter.client("nobody") as nobody:
        problem(gate.post("/models/promote", json=body, headers=named), 401, "not_signed_in")
        problem(anne.post("/models/promote", json=body, headers=named), 403, "not_allowed")
        problem(nobody.post("/models/promote", json=body, headers=named), 401, "unknown_token")
    with counter.client("marc") as marc:
        ok(marc.post("/models/promote", json=body, headers={**named, "Silo-Pin": "0000"}))


TERMS = {
    "captures": 30, "days": 1, "share_within": 0.1, "abstention_within": 0.5, "rollback_abstention": 0.5,
    "rollback_unfamiliar": 0.5,
}  # fmt: skip


def test_a_standing_policy_is_approved_by_a_manager_and_never_by_the_admin_token_alone(
    counter: Counter,
) -> None:
    Models.at(counter.silo, "phone 2").ship()
    place = {"task": TASK, "species": SPECIES}
    named = {"Silo-Manager": "Marc", "Silo-Pin": "1357"}
    with counter.client("admin") as admin, counter.client("anne") as anne, counter.client("marc") as marc:
        for client, status in ((admin, 403), (anne, 403)):
            problem(client.post("/models/policies", json={**place, "terms": TERMS}), status, "not_allowed")
            problem(client.post("/models/policies/withdraw", json=place), status, "not_allowed")
        ok(marc.post("/models/policies", json={**place, "terms": TERMS}), 201)
        ok(admin.post("/models/policies", json={**place, "terms": TERMS, "why": "x"}, headers=named), 201)
        (held,) = ok(anne.get("/models/policies"))
        assert (held["by"], held["why"]) == ("Marc", "x")
        ok(admin.post("/models/policies/withdraw", json=place, headers=named))
        assert ok(admin.get("/models/policies")) == []
        problem(marc.post("/models/policies/withdraw", json=place), 404, "no_policy")


def test_past_cases_are_listed_for_the_command_line_only(counter: Counter) -> None:
    with counter.client("admin") as admin, counter.client("marc") as marc:
        assert ok(admin.get("/models/backtest", params={"task": TASK})) == []
        problem(marc.get("/models/backtest", params={"task": TASK}), 401, "unknown_token")


def test_the_list_shows_agreement_on_the_same_captures_and_the_labs_word(counter: Counter) -> None:
    silo, shelf = counter.silo, Models.at(counter.silo, "phone 2")
    shelf.ship()
    second = shelf.install("2")
    with silo.desk.ledger.read() as tx:
        first = tx.get_one(ModelRelease, shelf.active_sha256())
    with counter.client("anne") as anne:
        for number in range(12):
            ok(anne.post("/samples", json={"barcode": f"K{number}", "kind": "courtesy"}), 201)
            capture = shelf.photograph(b"photo %d" % number, barcode=f"K{number}")
            judged(silo, capture.id, first, 0.03, shadow=False)
            judged(silo, capture.id, second, 0.05, shadow=True)
            lab = {"barcode": f"K{number}", "analyte": "broken", "value": 4.0, "laboratory": "Labo Sud"}
            ok(anne.post("/lab/results", json=lab), 201)
        problem(anne.post("/lab/results", json={**lab, "barcode": "K99"}), 404, "unknown_sample")
        problem(anne.post("/lab/results", json={**lab, "value": 140.0}), 422, "implausible_value")
        problem(anne.post("/lab/results", json={**lab, "analyte": "colour"}), 422, "not_valid")
        active, shadow = ok(anne.get("/models"))
    assert (active["agreement"], shadow["status"], shadow["captures"]) == (None, "shadow", 12)
    assert shadow["agreement"]["classes"]["broken"]["bias"] == 0.02
    assert shadow["abstention_rate"] == 0.0
    (evidence,) = shadow["evidence"]  # the laboratory's share is by mass, and so is the photo's estimate
    assert (evidence["analyte"], evidence["against"], evidence["n"]) == ("broken", "lab", 12)
    assert round(evidence["bias"], 6) == 1.0
