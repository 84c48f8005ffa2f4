"""Forms and the answers of a load, in the reader's language."""

from typing import Any

from station.api import schemas
from station.api.language import answer_text, phone_name, translator
from station.api.views.view import View
from station.grain.forms import Question
from station.store.forms import Asked, asked_of
from station.store.tables import FormAnswer, Load, Terminal


def form(view: View, asked: Asked) -> schemas.Form:
    row, held = asked.row, asked.form
    return schemas.Form(
        name=row.name, version=row.version, sha256=row.sha256, title=held.titles[view.language],
        before=held.before,  # type: ignore[arg-type] # one of the two
        species=list(held.species), questions=[_question(view, asked, one) for one in held.questions],
        at=row.at, by=view.name_of(row.by) or "", why=row.why,
    )  # fmt: skip


def load_questions(view: View, load: Load) -> list[schemas.LoadQuestion]:
    """Every question of the load's forms, also those that are not asked by what was answered."""
    return [
        _load_question(view, asked, one)
        for asked in asked_of(view.tx, load.id, load.species)
        for one in asked.form.questions
    ]


def _question(view: View, asked: Asked, one: Question) -> schemas.FormQuestion:
    return schemas.FormQuestion(**_fields(view, asked, one))


def _load_question(view: View, asked: Asked, one: Question) -> schemas.LoadQuestion:
    answer, row = asked.answers.get(one.code), asked.rows.get(one.code)
    titles = {choice.code: choice.titles[view.language] for choice in one.choices}
    text = "" if row is None else answer_text(one.kind, answer, titles, translator(view.language))
    return schemas.LoadQuestion(
        **_fields(view, asked, one), form=asked.row.sha256, asked=one in asked.form.asked(asked.answers),
        answer=answer, text=text, by=_who(view, row) if row else None, at=row.at if row else None,
    )  # fmt: skip


def _who(view: View, row: FormAnswer) -> str | None:
    if row.by is not None:
        return view.name_of(row.by)
    terminal = view.tx.get(Terminal, row.terminal_id) if row.terminal_id else None
    return terminal.name if terminal else phone_name(translator(view.language))


def _fields(view: View, asked: Asked, one: Question) -> dict[str, Any]:
    return {
        "code": one.code,
        "title": one.titles[view.language],
        "kind": one.kind,
        "choices": [
            schemas.FormChoice(code=choice.code, title=choice.titles[view.language]) for choice in one.choices
        ],
        "low": one.low,
        "high": one.high,
        "longest": one.longest,
        "required": one.is_required,
        "personal": one.is_personal,
        "asked_if": {other: list(wanted) for other, wanted in one.asked_if.items()},
        "before": asked.form.before,
    }
