"""The pages of comparisons at headquarters: the silos' own, over all of them or of one."""

from fastapi import APIRouter, Response

from ui.web.hub.reader import Reading
from ui.web.hub.results import with_results
from ui.web.pages import fairness, groups, pair, three_ways, watch, who_was_right
from ui.web.pages.pair import PairsPage
from ui.web.results import ComparisonReader

router = APIRouter()


@router.get("/pair")
def two_methods(reader: Reading) -> Response:
    return pair.show(with_results(reader))


@router.get("/three-ways")
def three_methods(reader: Reading) -> Response:
    return three_ways.show(with_results(reader))


@router.get("/who-was-right")
def sides(reader: Reading) -> Response:
    return who_was_right.show(with_results(reader))


@router.get("/groups")
def by_group(reader: Reading) -> Response:
    return groups.show(with_results(reader))


@router.get("/watch")
def watches(reader: Reading) -> Response:
    """Each instrument and phone is watched at its silo; what waits for a manager is that silo's own page."""
    shown = with_results(reader, has_all=False)
    if "analyte" in reader.request.query_params:
        return watch.show_one(shown)
    return _watched(shown)


@router.get("/fairness")
def chances(reader: Reading) -> Response:
    return fairness.show(with_results(reader, has_all=False))


def _watched(reader: ComparisonReader) -> Response:
    table = watch.watched_table(reader, watch.watched(reader))
    page = PairsPage(reader.t.gettext("Watch"), [table], reader.results.fields(reader.t))
    return reader.page("hub/watch.html", page, page.tables)
