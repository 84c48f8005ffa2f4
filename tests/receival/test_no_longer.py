"""What no longer holds: persons who left, tokens and instruments of before, models that gave up."""

from datetime import timedelta
from uuid import uuid4

import pytest

from station.acts.refusals import Fault, NotAllowed
from station.grain.inspection import Inspection, ModelName
from station.receival.measuring import captures, claims, instruments
from station.receival.measuring.captures import StoredPhoto
from station.receival.measuring.instruments import Description, instrument_at
from station.receival.measuring.wiring import Wiring
from station.receival.persons import people
from station.store.tables import Capture, Person, Terminal
from tests.silo_rig import ANNE, Silo

SHIFT = timedelta(hours=12)
PHOTO = StoredPhoto("ab" * 32, 2_500_000, "image/jpeg")


def test_who_has_left_neither_signs_in_nor_acts_with_a_sign_in_of_before(silo: Silo) -> None:
    anne = people.add_person(silo.desk, "Anne", "2468", ["operator"], "fr", silo.clock())
    terminal, _ = people.add_terminal(silo.desk, "bridge house", "terminal", silo.clock())
    signed = people.sign_in(silo.desk, "Anne", "2468", terminal, silo.clock())
    with silo.desk.ledger.write() as tx:
        row = tx.get_one(Person, anne.id)
        row.active = False
        tx.add(row)
    with pytest.raises(NotAllowed) as refused:
        people.actor_of(silo.desk, signed.token, terminal, silo.clock(), SHIFT)
    assert refused.value.code is Fault.NOT_SIGNED_IN
    with pytest.raises(NotAllowed) as refused:
        people.sign_in(silo.desk, "Anne", "2468", terminal, silo.clock())
    assert refused.value.code is Fault.WRONG_PIN


def test_a_token_that_is_revoked_twice_keeps_when_it_was_revoked_first(silo: Silo) -> None:
    row, _ = people.add_terminal(silo.desk, "phone 1", "phone", silo.clock())
    first = silo.clock()
    people.revoke_terminal(silo.desk, "phone 1", first)
    people.revoke_terminal(silo.desk, "phone 1", silo.clock())
    with silo.desk.ledger.read() as tx:
        assert tx.get_one(Terminal, row.id).revoked_at == first


@pytest.mark.parametrize(("later", "is_loaner"), [(timedelta(microseconds=-1), False), (timedelta(0), True)])
def test_what_is_measured_in_the_instant_of_a_swap_is_the_new_instruments(
    silo: Silo, later: timedelta, is_loaner: bool
) -> None:
    at = silo.clock()
    swapped = instruments.swap(silo.desk, "gac", Description("GAC on loan", "L-77"), "", ANNE, at)
    with silo.desk.ledger.read() as tx:
        found = instrument_at(tx, "gac", at + later)
    assert (found.id == swapped.instrument.id) is is_loaner


@pytest.mark.parametrize(("driver", "low"), [("gac2100-csv01", 5.0), ("tesma-plus2", None)])
def test_a_loaner_of_another_kind_has_no_temperatures_of_the_one_before(
    silo: Silo, driver: str, low: float | None
) -> None:
    limits = Description("GAC 2100", grain_temperature_c=(5.0, 35.0))
    instruments.describe_plugged(silo.desk, "gac", limits, "", ANNE, silo.clock())
    loaner = Description("On loan", "L-77")
    wiring = Wiring(driver, "tcp:127.0.0.1:4001")
    row = instruments.swap(silo.desk, "gac", loaner, "", ANNE, silo.clock(), wiring=wiring).instrument
    assert row.grain_low_c == low


@pytest.mark.parametrize(("is_seen", "state"), [(True, "inspected"), (False, "no_model")])
def test_a_capture_that_one_model_gave_up_stays_judged_by_another(
    silo: Silo, is_seen: bool, state: str
) -> None:
    phone, _ = people.add_terminal(silo.desk, "phone 1", "phone", silo.clock())
    capture, _ = captures.receive_capture(silo.desk, str(uuid4()), {}, [PHOTO], phone, silo.clock())
    claims.claim_capture(silo.desk, silo.clock())
    if is_seen:
        seen = Inspection(
            PHOTO.sha256, accepted=True, kernels=300, cut=0, models=(ModelName("a", "1", "cd" * 32),)
        )
        captures.record_inspection(silo.desk, capture.id, [seen], silo.clock(), last=False)
    claims.release_claim(silo.desk, capture.id, silo.clock(), give_up=True)
    with silo.desk.ledger.read() as tx:
        row = tx.get_one(Capture, capture.id)
    assert (row.state, row.attempts, row.claimed_at) == (state, 1, None)
