"""What a trace says, as the tables that a page and a paper show. It is given as JSON of `/api/v1/trace`."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from ui.words.i18n import N_, Translator
from ui.words.parameters import odds, parameter_texts, signed
from ui.words.vocabulary import ANALYTES, claim_name, short_name, site_name, species_name, word

KINDS: Mapping[str, str] = {"ticket": N_("ticket"), "cell": N_("cell"), "lot": N_("lot")}
_SOURCES: Mapping[str, str] = {
    "opening": N_("lay there at the opening"),
    "found": N_("found by a count"),
    "unknown": N_("not known: more left than was in the cell"),
}


Entry = tuple[str, str | float | None]  # as a person reads it, and as a spreadsheet does
TONNES = "t"
_LEAST_KG = 0.5  # what is written with its kilograms would read as nothing


@dataclass(frozen=True, slots=True)
class Column:
    """`width` is a share of a sheet's width; a `unit` stands in the head."""

    title: str
    width: int
    unit: str = ""

    @property
    def head(self) -> str:
        return f"{self.title}, {self.unit}" if self.unit else self.title


@dataclass(frozen=True, slots=True)
class Told:
    """A table in words; `empty` is said where it has no row."""

    title: str
    columns: tuple[Column, ...]
    entries: tuple[tuple[Entry, ...], ...]
    empty: str

    @property
    def rows(self) -> list[tuple[str, ...]]:
        return [tuple(text for text, _ in row) for row in self.entries]


def on_sheet(one: Told) -> tuple[list[str], list[tuple[str, ...]], list[int], str]:
    """Return head, rows, widths and title as a sheet of paper has them."""
    if not one.entries:
        return [""], [(one.empty,)], [1], one.title
    columns = one.columns
    return [column.head for column in columns], one.rows, [column.width for column in columns], one.title


def title_of(found: Mapping[str, Any], t: Translator) -> str:
    subject = found["subject"]
    name = subject["name"]
    if subject["kind"] == "cell":
        name = short_name(_named_cell({"cell": subject["id"], "name": name}, t))
    text: str = t.gettext("Traceability: {kind} {name}, {tonnes}").format(
        kind=word(KINDS, subject["kind"], t.language), name=name, tonnes=t.tonnes(found["kg"] / 1000, 3)
    )
    return text


def note_of(site: str, at: datetime, t: Translator) -> str:
    """Say on a paper of where and when it is, and what its shares are."""
    text: str = t.gettext(
        "Recall drill, {site}, {day} {time}. Shares are those of a perfect mixture in each cell; "
        "who is named may be concerned whatever his share."
    ).format(site=site, day=t.day(at.astimezone()), time=t.time(at))
    return text


def supposed_of(found: Mapping[str, Any], t: Translator) -> tuple[str, ...]:
    """Say what of it nobody can know; nothing where all is known."""
    if not found["supposed_kg"]:
        return ()
    text: str = t.gettext(
        "More had left a cell than was known to be in it: {tonnes} of what was entered afterwards is taken "
        "to have left before, though it may be other grain."
    ).format(tonnes=t.tonnes(found["supposed_kg"] / 1000, 3))
    return (text,)


def tables_of(
    found: Mapping[str, Any], t: Translator, silo: Callable[[str], str] | None = None
) -> tuple[Told, ...]:
    """Return first what has to be stopped: in which lots grain of the same sources left, where it lies; then
    the balance, and who brought it. `silo` names a silo where there are several: each line says which."""
    lots, lying, sources = _lots(found, t), _lying(found, t), _sources(found, t)
    if silo is not None:
        lots, lying, sources = (
            _of_silos(table, found[name], silo, t)
            for table, name in ((lots, "lots"), (lying, "lying"), (sources, "sources"))
        )
    return lots, lying, treatments_table(found, t), _balance(found, t), sources


def _of_silos(
    table: Told, ones: Sequence[Mapping[str, Any]], silo: Callable[[str], str], t: Translator
) -> Told:
    rows = zip(ones, table.entries, strict=True)
    return replace(
        table,
        columns=(Column(t.gettext("Silo"), 5), *table.columns),
        entries=tuple((_same(silo(one["site"])), *row) for one, row in rows),
    )


def _lots(found: Mapping[str, Any], t: Translator) -> Told:
    _ = t.gettext
    columns = (
        Column(_("Paper"), 4), Column(_("Day"), 4), Column(_("Cell"), 4), Column(_("Gone to"), 6),
        Column(_("Left"), 3, TONNES), Column(_("Of it these sources"), 4, TONNES), Column(_("Grain"), 7),
    )  # fmt: skip
    rows = tuple(_lot(one, t) for one in found["lots"])
    return Told(_("Lots with grain of the same sources"), columns, rows, _("Nothing."))


def _lying(found: Mapping[str, Any], t: Translator) -> Told:
    _ = t.gettext
    columns = (
        Column(_("Cell"), 5), Column(_("Content"), 4, TONNES), Column(_("Of it these sources"), 4, TONNES),
        Column(_("Grain"), 7),
    )  # fmt: skip
    rows = tuple(
        (
            (_named_cell(one, t), one["cell"]),
            _tonnes(one["kg"], t),
            _tonnes(one["of_kg"], t),
            _same(past_text(one["past"], t)),
        )
        for one in found["lying"]
    )
    return Told(_("Where it still lies"), columns, rows, _("Nothing."))


def past_text(past: Mapping[str, Any], t: Translator) -> str:
    """Say which claims grain honours and which are lost, what was put on it, and that it is never blended."""
    _ = t.gettext

    def claims(name: str) -> str:
        return ", ".join(claim_name(one, t.language) for one in past[name])

    parts = [
        _("claims honoured: {claims}").format(claims=claims("honours")) if past["honours"] else "",
        _("claims lost: {claims}").format(claims=claims("lost")) if past["lost"] else "",
        _("treated grain: {substances}").format(substances=", ".join(past["treated"]))
        if past["treated"]
        else "",
        _("never to be blended") if past["never_blend"] else "",
    ]
    return t.listed(filter(None, parts))


def treatments_table(found: Mapping[str, Any], t: Translator) -> Told:
    """Each treatment of the grain with its dose and its day."""
    _ = t.gettext
    columns = (
        Column(_("Substance"), 5), Column(_("Product"), 5), Column(_("Dose"), 4), Column(_("Day"), 4),
        Column(_("Treated"), 5),
    )  # fmt: skip
    rows = tuple(_treatment(one, t) for one in found["treatments"])
    return Told(_("Treatments of this grain"), columns, rows, _("None is recorded."))


def _treatment(one: Mapping[str, Any], t: Translator) -> tuple[Entry, ...]:
    where = site_name("cell", one["cell"], t.language) if one["cell"] else t.gettext("at its intake")
    texts = one["substance"], one["product"], _dose(one, t)
    return *map(_same, texts), _day(one["at"], t), _same(where)


def _dose(one: Mapping[str, Any], t: Translator) -> str:
    return "" if one["dose"] is None else f"{t.plain(one['dose'], 3)} {one['unit']}"


def _balance(found: Mapping[str, Any], t: Translator) -> Told:
    _ = t.gettext
    titles = (_("Came"), _("Left in lots"), _("Lies in cells"), _("Freinte and waste"), _("Difference"))
    row = tuple(
        (t.number(kg / 1000, 3), round(kg / 1000, 6))
        for kg in (found[name] for name in ("came_kg", "left_kg", "lies_kg", "lost_kg", "difference_kg"))
    )
    columns = tuple(Column(title, 4, TONNES) for title in titles)
    return Told(_("Mass balance of these sources"), columns, (row,), _("Nothing."))


def _sources(found: Mapping[str, Any], t: Translator) -> Told:
    _ = t.gettext
    columns = (
        Column(_("Ticket"), 3), Column(_("Supplier"), 6), Column(_("Vehicle"), 3), Column(_("Species"), 4),
        Column(_("Day"), 4), Column(_("Came"), 3, TONNES), Column(_("Of it in here"), 4, TONNES),
    )  # fmt: skip
    rows = tuple(_source(one, t) for one in found["sources"])
    return Told(_("Where it came from"), columns, rows, _("Nothing."))


def passport_title(found: Mapping[str, Any], t: Translator) -> str:
    """Say how likely the lot meets what is known of it, and what is not known: nobody may read one without
    the other."""
    named = found["grade_name"]
    grade = named.get(t.language) or next(iter(named.values()), found["grade"])
    text: str = t.gettext("{tonnes}, {grade} ({pack}): {odds} for what is known of it").format(
        tonnes=t.tonnes(found["kg"] / 1000, 3), grade=grade, pack=found["pack"], odds=odds(found["p"], t)
    )
    unknown = [
        word(ANALYTES, one["analyte"], t.language)
        for one in found["lines"]
        if one["value"] is None and one["kind"] != "information"
    ]
    if not unknown:
        return text
    missing = t.gettext("not known: {analytes}").format(analytes=", ".join(dict.fromkeys(unknown)))
    return t.listed((text, missing))


def passport_table(found: Mapping[str, Any], t: Translator) -> Told:
    """Each limit of the grade, what left, how likely it meets it, and what the buyer found."""
    _ = t.gettext
    columns = (
        Column(_("Criterion"), 5), Column(_("Limit"), 4), Column(_("Left with"), 5), Column(_("Meets it"), 3),
        Column(_("Buyer's analysis"), 4), Column(_("Difference"), 3),
    )  # fmt: skip
    rows = tuple(tuple(_same(text) for text in _limit(one, t)) for one in found["lines"])
    return Told(_("Passport of the lot"), columns, rows, _("Nothing."))


def _limit(one: Mapping[str, Any], t: Translator) -> tuple[str, ...]:
    def written(value: float | None, u: float | None = None) -> str:
        params = {"value": value, "u": u, "unit": one["unit"], "basis": one["basis"]}
        return "" if value is None else str(parameter_texts(params, t)["measured"])

    told = _of_limit(one, t)
    met = "" if one["p"] is None else odds(one["p"], t)
    more = "" if one["difference"] is None else signed(one["difference"], t)
    known = written(one["value"], one["u"]) or t.gettext("not known")
    return word(ANALYTES, one["analyte"], t.language), told, known, met, written(one["found"]), more


def _of_limit(one: Mapping[str, Any], t: Translator) -> str:
    params = {"op": one["op"], "value": one["limit"], "u": None, "unit": one["unit"], "basis": one["basis"]}
    words = parameter_texts(params, t)
    text = f"{words['op']} {words['measured']}"
    return text if one["kind"] != "information" else t.named(t.gettext("for information"), text)


def _source(one: Mapping[str, Any], t: Translator) -> tuple[Entry, ...]:
    if one["kind"] != "load":
        home = site_name("cell", one["cell"], t.language) if one["cell"] else ""
        texts = ("", word(_SOURCES, one["kind"], t.language), home, "")
    else:
        texts = (
            one["ticket"] or t.gettext("without ticket"), one["supplier"] or t.gettext("forgotten"),
            one["plate"], species_name(one["species"], t.language),
        )  # fmt: skip
    return *map(_same, texts), _day(one["at"], t), _tonnes(one["kg"], t), _tonnes(one["in_kg"], t)


def _lot(one: Mapping[str, Any], t: Translator) -> tuple[Entry, ...]:
    return (
        _same(one["shipment"] or one["paper_number"] or one["movement_id"]),
        _day(one["at"], t),
        (site_name("cell", one["cell"], t.language), one["cell"]),
        _same(one["to_site"] or one["reason"]),
        _tonnes(one["kg"], t),
        _tonnes(one["of_kg"], t),
        _same(past_text(one["past"], t)),
    )


def _named_cell(one: Mapping[str, Any], t: Translator) -> str:
    """By the name of the site file, else by that of its row."""
    name = site_name("cell", one["cell"], t.language)
    return str(one["name"]) if name == one["cell"] else name


def _same(text: str) -> Entry:
    return text, text


def _tonnes(kg: float, t: Translator) -> Entry:
    """To the kilogram; less than that is not nothing."""
    text = t.number(kg / 1000, 3) if kg == 0 or abs(kg) >= _LEAST_KG else f"< {t.number(0.001, 3)}"
    return text, round(kg / 1000, 6)


def _day(at: str | None, t: Translator) -> Entry:
    return (t.day(datetime.fromisoformat(at)), at) if at else ("", None)


def lines_of(told: Sequence[Told]) -> list[str]:
    """Return the tables as lines of text, each column as wide as its longest entry."""
    lines = []
    for table in told:
        rows = [tuple(column.head for column in table.columns), *table.rows]
        spans = [max(len(row[place]) for row in rows) for place in range(len(table.columns))]
        written = [_spread(row, spans, table.columns) for row in rows] if table.rows else [table.empty]
        lines += [table.title, *(f"  {line}" for line in written), ""]
    return lines[:-1]


def _spread(row: Sequence[str], spans: Sequence[int], columns: Sequence[Column]) -> str:
    parts = (
        text.rjust(span) if column.unit else text.ljust(span)
        for text, span, column in zip(row, spans, columns, strict=True)
    )
    return "  ".join(parts).rstrip()
