"""A day's list: each sample in one draw, doubts with their reasons, nothing sent twice."""

from station.acts.refusals import Fault
from station.receival.laboratory import custody, retaining
from station.receival.laboratory.sending import choose_to_send
from station.store.retained import reasons_sent, sent_with
from station.store.tables import RetainedSample, Sending, SentSample
from tests.receival.test_retaining import refused
from tests.silo_rig import ANNE, Silo


def kept(silo: Silo, plate: str, *, cell: str | None = None) -> RetainedSample:
    """A load that is measured and decided, with a part of its sample kept."""
    visit = silo.arrive(plate)
    silo.confirm(43_120, visit, "first")
    silo.measure_well(visit)
    (load,) = silo.loads(visit)
    silo.decide(load, *((cell, "p1") if cell else ()))
    return retaining.keep_of_load(silo.desk, load.id, ANNE, silo.clock())


def listed(silo: Silo, sending: Sending) -> list[tuple[str, SentSample]]:
    with silo.desk.ledger.read() as tx:
        rows = sent_with(tx, sending.id)
        why = reasons_sent(tx, [row.id for row in rows])
        return [(row.number, why[row.id][-1]) for row in rows]


def test_each_sample_takes_part_in_one_draw_and_the_seed_is_the_sites_day(silo: Silo) -> None:
    numbers = {kept(silo, f"AB-{n}-CD").number for n in (101, 102, 103)}
    first = choose_to_send(silo.desk, 1, ANNE, silo.clock())
    assert (first.seed.endswith(" 2026-07-20"), first.fresh) == (True, 3)
    ((drawn, why),) = listed(silo, first)
    assert (why.reason, why.weight) == ("random", 3.0)
    assert drawn in numbers
    second = choose_to_send(silo.desk, 3, ANNE, silo.clock())
    assert second.fresh == 0
    assert all(number != drawn and one.reason == "doubt" for number, one in listed(silo, second))


def test_an_override_is_sent_for_its_reason(silo: Silo) -> None:
    odd = {kept(silo, f"AB-{n}-CD", cell="c5").number for n in (101, 102)}
    ((drawn, _), (doubted, why)) = listed(silo, choose_to_send(silo.desk, 3, ANNE, silo.clock()))
    assert {drawn, doubted} == odd
    assert (why.reason, why.weight) == ("doubt", None)
    assert "proposal_overridden" in [reason["code"] for reason in why.reasons]


def test_what_is_on_a_list_is_not_destroyed_before_it_is_handed_over(silo: Silo) -> None:
    row = kept(silo, "AB-101-CD")
    choose_to_send(silo.desk, 1, ANNE, silo.clock())
    silo.clock.pass_(days=400)
    refused(Fault.RETAINED_BLOCKED, custody.destroy, silo.desk, [row.number], ANNE, silo.clock())
    assert custody.hand_over(silo.desk, row.number, "Labo", ANNE, silo.clock()).blocks == ""


def test_nothing_kept_is_an_empty_list(silo: Silo) -> None:
    assert listed(silo, choose_to_send(silo.desk, 5, ANNE, silo.clock())) == []
