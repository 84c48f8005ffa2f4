"""Forms are installed and withdrawn, and their questions are answered of a load."""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlmodel import Session

from drivers.text import clean_text
from station.acts.desk import Actor, Desk
from station.acts.refusals import Conflict, Fault, Invalid, NotFound
from station.grain.form_reading import parse_form
from station.grain.forms import FormWrong
from station.receival.arrivals.loads import open_load
from station.store import audit
from station.store.forms import (
    INSTALLED,
    WITHDRAWN,
    asked_of,
    definition,
    definitions_of,
    newest_definitions,
)
from station.store.ids import new_id
from station.store.tables import FormAnswer, FormDefinition, Load, Terminal


def install(desk: Desk, text: str, actor: Actor, why: str, at: datetime) -> FormDefinition:
    """It is asked from now on, in the place of another version; it may name species that this site does not
    take. Raises Invalid(form_wrong), Conflict(form_installed) for what holds already,
    Conflict(form_version_used) for another content under a version that there was."""
    try:
        form = parse_form(text)
    except FormWrong as wrong:
        raise Invalid(Fault.FORM_WRONG, form_problem=wrong.code, where=wrong.where) from None
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    with desk.ledger.write() as tx:
        before = _newest(tx, form.name)
        if before is not None and (before.sha256, before.act) == (sha256, INSTALLED):
            raise Conflict(Fault.FORM_INSTALLED, name=form.name, version=form.version)
        if any(row.sha256 != sha256 for row in definitions_of(tx, form.name, form.version)):
            raise Conflict(Fault.FORM_VERSION_USED, name=form.name, version=form.version)
        return _append(tx, form.name, form.version, sha256, INSTALLED, text, actor, why, at)


def withdraw(desk: Desk, name: str, actor: Actor, why: str, at: datetime) -> FormDefinition:
    """Its questions are asked no more; what was answered stays. Raises NotFound(unknown_form)."""
    with desk.ledger.write() as tx:
        held = _newest(tx, name)
        if held is None or held.act != INSTALLED:
            raise NotFound(Fault.UNKNOWN_FORM, name=name)
        return _append(tx, name, held.version, held.sha256, WITHDRAWN, held.content, actor, why, at)


def answer(
    desk: Desk, load_id: str, sha256: str, answers: Mapping[str, Any], actor: Actor, at: datetime
) -> FormAnswer:
    """A person answers some of a form's questions; None takes an answer back."""
    with desk.ledger.write() as tx:
        load = open_load(tx, load_id)
        row = _answer(tx, load, sha256, answers, at)
        row.by, row.terminal_id = actor.id, actor.terminal
        return _record(tx, row, load)


def answer_with_capture(
    tx: Session, load_id: str, sha256: str, answers: Mapping[str, Any], terminal: Terminal, capture_id: str,
    at: datetime,
) -> None:  # fmt: skip
    """The phone answers with its photos; they may come late, after the load has ended. Raises
    NotFound(unknown_load)."""
    load = tx.get(Load, load_id)
    if load is None:
        raise NotFound(Fault.UNKNOWN_LOAD, id=load_id)
    row = _answer(tx, load, sha256, answers, at)
    row.terminal_id, row.capture_id = terminal.id, capture_id
    _record(tx, row, load)


def check_complete(tx: Session, load: Load, before: str) -> None:
    """Raises Conflict(answers_missing) while a required question that is asked before this has no answer."""
    missing = [
        code
        for asked in asked_of(tx, load.id, load.species)
        if asked.form.before == before
        for code in asked.missing
    ]
    if missing:
        raise Conflict(Fault.ANSWERS_MISSING, load_id=load.id, questions=missing)


def _answer(tx: Session, load: Load, sha256: str, answers: Mapping[str, Any], at: datetime) -> FormAnswer:
    """By the version that was asked, which may have been replaced since. Raises NotFound(unknown_form),
    Invalid(answer_wrong)."""
    asked = definition(tx, sha256)
    if asked is None:
        raise NotFound(Fault.UNKNOWN_FORM, name=sha256[:12])
    form = parse_form(asked.content)
    kept = {code: clean_text(one) if isinstance(one, str) else one for code, one in answers.items()}
    given = {code: one for code, one in kept.items() if one is not None}
    wrong = [*form.wrong(given), *(code for code in kept if form.question(code) is None)]
    if wrong:
        raise Invalid(Fault.ANSWER_WRONG, questions=list(dict.fromkeys(wrong)))
    return FormAnswer(
        id=new_id(at), load_id=load.id, form=asked.name, version=asked.version, sha256=sha256, answers=kept,
        at=at,
    )  # fmt: skip


def _record(tx: Session, row: FormAnswer, load: Load) -> FormAnswer:
    tx.add(row)
    tx.flush()
    audit.record(
        tx, "form_answered", row.at, by=row.by, terminal=row.terminal_id, visit_id=load.visit_id,
        load_id=load.id, subject_id=row.id,
        data={"form": row.form, "version": row.version, "questions": sorted(row.answers)},
    )  # fmt: skip
    return row


def _newest(tx: Session, name: str) -> FormDefinition | None:
    return next((row for row in newest_definitions(tx) if row.name == name), None)


def _append(
    tx: Session, name: str, version: int, sha256: str, act: str, content: str, actor: Actor, why: str,
    at: datetime,
) -> FormDefinition:  # fmt: skip
    row = FormDefinition(
        id=new_id(at), name=name, version=version, sha256=sha256, act=act, content=content, at=at,
        by=actor.id, why=why,
    )  # fmt: skip
    tx.add(row)
    tx.flush()
    audit.record(
        tx, f"form_{act}", at, by=actor.id, terminal=actor.terminal, subject_id=row.id,
        data={"name": name, "version": version, "sha256": sha256, "why": why},
    )  # fmt: skip
    return row
