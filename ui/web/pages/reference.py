"""The lists of suppliers, contracts, vehicles and more: a manager adds, changes and retires entries."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel
from sqlmodel import Session, col, select

from station.api.schemas import ListName
from station.api.schemas.common import Text
from station.receival.masters import reference_import, reference_listed
from station.receival.masters.contract_standing import delivered_kg, remaining_t
from station.receival.masters.reference_files import LISTINGS
from station.receival.masters.table_files import RowError
from station.store.tables import Contract
from ui.web.reader import Reader, Reading
from ui.web.tables import Cell, Column, Table
from ui.words.i18n import N_
from ui.words.row_errors import row_error
from ui.words.vocabulary import MASTERS

MOST = 500
router = APIRouter()
_TITLES: Mapping[ListName, str] = {
    "contracts": N_("Contracts"), "suppliers": N_("Suppliers"), "vehicles": N_("Vehicles"),
    "varieties": N_("Varieties"), "orders": N_("Outbound orders"), "buyers": N_("Buyers"),
    "carriers": N_("Carriers"),
}  # fmt: skip
_RETIRED = frozenset({"contracts", "orders", "varieties", "carriers", "buyers"})


@dataclass(frozen=True, slots=True)
class Field:
    name: str
    title: str
    is_needed: bool


@dataclass(frozen=True, slots=True)
class ReferencePage:
    """`lists` are (address, title). `fields` are empty and `owner` is named where another program keeps the
    lists. `retires`: its entries may be retired. `wrong`: why what was sent is not taken."""

    lists: Sequence[tuple[str, str]]
    name: str
    entries: Table
    fields: Sequence[Field]
    retires: bool
    owner: str
    wrong: str
    more: bool


class Said(BaseModel):
    """What a form says of one entry; a list reads its own columns."""

    name: Text = ""
    number: Text = ""
    plate: Text = ""
    trailer: Text = ""
    supplier: Text = ""
    supplier_number: Text = ""
    species: Text = ""
    variety: Text = ""
    claims: Text = ""
    tonnes: Text = ""
    campaign: Text = ""
    external_ref: Text = ""
    place: Text = ""
    buyer: Text = ""
    grade: Text = ""
    id: Text = ""


@router.get("/reference")
def reference(reader: Reading) -> Response:
    return _page(reader, "contracts")


@router.get("/reference/{list_name}")
def one_list(reader: Reading, list_name: ListName) -> Response:
    return _page(reader, list_name)


@router.post("/reference/{list_name}")
def enter(reader: Reading, list_name: ListName, said: Annotated[Said, Form()]) -> Response:
    """The same act as a line of a file: a new row, which takes the place of the one of its key."""
    told = {name: getattr(said, name) for name in LISTINGS[list_name].columns}
    wrong = reference_import.enter(reader.desk, list_name, told, reader.actor, reader.now())
    if wrong is not None:
        return _page(reader, list_name, wrong)
    return RedirectResponse(f"/reference/{list_name}", 303)


@router.post("/reference/{list_name}/retire")
def retire(
    reader: Reading, list_name: ListName, entry: Annotated[Text, Form()],
    campaign: Annotated[Text, Form()] = "",
) -> Response:  # fmt: skip
    """It is offered no more; what was recorded of it stays."""
    reference_listed.retire(reader.desk, list_name, entry, campaign, reader.actor, reader.now())
    return RedirectResponse(f"/reference/{list_name}", 303)


def _page(reader: Reader, name: ListName, wrong: RowError | None = None) -> Response:
    _ = reader.t.gettext
    with reader.desk.ledger.read() as tx:
        rows = reference_listed.rows_of(tx, name)
        left = _left(tx) if name == "contracts" else {}
    master = reader.desk.masters.reference
    entries = _table(reader, name, rows[:MOST], left)
    page = ReferencePage(
        lists=[(f"/reference/{one}", _(title)) for one, title in _TITLES.items()],
        name=name,
        entries=entries,
        fields=_fields(reader, name) if master == "station" else (),
        retires=master == "station" and name in _RETIRED,
        owner="" if master == "station" else _(MASTERS[master]),
        wrong="" if wrong is None else row_error(None, wrong.code, wrong.params, reader.t.language),
        more=len(rows) > MOST,
    )
    return reader.page("reference.html", page, [entries], 200 if wrong is None else 409)


def _left(tx: Session) -> dict[tuple[str, str], float | None]:
    """What is left of each contract that is shown."""
    query = select(Contract).where(col(Contract.ended_at).is_(None)).order_by(col(Contract.number))
    rows = tx.exec(query.limit(MOST)).all()
    delivered = delivered_kg(tx, rows)
    return {(row.number, row.campaign): remaining_t(row, delivered[row.id]) for row in rows}


def _fields(reader: Reader, name: ListName) -> list[Field]:
    listing = LISTINGS[name]
    return [Field(one, _title(reader, name, one), one in listing.needed) for one in listing.columns]


def _title(reader: Reader, name: ListName, column: str) -> str:
    titles = LISTINGS[name].columns[column]
    title = titles[int(reader.t.language == "fr")]
    return title[:1].upper() + title[1:]


def _table(
    reader: Reader, name: ListName, rows: Sequence[Mapping[str, str | float | None]],
    left: Mapping[tuple[str, str], float | None],
) -> Table:  # fmt: skip
    _ = reader.t.gettext
    shown = list(LISTINGS[name].columns)
    columns = [Column(_title(reader, name, one), is_number=one == "tonnes") for one in shown]
    cells = [[_cell(reader, one, row.get(one)) for one in shown] for row in rows]
    if name == "contracts":
        columns.append(Column(_("Left"), "t", is_number=True))
        for row, line in zip(rows, cells, strict=True):
            line.append(reader.number(left.get((str(row["number"]), str(row["campaign"]))), 3))
    return Table(name, _(_TITLES[name]), columns, cells, _("None."))


def _cell(reader: Reader, column: str, value: str | float | None) -> Cell:
    if isinstance(value, float | int):
        return reader.number(value, 3)
    return reader.species(value) if column == "species" else reader.text(value)
