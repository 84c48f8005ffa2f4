"""A manager plans a cell on the page of the storage plan: the same act as `silo plan set`, a new row each
time, so that planning it once more takes it back."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form, Response
from fastapi.responses import RedirectResponse
from sqlmodel import Session

from station.api import schemas
from station.api.problems import not_valid
from station.api.schemas.common import Key, Text, Why
from station.claims import CLAIMS
from station.receival.packs.pack_standing import packs_in_force
from station.receival.storage import plans
from station.receival.storage.plan_standing import in_force
from ui.web.choosing import Option
from ui.web.reader import Reader, Reading
from ui.words import vocabulary
from ui.words.numbers import numbers_in

router = APIRouter()
KEEP, NONE = "keep", "none"
_MOST_T = 100_000.0


@dataclass(frozen=True, slots=True)
class PlanForm:
    """What may be chosen; the first of species, qualities and claims leaves the plan as it is."""

    cells: list[Option]
    species: list[Option]
    grades: list[Option]
    claims: list[Option]
    week: str


def plan_form(reader: Reader, tx: Session, lines: list[schemas.PlanLine]) -> PlanForm | None:
    """Return the form; None where there is no cell, or for anybody but a manager."""
    if not lines or "manager" not in reader.actor.roles:
        return None
    t = reader.t
    grades = [one.id for pack in packs_in_force(tx, reader.now()).values() for one in pack.grades]
    return PlanForm(
        [Option(one.cell, vocabulary.site_name("cell", one.cell, t.language), False) for one in lines],
        _options(
            reader, {one: vocabulary.species_name(one, t.language) for one in reader.desk.policy.species}
        ),
        _options(
            reader, {one: vocabulary.site_name("grade", one, t.language) for one in dict.fromkeys(grades)}
        ),
        _options(reader, {one: vocabulary.claim_name(one, t.language) for one in CLAIMS.entries}),
        lines[0].week,
    )


def _options(reader: Reader, named: dict[str, str]) -> list[Option]:
    t = reader.t
    fixed = [Option(KEEP, t.gettext("as it is"), True), Option(NONE, t.gettext("none"), False)]
    return [*fixed, *(Option(id_, name, False) for id_, name in named.items())]


@router.post("/plan")
def plan_cell(
    reader: Reading,
    cell: Annotated[Key, Form()],
    reason: Annotated[Why, Form()],
    species: Annotated[Key, Form()] = KEEP,
    grade: Annotated[Key, Form()] = KEEP,
    claim: Annotated[Key, Form()] = KEEP,
    target_t: Annotated[Text, Form()] = "",
    week: Annotated[Text, Form()] = "",
    expected_t: Annotated[Text, Form()] = "",
) -> Response:
    """Open loads are proposed anew. What stands empty stays as it is; a target of 0 is none."""
    tonnes = _tonnes("expected_t", expected_t)
    with reader.desk.ledger.read() as tx:
        before = in_force(tx).get(cell)
    expected = dict(before.expected) if before else {}
    kept = None if tonnes is None else {**expected, week: tonnes}
    said = plans.Planned(
        species=_chosen(species), grade=_chosen(grade),
        claims=None if claim == KEEP else () if claim == NONE else (claim,),
        target_t=_tonnes("target_t", target_t), expected=kept,
    )  # fmt: skip
    plans.set_plan(reader.desk, cell, said, reason, reader.actor, reader.now())
    return RedirectResponse("/plan", 303)


def _chosen(value: str) -> str | None:
    return None if value == KEEP else "" if value == NONE else value


def _tonnes(field: str, text: str) -> float | None:
    """Return tonnes as people type them; None for nothing. Raises Rejected(not_valid)."""
    if not text.strip():
        return None
    found = numbers_in(text)
    if len(found) != 1 or not 0 <= found[0] <= _MOST_T:
        raise not_valid(field, "must be a number of tonnes")
    return found[0]
