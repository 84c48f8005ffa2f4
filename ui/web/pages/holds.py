"""One hold with all that it covers, and the acts that end it; and an adjustment made in an instrument."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Literal
from urllib.parse import quote

from fastapi import APIRouter, Form, Response
from fastapi.responses import RedirectResponse
from sqlmodel import Session

from station.acts.refusals import Fault, NotFound
from station.api.problems import not_valid
from station.api.schemas.common import Key, Text, WallTime, Why
from station.api.views.view import View, view_of
from station.lab.adjustments import Adjusted, record_adjustment
from station.lab.controls import source_name
from station.lab.holds import HeldValue, NearLimit, acts_of, end_hold, extent, held_values, near_limit
from station.receival.deciding import proposals
from station.store.corrections import APPROVED, with_newest_act
from station.store.tables import ControlCheck, ControlTarget, Hold
from ui.web.choosing import Option
from ui.web.comparing import capital
from ui.web.reader import Reader, Reading
from ui.web.tables import Column, Table
from ui.words import vocabulary
from ui.words.numbers import numbers_in

router = APIRouter()
MOST_SHOWN = 500
MOST_SLOPE = 100


@dataclass(frozen=True, slots=True)
class HoldPage:
    """`ended` says how it ended and why; empty while it waits. `corrections` may be named when it ends so."""

    hold: Hold
    title: str
    ended: str
    facts: list[tuple[str, str]]
    near: Table
    values: Table
    corrections: list[Option]


@router.get("/watch/holds/{hold_id}")
def hold(reader: Reading, hold_id: str) -> Response:
    with view_of(reader.asked) as view:
        row = view.tx.get(Hold, hold_id)
        if row is None:
            raise NotFound(Fault.UNKNOWN_HOLD, id=hold_id)
        page = _page(reader, view, row)
    return reader.page("hold.html", page, [page.near, page.values])


def _page(reader: Reader, view: View, row: Hold) -> HoldPage:
    t = reader.t
    analyte = vocabulary.analyte_name(row.analyte, t.language)
    return HoldPage(
        hold=row,
        title=f"{source_name(view.tx, row.method, row.source)} · {analyte}",
        ended=_ended(reader, view, row),
        facts=_facts(reader, view.tx, row),
        near=_near(reader, near_limit(view.tx, reader.desk.watching, row)),
        values=_values(reader, held_values(view.tx, row, MOST_SHOWN)),
        corrections=_corrections(reader, view.tx, row),
    )


def _facts(reader: Reader, tx: Session, row: Hold) -> list[tuple[str, str]]:
    _, t = reader.t.gettext, reader.t
    check = tx.get_one(ControlCheck, row.check_id)
    target = tx.get_one(ControlTarget, check.target_id)
    covered = extent(tx, row)
    words = _("{value} instead of {target} ± {tolerance} {unit}")
    failed = words.format(
        value=t.plain(check.value, 2), target=t.plain(target.value, 2),
        tolerance=t.plain(target.tolerance, 2), unit=target.unit,
    )  # fmt: skip
    return [
        (_("Failed control"), f"{t.moment(row.at)} · {failed}"),
        (_("Last good control"), t.moment(row.since) if row.since else _("none")),
        (_("Loads"), t.number(covered.loads, 0)),
        (_("Tickets"), t.number(covered.tickets, 0)),
        (_("Grain"), t.tonnes(covered.tonnes)),
        (_("Cells"), ", ".join(vocabulary.site_name("cell", one, t.language) for one in covered.cells)),
    ]


def _ended(reader: Reader, view: View, row: Hold) -> str:
    act = acts_of(view.tx, [row.id]).get(row.id)
    if act is None:
        return ""
    words = vocabulary.word(vocabulary.HOLD_ACTS, act.act, reader.t.language)
    return f"{capital(words)}, {reader.t.moment(act.at)}, {view.name_of(act.by) or ''}. {act.reason}"


def _near(reader: Reader, found: Sequence[NearLimit]) -> Table:
    """The list to walk along the shelf with."""
    _ = reader.t.gettext
    columns = [
        Column(_("Retained sample")), Column(_("Place")), Column(_("Load")), Column(_("Value"), "", True),
        Column(_("Limit")), Column(_("Class")), Column(_("Unit")),
    ]  # fmt: skip
    rows = [
        [
            reader.text(one.number),
            reader.text(one.place),
            reader.text(_("load"), _load(one.load_id)),
            reader.number(one.value, 2),
            reader.text(f"{one.op} {reader.t.plain(one.limit)}"),
            reader.text(vocabulary.site_name("grade", one.grade, reader.t.language)),
            reader.text(_unit(reader, one.unit, one.basis)),
        ]
        for one in found
    ]
    title = _("Retained samples to measure again: their value lies near a limit")
    return Table("near", title, columns, rows, _("None lies near a limit."))


def _values(reader: Reader, found: Sequence[HeldValue]) -> Table:
    _ = reader.t.gettext
    columns = [
        Column(_("When")), Column(_("Ticket")), Column(_("Value"), "", True), Column(_("Unit")),
        Column(_("Grain"), "t", True), Column(_("Cells")), Column(_("Used")),
    ]  # fmt: skip
    rows = [
        [
            reader.moment(one.at),
            reader.text(_("load") if one.ticket is None else str(one.ticket), _load(one.load_id)),
            reader.number(one.value, 2),
            reader.text(_unit(reader, one.unit, one.basis)),
            reader.tonnes(one.net_kg),
            reader.text(
                ", ".join(vocabulary.site_name("cell", cell, reader.t.language) for cell in one.cells)
            ),
            reader.text(
                _("the grade stands on it") if one.used else _("only evidence"),
                mark="" if one.used else "quiet",
            ),
        ]
        for one in found
    ]
    return Table("values", _("Values that are held, newest first"), columns, rows, _("None."))


def _corrections(reader: Reader, tx: Session, row: Hold) -> list[Option]:
    """The approved corrections of what is held."""
    fitting = (
        one
        for one, _act in with_newest_act(tx, states=(APPROVED,))
        if (one.source, one.analyte) == (row.source, row.analyte)
    )
    return [Option(one.id, f"{reader.t.number(one.bias, 2)} {one.unit}", False) for one in fitting]


def _load(load_id: str) -> str:
    return f"/loads/{quote(load_id, safe='')}"


def _unit(reader: Reader, unit: str, basis: str | None) -> str:
    return f"{unit} {vocabulary.basis_name(basis, reader.t.language)}".strip()


@router.post("/watch/holds/{hold_id}/{act}")
def end(
    reader: Reading,
    hold_id: str,
    act: Literal["confirmed", "corrected", "released"],
    reason: Annotated[Why, Form()],
    correction: Annotated[Key, Form()] = "",
) -> Response:
    """Values are judged anew where they were corrected or released."""
    end_hold(
        reader.desk, hold_id, act, reason, reader.actor, reader.now(),
        correction_id=correction or None if act == "corrected" else None,
    )  # fmt: skip
    return RedirectResponse(f"/watch/holds/{quote(hold_id, safe='')}", 303)


@router.post("/watch/adjustments")
def adjusted(
    reader: Reading,
    instrument: Annotated[Key, Form()],
    analyte: Annotated[Key, Form()],
    done_at: Annotated[WallTime, Form()],
    reason: Annotated[Why, Form()],
    old_slope: Annotated[Text, Form()] = "",
    new_slope: Annotated[Text, Form()] = "",
    old_bias: Annotated[Text, Form()] = "",
    new_bias: Annotated[Text, Form()] = "",
    network: Annotated[Text, Form()] = "",
    done_by: Annotated[Text, Form()] = "",
) -> Response:
    """It ends our correction of the instrument, so that open loads are judged anew, and splits every
    comparison of it."""
    told = Adjusted(
        analyte, done_at.astimezone(), _slope("old_slope", old_slope), number_typed("old_bias", old_bias),
        _slope("new_slope", new_slope), number_typed("new_bias", new_bias), network=network,
        done_by=done_by, reason=reason,
    )  # fmt: skip
    record_adjustment(reader.desk, instrument, told, reader.actor, reader.now())
    proposals.renew(reader.desk, reader.now())
    return RedirectResponse("/watch", 303)


def number_typed(field: str, text: str) -> float | None:
    """Return a number as people type it; None for nothing. Raises Rejected(not_valid) where it is none, or
    may be two."""
    if not text:
        return None
    found = numbers_in(text)
    small = [number for number in found if abs(number) < 1000]  # slopes and biases have no thousands
    if len(small) != 1:
        raise not_valid(field, "must be a number below 1000")
    return small[0]


def _slope(field: str, text: str) -> float | None:
    """Raises what `number_typed` raises, and where no slope can be so."""
    slope = number_typed(field, text)
    if slope is not None and not 0 < slope <= MOST_SLOPE:
        raise not_valid(field, "must be above 0 and at most 100")
    return slope
