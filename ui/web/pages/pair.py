"""Two methods beside each other: what there is, each with its verdict, and one of them in full."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Response

from ui.web.charts.bland_altman import bland_altman
from ui.web.charts.scales import drawable, pair
from ui.web.charts.scatter import scatter
from ui.web.choosing import FormField
from ui.web.comparing import (
    ComparisonPage,
    Said,
    address_of,
    capital,
    moment_cell,
    nothing_yet,
    number_cell,
    number_row,
    number_table,
    picture,
    said_of,
    signed_cell,
)
from ui.web.reader import Reading
from ui.web.results import ComparisonReader
from ui.web.tables import Cell, Column, Table
from ui.words import vocabulary
from ui.words.comparisons import comparison_text

router = APIRouter()
PAGE = "pair"
_MARKS = {"agrees": "good", "differs": "bad", "not_enough_samples": "quiet"}
_SLOPE = ("pulls_in", "spreads_out")


@dataclass(frozen=True, slots=True)
class PairsPage:
    """Every comparison there is, a table for each analyte."""

    title: str
    tables: Sequence[Table]
    fields: Sequence[FormField] = ()


@router.get("/pair")
def two_methods(reader: Reading) -> Response:
    return show(reader)


def show(reader: ComparisonReader) -> Response:
    """Without a question the page lists what can be asked, with its answer in a word."""
    if "analyte" not in reader.request.query_params:
        listed = PairsPage(reader.t.gettext("Two methods"), _index(reader), reader.results.fields(reader.t))
        return reader.page("pairs.html", listed, listed.tables)
    said, fields, chosen = said_of(reader, PAGE)
    title = reader.t.gettext("Two methods")
    if said is None or chosen is None:
        return reader.page("comparison.html", nothing_yet(title, reader.t, fields))
    names = said.names(said.asked["test"], said.asked["reference"])
    refused = said.refusal()
    headline, mark = (refused, "quiet") if refused else _headline(said, names)
    tables = [] if refused else [_numbers(reader, said)]
    points = _points(reader, said)
    page = ComparisonPage(
        title,
        fields,
        headline,
        mark,
        told=[
            _told(said, names),
            *_corrected(reader, said, names["test"]),
            said.sentence("lab_is_reference") if _has_lab(said) else "",
        ],
        facts=said.facts(
            (reader.t.gettext("Compared"), f"{names['test']} – {names['reference']}"),
            (reader.t.gettext("Permitted bias"), _permitted(said)),
        ),
        charts=_charts(said, names) if said.result.get("points") else [],
        tables=tables,
        files=[points],
        small=_small(said),
        is_nearest=chosen.is_nearest,
    )  # fmt: skip
    return reader.page("comparison.html", page, [*tables, points])


def _headline(said: Said, names: Mapping[str, str]) -> tuple[str, str]:
    """Return the answer to "is it good for this?" in one sentence."""
    codes = {statement["code"] for statement in said.result.get("statements") or ()}
    verdict = said.result.get("verdict")
    bias = drawable((said.result.get("numbers") or {}).get("bias")) or 0.0
    words = {
        "test": capital(names["test"]), "analyte": said.analyte, "bias": said.quantity(abs(bias)),
    }  # fmt: skip
    if verdict == "agrees":
        code, mark = ("good_on_average", "warn") if "single_beyond" in codes else ("use_as_it_is", "good")
        if not codes & {"single_beyond", "single_within"}:
            code, mark = "no_bias_to_correct", "good"
    elif verdict == "differs":
        code, mark = ("reads_high" if bias > 0 else "reads_low"), "bad"
    else:
        permits = drawable(said.result.get("permitted")) is not None
        code, mark = ("cannot_say_yet" if permits else "nothing_permitted"), "quiet"
        if "at_the_limit" in codes:
            code, mark = "lies_at_the_limit", "warn"
    return said.sentence(code, **words), mark


def _told(said: Said, names: Mapping[str, str]) -> str:
    statements = [
        (one["code"], {**one["params"], **names})
        for one in said.result.get("statements") or ()
        if one["code"] != "ask_permitted"
    ]
    return comparison_text(statements, said.t.language)


def _corrected(reader: ComparisonReader, said: Said, name: str) -> Iterable[str]:
    """Say what is done already about the one source that is asked about."""
    t = said.t
    for one in reader.results.corrected(said.asked):
        species = vocabulary.species_name(one.species, t.language) if one.species else ""
        yield said.sentence(
            "corrected_since", day=t.date(one.at), name=f"{name} ({species})" if species else name,
            sign="−" if one.bias >= 0 else "+", bias=f"{t.number(abs(one.bias), 2)} {one.unit}",
        )  # fmt: skip


def _charts(said: Said, names: Mapping[str, str]) -> list[Any]:
    test, reference = (capital(names[role]) for role in ("test", "reference"))
    permitted = drawable(said.result.get("permitted"))
    return [
        picture(scatter(said.result, test, reference, said.t)),
        picture(bland_altman(said.result, test, reference, said.t, permitted)),
    ]


def _numbers(reader: ComparisonReader, said: Said) -> Table:
    _ = reader.t.gettext
    numbers = said.result.get("numbers") or {}
    deming = numbers.get("deming") or {}
    rows = [
        (_("bias"), numbers.get("bias"), numbers.get("bias_ci"), True),
        (_("standard error of prediction (SEP)"), numbers.get("sep"), numbers.get("sep_ci"), False),
        (_("root mean square error (RMSEP)"), numbers.get("rmsep"), None, False),
        (_("95 % of single samples"), None, numbers.get("loa"), True),
        (_("their outer limits"), None, numbers.get("loa_outer"), True),
        *_at_limits(said, deming),
    ]
    cells = [
        number_row(reader, name, value, interval, said.decimals, is_difference=is_difference)
        for name, value, interval, is_difference in rows
        if drawable(value) is not None or pair(interval)
    ]
    if drawable(deming.get("slope")) is not None:
        name = _("Deming slope (no unit)")
        cells.append(number_row(reader, name, deming["slope"], deming.get("slope_ci"), 2))
    return number_table("numbers", _("Numbers, with their 95 % intervals"), said.unit, cells, reader.t)


def _at_limits(said: Said, deming: Mapping[str, Any]) -> Iterable[tuple[str, Any, Any, bool]]:
    """Return the bias where it decides: at each limit of a class."""
    at = deming.get("bias_at") or {}
    for limit in said.result.get("limits") or ():
        if found := at.get(f"{limit['limit']:g}"):
            grade = vocabulary.site_name("grade", str(limit["grade"]), said.t.language)
            words = said.t.gettext("bias at {limit} ({grade})")
            name = words.format(limit=said.t.plain(limit["limit"]), grade=grade)
            yield name, found["value"], found["ci"], True


def _small(said: Said) -> list[str]:
    """What is of second rank stands last."""
    numbers = said.result.get("numbers") or {}
    rpd, ccc = drawable(numbers.get("rpd")), drawable((numbers.get("ccc") or {}).get("value"))
    slope = drawable((numbers.get("iso12099") or {}).get("slope"))
    small = []
    if rpd is not None and ccc is not None:
        small.append(said.sentence("spread_numbers", rpd=said.t.number(rpd, 1), ccc=said.t.number(ccc, 2)))
    if slope is not None:
        small.append(said.sentence("iso_slope", slope=said.t.number(slope, 2)))
    if thinned := said.result.get("thinned_from"):
        small.append(said.sentence("thinned", n=said.t.number(thinned, 0)))
    return small


def _points(reader: ComparisonReader, said: Said) -> Table:
    """The points of the charts, for the file."""
    _ = reader.t.gettext
    columns = [
        Column(_("When")), Column(_("Load")), Column(said.method(said.asked["reference"]), said.unit, True),
        Column(said.method(said.asked["test"]), said.unit, True),
        Column(_("Loads that it stands for"), "", True),
    ]  # fmt: skip
    rows = [
        [
            moment_cell(reader, point.get("at")),
            reader.text(point.get("load_id")),
            number_cell(reader, point.get("x"), said.decimals),
            number_cell(reader, point.get("y"), said.decimals),
            number_cell(reader, point.get("weight", 1), 1),
        ]
        for point in said.result.get("points") or ()
    ]
    return Table("points", _("The samples of these charts"), columns, rows)


def _index(reader: ComparisonReader) -> list[Table]:
    """Return a table for each analyte of what is compared over the whole campaign."""
    sources = reader.results.source_names()
    found = [Said(one, reader.t, sources) for one in reader.results.listed(PAGE, "period", "campaign")]
    by: dict[str, list[Said]] = {}
    for said in found:
        by.setdefault(said.asked["analyte"], []).append(said)
    return [_listed(reader, analyte, by[analyte]) for analyte in sorted(by)]


def _listed(reader: ComparisonReader, analyte: str, found: Sequence[Said]) -> Table:
    _ = reader.t.gettext
    unit = found[0].unit
    columns = [
        Column(_("Instrument or phone")), Column(_("Species")), Column(_("Compared with")),
        Column(_("Answer")), Column(_("Bias"), unit, True), Column(_("from"), unit, True),
        Column(_("to"), unit, True), Column(_("Samples"), "", True),
    ]  # fmt: skip
    rows = [_line(reader, said) for said in sorted(found, key=_order)]
    title = capital(vocabulary.analyte_name(analyte, reader.t.language))
    return Table(f"pairs-{analyte}", title, columns, rows)


def _order(said: Said) -> tuple[str, str, str, str]:
    asked = said.asked
    return asked["test"], asked["reference"], said.source(), asked.get("species", "")


def _line(reader: ComparisonReader, said: Said) -> list[Cell]:
    asked, numbers = said.asked, said.result.get("numbers") or {}
    low, high = pair(numbers.get("bias_ci")) or (None, None)
    _ = reader.t.gettext
    every = f"{capital(said.method(asked['test']))} ({_('all of them')})"
    return [
        reader.text(said.source() or every, address_of(reader, PAGE, asked)),
        reader.text(said.species()),
        reader.text(said.method(asked["reference"])),
        _verdict(reader, said),
        signed_cell(reader, numbers.get("bias"), said.decimals),
        signed_cell(reader, low, said.decimals),
        signed_cell(reader, high, said.decimals),
        reader.number(said.result.get("n"), 0),
    ]


def _verdict(reader: ComparisonReader, said: Said) -> Cell:
    verdict = said.result.get("verdict")
    if verdict is None:
        return reader.text(reader.t.gettext("no verdict"), mark="quiet")
    codes = {statement["code"] for statement in said.result.get("statements") or ()}
    if verdict == "agrees" and "single_beyond" in codes:
        return reader.text(reader.t.gettext("agrees on average"), mark="warn")
    if "at_the_limit" in codes:
        return reader.text(reader.t.gettext("at the permitted limit"), mark="warn")
    word = vocabulary.word(vocabulary.VERDICTS, verdict, reader.t.language)
    return reader.text(word, mark=_MARKS.get(verdict, "quiet"))


def _permitted(said: Said) -> str:
    permitted = drawable(said.result.get("permitted"))
    if permitted is None:
        return ""
    citation = said.result.get("citation")
    words = f"±{said.t.plain(permitted, 8)} {said.unit}".strip()
    return f"{words} ({citation})" if citation else words


def _has_lab(said: Said) -> bool:
    return said.asked["reference"] == "lab"
