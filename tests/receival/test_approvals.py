"""A guarded choice is a manager's, or an operator's with a second person's approval of this very act."""

from contextlib import suppress
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import select

from station.acts.answers import rules_of
from station.acts.refusals import Conflict, Fault, NotAllowed, Refusal
from station.grain.guard import Guarded
from station.receival.deciding import decisions
from station.receival.measuring.visual_checks import check_visually
from station.receival.packs.replay import replay
from station.receival.packs.rule_packs import install_pack
from station.receival.persons import approvals, enrolments, people
from station.receival.persons.approvals import HOLDS, MOST_WRONG
from station.receival.storage.tippings import Tipped
from station.store.approval_key import NAME
from station.store.tables import Approval, AuditEvent, Decision, Enrolment, Load, Visit
from tests.receival.guarded import BEA, Far, mouldy, weighed
from tests.silo_rig import ANNE, MARC, RULES, Silo

WRONG = "00000000"


@pytest.fixture
def far(silo: Silo) -> Far:
    return Far(silo)


def refused(far: Far, load: Load, approval: str | None = None, **over: object) -> Refusal:
    with pytest.raises(Refusal) as told:
        far.decide(load, approval, **over)  # type: ignore[arg-type]
    return told.value


def events(silo: Silo, kind: str) -> list[AuditEvent]:
    with silo.desk.ledger.read() as tx:
        return list(tx.exec(select(AuditEvent).where(AuditEvent.kind == kind)))


@pytest.mark.parametrize(
    ("case", "cell", "pit", "code", "rules"),
    [
        ("mouldy", "c1", "p1", Fault.NEVER_BLEND_OVERRIDE, ["never_blend"]),
        ("organic", "c1", "p1", Fault.CLAIMS_OVERRIDE, ["claims"]),
        ("unmeasured", "c1", "p1", Fault.UNMEASURED_OVERRIDE, ["measurement"]),
        ("unmeasured", "c3", "p2", Fault.CLAIMS_OVERRIDE, ["claims", "measurement"]),
    ],
)
def test_an_operator_alone_is_refused_by_the_rule_and_told_who_may(
    far: Far, case: str, cell: str, pit: str, code: Fault, rules: list[str]
) -> None:
    load = _case(far.silo, case)
    told = refused(far, load, cell=cell, pit=pit)
    assert (told.code, told.status) == (code, 403)
    assert (told.params["rules"], told.params["managers"], told.params["approvers"]) == (
        rules, ["marc"], ["marc"],
    )  # fmt: skip
    assert far.decide(load, None, cell, pit, actor=MARC).guard == rules


@pytest.mark.parametrize(("case", "is_enough"), [("unmeasured", True), ("organic", False), ("mouldy", False)])
def test_the_rule_pack_says_whose_word_is_enough_but_for_what_is_never_blended(
    far: Far, case: str, is_enough: bool
) -> None:
    stated = RULES.replace('version = "', 'version = "lenient ', 1)
    lenient = f'{stated}\n[overrides]\nmeasurement = ["operator"]\n'
    install_pack(far.silo.desk, lenient, MARC, "", far.silo.clock())
    load = _case(far.silo, case)
    if is_enough:
        assert far.decide(load, None, "c1", "p1").approved_by is None
    else:
        assert refused(far, load, cell="c1", pit="p1").status == 403


def _case(silo: Silo, case: str) -> Load:
    if case == "mouldy":
        return mouldy(silo)
    if case == "organic":
        return weighed(silo, "gac", "nir", claims=("organic",))
    return weighed(silo, "gac")


def test_the_answer_read_back_lets_the_operator_decide_and_both_names_stand(far: Far) -> None:
    load = mouldy(far.silo)
    asked = far.ask(load)
    assert rules_of(asked.challenge) == (Guarded.NEVER_BLEND,)
    assert refused(far, load, asked.id).code is Fault.APPROVAL_OVER  # not answered yet
    far.answer(asked)
    decision = far.decide(load, asked.id)
    assert (decision.by, decision.approved_by, decision.guard) == ("anne", "marc", ["never_blend"])
    (event,) = events(far.silo, "decision_made")
    assert (event.by, event.data["approved_by"]) == ("anne", "marc")
    with far.silo.desk.ledger.read() as tx:
        assert replay(tx, tx.get_one(Decision, decision.id)).is_equal


def test_an_approval_is_of_one_act_once(far: Far) -> None:
    load, other = mouldy(far.silo), mouldy(far.silo, "EF-456-GH")
    asked = far.ask(load)
    far.answer(asked)
    assert refused(far, other, asked.id).code is Fault.APPROVAL_OVER
    assert refused(far, load, asked.id, cell="c5").code is Fault.APPROVAL_OVER
    assert refused(far, load, asked.id, pit="p2").code in (Fault.APPROVAL_OVER, Fault.NOT_REACHABLE)
    assert refused(far, load, asked.id, actor=BEA).code is Fault.APPROVAL_OVER
    first = far.decide(load, asked.id)
    proposal = far.silo.proposal(load)
    assert proposal is not None
    again = refused(far, load, asked.id)
    assert again.code is Fault.LOAD_DECIDED
    assert first.approval_id == asked.id
    with pytest.raises(Conflict, match="approval_over"):
        far.silo.decide(load, "c1", "p1", replaces=first.id, approval=asked.id)


def test_grounds_that_change_end_what_was_approved(far: Far) -> None:
    load = mouldy(far.silo)
    asked = far.ask(load)
    far.answer(asked)
    check_visually(far.silo.desk, load.id, ["heat"], "", ANNE, far.silo.clock())
    assert refused(far, load, asked.id).code is Fault.APPROVAL_OVER


def test_old_answers_and_answers_to_other_challenges_are_refused(far: Far) -> None:
    load = mouldy(far.silo)
    first = far.ask(load)
    old = far.phone.answer(first.challenge)
    second = far.ask(load)
    with pytest.raises(Conflict, match="approval_over"):
        far.answer(first, old)  # the terminal has asked anew
    with pytest.raises(Conflict, match="wrong_answer"):
        far.answer(second, old)
    with pytest.raises(Conflict, match="approval_over"):
        far.answer(second, actor=BEA)
    far.silo.clock.pass_(minutes=HOLDS.total_seconds() / 60)
    with pytest.raises(Conflict, match="approval_over"):
        far.answer(second)
    third = far.ask(load)
    far.answer(third)
    far.silo.clock.pass_(minutes=HOLDS.total_seconds() / 60)
    assert refused(far, load, third.id).code is Fault.APPROVAL_OVER


def test_a_clock_that_jumped_back_ends_an_approval(far: Far) -> None:
    load = mouldy(far.silo)
    asked = far.ask(load)
    with pytest.raises(Conflict, match="approval_over"):
        approvals.answer(
            far.silo.desk, asked.id, far.phone.answer(asked.challenge), ANNE, asked.at - timedelta(minutes=1)
        )


def test_a_challenge_is_never_given_twice(far: Far) -> None:
    load = mouldy(far.silo)
    given = [far.ask(load).challenge]
    drawn = [int(given[0][1:]).to_bytes(8, "big"), (7).to_bytes(8, "big")]
    proposal = far.silo.proposal(load)
    assert proposal is not None
    wish = approvals.Wish(load.id, proposal.id, "c1", "p1", "x", "marc")
    row = approvals.ask(far.silo.desk, wish, ANNE, far.silo.clock(), lambda _: drawn.pop(0))
    assert row.challenge == given[0][0] + "00007"
    assert drawn == []


def test_nobody_approves_his_own_act_nor_without_an_enrolment(far: Far) -> None:
    load = mouldy(far.silo)
    far.enrol("anne")
    with pytest.raises(NotAllowed, match="approves_himself"):
        far.ask(load, approver="anne")
    with pytest.raises(Conflict, match="not_enrolled"):
        far.ask(load, approver="bea")
    far.phone = far.enrol("bea")  # a second person, whoever the silo trusts with it
    asked = far.ask(load, approver="bea")
    far.answer(asked)
    assert far.decide(load, asked.id).approved_by == "bea"


def test_nothing_is_asked_where_the_operator_may_decide(far: Far) -> None:
    load = weighed(far.silo, "gac", "nir")
    with pytest.raises(Conflict, match="nothing_to_approve"):
        far.ask(load, "c5")
    with pytest.raises(Conflict, match="not_for_every_load"):
        far.ask(mouldy(far.silo, "EF-456-GH"), standing=True)


@pytest.mark.parametrize("end", ["revoked", "enrolled anew", "left", "key lost"])
def test_a_secret_that_is_void_approves_nothing(far: Far, end: str) -> None:
    load = mouldy(far.silo)
    asked = far.ask(load)
    if end == "revoked":
        enrolments.revoke(far.silo.desk, "marc", far.silo.clock())
    elif end == "enrolled anew":
        far.enrol("marc")
    elif end == "left":
        people.remove_person(far.silo.desk, "marc", far.silo.clock())
    else:
        (far.silo.desk.ledger.folder / NAME).unlink()
    with pytest.raises(Conflict, match="approval_over"):
        far.answer(asked)
    if end != "enrolled anew":
        assert refused(far, load).params["approvers"] == []


def test_the_ledger_holds_no_secret_and_its_key_is_no_part_of_it(far: Far) -> None:
    secret = far.phone.secret
    key = far.silo.desk.ledger.folder / NAME
    assert key.stat().st_mode & 0o077 == 0
    with far.silo.desk.ledger.read() as tx:
        rows = [repr(row.model_dump()) for table in (Enrolment, AuditEvent) for row in tx.exec(select(table))]
        dump = "\n".join(tx.connection().connection.iterdump())  # type: ignore[attr-defined]
    assert not [text for text in (*rows, dump) if secret.hex() in text or key.read_bytes().hex() in text]


def test_wrong_answers_end_a_challenge_and_make_the_next_one_wait(far: Far) -> None:
    """Five are free a day for a terminal and a person; each further one waits twice as long, up to an hour.
    That is at most 35 guesses in a day of 10^8 answers: one chance in 2.8 million."""
    load = mouldy(far.silo)
    asked = far.ask(load)
    for left in range(MOST_WRONG - 1, -1, -1):
        with pytest.raises(Conflict) as told:
            far.answer(asked, WRONG)
        assert (told.value.code, told.value.params["left"]) == (Fault.WRONG_ANSWER, left)
    with pytest.raises(Conflict, match="approval_over"):
        far.answer(asked)
    with pytest.raises(Conflict) as locked:
        far.ask(load)
    assert locked.value.code is Fault.ANSWERS_LOCKED
    tries, end = 0, far.silo.clock.now + timedelta(hours=24)
    while far.silo.clock.now < end:
        try:
            far.answer(far.ask(load), WRONG)
        except Conflict as no:
            if no.code is Fault.ANSWERS_LOCKED:
                far.silo.clock.pass_(seconds=no.params["seconds"])
            else:
                tries += 1
    assert MOST_WRONG + tries <= 35
    assert len(events(far.silo, "approval_failed")) == MOST_WRONG + tries


def test_figures_that_are_no_answer_are_wrong_and_nothing_worse(far: Far) -> None:
    load = mouldy(far.silo)
    for typed in ("", "1", "١٢٣٤٥٦٧٨", "9" * 40):
        with pytest.raises(Conflict, match="wrong_answer"):
            far.answer(far.ask(load), typed)


def test_guarded_grain_that_was_tipped_elsewhere_is_recorded_with_the_rule_it_breaks(far: Far) -> None:
    load = mouldy(far.silo)
    far.silo.decide(load)
    visit = far.silo.visit(Visit(id=load.visit_id))
    far.silo.confirm(15_240, visit, "last", tipped={load.id: [Tipped("p1", "c1", 1.0)]})
    (event,) = events(far.silo, "ticket_issued")
    assert event.data["guard"] == ["never_blend"]


class Alone:
    """Anne, who knows her own secret and every challenge, but no other's secret."""

    def __init__(self, far: Far, case: str) -> None:
        self.silo, self.far = far.silo, far
        self.own = far.enrol("anne")
        self.load = weighed(far.silo, "gac", "nir") if case == "adverse" else _case(far.silo, case)
        self.asked: Approval | None = None
        if case == "adverse":
            self.see("smell")

    def see(self, *findings: str) -> None:
        check_visually(self.silo.desk, self.load.id, findings, "", ANNE, self.silo.clock())

    def ask(self) -> None:
        self.asked = self.far.ask(self.load)

    def answer(self, *, guessed: bool) -> None:
        if self.asked is not None:
            self.far.answer(self.asked, WRONG if guessed else self.own.answer(self.asked.challenge))


STEPS = {
    "decide": lambda one: one.far.decide(one.load, None),
    "use": lambda one: one.far.decide(one.load, one.asked.id if one.asked else "nothing"),
    "ask": Alone.ask,
    "answer by her own secret": lambda one: one.answer(guessed=False),
    "guess": lambda one: one.answer(guessed=True),
    "see that all is well": Alone.see,
    "find heat": lambda one: one.see("heat"),
    "measure": lambda one: one.silo.measure("nir", {"protein": 11.0}, one.silo.barcode(one.load)),
    "wait": lambda one: one.silo.clock.pass_(minutes=11),
}


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(["mouldy", "organic", "adverse"]), st.lists(st.sampled_from([*STEPS]), max_size=8))
def test_no_sequence_lets_an_operator_alone_decide_what_is_guarded(
    far: Far, case: str, steps: list[str]
) -> None:
    far.silo.clock.pass_(hours=25)  # wrong answers of the example before are forgotten
    alone = Alone(far, case)
    for step in [*steps, "decide", "use"]:
        with suppress(Refusal):
            STEPS[step](alone)
    with far.silo.desk.ledger.read() as tx:
        assert tx.exec(select(Decision)).all() == []
    decisions.refuse(far.silo.desk, alone.load.id, "too much to wait for", MARC, far.silo.clock())
