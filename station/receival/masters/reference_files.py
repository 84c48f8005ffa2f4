"""Read and write the lists of reference data (CSV): every row is taken or refused with its line and reason.

The first line names the columns, in either language, in any order; others are not read. What is written reads
back as it was: `;` and decimal comma in French, `,` and point in English.
"""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from drivers.text import is_formula
from station.receival.masters.table_files import RowError, RowRefused, TableFile, column_among

MOST_ROWS = 20_000
LONGEST_SUPPLIER = 80  # as an arrival takes it
_NAMES = frozenset({"name", "supplier", "buyer"})
_NUMBER = ("number", "numéro", "numero", "n°", "code", "code tiers")
_CLAIMS = ("claims", "engagements", "engagement", "claim", "filière", "filiere")
_CAMPAIGN = ("campaign", "campagne", "récolte", "recolte")
_REF = ("reference", "référence", "reference externe", "external ref")
_SPECIES = ("species", "espèce", "espece")
_TONNES = ("tonnes", "tonnage", "quantité", "quantite")


@dataclass(frozen=True, slots=True)
class Listing:
    """The columns of a list, each with its titles (English first, French second), and those it needs: of
    several names parted by `|` one is enough."""

    columns: Mapping[str, tuple[str, ...]]
    needed: tuple[str, ...]

    def lacking(self, titles: Sequence[str | None]) -> list[str]:
        return [one.split("|")[0] for one in self.needed if not set(one.split("|")) & set(titles)]


_FIRM = {"name": ("name", "nom", "raison sociale"), "number": _NUMBER}
LISTINGS: Mapping[str, Listing] = {
    "suppliers": Listing(_FIRM, ("name",)),
    "vehicles": Listing(
        {
            "plate": ("plate", "plaque", "immatriculation"),
            "trailer": ("trailer", "remorque"),
            "supplier": ("supplier", "apporteur", "fournisseur"),
            "species": _SPECIES,
        },
        ("plate",),
    ),
    "varieties": Listing(
        {"species": _SPECIES, "name": ("variety", "variété", "nom", "name"), "id": ("id", "code")},
        ("species", "name"),
    ),
    "contracts": Listing(
        {
            "number": ("number", "numéro", "contrat", "n° contrat", "contract"),
            "supplier": ("supplier", "apporteur", "fournisseur"),
            "supplier_number": ("supplier number", "n° apporteur", "code apporteur", "code tiers"),
            "species": _SPECIES,
            "variety": ("variety", "variété", "variete"),
            "claims": _CLAIMS,
            "tonnes": _TONNES,
            "campaign": _CAMPAIGN,
            "external_ref": _REF,
        },
        ("number", "supplier|supplier_number", "species"),
    ),
    "carriers": Listing(_FIRM, ("name",)),
    "buyers": Listing({**_FIRM, "place": ("place", "lieu", "destination", "ville")}, ("name",)),
    "orders": Listing(
        {
            "number": ("number", "numéro", "ordre", "n° ordre", "order"),
            "buyer": ("buyer", "acheteur", "client", "destinataire"),
            "species": _SPECIES,
            "grade": ("grade", "qualité", "qualite", "quality"),
            "claims": _CLAIMS,
            "tonnes": _TONNES,
            "campaign": _CAMPAIGN,
            "external_ref": _REF,
        },
        ("number", "buyer", "species"),
    ),
}


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of a list: its fields by column, as they are written."""

    line: int
    said: Mapping[str, str]

    def text(self, column: str) -> str:
        return self.said.get(column, "")


def read_list(kind: str, text: str) -> tuple[list[Entry], list[RowError]]:
    """Return what the file says, and what of it is not taken. It raises nothing."""
    listing = LISTINGS[kind]
    table = TableFile(partial(column_among, _folded(listing)), listing.lacking, MOST_ROWS)
    return table.read(text, lambda line, fields: _entry(listing, line, fields))


def unread_columns(kind: str, text: str) -> list[str]:
    listing = LISTINGS[kind]
    return TableFile(partial(column_among, _folded(listing)), listing.lacking, MOST_ROWS).unread(text)


def write_list(kind: str, rows: Iterable[Mapping[str, str | float | None]], language: str) -> str:
    """Return the list as a spreadsheet program of that language opens it; no cell is a formula."""
    columns, at = LISTINGS[kind].columns, int(language == "fr")
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";" if at else ",")
    writer.writerow([titles[at] for titles in columns.values()])
    writer.writerows([_written(row.get(name), is_french=bool(at)) for name in columns] for row in rows)
    return text.getvalue()


def entry_of(kind: str, said: Mapping[str, str]) -> Entry:
    """Return what a person says of one entry. Raises RowRefused(field_empty)."""
    return _entry(LISTINGS[kind], 1, said)


def _folded(listing: Listing) -> Mapping[str, tuple[str, ...]]:
    """Titles as `column_among` seeks them: without accents."""
    return {name: (*map(_plain, titles),) for name, titles in listing.columns.items()}


def _plain(title: str) -> str:
    return title.translate(str.maketrans("éè", "ee"))


def _entry(listing: Listing, line: int, fields: Mapping[str, str]) -> Entry:
    said = {
        name: text[1:] if text[:1] == "'" and is_formula(text[1:]) else text for name, text in fields.items()
    }
    for one in listing.needed:
        if not any(said.get(name) for name in one.split("|")):
            raise RowRefused("field_empty", column=one.split("|")[0])
    for name in _NAMES & said.keys():
        if len(said[name]) > LONGEST_SUPPLIER:
            raise RowRefused("cell_too_long", column=name, limit=LONGEST_SUPPLIER)
    return Entry(line, said)


def _written(value: str | float | None, *, is_french: bool) -> str:
    if isinstance(value, float | int):
        text = f"{value:.3f}".rstrip("0").rstrip(".")
        return text.replace(".", ",") if is_french else text
    return f"'{value}" if value and is_formula(value) else value or ""
