"""What a control sample is known to have is held against what is measured of it, in the same transaction."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlmodel import col, select

from station.acts.desk import Watching
from station.acts.refusals import Fault, Refusal
from station.lab import controls
from station.lab.controls import Target, controls_due, expiring, set_target
from station.receival.arrivals.taking_back import restore_exceptions
from station.receival.measuring import captures, instruments, samples
from station.receival.measuring.captures import StoredPhoto
from station.receival.measuring.instruments import Description
from station.receival.measuring.pairings import assign
from station.receival.persons import people
from station.store.tables import AuditEvent, ControlCheck, ControlTarget, Instrument
from tests.silo_rig import ANNE, MARC, START, Silo
from tests.store.test_measurements import photographed

PROTEIN = Target("protein", 11.5, 0.3, basis="as_is", citation="Bipea 24-117")


def control(silo: Silo, barcode: str = "K1", *targets: Target, species: str = "soft_wheat") -> str:
    samples.enter_own_sample(silo.desk, barcode, "control", species, "", ANNE, silo.clock())
    if targets:
        set_target(silo.desk, barcode, targets, MARC, silo.clock())
    return barcode


def checks(silo: Silo) -> list[ControlCheck]:
    """Those that hold."""
    with silo.desk.ledger.read() as tx:
        query = select(ControlCheck).where(col(ControlCheck.current).is_(True))
        return list(tx.exec(query.order_by(col(ControlCheck.seq))))


def instrument_of(silo: Silo, port: str) -> Instrument:
    with silo.desk.ledger.read() as tx:
        return instruments.plugged_at(tx, port).instrument


def told(silo: Silo, kind: str) -> list[dict[str, Any]]:
    with silo.desk.ledger.read() as tx:
        rows = tx.exec(select(AuditEvent).where(AuditEvent.kind == kind).order_by(col(AuditEvent.seq)))
        return [row.data for row in rows]


def test_a_reading_within_the_tolerance_passes_and_one_beyond_it_fails(silo: Silo) -> None:
    control(silo, "K1", PROTEIN)
    good = silo.measure("nir", {"protein": 11.8, "moisture": 13.0}, "K1")
    silo.measure("nir", {"protein": 11.81}, "K1")
    first, second = checks(silo)
    assert (first.passed, second.passed) == (True, False)
    assert (first.method, first.source, first.source_id) == (
        "machine",
        instrument_of(silo, "nir").id,
        good.id,
    )
    assert (first.analyte, first.value, first.at) == ("protein", 11.8, good.at)
    assert [event["passed"] for event in told(silo, "control_checked")] == [True, False]


def test_a_load_and_a_typed_value_and_a_sample_without_target_are_not_checked(silo: Silo) -> None:
    control(silo, "K1")
    silo.receive("AB-123-CD")
    silo.measure("nir", {"protein": 9.0}, "K1")
    assert checks(silo) == []


def test_targets_that_come_after_the_reading_check_it(silo: Silo) -> None:
    control(silo, "K1")
    reading = silo.measure("nir", {"protein": 12.5}, "K1")
    set_target(silo.desk, "K1", [PROTEIN], MARC, silo.clock())
    (check,) = checks(silo)
    assert (check.source_id, check.passed) == (reading.id, False)
    set_target(silo.desk, "K1", [Target("protein", 12.4, 0.2, "as_is")], MARC, silo.clock())
    (check,) = checks(silo)
    assert check.passed  # the certificate was read again: the old check holds no more


def test_a_value_on_another_basis_is_not_compared_and_the_audit_says_so(silo: Silo) -> None:
    control(silo, "K1", Target("protein", 13.2, 0.3, basis="dm"))
    silo.measure("nir", {"protein": 11.5}, "K1")
    assert checks(silo) == []
    (said,) = told(silo, "control_not_compared")
    assert (said["basis"], said["target_basis"]) == ("as_is", "dm")
    with silo.desk.ledger.read() as tx:
        (sample,) = [row for row, _ in controls.control_samples(tx, 10)]
        assert [(row.value, row.basis) for row in controls.not_compared(tx, sample.id)] == [(11.5, "as_is")]


def test_a_check_goes_with_its_item_to_another_sample_and_back(silo: Silo) -> None:
    control(silo, "K1", PROTEIN)
    control(silo, "K2", Target("protein", 10.0, 0.3, "as_is"))
    lost = silo.measure("nir", {"protein": 11.5}, "K9")
    assign(silo.desk, lost.id, "K2", ANNE, silo.clock(), reason="label")
    assert [check.passed for check in checks(silo)] == [False]
    restore_exceptions(silo.desk, [lost.id], ANNE, silo.clock())
    assert checks(silo) == []
    assign(silo.desk, lost.id, "K1", ANNE, silo.clock(), reason="label")
    assert [check.passed for check in checks(silo)] == [True]


def test_an_outside_app_is_checked_by_what_it_posts(silo: Silo) -> None:
    control(silo, "K1", PROTEIN)
    app, _ = people.add_terminal(silo.desk, "app", "app", silo.clock())
    photo = StoredPhoto(f"{1:0>64}", 1, "image/jpeg")
    captures.receive_capture(silo.desk, "c-1", {"barcode": "K1"}, [photo], app, silo.clock())
    number = {"value": 12.0, "low": 11.6, "high": 12.4, "unit": "%", "basis": "as_is"}
    result = {"accepted": True, "classes": {}, "kernels": 300, "reasons": [], "numbers": {"protein": number}}
    captures.record_outside_inspection(
        silo.desk, "c-1", "wheat", "2", None, "app: lab", result, None, silo.clock()
    )
    (check,) = checks(silo)
    assert (check.method, check.source, check.value, check.passed) == ("phone", app.id, 12.0, False)


def test_a_photo_that_a_person_pairs_with_a_control_sample_is_checked(silo: Silo) -> None:
    control(silo, "K1", Target("broken", 3.2, 0.5, basis="by_count"))
    photographed(silo, "K9")
    assign(silo.desk, "c-1", "K1", ANNE, silo.clock(), reason="wrong label")
    (check,) = checks(silo)
    assert (check.method, check.value, check.passed) == ("phone", 3.0, True)
    restore_exceptions(silo.desk, ["c-1"], ANNE, silo.clock())
    assert checks(silo) == []


def test_a_share_of_kernels_is_by_mass_unless_it_is_said_to_be_counted(silo: Silo) -> None:
    control(silo, "K1", Target("broken", 3.0, 0.5), Target("falling_number", 280, 20))
    counted = Target("broken", 3.0, 0.5, basis="by_count")
    set_target(silo.desk, "K1", [counted], MARC, silo.clock())
    with silo.desk.ledger.read() as tx:
        rows = tx.exec(select(ControlTarget).order_by(col(ControlTarget.seq))).all()
    assert [(row.analyte, row.basis, row.unit) for row in rows] == [
        ("broken", "by_mass", "%"), ("falling_number", None, "s"), ("broken", "by_count", "%"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("target", "code"),
    [
        (Target("gluten_glue", 1, 1), Fault.UNKNOWN_ANALYTE),
        (Target("weight", 1, 1), Fault.UNKNOWN_ANALYTE),
        (Target("protein", 11, 0.3), Fault.WRONG_BASIS),
        (Target("protein", 11, 0.3, basis="by_mass"), Fault.WRONG_BASIS),
        (Target("moisture", 11, 0.3, basis="dm"), Fault.WRONG_BASIS),
        (Target("moisture", 11, 0.3, unit="g"), Fault.WRONG_UNIT),
        (Target("moisture", 11, 0.0), Fault.TOLERANCE_NOT_POSITIVE),
        (Target("moisture", 11, 9999), Fault.IMPLAUSIBLE_VALUE),
        (Target("moisture", 11, float("nan")), Fault.TOLERANCE_NOT_POSITIVE),
        (Target("moisture", 900, 0.3), Fault.IMPLAUSIBLE_VALUE),
    ],
)
def test_a_target_that_cannot_be_true_is_refused(silo: Silo, target: Target, code: Fault) -> None:
    control(silo, "K1")
    with pytest.raises(Refusal) as refused:
        set_target(silo.desk, "K1", [PROTEIN, target], MARC, silo.clock())
    assert refused.value.code is code
    with silo.desk.ledger.read() as tx:
        assert tx.exec(select(ControlTarget)).all() == []


def test_only_a_control_sample_has_targets(silo: Silo) -> None:
    samples.enter_own_sample(silo.desk, "K2", "courtesy", "soft_wheat", "", ANNE, silo.clock())
    for barcode, code in (("K2", Fault.NOT_A_CONTROL), ("K3", Fault.UNKNOWN_SAMPLE)):
        with pytest.raises(Refusal) as refused:
            set_target(silo.desk, barcode, [PROTEIN], MARC, silo.clock())
        assert refused.value.code is code


def test_a_control_is_due_a_week_after_the_last_one_for_whoever_ever_had_one(silo: Silo) -> None:
    control(silo, "K1", PROTEIN, Target("moisture", 13.0, 0.3))
    silo.measure("nir", {"protein": 11.5}, "K1")
    watching = Watching(control_every_days=7)
    with silo.desk.ledger.read() as tx:
        (due,) = controls_due(tx, watching, silo.clock())
        assert (due.name, due.analyte, due.overdue) == ("NIR", "protein", False)
        assert due.due_at == due.checked_at + timedelta(days=7)
        assert controls_due(tx, watching, due.due_at + timedelta(seconds=1))[0].overdue
    new = Description("NIR 2", "N-2")
    instruments.swap(silo.desk, "nir", new, "", ANNE, silo.clock())
    with silo.desk.ledger.read() as tx:
        assert controls_due(tx, watching, silo.clock()) == []  # on the shelf, it owes nothing


def test_a_verification_that_ends_within_the_warning_is_told(silo: Silo) -> None:
    until = date(2026, 8, 10)
    instruments.describe_plugged(
        silo.desk, "gac", Description("", verified_until=until), "", ANNE, silo.clock()
    )
    with silo.desk.ledger.read() as tx:
        assert expiring(tx, Watching(expiry_warning_days=20), START.date()) == []
        (soon,) = expiring(tx, Watching(expiry_warning_days=30), START.date())
        assert (soon.name, soon.until, soon.days, soon.expired) == ("GAC 2100", until, 21, False)
        (over,) = expiring(tx, Watching(), date(2026, 8, 11))
        assert (over.days, over.expired) == (-1, True)


def test_the_newest_control_samples_are_listed_with_what_holds(silo: Silo) -> None:
    control(silo, "K1", PROTEIN)
    control(silo, "K2", Target("moisture", 13.0, 0.3))
    set_target(silo.desk, "K1", [Target("protein", 11.6, 0.3, "as_is")], MARC, silo.clock())
    with silo.desk.ledger.read() as tx:
        found = controls.control_samples(tx, 10)
    assert [(row.barcode, [one.value for one in rows]) for row, rows in found] == [
        ("K1", [11.6]), ("K2", [13.0]),
    ]  # fmt: skip
