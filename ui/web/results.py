"""What pages of comparisons are made from: stored results and what things are called, at a silo or at
headquarters. A page takes what it needs from here and from who reads it, and knows neither's database."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from urllib.parse import quote

from fastapi import Request, Response

from station.store.batches import supplier_names
from station.store.corrections import APPROVED, with_newest_act
from station.store.engine import Ledger
from station.store.stored import choices, result_of, source_ids, source_names
from ui.web.choosing import FormField
from ui.web.tables import Cell, Table
from ui.words.i18n import Translator

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """`at`: when it was worked out."""

    result: Json
    at: datetime


@dataclass(frozen=True, slots=True)
class Corrected:
    """A correction that a manager approved, of one species or of all."""

    at: datetime
    species: str | None
    bias: float
    unit: str


class Results(Protocol):
    """`query` goes with each address of a page, `fields` before those of each form."""

    @property
    def query(self) -> Mapping[str, str]: ...
    def fields(self, t: Translator) -> Sequence[FormField]: ...
    def choices(self, page: str) -> Sequence[dict[str, Any]]: ...
    def answer(self, page: str, asked: Mapping[str, str]) -> Answer | None: ...
    def listed(self, page: str, name: str, value: str) -> Sequence[Json]:
        """Return the results of a page whose question says this, perhaps without their points."""

    def source_names(self) -> Mapping[str, str]: ...
    def supplier_names(self, ids: Iterable[str | None]) -> Mapping[str, str]: ...
    def corrected(self, asked: Mapping[str, str]) -> Sequence[Corrected]: ...
    def load_address(self, load: Json) -> str: ...
    def silo_name(self, load: Json) -> str:
        """Name the silo of a load among those of several; empty where there is one."""


class ComparisonReader(Protocol):
    """Who reads a page of comparisons, and how cells are written for them."""

    @property
    def request(self) -> Request: ...
    @property
    def t(self) -> Translator: ...
    @property
    def results(self) -> Results: ...
    def page(self, template: str, page: Any, tables: Sequence[Table] = (), status: int = 200) -> Response: ...
    def text(self, text: str | None, href: str = "", mark: str = "") -> Cell: ...
    def number(self, value: float | None, decimals: int = 1) -> Cell: ...
    def whole(self, value: int | None) -> Cell: ...
    def moment(self, at: datetime | None) -> Cell: ...


@dataclass(frozen=True, slots=True)
class LedgerResults:
    """Those of a silo, in its own ledger."""

    ledger: Ledger

    @property
    def query(self) -> Mapping[str, str]:
        return {}

    def fields(self, t: Translator) -> Sequence[FormField]:
        return ()

    def choices(self, page: str) -> Sequence[dict[str, Any]]:
        with self.ledger.read() as tx:
            return choices(tx, page)

    def answer(self, page: str, asked: Mapping[str, str]) -> Answer | None:
        with self.ledger.read() as tx:
            row = result_of(tx, page, asked)
        return Answer(row.result, row.at) if row else None

    def listed(self, page: str, name: str, value: str) -> Sequence[Json]:
        with self.ledger.read() as tx:
            stored = [asked for asked in choices(tx, page) if asked.get(name, "") == value]
            return [row.result for asked in stored if (row := result_of(tx, page, asked))]

    def source_names(self) -> Mapping[str, str]:
        with self.ledger.read() as tx:
            return source_names(tx)

    def supplier_names(self, ids: Iterable[str | None]) -> Mapping[str, str]:
        with self.ledger.read() as tx:
            return supplier_names(tx, [one for one in ids if one])

    def corrected(self, asked: Mapping[str, str]) -> Sequence[Corrected]:
        found = []
        with self.ledger.read() as tx:
            its = source_ids(tx, asked["source"])
            for row, act in with_newest_act(tx, states=(APPROVED,)):
                is_asked = (row.method, row.analyte) == (asked["test"], asked["analyte"])
                of_species = not asked["species"] or row.species in (None, asked["species"])
                if is_asked and of_species and row.source in its:
                    found.append(Corrected(act.at, row.species, row.bias, row.unit))
        return found

    def load_address(self, load: Json) -> str:
        return f"/loads/{quote(str(load['load_id']), safe='')}"

    def silo_name(self, load: Json) -> str:
        return ""
