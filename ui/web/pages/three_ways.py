"""Three methods on the same samples: the own random error of each, and what cannot be seen of it."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from fastapi import APIRouter, Response

from ui.web.charts.own_errors import own_errors
from ui.web.charts.scales import drawable, pair
from ui.web.comparing import THREE, ComparisonPage, Said, nothing_yet, number_cell, picture, said_of
from ui.web.reader import Reading
from ui.web.results import ComparisonReader
from ui.web.tables import Column, Table
from ui.words.comparisons import comparison_text

router = APIRouter()
PAGE = "three_ways"
_TOLD = ("too_small", "shared_error")


@router.get("/three-ways")
def three_methods(reader: Reading) -> Response:
    return show(reader)


def show(reader: ComparisonReader) -> Response:
    said, fields, chosen = said_of(reader, PAGE)
    title = reader.t.gettext("Three methods")
    if said is None or chosen is None:
        return reader.page("comparison.html", nothing_yet(title, reader.t, fields))
    refused = said.refusal()
    table = _numbers(reader, said)
    page = ComparisonPage(
        title,
        fields,
        refused or said.sentence("own_errors_known", errors=", ".join(_errors(said))),
        "quiet",
        told=[] if refused else [*_better(said), _told(said)],
        warning=said.sentence("shared_error_unseen"),
        facts=said.facts((reader.t.gettext("Compared"), " – ".join(said.methods().values()))),
        charts=[] if refused else [picture(own_errors(said.result, said.methods(), said.t))],
        tables=[] if refused else [table],
        is_nearest=chosen.is_nearest,
    )  # fmt: skip
    return reader.page("comparison.html", page, [table])


def _methods(said: Said) -> dict[str, dict[str, Any]]:
    return {method: (said.result.get("methods") or {}).get(method) or {} for method in THREE}


def _errors(said: Said) -> Iterator[str]:
    """Write each method's error with its interval."""
    for method, own in _methods(said).items():
        low, high = pair(own.get("sd_ci")) or (None, None)
        interval = said.t.gettext("{low} to {high}").format(low=said.number(low), high=said.number(high))
        sd = drawable(own.get("sd"))
        value = said.t.gettext("too small to see") if sd is None else said.number(sd)
        yield f"{said.method(method)} {value} ({interval})"


def _better(said: Said) -> Iterator[str]:
    """Say of the two best whether one is shown to be better: intervals that overlap do not show it."""
    known = [(pair(own.get("sd_ci")), method) for method, own in _methods(said).items()]
    ranked = sorted((sum(interval), interval, method) for interval, method in known if interval)
    for (_, one, better), (_, two, other) in pairwise(ranked):
        code = "shown_better" if one[1] < two[0] else "not_shown_better"
        yield said.sentence(code, better=said.methods()[better], other=said.method(other))


def _told(said: Said) -> str:
    """What the arithmetic remarks: an error that is too small to see, one that two share."""
    names = {"test": said.method("phone"), "reference": said.method("machine"), "third": said.method("lab")}
    statements = said.result.get("statements") or ()
    return comparison_text(
        [(one["code"], {**one["params"], **names}) for one in statements if one["code"] in _TOLD],
        said.t.language,
    )


def _numbers(reader: ComparisonReader, said: Said) -> Table:
    _ = reader.t.gettext
    other = said.result.get("triple_collocation") or {}
    columns = [
        Column(_("Method")), Column(_("Own error (SD)"), said.unit, True), Column(_("from"), said.unit, True),
        Column(_("to"), said.unit, True), Column(_("Repeats itself (SD)"), said.unit, True),
        Column(_("Triple collocation (SD)"), said.unit, True),
    ]  # fmt: skip
    rows = []
    for method, own in _methods(said).items():
        low, high = pair(own.get("sd_ci")) or (None, None)
        values = (own.get("sd"), low, high, own.get("replicate_sd"), (other.get("sd") or {}).get(method))
        rows.append(
            [
                reader.text(said.methods()[method]),
                *(number_cell(reader, one, said.decimals) for one in values),
            ]
        )
    return Table("methods", _("Numbers, with their 95 % intervals"), columns, rows)
