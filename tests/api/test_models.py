"""Models over HTTP: who may promote, what the list says, and laboratory results."""

from station.grain.inspection import ClassShare, Inspection, KernelClass, ModelName
from station.receival import captures
from station.store.tables import ModelRelease
from tests.api.rig import Counter, ok, problem
from tests.model_rig import SPECIES, TASK, Models, shipped_version
from tests.silo_rig import Silo

SHIPPED = shipped_version()


def judged(silo: Silo, capture_id: str, release: ModelRelease, broken: float, *, shadow: bool) -> None:
    name = ModelName(release.name, release.version, release.sha256)
    shares = {KernelClass.BROKEN: ClassShare(5, broken, max(0, broken - 0.01), broken + 0.01)}
    seen = Inspection("ab" * 32, True, kernels=300, cut=0, classes=shares, models=(name,))
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
    with counter.client("admin") as admin:
        problem(
            admin.post("/admin/models/promote", json={**body, "by": "Marc", "pin": "0000"}), 401, "wrong_pin"
        )
        ok(admin.post("/admin/models/promote", json=body))
        (active, _) = ok(admin.get("/admin/models"))
    assert (active["version"], active["by"]) == ("2", "installer")


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
    (evidence,) = shadow["evidence"]
    assert (evidence["analyte"], evidence["against"], evidence["n"]) == ("broken", "lab", 12)
    assert round(evidence["bias"], 6) == 1.0
