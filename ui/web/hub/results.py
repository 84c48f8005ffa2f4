"""Results of comparisons at headquarters: of one silo, or of all together for who sees all."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import quote

from fastapi import Request, Response

from station.headquarters import compared
from station.headquarters.compared import ALL
from ui.web.choosing import FormField, Option
from ui.web.hub.reader import Reader
from ui.web.results import Answer, Corrected, Json
from ui.web.tables import Table
from ui.web.writing import Writer
from ui.words.i18n import Translator

SILO = "silo"


@dataclass(frozen=True)
class HubResults:
    """`has_all`: the page has answers over all silos. A silo that the reader does not see is none."""

    reader: Reader
    has_all: bool

    @cached_property
    def silos(self) -> Sequence[tuple[str, str]]:
        return compared.silos_seen(self.reader.quarters)

    @cached_property
    def silo(self) -> str:
        """The one that is asked about, else all of them, else the first."""
        asked = self.reader.request.query_params.get(SILO)
        values = [value for value, _ in self._options(self.reader.t)]
        return asked if asked is not None and asked in values else (values[0] if values else ALL)

    @property
    def query(self) -> Mapping[str, str]:
        return {SILO: self.silo}

    def fields(self, t: Translator) -> Sequence[FormField]:
        options = [Option(value, name, value == self.silo) for value, name in self._options(t)]
        return (FormField(SILO, t.gettext("Silo"), tuple(options)),)

    def _options(self, t: Translator) -> list[tuple[str, str]]:
        together = self.has_all and self.reader.stations is None
        return [*([(ALL, t.gettext("all silos"))] if together else []), *self.silos]

    def choices(self, page: str) -> Sequence[dict[str, Any]]:
        return compared.choices(self.reader.quarters, self.silo, page)

    def answer(self, page: str, asked: Mapping[str, str]) -> Answer | None:
        found = compared.answer(self.reader.quarters, self.silo, page, asked)
        return Answer(found.result, found.at) if found else None

    def listed(self, page: str, name: str, value: str) -> Sequence[Json]:
        return compared.listed(self.reader.quarters, self.silo, page, name, value)

    def source_names(self) -> Mapping[str, str]:
        return compared.sources(self.reader.quarters, self.silo)

    def supplier_names(self, ids: Iterable[str | None]) -> Mapping[str, str]:
        return compared.suppliers(self.reader.quarters, ids)

    def corrected(self, asked: Mapping[str, str]) -> Sequence[Corrected]:
        """A correction is its silo's own act, and shown there."""
        return ()

    def load_address(self, load: Json) -> str:
        silo = str(load.get("silo") or self.silo)
        return f"/sites/{quote(silo, safe='')}/loads/{quote(str(load['load_id']), safe='')}"

    def silo_name(self, load: Json) -> str:
        silo = load.get("silo")
        return dict(self.silos).get(str(silo), str(silo)) if silo else ""


@dataclass(frozen=True)
class ComparisonsReader(Writer):
    """A reader of headquarters, with the results that one page shows."""

    reader: Reader
    results: HubResults

    @property
    def request(self) -> Request:
        return self.reader.request

    @property
    def t(self) -> Translator:
        return self.reader.t

    def page(self, template: str, page: Any, tables: Sequence[Table] = (), status: int = 200) -> Response:
        return self.reader.page(template, page, tables, status)


def with_results(reader: Reader, *, has_all: bool = True) -> ComparisonsReader:
    return ComparisonsReader(reader, HubResults(reader, has_all))
