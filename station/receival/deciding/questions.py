"""A person answers what a load's photos ask: the grain is as declared, and why, or another species."""

from datetime import datetime

from sqlmodel import Session

from station.acts.desk import Actor, Desk
from station.acts.refusals import Conflict, Fault
from station.grain.reasons import Reason
from station.receival.arrivals.loads import open_load
from station.receival.deciding import proposals
from station.receival.deciding.photo_questions import photo_questions
from station.receival.packs.pack_standing import pack_in_force
from station.store import audit
from station.store.batches import answers_by_load, samples_by_load
from station.store.evidence import captures_seen
from station.store.ids import new_id
from station.store.tables import Load, QuestionAnswer

AS_DECLARED, CORRECTED = "as_declared", "corrected"


def answer_question(
    desk: Desk, load_id: str, code: str, reason: str, actor: Actor, at: datetime
) -> QuestionAnswer:
    """Record that the grain is as declared whatever the photo looks like, and why; the load is judged anew.

    Raises Conflict(question_not_asked) where the load's photos do not ask that (any more)."""
    with desk.ledger.write() as tx:
        load = open_load(tx, load_id)
        asked = next((one for one in _asked(tx, load, at) if one.code == code), None)
        if asked is None:
            raise Conflict(Fault.QUESTION_NOT_ASKED)
        row = _answer(tx, load, asked, AS_DECLARED, reason, actor, at)
        proposals.propose(tx, desk, [load], at)
    return row


def answer_by_correction(tx: Session, load: Load, species: str, actor: Actor, at: datetime) -> None:
    """Record that correcting the species of the load, which was `species`, answers what its photos asked."""
    for asked in _asked(tx, load, at, species):
        _answer(tx, load, asked, CORRECTED, "", actor, at)


def _asked(tx: Session, load: Load, at: datetime, species: str | None = None) -> tuple[Reason, ...]:
    samples = samples_by_load(tx, [load.id]).get(load.id, ())
    seen = captures_seen(tx, [sample.id for sample in samples])
    captures = [one for sample in samples for one in seen.get(sample.id, ())]
    answered = answers_by_load(tx, [load.id]).get(load.id, ())
    return photo_questions(captures, species or load.species, pack_in_force(tx, at), answered)


def _answer(
    tx: Session, load: Load, asked: Reason, answer: str, reason: str, actor: Actor, at: datetime
) -> QuestionAnswer:
    row = QuestionAnswer(
        id=new_id(at), load_id=load.id, at=at, by=actor.id, code=asked.code.value, answer=answer,
        reason=reason, captures=list(asked.params["captures"]),
    )  # fmt: skip
    tx.add(row)
    audit.record(
        tx, "question_answered", at, by=actor.id, terminal=actor.terminal, visit_id=load.visit_id,
        load_id=load.id, subject_id=row.id,
        data={"question": asked.as_dict(), "answer": answer, "reason": reason},
    )  # fmt: skip
    tx.flush()
    return row
