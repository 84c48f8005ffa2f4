"""Which forms hold, and what was answered of loads."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlmodel import Session, col, select

from station.grain.form_reading import parse_form
from station.grain.forms import Form
from station.store.tables import FormAnswer, FormDefinition

INSTALLED, WITHDRAWN = "installed", "withdrawn"


@dataclass(frozen=True, slots=True)
class Asked:
    """A form as it stands, and of one load the answers that are answers by it, each with its row."""

    row: FormDefinition
    form: Form
    answers: dict[str, Any] = field(default_factory=dict)
    rows: dict[str, FormAnswer] = field(default_factory=dict)

    @property
    def missing(self) -> tuple[str, ...]:
        return self.form.missing(self.answers)


def newest_definitions(tx: Session) -> list[FormDefinition]:
    """The newest row of each name, in the order of names. A site has few forms and seldom changes one."""
    rows = tx.exec(select(FormDefinition).order_by(col(FormDefinition.seq))).all()
    return sorted({row.name: row for row in rows}.values(), key=lambda row: row.name)


def forms_in_force(tx: Session) -> list[Asked]:
    return [Asked(row, parse_form(row.content)) for row in newest_definitions(tx) if row.act == INSTALLED]


def definition(tx: Session, sha256: str) -> FormDefinition | None:
    """The form of this content, whether it holds or not."""
    query = select(FormDefinition).where(FormDefinition.sha256 == sha256)
    return tx.exec(query.order_by(col(FormDefinition.seq).desc())).first()


def definitions_of(tx: Session, name: str, version: int) -> Sequence[FormDefinition]:
    """Every row of this version, of which there is one content."""
    query = select(FormDefinition).where(FormDefinition.name == name, FormDefinition.version == version)
    return tx.exec(query).all()


def asked_of(tx: Session, load_id: str, species: str, forms: Iterable[Asked] | None = None) -> list[Asked]:
    """The forms for a load of this species, with its answers."""
    held = [one for one in (forms_in_force(tx) if forms is None else forms) if one.form.is_for(species)]
    if not held:
        return []
    given = answers_by_load(tx, [load_id]).get(load_id, ())
    return [_with_answers(one, [row for row in given if row.form == one.row.name]) for one in held]


def _with_answers(asked: Asked, given: Sequence[FormAnswer]) -> Asked:
    rows = {code: row for row in given for code in row.answers}
    said = {code: row.answers[code] for code, row in rows.items() if row.answers[code] is not None}
    fitting = asked.form.fitting(said)
    return Asked(asked.row, asked.form, fitting, {code: rows[code] for code in fitting})


def answers_by_load(tx: Session, load_ids: Sequence[str]) -> dict[str, list[FormAnswer]]:
    """Oldest first."""
    query = select(FormAnswer).where(col(FormAnswer.load_id).in_(load_ids)).order_by(col(FormAnswer.seq))
    found: dict[str, list[FormAnswer]] = defaultdict(list)
    for row in tx.exec(query):
        found[row.load_id].append(row)
    return found
