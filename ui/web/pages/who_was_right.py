"""Whom the laboratory sided with, on the loads on which phone and analyzer disagreed."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Response

from ui.web.charts.scales import drawable, pair
from ui.web.charts.sides import SIDES, sides
from ui.web.comparing import (
    ComparisonPage,
    Said,
    capital,
    moment_cell,
    nothing_yet,
    number_cell,
    picture,
    said_of,
)
from ui.web.reader import Reading
from ui.web.results import ComparisonReader
from ui.web.tables import Cell, Column, Table
from ui.words import vocabulary

router = APIRouter()
PAGE = "who_was_right"


@router.get("/who-was-right")
def who_was_right(reader: Reading) -> Response:
    return show(reader)


def show(reader: ComparisonReader) -> Response:
    said, fields, chosen = said_of(reader, PAGE)
    title = reader.t.gettext("Who was right")
    if said is None or chosen is None:
        return reader.page("comparison.html", nothing_yet(title, reader.t, fields))
    refused = said.refusal()
    counts, loads = _counts(reader, said), _loads(reader, said)
    names = {side: capital(vocabulary.word(vocabulary.SIDES, side, reader.t.language)) for side in SIDES}
    compared, disagreed = (reader.t.number(said.result.get(key) or 0, 0) for key in ("compared", "disagreed"))
    page = ComparisonPage(
        title,
        fields,
        refused or _headline(said),
        "quiet",
        told=[_how(said), _all_loads(said)],
        facts=said.facts(
            (reader.t.gettext("Compared"), " – ".join(said.methods().values())),
            (reader.t.gettext("Measured by all three"), compared),
            (reader.t.gettext("Disagreed"), disagreed),
        ),
        charts=[] if refused else [picture(sides(said.result, names, said.t))],
        tables=[] if refused else [counts],
        lists=[loads] if loads.rows else [],
        is_nearest=chosen.is_nearest,
    )  # fmt: skip
    return reader.page("comparison.html", page, [counts, loads])


def _headline(said: Said) -> str:
    counts = said.result.get("counts") or {}
    n = said.t.number(said.result.get("disagreed") or 0, 0)
    if not said.result.get("disagreed"):
        return said.sentence("never_disagreed", tolerance=said.limit(said.result.get("tolerance")))
    side = max(("phone", "machine"), key=lambda one: drawable((counts.get(one) or {}).get("share")) or 0.0)
    share, interval = (
        drawable((counts.get(side) or {}).get("share")),
        pair((counts.get(side) or {}).get("ci")),
    )
    if share is None or interval is None or interval[0] <= 0.5:
        return said.sentence("sides_open", n=n)
    word = vocabulary.word(vocabulary.SIDES, side, said.t.language)
    low, high = (said.share(one) for one in interval)
    return said.sentence("sides_mostly", side=word, share=said.share(share), n=n, low=low, high=high)


def _how(said: Said) -> str:
    citation = said.result.get("citation")
    return said.sentence(
        "how_sides_are_told",
        tolerance=said.limit(said.result.get("tolerance")),
        citation=f" ({citation})" if citation else "",
    ) if drawable(said.result.get("tolerance")) is not None else ""  # fmt: skip


def _all_loads(said: Said) -> str:
    """What was not analysed disagrees too."""
    every = said.result.get("all_loads") or {}
    if not every.get("compared"):
        return ""
    compared, disagreed = (said.t.number(every.get(key) or 0, 0) for key in ("compared", "disagreed"))
    tonnes = said.t.tonnes(drawable(every.get("tonnes")) or 0.0, 0)
    return said.sentence("all_apart", compared=compared, disagreed=disagreed, tonnes=tonnes)


def _counts(reader: ComparisonReader, said: Said) -> Table:
    _ = reader.t.gettext
    is_weighted = (said.result.get("sampling") or {}).get("weighted")
    grain = _("Grain that they stand for") if is_weighted else _("Grain")
    columns = [
        Column(_("The laboratory sides")), Column(_("Loads"), "", True), Column(_("Share"), "%", True),
        Column(_("from"), "%", True), Column(_("to"), "%", True), Column(grain, "t", True),
    ]  # fmt: skip
    rows = []
    for side in SIDES:
        own = (said.result.get("counts") or {}).get(side) or {}
        low, high = pair(own.get("ci")) or (None, None)
        shares = (None if one is None else 100 * one for one in (drawable(own.get("share")), low, high))
        rows.append(
            [
                reader.text(vocabulary.word(vocabulary.SIDES, side, reader.t.language)),
                reader.whole(own.get("n")),
                *(number_cell(reader, one, 0) for one in shares),
                number_cell(reader, own.get("tonnes"), 1),
            ]
        )
    return Table("counts", _("Whom the laboratory sides with"), columns, rows)


def _loads(reader: ComparisonReader, said: Said) -> Table:
    _ = reader.t.gettext
    loads = said.result.get("loads") or ()
    suppliers = reader.results.supplier_names(load.get("supplier_id") for load in loads)
    silos = [reader.results.silo_name(load) for load in loads]
    columns = [
        Column(_("When")), *([Column(_("Silo"))] if any(silos) else []), Column(_("Ticket")),
        Column(_("Supplier")),
        *(Column(capital(said.method(one)), said.unit, True) for one in ("phone", "machine", "lab")),
        Column(_("The laboratory sides")), Column(_("Grain"), "t", True), Column(_("Counted")),
    ]  # fmt: skip
    rows = []
    for load, silo in zip(loads, silos, strict=True):
        at, *rest = _load(reader, said, load, suppliers)
        rows.append([at, *([reader.text(silo)] if any(silos) else []), *rest])
    return Table("loads", _("Loads on which they disagreed, newest first"), columns, rows)


def _load(
    reader: ComparisonReader, said: Said, load: Mapping[str, Any], suppliers: Mapping[str, str]
) -> list[Cell]:
    supplier = str(load.get("supplier_id") or "")
    ticket = load.get("ticket")
    address = reader.results.load_address(load)
    return [
        moment_cell(reader, load.get("at")),
        reader.text(reader.t.gettext("load") if ticket is None else str(ticket), address),
        reader.text(suppliers.get(supplier, supplier)),
        *(number_cell(reader, load.get(method), said.decimals) for method in ("phone", "machine", "lab")),
        reader.text(vocabulary.word(vocabulary.SIDES, str(load.get("sides_with")), reader.t.language)),
        number_cell(reader, load.get("tonnes"), 2),
        _counted(reader, said, str(load.get("sampled"))),
    ]


def _counted(reader: ComparisonReader, said: Said, sampled: str) -> Cell:
    """Only loads that nobody chose for their values are counted: all are listed."""
    _ = reader.t.gettext
    if sampled == "chosen":
        return reader.text(_("no (doubt)"), mark="quiet")
    if sampled == "unknown" and (said.result.get("sampling") or {}).get("used") == "random":
        return reader.text(_("no (not drawn)"), mark="quiet")
    return reader.text(_("yes"))
