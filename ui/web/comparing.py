"""What the pages of comparisons have in common: the stored result, and how it is written for its reader."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from markupsafe import Markup

from ui.web.charts.scales import drawable, pair, signed, written
from ui.web.charts.times import instant
from ui.web.choosing import Chosen, FormField, choose, form_of, query_of
from ui.web.results import ComparisonReader
from ui.web.tables import Cell, Column, Table
from ui.words import vocabulary
from ui.words.comparisons import page_sentence, refusal_text
from ui.words.i18n import Translator
from ui.words.ledger_pairs import values_text
from ui.words.quality import METHODS

Json = Mapping[str, Any]
THREE = ("phone", "machine", "lab")
MOST_ON_PAPER = 14  # rows of tables below charts


@dataclass(frozen=True, slots=True)
class ComparisonPage:
    """`headline` is the answer in one sentence, `mark` how it looks (good, warn, bad, quiet). `told` are the
    sentences below it, `warning` what must not be overlooked, `small` what is of second rank. `tables` are
    shown; `lists` are long ones, of which paper shows the first rows; `files` come as files alone."""

    title: str
    fields: Sequence[FormField] = ()
    headline: str = ""
    mark: str = "quiet"
    told: Sequence[str] = ()
    warning: str = ""
    facts: Sequence[tuple[str, str]] = ()
    charts: Sequence[Markup] = ()
    tables: Sequence[Table] = ()
    lists: Sequence[Table] = ()
    files: Sequence[Table] = ()
    small: Sequence[str] = ()
    is_nearest: bool = False

    @property
    def is_long(self) -> bool:
        """Tell whether one sheet of paper takes the charts alone."""
        return len(self.charts) > 2 or sum(len(table.rows) for table in self.tables) > MOST_ON_PAPER


@dataclass(frozen=True)
class Said:
    """A stored result and how its reader writes what is in it."""

    result: Json
    t: Translator
    sources: Mapping[str, str] = field(default_factory=dict)
    at: datetime | None = None  # when it was worked out

    @property
    def asked(self) -> Mapping[str, str]:
        return self.result["asked"]  # type: ignore[no-any-return]

    @property
    def unit(self) -> str:
        return str(self.result.get("unit") or "")

    @property
    def analyte(self) -> str:
        return vocabulary.analyte_name(self.asked["analyte"], self.t.language)

    @property
    def decimals(self) -> int:
        """How many decimals show two figures of the scatter."""
        for statement in self.result.get("statements") or ():
            if (decimals := statement["params"].get("decimals")) is not None:
                return int(decimals)
        return 2

    def sentence(self, code: str, **words: str) -> str:
        return page_sentence(code, self.t.language, **words)

    def number(self, value: Any) -> str:
        found = drawable(value)
        return "?" if found is None else written(found, self.decimals, self.t)

    def signed(self, value: Any) -> str:
        found = drawable(value)
        return "?" if found is None else signed(found, self.decimals, self.t)

    def quantity(self, value: Any) -> str:
        """Write a number with its unit."""
        return f"{self.number(value)} {self.unit}".strip()

    def limit(self, value: Any) -> str:
        """Write a number that a person has set, with its unit."""
        found = drawable(value)
        return "?" if found is None else f"{self.t.plain(found, 8)} {self.unit}".strip()

    def share(self, value: Any) -> str:
        found = drawable(value)
        return "?" if found is None else self.t.percent(found)

    def method(self, method: str) -> str:
        return vocabulary.word(METHODS, method, self.t.language)

    def methods(self) -> dict[str, str]:
        return {method: capital(self.method(method)) for method in THREE}

    def source(self) -> str:
        """Name the instrument or phone that is asked about; empty: all of them."""
        source = self.asked.get("source", "")
        return str(self.sources.get(source) or self.asked.get("source_name") or source) if source else ""

    def species(self) -> str:
        species = self.asked.get("species", "")
        return vocabulary.species_name(species, self.t.language) if species else self.t.gettext("all species")

    def day(self, value: Any) -> str:
        at = instant(value)
        return "?" if at is None else self.t.date(at)

    def names(self, test: str, reference: str) -> dict[str, str]:
        """Name what is compared: the test by its source where one is asked about."""
        return {
            "test": self.source() or capital(self.method(test)),
            "reference": self.method(reference),
            "third": self.method("lab"),
        }

    def refusal(self) -> str:
        """Write why there are no numbers; empty where there are."""
        refused = self.result.get("refused")
        if not refused:
            return ""
        return refusal_text(
            refused["code"], _refusal_words(refused.get("params") or {}, self.t), self.t.language
        )

    def facts(self, *more: tuple[str, str]) -> list[tuple[str, str]]:
        """What every number on a page stands on."""
        _ = self.t.gettext
        begin, end = (*(self.result.get("period") or ()), None, None)[:2]
        days = _("{low} to {high}").format(low=self.day(begin), high=self.day(end)) if begin and end else ""
        return [
            (_("Samples"), self.t.number(self.result.get("n") or 0, 0)),
            (_("Period"), days),
            (_("Species"), self.species()),
            (_("Values"), self._values()),
            (_("How chosen"), self._sampling()),
            (_("Drawn by lot"), self._drawn()),
            (_("Left out"), self._left_out()),
            *more,
            (_("As of"), self.t.moment(self.at) if self.at else ""),
        ]

    def _values(self) -> str:
        basis = {self.method(method): one for method, one in (self.result.get("basis") or {}).items()}
        values = {"analyte": self.asked["analyte"], "unit": self.unit, "basis": basis,
                  "limits_left_out": self.result.get("limits_left_out") or 0}  # fmt: skip
        return values_text(values, self.t.language).replace("..", ".")

    def _left_out(self) -> str:
        """Say what a failed control holds, a manager released or an adjustment made another instrument's, and
        no comparison uses."""
        left_out = self.result.get("left_out") or {}
        counts = {why: drawable(left_out.get(why)) or 0.0 for why in ("held", "released")}
        parts = [self.sentence(f"{why}_left_out", n=self.t.number(n, 0)) for why, n in counts.items() if n]
        split = self.result.get("split") or {}
        if before := drawable(split.get("left_out")):
            day = self.day(split.get("at"))
            parts.append(self.sentence("before_adjustment_left_out", n=self.t.number(before, 0), day=day))
        return self.t.listed(parts)

    def _drawn(self) -> str:
        """Say that not all samples of all silos were compared."""
        drawn = self.result.get("drawn")
        if not drawn:
            return ""
        samples, out_of = (self.t.number(drawn[name], 0) for name in ("samples", "out_of"))
        return self.t.gettext("{samples} of {count} samples of all silos").format(
            samples=samples, count=out_of
        )

    def _sampling(self) -> str:
        sampling = self.result.get("sampling") or {}
        used, chosen = sampling.get("used"), sampling.get("chosen") or 0
        n = {kind: self.t.number(sampling.get(kind) or 0, 0) for kind in ("random", "unknown")}
        if used == "every":
            return self.sentence("every_load")
        parts = []
        if used != "unknown" and sampling.get("random"):
            parts.append(
                self.sentence("drawn_weighted" if sampling.get("weighted") else "drawn_by_lot", n=n["random"])
            )
        if used != "random" and sampling.get("unknown"):
            parts.append(self.sentence("sent_somehow", n=n["unknown"]))
        if chosen:
            parts.append(self.sentence("doubted_left_out", n=self.t.number(chosen, 0)))
        return self.t.listed(parts)


def said_of(reader: ComparisonReader, page: str) -> tuple[Said | None, list[FormField], Chosen | None]:
    """Return the stored result that the address asks for, and the form to ask another one."""
    results = reader.results
    stored, sources, first = results.choices(page), results.source_names(), results.fields(reader.t)
    chosen = choose(page, stored, reader.request.query_params)
    answer = results.answer(page, chosen.asked) if chosen else None
    if chosen is None or answer is None:
        return None, [*first], None
    return (
        Said(answer.result, reader.t, sources, answer.at),
        [*first, *form_of(page, stored, chosen.asked, sources, reader.t)],
        chosen,
    )


def nothing_yet(title: str, t: Translator, fields: Sequence[FormField] = ()) -> ComparisonPage:
    headline = t.gettext("Nothing has been compared yet: the first results come by night.")
    return ComparisonPage(title, fields, headline)


def address_of(reader: ComparisonReader, page: str, asked: Mapping[str, str]) -> str:
    """Return the address of a stored question's page."""
    path = page.replace("_", "-")
    return f"/{path}?{urlencode({**reader.results.query, **query_of(page, asked)})}"


def number_table(name: str, title: str, unit: str, rows: Sequence[Sequence[Cell]], t: Translator) -> Table:
    """Return a table of quantities with their intervals."""
    _ = t.gettext
    columns = [
        Column(""), Column(_("Value"), unit, True), Column(_("from"), unit, True),
        Column(_("to"), unit, True),
    ]  # fmt: skip
    return Table(name, title, columns, rows)


def number_row(
    reader: ComparisonReader,
    name: str,
    value: Any,
    interval: Any,
    decimals: int,
    *,
    is_difference: bool = False,
) -> list[Cell]:
    write = signed_cell if is_difference else number_cell
    return [
        reader.text(name),
        *(write(reader, one, decimals) for one in (value, *(pair(interval) or ("", "")))),
    ]


def number_cell(reader: ComparisonReader, value: Any, decimals: int) -> Cell:
    found = drawable(value)
    return Cell("" if found is None else written(found, decimals, reader.t), found)


def signed_cell(reader: ComparisonReader, value: Any, decimals: int) -> Cell:
    found = drawable(value)
    return Cell("" if found is None else signed(found, decimals, reader.t), found)


def moment_cell(reader: ComparisonReader, value: Any) -> Cell:
    return reader.moment(instant(value))


def picture(svg: str) -> Markup:
    """Trust a chart of ours: all that is written in it is escaped there."""
    return Markup(svg)


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _refusal_words(params: Mapping[str, Any], t: Translator) -> dict[str, str]:
    words = {}
    for name, value in params.items():
        if name == "analyte":
            words[name] = vocabulary.analyte_name(str(value), t.language)
        elif name == "species":
            words[name] = (
                vocabulary.species_name(str(value), t.language) if value else t.gettext("all species")
            )
        elif isinstance(value, Mapping):
            words[name] = t.listed(
                f"{vocabulary.word(METHODS, key, t.language)}: {_joined(part, t)}"
                for key, part in value.items()
            )
        else:
            words[name] = _joined(value, t)
    return words


def _joined(value: Any, t: Translator) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(vocabulary.word(vocabulary.BASES, str(one), t.language) for one in value)
    return str(value)
