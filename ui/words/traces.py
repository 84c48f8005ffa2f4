"""What a trace says, as the tables that a page and a paper show. It is given as JSON of `/api/v1/trace`."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from ui.words.i18n import N_, Translator
from ui.words.parameters import odds, parameter_texts
from ui.words.vocabulary import ANALYTES, site_name, species_name, word

KINDS: Mapping[str, str] = {"ticket": N_("ticket"), "cell": N_("cell"), "lot": N_("lot")}
_SOURCES: Mapping[str, str] = {
    "opening": N_("lay there at the opening"),
    "found": N_("found by a count"),
    "unknown": N_("not known: more left than was in the cell"),
}


@dataclass(frozen=True, slots=True)
class Told:
    """A table in words. `widths` are shares of a sheet's width."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[int, ...]


def title_of(found: Mapping[str, Any], t: Translator) -> str:
    subject = found["subject"]
    name = subject["name"]
    if subject["kind"] == "cell":
        name = _named_cell({"cell": subject["id"], "name": name}, t)
    text: str = t.gettext("Traceability: {kind} {name}, {tonnes}").format(
        kind=word(KINDS, subject["kind"], t.language), name=name, tonnes=_tonnes(found["kg"], t)
    )
    return text


def note_of(moment: str, t: Translator) -> str:
    """Say on a paper of when it is, and what its shares are."""
    text: str = t.gettext(
        "Recall drill of {moment}. Shares are those of a perfect mixture in each cell; who is named may be "
        "concerned whatever his share."
    ).format(moment=moment)
    return text


def tables_of(
    found: Mapping[str, Any], t: Translator, silo: Callable[[str], str] | None = None
) -> tuple[Told, ...]:
    """Return who brought it, in which lots grain of the same sources left, where it lies, and the balance.
    `silo` names a silo where there are several, and then each line says which."""
    tables = _tables(found, t)
    if silo is None:
        return tables
    rows = (found["sources"], found["lots"], found["lying"])
    head = t.gettext("Silo")
    named = [
        replace(
            table, head=(head, *table.head), widths=(5, *table.widths),
            rows=tuple((silo(one["site"]), *row) for one, row in zip(ones, table.rows, strict=True)),
        )
        for table, ones in zip(tables, rows, strict=False)
    ]  # fmt: skip
    return (*named, *tables[len(rows) :])


def _tables(found: Mapping[str, Any], t: Translator) -> tuple[Told, ...]:
    _ = t.gettext
    return (
        Told(
            _("Where it came from"),
            (_("Ticket"), _("Supplier"), _("Vehicle"), _("Species"), _("Day"), _("Came"), _("Of it in here")),
            tuple(_source(one, t) for one in found["sources"]),
            (3, 6, 3, 4, 4, 3, 3),
        ),
        Told(
            _("Lots with grain of the same sources"),
            (_("Paper"), _("Day"), _("Cell"), _("Gone to"), _("Left"), _("Of it these sources")),
            tuple(_lot(one, t) for one in found["lots"]),
            (4, 4, 4, 6, 3, 4),
        ),
        Told(
            _("Where it still lies"),
            (_("Cell"), _("Content"), _("Of it these sources")),
            tuple(
                (_named_cell(one, t), _tonnes(one["kg"], t), _tonnes(one["of_kg"], t))
                for one in found["lying"]
            ),
            (8, 4, 4),
        ),
        Told(
            _("Mass balance of these sources"),
            (_("Came"), _("Left in lots"), _("Lies in cells"), _("Freinte and waste"), _("Difference")),
            (
                tuple(
                    _tonnes(found[name], t)
                    for name in ("came_kg", "left_kg", "lies_kg", "lost_kg", "difference_kg")
                ),
            ),
            (4, 4, 4, 4, 4),
        ),
    )


def passport_title(found: Mapping[str, Any], t: Translator) -> str:
    """Say how likely the lot meets what is known of it, and what is not known: nobody may read one without
    the other."""
    grade = site_name("grade", found["grade"], t.language)
    text: str = t.gettext("{tonnes}, {grade} ({pack}): {odds} for what is known of it").format(
        tonnes=_tonnes(found["kg"], t), grade=grade, pack=found["pack"], odds=odds(found["p"], t)
    )
    unknown = [
        word(ANALYTES, one["analyte"], t.language)
        for one in found["lines"]
        if one["value"] is None and one["kind"] != "information"
    ]
    if not unknown:
        return text
    return text + "; " + t.gettext("not known: {analytes}").format(analytes=t.listed(dict.fromkeys(unknown)))


def passport_table(found: Mapping[str, Any], t: Translator) -> Told:
    """Each limit of the grade, what left, how likely it meets it, and what the buyer found."""
    _ = t.gettext
    return Told(
        _("Passport of the lot"),
        (_("Criterion"), _("Limit"), _("Left with"), _("Meets it"), _("Buyer's analysis"), _("Difference")),
        tuple(_limit(one, t) for one in found["lines"]),
        (5, 4, 5, 3, 4, 3),
    )


def _limit(one: Mapping[str, Any], t: Translator) -> tuple[str, ...]:
    def written(value: float | None, u: float | None = None) -> str:
        params = {"value": value, "u": u, "unit": one["unit"], "basis": one["basis"]}
        return "" if value is None else str(parameter_texts(params, t)["measured"])

    told = _of_limit(one, t)
    met = "" if one["p"] is None else odds(one["p"], t)
    more = "" if one["difference"] is None else f"{one['difference']:+g}".replace(".", _point(t))
    known = written(one["value"], one["u"]) or t.gettext("not known")
    return word(ANALYTES, one["analyte"], t.language), told, known, met, written(one["found"]), more


def _of_limit(one: Mapping[str, Any], t: Translator) -> str:
    text = f"{parameter_texts({'op': one['op']}, t)['op']} {t.plain(one['limit'])}"
    return text if one["kind"] != "information" else t.named(t.gettext("for information"), text)


def _point(t: Translator) -> str:
    return "," if t.language == "fr" else "."


def _source(one: Mapping[str, Any], t: Translator) -> tuple[str, ...]:
    if one["kind"] != "load":
        home = site_name("cell", one["cell"], t.language) if one["cell"] else ""
        return (
            "",
            word(_SOURCES, one["kind"], t.language),
            home,
            "",
            "",
            _tonnes(one["kg"], t),
            _tonnes(one["in_kg"], t),
        )
    return (
        one["ticket"] or t.gettext("without ticket"),
        one["supplier"] or t.gettext("forgotten"),
        one["plate"],
        species_name(one["species"], t.language),
        _day(one["at"], t),
        _tonnes(one["kg"], t),
        _tonnes(one["in_kg"], t),
    )


def _lot(one: Mapping[str, Any], t: Translator) -> tuple[str, ...]:
    gone_to = one["to_site"] or one["reason"]
    return (
        one["shipment"] or one["paper_number"] or one["movement_id"],
        _day(one["at"], t),
        site_name("cell", one["cell"], t.language),
        gone_to,
        _tonnes(one["kg"], t),
        _tonnes(one["of_kg"], t),
    )


def _named_cell(one: Mapping[str, Any], t: Translator) -> str:
    """By the name of the site file, else by that of its row."""
    name = site_name("cell", one["cell"], t.language)
    return str(one["name"]) if name == one["cell"] else name


def _tonnes(kg: float, t: Translator) -> str:
    return t.tonnes(kg / 1000, 3)


def _day(at: str | None, t: Translator) -> str:
    return t.day(datetime.fromisoformat(at)) if at else ""


def lines_of(told: Sequence[Told]) -> list[str]:
    """Return the tables as lines of text, each column as wide as its longest entry."""
    lines = []
    for table in told:
        rows = [table.head, *table.rows]
        spans = [max(len(row[place]) for row in rows) for place in range(len(table.head))]
        lines += [table.title, *("  " + _spread(row, spans) for row in rows), ""]
    return lines[:-1]


def _spread(row: Sequence[str], spans: Sequence[int]) -> str:
    return "  ".join(text.ljust(span) for text, span in zip(row, spans, strict=True)).rstrip()
