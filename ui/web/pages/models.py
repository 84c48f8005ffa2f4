"""Models as releases: what speaks for and against each, what was done with it, and how like its training the
photos of the last days were."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from fastapi import APIRouter, Response

from station.api import schemas
from station.api.views.models import models as models_view
from station.api.views.models import signals
from station.api.views.view import View, view_of
from station.models import releases
from station.models.acts import SHIPPED
from station.store.tables import ReleaseAct
from ui.web.reader import Reader, Reading
from ui.web.tables import Cell, Column, Table
from ui.words import vocabulary
from ui.words.quality import METHODS, RELEASE_ACTS, RELEASE_STATES
from ui.words.vocabulary import word

DAYS = 30
MOST_ACTS = 50
router = APIRouter()


@dataclass(frozen=True, slots=True)
class ModelsPage:
    releases: Table
    evidence: Table
    acts: Table
    signals: Table


@router.get("/models")
def models(reader: Reading) -> Response:
    with view_of(reader.asked) as view:
        shown = models_view(view, reader.desk)
        daily = signals(view, DAYS)
        acts = list(releases.acts(view.tx))[: -MOST_ACTS - 1 : -1]
        names = {row.sha256: f"{row.name} {row.version}" for row in releases.releases(view.tx)}
        page = ModelsPage(
            _releases(reader, shown), _evidence(reader, shown), _acts(reader, view, acts, names),
            _signals(reader, daily),
        )  # fmt: skip
    return reader.page("models.html", page, [page.releases, page.evidence, page.acts, page.signals])


def _releases(reader: Reader, rows: Sequence[schemas.Model]) -> Table:
    _ = reader.t.gettext
    columns = [
        Column(_("Model")), Column(_("Species")), Column(_("State")), Column(_("Since")), Column(_("By")),
        Column(_("Why")), Column(_("Captures"), is_number=True), Column(_("Refused"), "%", is_number=True),
        Column(_("Signed by")),
    ]  # fmt: skip
    shown = [
        [
            reader.text(f"{one.name} {one.version}"),
            reader.species(one.species),
            _state(reader, one.status),
            reader.moment(one.since),
            reader.text(one.by or _("the station")),
            reader.text(_why(reader, one.why)),
            reader.whole(one.captures),
            reader.number(None if one.abstention_rate is None else 100 * one.abstention_rate),
            reader.text(one.signed_by or (_("shipped with the station") if one.origin == "shipped" else "")),
        ]
        for one in rows
    ]
    return Table("releases", _("Releases"), columns, shown, _("No model is installed."))


def _why(reader: Reader, why: str) -> str:
    """The station's own reason in the reader's language; a person's own words stay."""
    return reader.t.gettext("shipped with the station") if why == SHIPPED else why


def _state(reader: Reader, state: str) -> Cell:
    mark = {"active": "good", "rolled_back": "bad", "set_aside": "bad"}.get(state, "quiet")
    return Cell(word(RELEASE_STATES, state, reader.t.language), state, mark=mark)


def _evidence(reader: Reader, rows: Sequence[schemas.Model]) -> Table:
    _, t = reader.t.gettext, reader.t
    columns = [
        Column(_("Model")), Column(_("Species")), Column(_("Analyte")), Column(_("Against")),
        Column("n", is_number=True), Column(_("Mean difference"), is_number=True), Column(_("95 % interval")),
        Column(_("Outside its own limits"), is_number=True),
    ]  # fmt: skip
    shown = [
        [
            reader.text(f"{one.name} {one.version}"),
            reader.species(one.species),
            reader.text(vocabulary.analyte_name(each.analyte, t.language)),
            reader.text(word(METHODS, each.against, t.language)),
            reader.whole(each.n),
            reader.number(each.bias, 2),
            reader.text(_interval(reader, each)),
            reader.whole(each.contradicted),
        ]
        for one in rows
        for each in one.evidence
    ]
    title = _("Beside laboratory and machine")
    return Table("evidence", title, columns, shown, _("Nothing to compare with yet."))


def _interval(reader: Reader, one: schemas.ModelEvidence) -> str:
    if one.bias_interval is None:
        return reader.t.gettext("not enough samples")
    low, high = one.bias_interval
    return f"{reader.t.number(low, 2)} – {reader.t.number(high, 2)}"


def _acts(reader: Reader, view: View, rows: Sequence[ReleaseAct], names: dict[str, str]) -> Table:
    _, t = reader.t.gettext, reader.t
    view.names_of(one.by for one in rows)
    titles = _("Time"), _("Model"), _("Species"), _("What"), _("By"), _("Why")
    shown = [
        [
            reader.moment(one.at),
            reader.text(names.get(one.sha256)),
            reader.species(one.species),
            reader.text(word(RELEASE_ACTS, one.act, t.language)),
            reader.text(view.name_of(one.by) or _("the station")),
            reader.text(_why(reader, one.why)),
        ]
        for one in rows
    ]
    return Table("acts", _("What was done"), [Column(one) for one in titles], shown, _("Nothing yet."))


def _signals(reader: Reader, rows: Sequence[schemas.Signal]) -> Table:
    _ = reader.t.gettext
    columns = [
        Column(_("Day")), Column(_("Model")), Column(_("Of")), Column(_("Captures"), is_number=True),
        Column(_("Refused"), "%", is_number=True), Column(_("Unfamiliar kernels"), "%", is_number=True),
        Column(_("Distance"), is_number=True),
    ]  # fmt: skip
    kinds = {"all": _("all captures"), "variety": _("variety"), "phone": _("phone")}
    shown = [
        [
            Cell(reader.t.day(date.fromisoformat(one.day)), one.day),
            reader.text(f"{one.name} {one.version}"),
            reader.text(f"{kinds[one.of]} {one.value or ''}".strip()),
            reader.whole(one.captures),
            reader.number(100 * one.abstention_rate),
            reader.number(None if one.unfamiliar is None else 100 * one.unfamiliar),
            reader.number(one.distance2),
        ]
        for one in rows
    ]
    title = _("Photos of the last {days} days").format(days=DAYS)
    return Table("signals", title, columns, shown, _("No photo was judged."))
