"""A photo that does not show the declared grain asks, and nothing is decided before a person answered."""

from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from sqlmodel import select

from drivers.reading import Analyte
from station.acts.refusals import Conflict, Fault
from station.grain.inspection import ClassShare, Inspection, ModelName
from station.grain.reasons import Code, Reason
from station.receival.arrivals import corrections
from station.receival.arrivals.corrections import LoadCorrection
from station.receival.arrivals.visits import NewLoad
from station.receival.deciding import questions
from station.receival.deciding.judging import ground, judge
from station.receival.deciding.load_evidence import gather
from station.receival.deciding.photo_questions import foreign_allowed
from station.receival.measuring import captures
from station.receival.measuring.captures import StoredPhoto
from station.receival.packs.pack_standing import pack_in_force
from station.receival.packs.replay import replay
from station.receival.persons import people
from station.store import pages
from station.store.tables import AuditEvent, Load, QuestionAnswer, Visit
from tests.grain.builders import FEED, criterion, pack
from tests.silo_rig import ANNE, START, Silo

MODEL = ModelName("wheat", "1", "cd" * 32)


def refused(*codes: Code) -> dict[str, Any]:
    return {"accepted": False, "reasons": tuple(Reason(code) for code in codes)}


def accepted(foreign: tuple[float, float, float] = (0.0, 0.0, 0.01)) -> dict[str, Any]:
    share, low, high = foreign
    shares = {"whole": ClassShare(280, 1 - share, 0.9, 1.0), "foreign": ClassShare(3, share, low, high)}
    return {"accepted": True, "kernels": 300, "cut": 0, "classes": shares}


def photograph(silo: Silo, said: dict[str, Any], barcode: str = "S1") -> str:
    phone = people.add_terminal(silo.desk, f"phone {uuid4()}", "phone", silo.clock())[0]
    photo = StoredPhoto(uuid4().hex * 2, 2_500_000, "image/jpeg")
    form = {"barcode": barcode}
    taken, _ = captures.receive_capture(silo.desk, str(uuid4()), form, (photo,), phone, silo.clock())
    inspection = Inspection(photo.sha256, models=(MODEL,), **said)
    captures.record_inspection(silo.desk, taken.id, [inspection], silo.clock())
    return taken.id


def measured(silo: Silo) -> tuple[Visit, Load]:
    visit = silo.arrive("AB-123-CD", NewLoad("soft_wheat", barcode="S1"))
    silo.confirm(43_120, visit, "first")
    silo.measure_well(visit)
    return visit, silo.loads(visit)[0]


def asked(silo: Silo, load: Load) -> list[dict[str, Any]]:
    """The questions among the facts that the load is routed on."""
    with silo.desk.ledger.read() as tx:
        (evidence,) = gather(tx, [tx.get_one(Load, load.id)])
        inputs = judge(silo.desk, ground(tx, silo.desk, START), evidence, START).inputs
    assert inputs is not None
    questions_asked: list[dict[str, Any]] = inputs["facts"].get("questions", [])
    return questions_asked


@pytest.mark.parametrize("code", [Code.UNKNOWN_GRAIN, Code.WRONG_SPECIES, Code.MOSTLY_FOREIGN])
def test_a_photo_of_other_grain_than_declared_asks_before_anything_is_decided(silo: Silo, code: Code) -> None:
    _, load = measured(silo)
    capture = photograph(silo, refused(code))
    waiting = silo.proposal(load)
    assert waiting is not None
    assert (waiting.cell, waiting.result["reasons"][0]["code"]) == (None, "photo_other_species")
    (question,) = asked(silo, load)
    assert question == {
        "code": "photo_other_species",
        "params": {"declared": "soft_wheat", "reasons": [code.value], "captures": [capture]},
    }
    with pytest.raises(Conflict) as no:
        silo.decide(load, "c1", "p1")
    assert no.value.code is Fault.QUESTION_UNANSWERED


def test_an_answer_is_a_row_and_an_event_and_the_decision_replays(silo: Silo) -> None:
    _, load = measured(silo)
    capture = photograph(silo, refused(Code.UNKNOWN_GRAIN))
    questions.answer_question(
        silo.desk, load.id, "photo_other_species", "looked at by hand", ANNE, silo.clock()
    )
    assert asked(silo, load) == []
    silo.decide(load)
    with silo.desk.ledger.read() as tx:
        row = tx.exec(select(QuestionAnswer)).one()
        event = tx.exec(select(AuditEvent).where(AuditEvent.kind == "question_answered")).one()
        (decision,) = pages.decisions(tx, None, None, None)
        assert replay(tx, decision).is_equal
    assert (row.by, row.answer, row.reason, row.captures) == (
        "anne", "as_declared", "looked at by hand", [capture],
    )  # fmt: skip
    assert (event.subject_id, event.data["question"]["code"]) == (row.id, "photo_other_species")


def test_an_answer_holds_for_the_photos_that_asked_and_not_for_a_later_one(silo: Silo) -> None:
    _, load = measured(silo)
    photograph(silo, refused(Code.UNKNOWN_GRAIN))
    questions.answer_question(silo.desk, load.id, "photo_other_species", "by hand", ANNE, silo.clock())
    later = photograph(silo, refused(Code.MOSTLY_FOREIGN))
    assert [one["params"]["captures"] for one in asked(silo, load)] == [[later]]


def test_a_better_photo_takes_back_what_a_refused_one_asked(silo: Silo) -> None:
    _, load = measured(silo)
    photograph(silo, refused(Code.UNKNOWN_GRAIN))
    photograph(silo, accepted())
    assert asked(silo, load) == []


def test_a_photo_that_is_merely_bad_asks_nothing(silo: Silo) -> None:
    _, load = measured(silo)
    photograph(silo, refused(Code.NOT_SHARP))
    assert asked(silo, load) == []


@pytest.mark.parametrize(("low", "asks"), [(0.07, False), (0.071, True)])
def test_foreign_grain_asks_only_beyond_chance(silo: Silo, low: float, asks: bool) -> None:
    _, load = measured(silo)
    with silo.desk.ledger.read() as tx:
        assert foreign_allowed(pack_in_force(tx, START), "soft_wheat") == 0.07
    photograph(silo, accepted((0.1, low, 0.14)))
    assert [one["code"] for one in asked(silo, load)] == ["photo_foreign"] * asks


def test_the_most_lenient_grade_says_how_much_foreign_grain_is_allowed() -> None:
    strict = replace(FEED, criteria=(criterion(Analyte.IMPURITIES, "<=", 2.0),))
    lenient = replace(FEED, id="other", criteria=(criterion(Analyte.IMPURITIES, "<=", 5.0),))
    assert foreign_allowed(pack(strict, lenient), "soft_wheat") == 0.05
    assert foreign_allowed(pack(strict), "barley") == 0.02
    assert foreign_allowed(None, "barley") == 0.02


def test_correcting_the_species_answers(silo: Silo) -> None:
    visit, load = measured(silo)
    photograph(silo, refused(Code.UNKNOWN_GRAIN))
    right = corrections.Correction(loads={load.id: LoadCorrection(species="barley")})
    corrections.correct_arrival(silo.desk, visit.id, right, ANNE, silo.clock())
    assert asked(silo, load) == []
    with silo.desk.ledger.read() as tx:
        assert tx.exec(select(QuestionAnswer)).one().answer == "corrected"


def test_what_no_photo_asks_cannot_be_answered(silo: Silo) -> None:
    _, load = measured(silo)
    with pytest.raises(Conflict) as no:
        questions.answer_question(silo.desk, load.id, "photo_foreign", "by hand", ANNE, silo.clock())
    assert no.value.code is Fault.QUESTION_NOT_ASKED
