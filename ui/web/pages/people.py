"""Who may sign in, in which role, and where from."""

from collections.abc import Sequence
from dataclasses import dataclass

from babel import Locale
from fastapi import APIRouter, Response
from sqlmodel import col, select

from station.api.views.people import person as view_of_person
from station.store.tables import Person
from ui.web.reader import Reader, Reading
from ui.web.tables import Cell, Column, Table
from ui.words import vocabulary

router = APIRouter()


@dataclass(frozen=True, slots=True)
class PeoplePage:
    people: Table


@router.get("/people")
def people(reader: Reading) -> Response:
    with reader.desk.ledger.read() as tx:
        rows = tx.exec(select(Person).where(col(Person.active).is_(True)).order_by(col(Person.name))).all()
    page = PeoplePage(_table(reader, rows))
    return reader.page("people.html", page, [page.people])


def _table(reader: Reader, rows: Sequence[Person]) -> Table:
    _ = reader.t.gettext
    columns = [Column(_("Name")), Column(_("Roles")), Column(_("Language")), Column(_("Opens these pages"))]
    return Table("people", "", columns, [_row(reader, row) for row in rows], _("Nobody can sign in yet."))


def _row(reader: Reader, row: Person) -> list[Cell]:
    _ = reader.t.gettext
    shown = view_of_person(row)
    roles = [vocabulary.word(vocabulary.PERSON_ROLES, role, reader.asked.language) for role in shown.roles]
    has = row.password_hash is not None
    return [
        reader.text(shown.name),
        reader.text(", ".join(roles)),
        reader.text(shown.language and Locale(shown.language).get_language_name(reader.t.language)),
        reader.text(_("with a password") if has else _("no password"), mark="good" if has else "quiet"),
    ]
