"""The bias of two methods by phone, model, instrument and more, each drawn towards the mean of all."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from fastapi import APIRouter, Response

from ui.web.charts.caterpillar import caterpillar, shown_groups
from ui.web.charts.scales import drawable, pair
from ui.web.comparing import (
    ComparisonPage,
    Said,
    capital,
    nothing_yet,
    picture,
    said_of,
    signed_cell,
)
from ui.web.reader import Reading
from ui.web.results import ComparisonReader
from ui.web.tables import Column, Table
from ui.words import vocabulary

router = APIRouter()
PAGE = "groups"
Group = Mapping[str, Any]


@router.get("/groups")
def groups(reader: Reading) -> Response:
    return show(reader)


def show(reader: ComparisonReader) -> Response:
    said, fields, chosen = said_of(reader, PAGE)
    title = reader.t.gettext("Groups")
    if said is None or chosen is None:
        return reader.page("comparison.html", nothing_yet(title, reader.t, fields))
    names = said.names(said.asked["test"], said.asked["reference"])
    refused = said.refusal()
    by = {} if refused else _shown(said)
    tables = [_table(reader, said, dimension, found["groups"]) for dimension, found in by.items()]
    apart = list(_apart(by))
    page = ComparisonPage(
        title,
        fields,
        refused or _headline(said, by, apart),
        "warn" if apart else "quiet",
        told=[
            *(_said_of(said, group) for group in apart[1:6]),
            said.sentence("drawn_to_the_mean"),
            said.sentence("adjusted_stand_alone") if _has_adjusted(said, by) else "",
            said.sentence("lab_is_reference") if said.asked["reference"] == "lab" else "",
        ],
        facts=said.facts((reader.t.gettext("Compared"), f"{names['test']} – {names['reference']}")),
        charts=[
            picture(caterpillar(found, said.unit, _name(said, dimension), said.t, said.decimals))
            for dimension, found in by.items()
        ],
        tables=tables,
        is_nearest=chosen.is_nearest,
    )  # fmt: skip
    return reader.page("comparison.html", page, tables)


def _shown(said: Said) -> dict[str, Any]:
    """Return the dimensions of which there are two groups or more."""
    by = said.result.get("by") or {}
    return {
        name: by[name] for name in vocabulary.DIMENSIONS if len((by.get(name) or {}).get("groups") or ()) > 1
    }


def _has_adjusted(said: Said, by: Mapping[str, Any]) -> bool:
    """Every sample was measured by an instrument: one that is in no group was before an adjustment."""
    grouped = sum(group["n"] for group in (by.get("instrument") or {}).get("groups") or ())
    return bool(grouped) and grouped < (said.result.get("n") or 0)


def _apart(by: Mapping[str, Any]) -> Iterator[Group]:
    """Return the groups whose interval excludes zero and the mean of all, the farthest first: a bias that all
    share is seen beside the reference. A campaign is only watched."""
    groups = [
        (group, drawable(found.get("mean")) or 0.0)
        for name, found in by.items()
        if name != "campaign"
        for group in found["groups"]
    ]
    for group, mean in sorted(groups, key=lambda one: -abs(drawable(one[0].get("shrunken")) or 0.0)):
        interval = pair(group.get("ci"))
        if interval and all(interval[0] > level or interval[1] < level for level in (0.0, mean)):
            yield group


def _headline(said: Said, by: Mapping[str, Any], apart: Sequence[Group]) -> str:
    if apart:
        return _said_of(said, apart[0])
    mean = next((found.get("mean") for found in by.values() if drawable(found.get("mean")) is not None), None)
    return said.sentence("groups_alike", mean=f"{said.signed(mean)} {said.unit}".strip())


def _said_of(said: Said, group: Group) -> str:
    low, high = (said.signed(one) for one in pair(group.get("ci")) or (None, None))
    return said.sentence(
        "group_stands_out",
        name=_group(group),
        shrunken=f"{said.signed(group.get('shrunken'))} {said.unit}".strip(),
        low=low,
        high=high,
        raw=said.signed(group.get("raw")),
        n=said.t.number(group.get("n") or 0, 0),
    )


def _table(reader: ComparisonReader, said: Said, dimension: str, found: Sequence[Group]) -> Table:
    _ = reader.t.gettext
    columns = [
        Column(capital(_name(said, dimension))), Column(_("Samples"), "", True),
        Column(_("Best estimate"), said.unit, True), Column(_("from"), said.unit, True),
        Column(_("to"), said.unit, True), Column(_("Own mean"), said.unit, True),
    ]  # fmt: skip
    rows = []
    for group in shown_groups(found, len(found)):
        low, high = pair(group.get("ci")) or (None, None)
        values = (group.get("shrunken"), low, high, group.get("raw"))
        rows.append(
            [
                reader.text(_group(group)),
                reader.number(drawable(group.get("n")), 0),
                *(signed_cell(reader, one, said.decimals) for one in values),
            ]
        )
    return Table(dimension, _("By {what}").format(what=_name(said, dimension)), columns, rows)


def _group(group: Group) -> str:
    return str(group.get("name") or group.get("group") or "?")


def _name(said: Said, dimension: str) -> str:
    return vocabulary.word(vocabulary.DIMENSIONS, dimension, said.t.language)
