"""A wrong clock leaves nothing wrong behind: what was recorded stays, what comes after is right."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import col, select

from station.acts.desk import Actor
from station.acts.refusals import Conflict, Fault, Invalid, NotAllowed
from station.clock import StationClock
from station.printing.ticket_text import ticket_text
from station.receival.clocks.clock_acts import recorded_tail
from station.receival.clocks.timekeeper import Timekeeper
from station.receival.measuring import instruments
from station.receival.measuring.instruments import Description
from station.receival.measuring.retests import explain_retest
from station.receival.packs import replay
from station.receival.persons import people
from station.receival.storage import cells
from station.store import audit, queries
from station.store.tables import AuditEvent, ClockAct, Decision, Load, Sample, Ticket, Visit
from tests.silo_rig import ANNE, GOOD, MARC, START, Silo

NOW = START + timedelta(days=1)
IN_1970, IN_2036 = datetime(1970, 1, 1, tzinfo=UTC), datetime(2036, 3, 1, 9, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


class Station:
    """The small silo on a machine whose wall clock, ticks, kernel and boot are set by hand; each look at the
    time lasts a millisecond."""

    def __init__(self, silo: Silo) -> None:
        self.silo = silo
        self.wall, self.ticks, self.is_synchronised = NOW, 0.0, True
        self.start("boot 1")

    def start(self, boot: str) -> None:
        """As `station.parts` does."""
        with self.silo.desk.ledger.read() as tx:
            recorded, tail = queries.last_event_at(tx), recorded_tail(tx, boot, self.ticks)
        clock = StationClock(
            wall=self._look, ticks=lambda: self.ticks, synchronised=lambda: self.is_synchronised,
            not_before=recorded, tail=tail,
        )  # fmt: skip
        self.silo.clock = self.clock = clock  # type: ignore[assignment]
        self.keeper = Timekeeper(self.silo.desk, clock, boot)
        self.keeper.look()

    def _look(self) -> datetime:
        self.passes(0.001)
        return self.wall

    def passes(self, seconds: float) -> None:
        self.wall += timedelta(seconds=seconds)
        self.ticks += seconds

    def sets(self, wall: datetime, *, is_synchronised: bool = False) -> None:
        """Somebody or something sets the machine's clock, and the keeper looks."""
        self.wall, self.is_synchronised = wall, is_synchronised
        self.keeper.look()

    def receive(self, plate: str) -> Ticket:
        return self.silo.receive(plate).tickets[0]

    def free_t(self, cell: str) -> float:
        with self.silo.desk.ledger.read() as tx:
            state = next(one for one in cells.states(tx) if one.id == cell)
        return round(state.capacity_t - state.content_t - state.reserved_t, 3)

    def content_t(self, cell: str) -> float:
        with self.silo.desk.ledger.read() as tx:
            return round(next(one.content_t for one in cells.states(tx) if one.id == cell), 3)

    def acts(self) -> list[str]:
        with self.silo.desk.ledger.read() as tx:
            return [row.kind for row in tx.exec(select(ClockAct).order_by(col(ClockAct.seq)))]


@pytest.fixture
def station(silo: Silo) -> Station:
    return Station(silo)


def refusal(station: Station, stated: datetime, actor: Actor = ANNE) -> Fault:
    with pytest.raises((Conflict, Invalid)) as refused:
        station.keeper.state(stated, actor)
    return refused.value.code


def check_all(station: Station) -> None:
    """The chain is whole and every decision is made again to the byte."""
    with station.silo.desk.ledger.read() as tx:
        assert audit.first_broken(tx) is None
        for decision in tx.exec(select(Decision)):
            assert replay.replay(tx, decision).is_equal


def test_three_loads_after_a_repaired_jump_leave_the_cells_right(station: Station) -> None:
    before_t, free_t = station.content_t("c1"), station.free_t("c1")
    first = station.receive("AB-123-CD")
    station.sets(IN_2036, is_synchronised=True)  # a time service that is wrong
    wrong = station.receive("EF-456-GH")
    assert wrong.at.year == 2036
    station.sets(NOW + 60 * MINUTE, is_synchronised=True)
    assert station.keeper.standing().needs_repair
    station.keeper.repair(None, "2036", MARC)
    assert NOW < station.clock() < NOW + 120 * MINUTE

    plates = ["AB-123-CD", "EF-456-GH", "IJ-789-KL"]
    tickets = [station.receive(plate) for plate in plates]

    assert [ticket.number for ticket in (first, wrong, *tickets)] == [1, 2, 3, 4, 5]
    assert {ticket.campaign for ticket in tickets} == {"2026"}
    assert all(NOW < ticket.at < NOW + 120 * MINUTE and ticket.time_confirmed for ticket in tickets)
    received_t = sum(ticket.net_kg for ticket in (first, wrong, *tickets)) / 1000
    assert station.content_t("c1") == round(before_t + received_t, 3)
    assert station.free_t("c1") == round(free_t - received_t, 3)
    with station.silo.desk.ledger.read() as tx:
        kept = tx.get_one(Ticket, wrong.id)
        assert (kept.at, kept.document) == (wrong.at, wrong.document)  # nothing recorded is rewritten
        newest = queries.last_event_at(tx)
    assert newest is not None
    assert newest.year == 2026
    check_all(station)
    station.start("boot 2")  # the floor stays gone
    assert station.clock().year == 2026
    assert station.receive("AB-123-CD").number == 6


@pytest.mark.parametrize("wall", [IN_1970, IN_2036])
def test_a_start_at_a_wrong_time_goes_on_from_the_records_and_marks_its_tickets(
    station: Station, wall: datetime
) -> None:
    station.receive("AB-123-CD")
    station.sets(wall)
    station.start("boot 2")
    assert station.keeper.standing().asks
    ticket = station.receive("EF-456-GH")
    assert ticket.at - NOW < 10 * MINUTE
    assert (ticket.time_confirmed, ticket.time_stated, ticket.number) == (False, None, 2)
    assert "HEURE NON CONFIRMÉE, personne" in ticket_text(ticket.document, "fr")
    station.sets(NOW + 600 * MINUTE, is_synchronised=True)
    later = station.receive("AB-123-CD")
    assert later.time_confirmed
    assert later.at > NOW + 600 * MINUTE
    assert "HEURE NON" not in ticket_text(later.document, "fr")
    assert station.acts() == ["doubted", "confirmed"]
    check_all(station)


@pytest.mark.parametrize("jump", [timedelta(days=3650), -timedelta(days=3650)])
def test_a_jump_while_it_runs_is_asked_about_and_the_weight_before_it_is_not_marked(
    station: Station, jump: timedelta
) -> None:
    silo = station.silo
    visit = silo.arrive("AB-123-CD")
    silo.confirm(43_120, visit, "first")
    station.sets(station.wall + jump)
    silo.measure_well(visit)
    silo.decide(silo.loads(visit)[0])
    station.keeper.state(NOW + 30 * MINUTE, ANNE)
    document = silo.confirm(15_240, visit, "last").tickets[0].document
    marked = {"stated": (NOW + 30 * MINUTE).isoformat(), "by": ANNE.id}
    assert document["time_doubt"] == document["tare"]["time_doubt"] == marked
    assert "time_doubt" not in document["gross"]
    assert "arrival_doubt" not in document
    text = " ".join(ticket_text(document, "fr").split())
    assert text.count("HEURE NON CONFIRMÉE, indiquée par anne") == 2
    check_all(station)


def test_what_an_operator_stated_is_followed_marked_and_taken_back_with_the_right_time(
    station: Station,
) -> None:
    station.receive("AB-123-CD")
    station.sets(IN_1970)
    slip = NOW + timedelta(days=390)
    station.keeper.state(slip, ANNE)
    ticket = station.receive("EF-456-GH")
    assert slip < ticket.at < slip + 10 * MINUTE
    assert (ticket.time_confirmed, ticket.time_stated) == (False, slip)
    station.start("boot 1")  # the word survives a restart, not one of the machine
    assert not station.keeper.standing().asks
    assert station.clock() > slip
    station.start("boot 2")
    assert station.keeper.standing().asks
    assert station.clock() > slip
    station.sets(NOW + timedelta(days=2), is_synchronised=True)
    assert station.receive("IJ-789-KL").at - NOW < timedelta(days=2, minutes=10)
    assert station.acts() == ["doubted", "stated", "doubted", "confirmed"]
    check_all(station)


def test_a_machine_that_agrees_with_the_watch_is_trusted_at_once(station: Station) -> None:
    spring = NOW + timedelta(days=200)
    station.sets(spring)
    station.keeper.state(spring, ANNE)
    assert station.keeper.standing().doubt is None
    assert station.receive("AB-123-CD").time_confirmed
    assert station.acts() == ["doubted", "stated", "confirmed"]


def test_a_time_that_is_not_asked_for_or_cannot_be_is_refused(station: Station) -> None:
    assert refusal(station, NOW) == Fault.CLOCK_NOT_DOUBTED
    with pytest.raises(Conflict):
        station.keeper.repair(None, "", MARC)
    station.sets(IN_1970)
    assert refusal(station, IN_1970) == Fault.TIME_IMPLAUSIBLE
    assert refusal(station, NOW + timedelta(days=500)) == Fault.TIME_UNUSUAL
    assert refusal(station, NOW - timedelta(days=1)) == Fault.TIME_UNUSUAL
    with pytest.raises(Invalid):
        station.keeper.repair(None, "", MARC)  # the machine says 1970
    station.keeper.state(NOW + timedelta(days=500), ANNE, is_sure=True)
    assert station.clock() > NOW + timedelta(days=500)


def test_a_repair_says_who_why_and_from_when_to_when(station: Station) -> None:
    station.sets(IN_2036, is_synchronised=True)
    station.receive("AB-123-CD")
    station.sets(IN_1970)
    to = NOW + 60 * MINUTE
    station.keeper.repair(to, "dead battery", MARC)
    assert station.clock() - to < MINUTE
    with station.silo.desk.ledger.read() as tx:
        event = tx.exec(select(AuditEvent).where(AuditEvent.kind == "clock_repaired")).one()
    assert event.by == MARC.id
    assert event.at == to
    assert event.data["before"].startswith("2036")
    assert event.data["why"] == "dead battery"
    ticket = station.receive("EF-456-GH")
    assert (ticket.time_confirmed, ticket.time_stated) == (False, to)


def barely_entered(station: Station, plate: str) -> str:
    """A truck weighed full whose sample was just entered; returns its load."""
    visit = station.silo.arrive(plate)
    station.silo.confirm(43_120, visit, "first")
    return station.silo.loads(visit)[0].id


def measured_load(station: Station) -> str | None:
    """The load that an analysis without a barcode is paired with."""
    row = station.silo.measure("gac", GOOD)
    with station.silo.desk.ledger.read() as tx:
        pairing = queries.pairing_of(tx, row.id)
        assert pairing is not None
        sample = tx.get(Sample, pairing.sample_id) if pairing.sample_id else None
    return sample.load_id if sample else None


def test_a_sample_is_as_old_as_it_is_whatever_became_of_the_clock(station: Station) -> None:
    station.sets(IN_2036, is_synchronised=True)
    load = barely_entered(station, "AB-123-CD")
    station.sets(NOW, is_synchronised=True)
    station.keeper.repair(None, "", MARC)  # back
    assert measured_load(station) == load
    station.passes(3600)
    assert measured_load(station) is None  # older than the window


@pytest.mark.parametrize("is_stated", [True, False])
def test_a_sample_entered_in_doubt_is_found_when_the_right_time_is_known(
    station: Station, is_stated: bool
) -> None:
    station.sets(IN_1970)
    load, spring = barely_entered(station, "AB-123-CD"), NOW + timedelta(days=200)
    if is_stated:
        station.keeper.state(spring, ANNE)
    else:
        station.sets(spring, is_synchronised=True)
    assert measured_load(station) == load
    station.passes(3600)
    assert measured_load(station) is None


def test_after_a_repair_the_newest_instrument_measures_and_a_sign_in_of_the_future_is_over(
    station: Station,
) -> None:
    desk = station.silo.desk
    station.sets(IN_2036, is_synchronised=True)
    swapped = instruments.swap(desk, "gac", Description("GAC on loan", "L-77"), "", ANNE, station.clock())
    terminal, _ = people.add_terminal(desk, "gate", "terminal", station.clock())
    people.add_person(desk, "Anne", "2468", ["operator"], None, station.clock())
    token = people.sign_in(desk, "Anne", "2468", terminal, station.clock()).token
    station.sets(NOW, is_synchronised=True)
    station.keeper.repair(None, "", MARC)
    row = station.silo.measure("gac", GOOD)
    assert row.instrument_id == swapped.instrument.id
    with pytest.raises(NotAllowed):
        people.actor_of(desk, token, terminal, station.clock(), timedelta(hours=12))


def test_who_is_signed_in_stays_so_when_the_time_is_stated(station: Station) -> None:
    desk, half_a_day = station.silo.desk, timedelta(hours=12)
    terminal, _ = people.add_terminal(desk, "gate", "terminal", station.clock())
    people.add_person(desk, "Anne", "2468", ["operator"], None, station.clock())
    station.sets(IN_1970)
    token = people.sign_in(desk, "Anne", "2468", terminal, station.clock()).token
    station.keeper.state(NOW + timedelta(days=100), ANNE)
    station.passes(11 * 3600)
    assert people.actor_of(desk, token, terminal, station.clock(), half_a_day).name == "Anne"
    station.passes(3600)
    with pytest.raises(NotAllowed):
        people.actor_of(desk, token, terminal, station.clock(), half_a_day)


def weighed_full_in_2036(station: Station) -> tuple[Visit, Load]:
    station.sets(IN_2036, is_synchronised=True)
    visit = station.silo.arrive("AB-123-CD")
    station.silo.confirm(43_120, visit, "first")
    station.silo.measure_well(visit)
    return visit, station.silo.loads(visit)[0]


def repair(station: Station) -> None:
    station.sets(NOW, is_synchronised=True)
    station.keeper.repair(None, "", MARC)


def test_measuring_again_is_explained_by_the_order_of_the_records(station: Station) -> None:
    silo = station.silo
    _, load = weighed_full_in_2036(station)
    explain_retest(silo.desk, load.id, "Apporteur", ANNE, station.clock())
    repair(station)
    silo.measure("gac", GOOD, silo.barcode(load))  # what the word covers
    silo.measure("gac", GOOD, silo.barcode(load))
    with pytest.raises(Conflict) as refused:
        silo.decide(load)
    assert refused.value.code == Fault.RETEST_UNEXPLAINED


def test_a_vehicle_is_weighed_empty_after_the_decision_though_it_was_made_in_the_future(
    station: Station,
) -> None:
    visit, load = weighed_full_in_2036(station)
    station.silo.decide(load)
    repair(station)
    ticket = station.silo.confirm(15_240, visit, "last").tickets[0]
    assert (ticket.net_kg, ticket.time_confirmed) == (43_120 - 15_240, True)
