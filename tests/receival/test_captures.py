"""Captures come once, are claimed oldest first, and inform the load."""

from dataclasses import replace
from uuid import uuid4

import pytest

from station.acts.refusals import Conflict, Fault, Invalid, NotFound
from station.grain.inspection import ClassShare, Inspection, KernelClass, ModelName
from station.grain.reasons import Code, Reason
from station.receival.arrivals.visits import NewLoad
from station.receival.measuring import captures, claims
from station.receival.measuring.captures import StoredPhoto
from station.receival.persons import people
from station.store import queries
from station.store.tables import Capture, Load, Terminal
from tests.silo_rig import Silo, photos_of_load

PHOTO = StoredPhoto("ab" * 32, 2_500_000, "image/jpeg")
MODEL = ModelName("kernels", "1.0", "cd" * 32)


@pytest.fixture
def phone(silo: Silo) -> Terminal:
    return people.add_terminal(silo.desk, "phone 1", "phone", silo.clock())[0]


def receive(
    silo: Silo, phone: Terminal, photos: tuple[StoredPhoto, ...] = (PHOTO,), **form: str
) -> tuple[Capture, bool]:
    id_ = form.pop("id", None) or str(uuid4())
    return captures.receive_capture(silo.desk, id_, form, photos, phone, silo.clock())


def seen(*, accepted: bool = True, version: str = "1.0") -> Inspection:
    if not accepted:
        reason = Reason(Code.NOT_SHARP, {"value": 3.0, "limit": 8.0})
        return Inspection(PHOTO.sha256, accepted=False, reasons=(reason,), models=(MODEL,))
    return Inspection(
        PHOTO.sha256, accepted=True, kernels=300, cut=4, models=(ModelName("kernels", version, "cd" * 32),),
        classes={KernelClass.WHOLE: ClassShare(285, 0.95, 0.92, 0.97)},
    )  # fmt: skip


def photo_codes(silo: Silo, load: Load) -> list[Code]:
    with silo.desk.ledger.read() as tx:
        return [reason.code for reason in photos_of_load(tx, load.id)]


def test_the_same_upload_twice_is_one_capture(silo: Silo, phone: Terminal) -> None:
    id_ = str(uuid4())
    assert receive(silo, phone, id=id_)[1]
    assert not receive(silo, phone, id=id_)[1]
    other = StoredPhoto("ef" * 32, 10, "image/jpeg")
    with pytest.raises(Conflict) as refused:
        receive(silo, phone, (other,), id=id_)
    assert refused.value.code is Fault.CAPTURE_DIFFERS


def test_a_capture_pairs_by_barcode_and_says_its_photo_is_being_judged(silo: Silo, phone: Terminal) -> None:
    visit = silo.arrive("AB-123-CD", NewLoad("soft_wheat", barcode="S1"))
    load = silo.loads(visit)[0]
    capture, _ = receive(silo, phone, barcode="S1", operator_variety="Rubisko")
    assert photo_codes(silo, load) == [Code.PHOTO_PENDING]
    assert silo.load(load).operator_variety == "Rubisko"
    captures.record_inspection(silo.desk, capture.id, [seen()], silo.clock())
    assert photo_codes(silo, load) == [Code.PHOTO_SHARES]


def test_a_capture_without_a_barcode_and_two_open_samples_waits(silo: Silo, phone: Terminal) -> None:
    silo.arrive("AB-123-CD", NewLoad("soft_wheat", barcode="S1"))
    silo.arrive("EF-456-GH", NewLoad("soft_wheat", barcode="S2"))
    capture, _ = receive(silo, phone)
    with silo.desk.ledger.read() as tx:
        (waiting,) = queries.unpaired(tx)
    assert (waiting.item_id, waiting.code) == (capture.id, Code.SEVERAL_OPEN_SAMPLES)


@pytest.mark.parametrize("form", [{"variety": "x"}, {"note": "x" * 401}])
def test_a_form_with_an_unknown_field_is_refused_naming_the_known_ones(
    silo: Silo, phone: Terminal, form: dict[str, str]
) -> None:
    with pytest.raises(Invalid) as refused:
        receive(silo, phone, **form)
    assert refused.value.params["known"] == ["barcode", "species", "operator_variety", "note"]


def test_an_upload_without_photos_or_of_an_unknown_species_is_refused(silo: Silo, phone: Terminal) -> None:
    with pytest.raises(Invalid) as refused:
        receive(silo, phone, ())
    assert refused.value.code is Fault.NO_PHOTO
    with pytest.raises(Invalid) as refused:
        receive(silo, phone, species="oats")
    assert refused.value.code is Fault.UNKNOWN_SPECIES


def test_captures_are_claimed_once_oldest_first_with_their_declared_species(
    silo: Silo, phone: Terminal
) -> None:
    silo.arrive("AB-123-CD", NewLoad("soft_wheat", barcode="S1"))
    first, _ = receive(silo, phone, barcode="S1")
    second, _ = receive(silo, phone, barcode="S9", species="barley")
    claimed = [claims.claim_capture(silo.desk, silo.clock()) for _ in range(3)]
    assert [one and (one.capture_id, one.species, one.attempts) for one in claimed] == [
        (first.id, "soft_wheat", 1), (second.id, "barley", 1), None,
    ]  # fmt: skip


def test_a_claim_of_a_stopped_station_is_taken_again(silo: Silo, phone: Terminal) -> None:
    capture, _ = receive(silo, phone)
    claims.claim_capture(silo.desk, silo.clock())
    assert claims.claim_capture(silo.desk, silo.clock()) is None
    assert claims.release_claims(silo.desk) == 1
    again = claims.claim_capture(silo.desk, silo.clock())
    assert again is not None
    assert (again.capture_id, again.attempts) == (capture.id, 2)


def test_a_capture_given_up_lets_the_truck_go_on(silo: Silo, phone: Terminal) -> None:
    visit = silo.arrive("AB-123-CD", NewLoad("soft_wheat", barcode="S1"))
    capture, _ = receive(silo, phone, barcode="S1")
    claims.claim_capture(silo.desk, silo.clock())
    claims.release_claim(silo.desk, capture.id, silo.clock(), give_up=True)
    assert photo_codes(silo, silo.loads(visit)[0]) == [Code.NO_MODEL]
    assert claims.claim_capture(silo.desk, silo.clock()) is None


def test_a_refused_photo_says_why(silo: Silo, phone: Terminal) -> None:
    visit = silo.arrive("AB-123-CD", NewLoad("soft_wheat", barcode="S1"))
    capture, _ = receive(silo, phone, barcode="S1")
    captures.record_inspection(silo.desk, capture.id, [seen(accepted=False)], silo.clock())
    with silo.desk.ledger.read() as tx:
        (reason,) = photos_of_load(tx, silo.loads(visit)[0].id)
    assert (reason.code, reason.params) == (Code.PHOTO_REFUSED, {"reasons": ["not_sharp"]})


def test_several_models_may_inspect_one_capture_each_once(silo: Silo, phone: Terminal) -> None:
    capture, _ = receive(silo, phone)
    first = captures.record_inspection(silo.desk, capture.id, [seen()], silo.clock())
    again = captures.record_inspection(silo.desk, capture.id, [seen()], silo.clock())
    newer = captures.record_inspection(silo.desk, capture.id, [seen(version="2.0")], silo.clock())
    assert first.id == again.id != newer.id
    with pytest.raises(NotFound):
        captures.record_inspection(silo.desk, "nothing", [seen()], silo.clock())


def test_a_late_inspection_proposes_anew_until_the_decision_and_is_evidence_after(
    silo: Silo, phone: Terminal
) -> None:
    visit = silo.arrive("AB-123-CD", NewLoad("soft_wheat", barcode="S1"))
    silo.confirm(43_120, visit, "first")
    silo.measure_well(visit)
    load = silo.loads(visit)[0]
    capture, _ = receive(silo, phone, barcode="S1")
    captures.record_inspection(silo.desk, capture.id, [seen()], silo.clock())
    decision = silo.decide(load)
    decided_on = silo.proposal(load)
    assert decided_on is not None
    assert decided_on.inputs is not None
    assert [reason["code"] for reason in decided_on.inputs["photo"]] == [Code.PHOTO_SHARES]
    captures.record_inspection(silo.desk, capture.id, [seen(version="2.0")], silo.clock())
    kept = silo.proposal(load)
    assert kept is not None
    assert (kept.id, kept.inputs) == (decision.proposal_id, decided_on.inputs)


def test_a_photo_without_an_opinion_tells_its_kernels_and_why(silo: Silo, phone: Terminal) -> None:
    visit = silo.arrive("AB-123-CD", NewLoad("soft_wheat", barcode="S1"))
    load = silo.loads(visit)[0]
    capture, _ = receive(silo, phone, barcode="S1")
    remark = Reason(Code.NO_OPINION, {"share": 0.8, "limit": 0.6})
    silent = replace(seen(), classes={}, remarks=(remark,))
    captures.record_inspection(silo.desk, capture.id, [silent], silo.clock())
    assert photo_codes(silo, load) == [Code.PHOTO_COUNTED, Code.NO_OPINION]
