"""Models are releases: what was done with them is appended, and says who informs proposals when."""

import pytest

from station.acts.refusals import Conflict, Fault, NotFound
from station.grain.inspection import ClassShare, Inspection, KernelClass, ModelName
from station.grain.reasons import Code
from station.models import acts as models
from station.models import releases
from station.models.acts import Mandate
from station.models.shadows import next_for_shadow
from station.receival.arrivals.visits import NewLoad
from station.receival.measuring import captures, claims
from station.store import audit
from station.store.evidence import CapturePhotos
from station.store.tables import ModelRelease
from tests.model_rig import SPECIES, TASK, Models, shipped_version
from tests.silo_rig import MARC, Silo, photos_of_load

SHIPPED = shipped_version()


@pytest.fixture
def shelf(silo: Silo) -> Models:
    made = Models.at(silo)
    made.ship()
    return made


def seen_by(release: ModelRelease) -> Inspection:
    name = ModelName(release.name, release.version, release.sha256)
    shares = {KernelClass.WHOLE: ClassShare(58, 0.97, 0.9, 1.0)}
    return Inspection("ab" * 32, accepted=True, kernels=60, cut=0, models=(name,), classes=shares)


def test_the_shipped_bundle_is_active_at_the_first_start_and_shipped_once(shelf: Models) -> None:
    assert shelf.active() == SHIPPED
    with shelf.silo.desk.ledger.read() as tx:
        before = len(releases.acts(tx))
    shelf.ship()
    with shelf.silo.desk.ledger.read() as tx:
        assert len(releases.acts(tx)) == before
        (row,) = releases.releases(tx)
        assert row.origin == "shipped"
    assert shelf.bundles.path(row.sha256).is_file()


def test_a_shipped_version_with_other_content_than_the_known_one_is_left_out_and_the_station_starts(
    shelf: Models,
) -> None:
    name = shelf.install("2").name
    other = models.Checked("ef" * 32, name, SHIPPED, TASK, (SPECIES,), {})
    assert models.ship(shelf.silo.desk, [other], shelf.silo.clock()) == [other]
    assert shelf.active() == SHIPPED


def test_an_installed_release_waits_in_shadow_and_a_promoted_one_takes_over(shelf: Models) -> None:
    second = shelf.install("2")
    assert shelf.active() == SHIPPED
    with shelf.silo.desk.ledger.read() as tx:
        assert releases.shadows(tx) == {second.sha256: (SPECIES,)}
    models.promote(shelf.silo.desk, second.name, "2", shelf.by("agrees with the lab"))
    assert shelf.active() == "2"
    models.roll_back(shelf.silo.desk, TASK, SPECIES, shelf.by("too many doubts"))
    assert shelf.active() == SHIPPED
    with pytest.raises(Conflict) as refused:
        models.roll_back(shelf.silo.desk, TASK, SPECIES, shelf.by())
    assert refused.value.code is Fault.NOTHING_TO_ROLL_BACK


def test_a_day_of_the_past_names_the_model_of_its_day(shelf: Models) -> None:
    then = shelf.silo.clock()
    second = shelf.install("2")
    models.promote(shelf.silo.desk, second.name, "2", shelf.by())
    with shelf.silo.desk.ledger.read() as tx:
        before, now = releases.active_set(tx, then), releases.active_set(tx)
        assert tx.get_one(ModelRelease, before[TASK, SPECIES]).version == SHIPPED
        assert now[TASK, SPECIES] == second.sha256


def test_every_act_is_an_event_that_names_who_and_why(shelf: Models) -> None:
    second = shelf.install("2")
    models.promote(shelf.silo.desk, second.name, "2", Mandate(MARC, "40 samples agree", shelf.silo.clock()))
    with shelf.silo.desk.ledger.read() as tx:
        event = audit.events_after(tx, audit.last_seq(tx) - 1)[0]
    assert (event.kind, event.by, event.subject_id) == ("model_promoted", MARC.id, second.sha256)
    assert event.data["why"] == "40 samples agree"


def test_what_cannot_be_done_with_a_release_says_why(shelf: Models) -> None:
    desk, second = shelf.silo.desk, shelf.install("2")
    with pytest.raises(NotFound) as unknown:
        models.promote(desk, second.name, "9", shelf.by())
    assert unknown.value.params["releases"] == [f"{second.name} {SHIPPED}", f"{second.name} 2"]
    for act in (models.promote, models.retire):
        with pytest.raises(Conflict) as active:
            act(desk, second.name, SHIPPED, shelf.by())
        assert active.value.code is Fault.RELEASE_ACTIVE
    models.retire(desk, second.name, "2", shelf.by())
    with pytest.raises(Conflict) as retired:
        models.promote(desk, second.name, "2", shelf.by())
    assert retired.value.code is Fault.RELEASE_NOT_IN_SHADOW
    shelf.install("2")
    models.promote(desk, second.name, "2", shelf.by())


def test_a_known_version_with_other_content_is_refused(shelf: Models) -> None:
    second = shelf.install("2")
    other = models.Checked("ef" * 32, second.name, "2", TASK, (SPECIES,), {})
    with pytest.raises(Conflict) as refused:
        models.install(shelf.silo.desk, other, shelf.by())
    assert refused.value.code is Fault.RELEASE_EXISTS


def test_only_the_active_model_informs_a_proposal_also_after_its_shadow_was_promoted(shelf: Models) -> None:
    silo, second = shelf.silo, shelf.install("2")
    load = silo.loads(silo.arrive("AB-123-CD", NewLoad("soft_wheat", barcode="S1")))[0]
    capture = shelf.photograph(barcode="S1")
    captures.record_inspection(silo.desk, capture.id, [seen_by(second)], silo.clock(), shadow=True)
    models.promote(silo.desk, second.name, "2", shelf.by())
    with silo.desk.ledger.read() as tx:
        assert [reason.code for reason in photos_of_load(tx, load.id)] == [Code.PHOTO_PENDING]


def test_a_capture_is_claimed_for_the_models_of_its_species_that_have_not_seen_it(shelf: Models) -> None:
    silo = shelf.silo
    with silo.desk.ledger.read() as tx:
        active = releases.release(tx, shelf.install("2").name, SHIPPED)
    assert active is not None
    first, second = shelf.photograph(species="soft_wheat"), shelf.photograph(species="barley")

    def left(capture: CapturePhotos) -> list[str]:
        with silo.desk.ledger.read() as tx:
            return releases.judges_left(tx, capture)

    claimed = claims.claim_capture(silo.desk, silo.clock())
    assert claimed is not None
    assert (claimed.capture_id, left(claimed)) == (first.id, [active.sha256])
    captures.record_inspection(silo.desk, first.id, [seen_by(active)], silo.clock(), last=False)
    claims.release_claim(silo.desk, first.id, silo.clock(), give_up=False)
    again = claims.claim_capture(silo.desk, silo.clock())
    assert again is not None
    assert (again.capture_id, left(again)) == (first.id, [])
    claims.release_claim(silo.desk, first.id, silo.clock(), give_up=True)
    assert shelf.state(first) == "inspected"
    other = claims.claim_capture(silo.desk, silo.clock())
    assert other is not None  # nothing stands for barley: the wheat model says why it refuses
    assert (other.capture_id, left(other)) == (second.id, [active.sha256])


def test_a_shadow_sees_every_capture_of_its_species_since_it_was_installed_once_nothing_waits(
    shelf: Models,
) -> None:
    silo = shelf.silo
    shelf.photograph(species="soft_wheat")
    second = shelf.install("2")
    shelf.photograph(species="barley")
    wanted = shelf.photograph(species="soft_wheat")

    def waiting(*passed: str) -> str | None:
        found = next_for_shadow(silo.desk, second.sha256, [SPECIES], passed)
        return found.capture_id if found else None

    assert waiting() is None  # an active model comes first
    while (claimed := claims.claim_capture(silo.desk, silo.clock())) is not None:
        claims.release_claim(silo.desk, claimed.capture_id, silo.clock(), give_up=True)
    assert waiting() == wanted.id
    assert waiting(wanted.id) is None
    captures.record_inspection(silo.desk, wanted.id, [seen_by(second)], silo.clock(), shadow=True)
    assert waiting() is None
