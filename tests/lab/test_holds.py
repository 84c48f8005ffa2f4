"""A failed control holds what was measured since the last good one; a manager ends the doubt."""

import random
from dataclasses import dataclass, field
from datetime import datetime

import pytest
from sqlmodel import select

from drivers.reading import Analyte
from station.acts.desk import Watching
from station.acts.refusals import Fault, Refusal
from station.lab import holds
from station.lab.adjustments import Adjusted, record_adjustment
from station.lab.controls import set_target
from station.lab.holds import end_hold
from station.receival.arrivals.taking_back import restore_exceptions
from station.receival.arrivals.visits import NewLoad
from station.receival.laboratory.retaining import keep_of_load
from station.receival.measuring.pairings import assign
from station.store import comparing
from station.store.holds import covering, is_covered, is_released, open_holds
from station.store.ids import new_id
from station.store.tables import (
    ControlCheck,
    Correction,
    CorrectionAct,
    Hold,
    HoldAct,
    Load,
    Measurement,
    Reading,
)
from tests.lab.test_controls import PROTEIN, control, instrument_of
from tests.silo_rig import ANNE, MARC, Silo

GOOD, BAD = 11.5, 12.9


def held(silo: Silo) -> list[Hold]:
    with silo.desk.ledger.read() as tx:
        return list(open_holds(tx))


def only(silo: Silo) -> Hold:
    (hold,) = held(silo)
    return hold


def check(silo: Silo, value: float, barcode: str = "K1") -> Reading:
    silo.clock.pass_(minutes=5)
    return silo.measure("nir", {"protein": value}, barcode)


def received(silo: Silo, plate: str) -> Load:
    """A load from arrival to ticket, with its protein measured."""
    silo.clock.pass_(minutes=5)
    visit = silo.receive(plate).visit
    return silo.loads(visit)[0]


def loads_held(silo: Silo, hold: Hold) -> list[str]:
    with silo.desk.ledger.read() as tx:
        return [one.load_id for one in holds.held_values(tx, hold)][::-1]


def test_it_holds_from_the_last_good_control_to_the_next(silo: Silo) -> None:
    control(silo, "K1", PROTEIN)
    before = received(silo, "AA-111-AA")
    good = check(silo, GOOD)
    doubted = received(silo, "BB-222-BB")
    bad = check(silo, BAD)
    after = received(silo, "CC-333-CC")
    hold = only(silo)
    assert (hold.method, hold.source, hold.analyte) == ("machine", instrument_of(silo, "nir").id, "protein")
    assert (hold.since, hold.until) == (good.at, None)
    assert loads_held(silo, hold) == [doubted.id, after.id]
    again = check(silo, GOOD)
    received(silo, "DD-444-DD")
    hold = only(silo)
    assert (hold.since, hold.until) == (good.at, again.at)
    assert loads_held(silo, hold) == [doubted.id, after.id]
    assert before.id not in loads_held(silo, hold)
    with silo.desk.ledger.read() as tx:
        assert tx.get_one(ControlCheck, hold.check_id).source_id == bad.id
        extent = holds.extent(tx, hold)
    assert (extent.loads, extent.tickets, extent.tonnes) == (2, 2, 55.76)
    assert extent.cells == ("c1",)


def test_without_a_good_control_all_it_ever_measured_is_held_but_of_nothing_else(silo: Silo) -> None:
    control(silo, "K1", PROTEIN)
    load = received(silo, "AA-111-AA")
    check(silo, BAD)
    hold = only(silo)
    assert hold.since is None
    with silo.desk.ledger.read() as tx:
        (value,) = holds.held_values(tx, hold)
    assert (value.load_id, value.value, value.basis, value.used) == (load.id, 10.4, "as_is", True)
    assert (value.ticket, value.net_kg, value.cells) == (1, 27_880, ("c1",))


def test_a_second_failure_extends_the_hold_that_is_open(silo: Silo) -> None:
    control(silo, "K1", PROTEIN)
    good = check(silo, GOOD)
    check(silo, BAD)
    check(silo, GOOD)
    first = only(silo)
    check(silo, BAD)
    hold = only(silo)
    assert (hold.id, hold.since, hold.until) == (first.id, good.at, None)


def test_a_failed_control_that_turns_out_to_be_another_samples_holds_nothing(silo: Silo) -> None:
    control(silo, "K1", PROTEIN)
    slip = check(silo, BAD, "K9")
    assign(silo.desk, slip.id, "K1", ANNE, silo.clock(), reason="label")
    hold = only(silo)
    restore_exceptions(silo.desk, [slip.id], ANNE, silo.clock())
    assert held(silo) == []
    with silo.desk.ledger.read() as tx:
        (act,) = holds.acts_of(tx, [hold.id]).values()
    assert (act.act, act.by) == ("withdrawn", "anne")
    assign(silo.desk, slip.id, "K1", ANNE, silo.clock(), reason="label")
    assert only(silo).id != hold.id


def test_a_better_certificate_withdraws_what_the_wrong_one_held(silo: Silo) -> None:
    control(silo, "K1", PROTEIN)
    check(silo, BAD)
    set_target(silo.desk, "K1", [type(PROTEIN)("protein", BAD, 0.3, "as_is")], MARC, silo.clock())
    assert held(silo) == []


def test_what_a_manager_has_decided_on_is_not_held_again(silo: Silo) -> None:
    control(silo, "K1", PROTEIN)
    received(silo, "AA-111-AA")
    check(silo, BAD)
    ended = end_hold(silo.desk, only(silo).id, "confirmed", "measured again", MARC, silo.clock())
    assert held(silo) == []
    later = received(silo, "BB-222-BB")
    check(silo, BAD)
    hold = only(silo)
    assert (hold.since, hold.until) == (ended.until, None)
    assert loads_held(silo, hold) == [later.id]


def test_a_hold_is_ended_once_and_with_an_approved_correction_of_its_own(silo: Silo) -> None:
    control(silo, "K1", PROTEIN)
    check(silo, BAD)
    hold = only(silo)

    def corrected(analyte: str, act: str) -> str:
        row = Correction(
            id=new_id(silo.clock()), method="machine", source=hold.source, analyte=analyte, bias=1.4, u=0.1,
            unit="%", basis="as_is", at=silo.clock(),
        )  # fmt: skip
        done = CorrectionAct(id=new_id(silo.clock()), correction_id=row.id, act=act, at=silo.clock())
        with silo.desk.ledger.write() as tx:
            tx.add(row)
            tx.flush()
            tx.add(done)
            return row.id

    wrong = [None, corrected("moisture", "approved"), corrected("protein", "proposed"), "c-0"]
    for correction in wrong:
        with pytest.raises(Refusal) as refused:
            end_hold(silo.desk, hold.id, "corrected", "x", MARC, silo.clock(), correction_id=correction)
        assert refused.value.code is Fault.CORRECTION_OF_ANOTHER
    right = corrected("protein", "approved")
    end_hold(silo.desk, hold.id, "corrected", "drift", MARC, silo.clock(), correction_id=right)
    for hold_id, code in ((hold.id, Fault.HOLD_ENDED), ("h-0", Fault.UNKNOWN_HOLD)):
        with pytest.raises(Refusal) as refused:
            end_hold(silo.desk, hold_id, "released", "x", MARC, silo.clock())
        assert refused.value.code is code
    with silo.desk.ledger.read() as tx:
        act = tx.exec(select(HoldAct)).one()
    assert (act.act, act.correction_id, act.reason, act.by) == ("corrected", right, "drift", "marc")


def test_comparisons_use_no_released_value_and_every_other(silo: Silo) -> None:
    control(silo, "K1", PROTEIN)
    received(silo, "AA-111-AA")
    check(silo, BAD)

    def compared() -> list[float]:
        with silo.desk.ledger.read() as tx:
            rows = comparing.values_of_method(tx, "protein", "machine", None, None, None, None, 100)
            return [row.value for row, _ in rows]

    assert compared() == [10.4, BAD]
    end_hold(silo.desk, only(silo).id, "released", "lamp broken", MARC, silo.clock())
    received(silo, "BB-222-BB")
    assert compared() == [10.4]
    with silo.desk.ledger.read() as tx:
        released = tx.exec(select(Measurement.value).where(is_released(tx, "protein"))).all()
    assert sorted(released) == [10.4, BAD]


def test_an_adjustment_of_the_instrument_bounds_what_is_held(silo: Silo) -> None:
    control(silo, "K1", PROTEIN)
    check(silo, BAD)
    silo.clock.pass_(minutes=5)
    done = silo.clock()
    source = only(silo).source
    record_adjustment(silo.desk, source, Adjusted("protein", done, new_bias=-1.4), MARC, silo.clock())
    assert only(silo).until == done
    after = received(silo, "AA-111-AA")
    assert loads_held(silo, only(silo)) == []
    check(silo, BAD)
    silo.clock.pass_(minutes=5)
    assert loads_held(silo, only(silo)) == [after.id]


def test_what_is_clean_of_another_species_ends_no_doubt(silo: Silo) -> None:
    """An instrument has a calibration of each species."""
    control(silo, "K1", PROTEIN)
    control(silo, "K2", PROTEIN, species="barley")
    good = check(silo, GOOD)
    check(silo, GOOD, "K2")
    bad = check(silo, BAD)
    check(silo, GOOD, "K2")
    source = only(silo).source
    barley = Adjusted("protein", silo.clock(), species="barley")
    record_adjustment(silo.desk, source, barley, MARC, silo.clock())
    assert (only(silo).since, only(silo).until) == (good.at, None)
    done = silo.clock()
    wheat = Adjusted("protein", done, species="soft_wheat")
    record_adjustment(silo.desk, source, wheat, MARC, silo.clock())
    assert bad.at < done == only(silo).until
    check(silo, BAD, "K2")
    assert (only(silo).since, only(silo).until) == (good.at, None)
    assert check(silo, GOOD, "K2").at == only(silo).until


def test_the_retained_samples_near_a_limit_are_to_be_measured_again(silo: Silo) -> None:
    """11.0 % of the dry matter is a limit of milling wheat no. 2; 10.4 as is at 13.6 % of water is 12.04."""
    control(silo, "K1", PROTEIN)
    near = received(silo, "AA-111-AA")
    received(silo, "BB-222-BB")  # nothing of it is kept
    row = keep_of_load(silo.desk, near.id, ANNE, silo.clock())
    check(silo, BAD)
    hold = only(silo)
    with silo.desk.ledger.read() as tx:
        far = holds.near_limit(tx, Watching(), hold)
        found = holds.near_limit(tx, Watching({Analyte.PROTEIN: 1.1}), hold)
        every = {one.grade for one in holds.near_limit(tx, Watching({Analyte.PROTEIN: 9}), hold)}
    assert {(one.number, one.load_id, one.basis) for one in found} == {(row.number, near.id, "dm")}
    assert {one.limit for one in far} < {one.limit for one in found}
    assert "milling_no_2" in every
    assert "organic_bread" not in every, "the load claims no such thing"
    assert all(abs(one.value - 12.037) < 0.001 and abs(one.value - one.limit) <= 1.1 for one in found)
    assert [abs(one.value - one.limit) for one in found] == sorted(
        abs(one.value - one.limit) for one in found
    )


@dataclass
class Story:
    """What happened to one instrument and two analytes, as somebody would keep it on paper: the checks by
    their reading, and what was decided on until when."""

    silo: Silo
    draw: random.Random
    checks: dict[str, tuple[datetime, dict[str, bool], bool]] = field(default_factory=dict)
    clean: dict[str, list[datetime]] = field(default_factory=lambda: {"protein": [], "moisture": []})
    decided: dict[str, list[tuple[datetime | None, datetime]]] = field(
        default_factory=lambda: {"protein": [], "moisture": []}
    )
    values: list[tuple[str, datetime]] = field(default_factory=list)

    def step(self) -> None:
        self.silo.clock.pass_(minutes=1)
        self.draw.choice(
            [self.measure, self.measure, self.check, self.check, self.repair, self.end, self.adjust]
        )()

    def measure(self) -> None:
        row = self.silo.measure("nir", {"protein": 10.4, "moisture": 13.5}, "S1")
        self.values.append((row.id, row.at))

    def check(self) -> None:
        passed = {"protein": self.draw.random() < 0.5, "moisture": self.draw.random() < 0.5}
        values = {
            "protein": GOOD if passed["protein"] else BAD,
            "moisture": 13.0 if passed["moisture"] else 15.0,
        }
        slip = self.silo.measure("nir", values, "K9")
        self.checks[slip.id] = (slip.at, passed, False)
        self.pair(slip.id)

    def pair(self, item: str) -> None:
        assign(self.silo.desk, item, "K1", ANNE, self.silo.clock(), reason="label")
        self.checks[item] = (*self.checks[item][:2], True)

    def repair(self) -> None:
        """Takes an assignment back, or makes it again."""
        if not self.checks:
            return
        item = self.draw.choice(sorted(self.checks))
        at, passed, is_paired = self.checks[item]
        if is_paired:
            restore_exceptions(self.silo.desk, [item], ANNE, self.silo.clock())
            self.checks[item] = (at, passed, False)
        else:
            self.pair(item)

    def end(self) -> None:
        found = held(self.silo)
        if found:
            act = self.draw.choice(["confirmed", "released"])
            hold = end_hold(self.silo.desk, self.draw.choice(found).id, act, "x", MARC, self.silo.clock())
            assert hold.until is not None
            self.decided[hold.analyte].append((hold.since, hold.until))

    def adjust(self) -> None:
        done, source = self.silo.clock(), instrument_of(self.silo, "nir").id
        record_adjustment(self.silo.desk, source, Adjusted("protein", done), MARC, self.silo.clock())
        self.clean["protein"].append(done)

    def is_held(self, analyte: str, at: datetime) -> bool:
        """No clean point parts the value from the failed controls that nobody has decided on."""
        there = [(when, passed[analyte]) for when, passed, paired in self.checks.values() if paired]
        decided = self.decided[analyte]
        failed = [
            when
            for when, passed in there
            if not passed and not any((a is None or a <= when) and when < b for a, b in decided)
        ]
        clean = [when for when, passed in there if passed] + self.clean[analyte] + [b for _, b in decided]
        if not failed:
            return False
        first, last = min(failed), max(failed)
        return not any(at < c <= first for c in clean) and not any(last < c <= at for c in clean)


@pytest.mark.parametrize("seed", [1, *(pytest.param(seed, marks=pytest.mark.long) for seed in range(2, 9))])
def test_a_value_is_held_exactly_while_an_open_hold_covers_it(silo: Silo, seed: int) -> None:
    moisture = type(PROTEIN)("moisture", 13.0, 0.5)
    control(silo, "K1", PROTEIN, moisture)
    silo.arrive("AB-123-CD", NewLoad("soft_wheat", barcode="S1"))
    story = Story(silo, random.Random(seed))
    for _ in range(40):
        story.step()
        with silo.desk.ledger.read() as tx:
            found = open_holds(tx)
            assert len({(hold.source, hold.analyte) for hold in found}) == len(found)
            covered = {
                (row.source_id, row.analyte)
                for hold in found
                for row in tx.exec(select(Measurement).where(is_covered(hold)))
            }
        source = instrument_of(silo, "nir").id
        for reading, at in story.values:
            for analyte in ("protein", "moisture"):
                expected = story.is_held(analyte, at)
                assert ((reading, analyte) in covered) == expected
                assert (covering(found, "machine", source, analyte, at) is not None) == expected
