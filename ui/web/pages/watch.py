"""The watch over instruments and phones: each on its control chart, and what waits for a manager's word."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Response
from markupsafe import Markup
from sqlmodel import Session, col, select

from drivers.reading import grain_analytes
from station.lab import standards
from station.lab.controls import controls_due, expiring
from station.store.holds import open_holds
from station.store.tables import Instrument
from ui.web.charts.control_chart import ACTION, control_chart
from ui.web.charts.scales import drawable, pair
from ui.web.charts.times import instant
from ui.web.choosing import Option
from ui.web.comparing import (
    ComparisonPage,
    Said,
    address_of,
    capital,
    moment_cell,
    nothing_yet,
    number_cell,
    picture,
    said_of,
    signed_cell,
)
from ui.web.pages import watch_tables
from ui.web.reader import Reader, Reading
from ui.web.results import ComparisonReader
from ui.web.tables import Cell, Column, Table
from ui.words import vocabulary
from ui.words.i18n import Translator

router = APIRouter()
PAGE = "watch"


@dataclass(frozen=True, slots=True)
class WatchPage:
    """`headline` says what needs a manager. The form records an adjustment made in an instrument."""

    title: str
    headline: str
    mark: str
    holds: Table
    watched: Table
    controls: Table
    verifications: Table
    standards: Table | None
    instruments: list[Option]
    analytes: list[Option]
    now: str


@router.get("/watch")
def watch(reader: Reading) -> Response:
    if "analyte" in reader.request.query_params:
        return show_one(reader)
    with reader.desk.ledger.read() as tx:
        page = _page(reader, tx)
    tables = [page.holds, page.watched, page.controls, page.verifications]
    return reader.page("watch.html", page, [*tables, page.standards] if page.standards else tables)


def _page(reader: Reader, tx: Session) -> WatchPage:
    _, now = reader.t.gettext, reader.now()
    watching = reader.desk.watching
    holds = open_holds(tx)
    due = controls_due(tx, watching, now)
    ending = expiring(tx, watching, reader.desk.policy.day(now))
    found = watched(reader)
    waiting = _waiting(
        reader.t, len(holds), sum(bool(said.result.get("in_alarm")) for said in found),
        sum(one.overdue for one in due), len(ending),
    )  # fmt: skip
    quiet = _("Nothing waits for you: no alarm, no hold, no control overdue.")
    return WatchPage(
        title=_("Watch"),
        headline=capital(reader.t.listed(waiting)) or quiet,
        mark="warn" if waiting else "good",
        holds=watch_tables.holds(reader, tx, holds),
        watched=watched_table(reader, found),
        controls=watch_tables.controls(reader, due),
        verifications=watch_tables.verifications(reader, ending),
        standards=_standards(reader, tx),
        instruments=_instruments(tx),
        analytes=[
            Option(one.value, vocabulary.analyte_name(one.value, reader.t.language), False)
            for one in grain_analytes()
        ],
        now=now.astimezone().strftime("%Y-%m-%dT%H:%M"),
    )  # fmt: skip


def _waiting(t: Translator, holds: int, alarms: int, overdue: int, ending: int) -> list[str]:
    """Say how much of each kind waits."""
    counts = (
        (holds, t.ngettext("{count} hold to end", "{count} holds to end", holds)),
        (alarms, t.ngettext("{count} alarm", "{count} alarms", alarms)),
        (overdue, t.ngettext("{count} control overdue", "{count} controls overdue", overdue)),
        (ending, t.ngettext("{count} verification ends", "{count} verifications end", ending)),
    )
    return [words.format(count=t.number(count, 0)) for count, words in counts if count]


def watched(reader: ComparisonReader) -> list[Said]:
    """Return the newest result of each instrument and phone, over all species."""
    sources = reader.results.source_names()
    return [Said(one, reader.t, sources) for one in reader.results.listed(PAGE, "species", "")]


def watched_table(reader: ComparisonReader, found: Sequence[Said]) -> Table:
    _ = reader.t.gettext
    columns = [
        Column(_("Instrument or phone")), Column(_("What")), Column(_("State")), Column(_("Last alarm")),
        Column(_("Shift"), "", True), Column(_("Since")), Column(_("Checks"), "", True),
        Column(_("Last control")), Column(_("Verified until")),
    ]  # fmt: skip
    rows = [_row(reader, said) for said in sorted(found, key=_order)]
    return Table("watched", _("Instruments and phones"), columns, rows, _("None has checks enough yet."))


def _order(said: Said) -> tuple[bool, str, str]:
    return not said.result.get("in_alarm"), said.source(), said.analyte


def _row(reader: ComparisonReader, said: Said) -> list[Cell]:
    controls = said.result.get("controls") or {}
    alarm = (said.result.get("alarms") or [{}])[-1]
    drift = alarm if alarm.get("rule") == "ewma" else {}  # one wild check is none
    shift, since = drawable(drift.get("shift")), instant(drift.get("since"))
    return [
        reader.text(said.source(), address_of(reader, PAGE, said.asked)),
        reader.text(capital(said.analyte)),
        _state(reader, said),
        moment_cell(reader, alarm.get("at")),
        Cell("" if shift is None else f"{said.signed(shift)} {said.unit}".strip(), shift),
        Cell("" if since is None else reader.t.day_month(since), since),
        reader.number(drawable(said.result.get("n")), 0),
        moment_cell(reader, controls.get("last")),
        _day(reader, said.result.get("verified_until")),
    ]


def _state(reader: ComparisonReader, said: Said) -> Cell:
    _ = reader.t.gettext
    if said.result.get("in_alarm"):
        return reader.text(_("alarm"), mark="bad")
    if not said.result.get("baseline"):
        refused = said.result.get("refused") or {}
        if said.result.get("splits") and refused.get("code") == "baseline_too_few":
            return reader.text(
                _("adjusted, {n} of {needed} checks").format(**refused["params"]), mark="quiet"
            )
        return reader.text(_("not enough checks"), mark="quiet")
    return reader.text(_("no alarm"), mark="good")


def _day(reader: ComparisonReader, value: Any) -> Cell:
    at = instant(value)
    return Cell("", None) if at is None else Cell(reader.t.day(at.date()), at.date())


def _standards(reader: Reader, tx: Session) -> Table | None:
    """Return the newest campaign of standards, or the one that the address names."""
    campaigns = standards.campaigns(tx)
    wanted = reader.request.query_params.get("campaign")
    chosen = next((one for one in campaigns if one.name == wanted), campaigns[0] if campaigns else None)
    if chosen is None:
        return None
    return watch_tables.standards(reader, chosen, standards.verdicts(tx, chosen.name))


def _instruments(tx: Session) -> list[Option]:
    query = select(Instrument.id, Instrument.name).where(Instrument.category == "analyzer")
    return [Option(one, name, False) for one, name in tx.exec(query.order_by(col(Instrument.name)))]


def show_one(reader: ComparisonReader) -> Response:
    """Show the control chart of one instrument or phone and one analyte."""
    said, fields, chosen = said_of(reader, PAGE)
    title = reader.t.gettext("Watch")
    if said is None or chosen is None:
        return reader.page("comparison.html", nothing_yet(title, reader.t, fields))
    headline, mark = _headline(said)
    alarms, checks = _alarms(reader, said), _checks(reader, said)
    page = ComparisonPage(
        title,
        fields,
        headline,
        mark,
        told=[said.sentence("look_at_the_laboratory") if mark == "bad" else "", _delay(said)],
        facts=said.facts(*_facts(reader, said)),
        charts=[_chart(said)] if checks.rows else [],
        tables=[alarms] if alarms.rows else [],
        lists=[checks],
        is_nearest=chosen.is_nearest,
    )  # fmt: skip
    return reader.page("comparison.html", page, [checks, alarms])


def _headline(said: Said) -> tuple[str, str]:
    name = f"{said.source()} ({said.analyte})"
    n = said.t.number(said.result.get("n") or 0, 0)
    refused = said.result.get("refused") or {}
    if refused.get("code") == "baseline_too_few":
        code = "baseline_after_adjustment" if said.result.get("splits") else "baseline_missing"
        so_many = {key: said.t.number(refused["params"].get(key) or 0, 0) for key in ("n", "needed")}
        return said.sentence(code, name=name, **so_many), "quiet"
    if refused:
        return said.refusal(), "quiet"
    alarms = said.result.get("alarms") or ()
    if not alarms:
        return said.sentence("quiet", name=name, n=n), "good"
    last = alarms[-1]
    if not said.result.get("in_alarm"):
        return said.sentence("was_in_alarm", name=name, at=said.day(last.get("at"))), "warn"
    shift = drawable(last.get("shift")) or 0.0
    way = said.t.gettext("higher") if shift > 0 else said.t.gettext("lower")
    words = {"at": said.day(last.get("at")), "since": said.day(last.get("since")), "way": way}
    return said.sentence("in_alarm", name=name, shift=said.quantity(abs(shift)), **words), "bad"


def _chart(said: Said) -> Markup:
    """Draw the checks; the size of the baseline widens the limit of a single one."""
    action = drawable(said.result.get("action")) or ACTION
    return picture(control_chart(said.result, said.source(), said.t, action))


def _delay(said: Said) -> str:
    delay = said.result.get("delay") or {}
    checks, quiet = (drawable((delay.get(shift) or {}).get("ewma_here")) for shift in ("1", "0"))
    if checks is None or quiet is None or not said.result.get("baseline"):
        return ""
    return said.sentence("delay", checks=said.t.number(checks, 0), quiet=said.t.number(quiet, 0))


def _facts(reader: ComparisonReader, said: Said) -> Iterator[tuple[str, str]]:
    _ = reader.t.gettext
    if baseline := said.result.get("baseline"):
        words = _("bias {bias}, SEP {sep}, from {n} checks, {begin} to {end}")
        yield (
            _("Usual state"),
            words.format(
                bias=said.signed(baseline.get("bias")), sep=said.number(baseline.get("sep")),
                n=said.t.number(baseline.get("n") or 0, 0), begin=said.day(baseline.get("from")),
                end=said.day(baseline.get("to")),
            ),
        )  # fmt: skip
    controls = said.result.get("controls") or {}
    if controls.get("last"):
        yield _("Last control"), said.day(controls["last"])
        yield _("Next control"), said.day(controls.get("due"))
    if said.result.get("verified_until"):
        yield _("Verified until"), said.day(said.result["verified_until"])


def _alarms(reader: ComparisonReader, said: Said) -> Table:
    _ = reader.t.gettext
    columns = [
        Column(_("Alarm")), Column(_("Rule")), Column(_("Since about")), Column(_("Shift"), said.unit, True),
        Column(_("from"), said.unit, True), Column(_("to"), said.unit, True),
    ]  # fmt: skip
    rules = {"ewma": _("running mean (EWMA)"), "three_s": _("3 s limit of a single check")}
    rows = []
    for alarm in reversed(said.result.get("alarms") or ()):
        shift = (alarm.get("shift"), *(pair(alarm.get("shift_ci")) or (None, None)))
        rows.append(
            [
                moment_cell(reader, alarm.get("at")),
                reader.text(rules.get(str(alarm.get("rule")), str(alarm.get("rule")))),
                moment_cell(reader, alarm.get("since")),
                *(signed_cell(reader, one, said.decimals) for one in shift),
            ]
        )
    return Table("alarms", _("Alarms, newest first"), columns, rows)


def _checks(reader: ComparisonReader, said: Said) -> Table:
    _ = reader.t.gettext
    columns = [
        Column(_("When")), Column(_("Against")), Column(_("Difference"), said.unit, True),
        Column(_("In units of SEP"), "", True), Column(_("running mean (EWMA)"), "", True),
        Column(_("Its limit"), "", True),
    ]  # fmt: skip
    rows = [_check(reader, said, check) for check in reversed(said.result.get("checks") or ())]
    return Table("checks", _("Checks, newest first"), columns, rows, _("There is none yet."))


def _check(reader: ComparisonReader, said: Said, check: Mapping[str, Any]) -> list[Cell]:
    _ = reader.t.gettext
    against = _("control sample") if check.get("kind") == "control" else said.method("lab")
    return [
        moment_cell(reader, check.get("at")),
        reader.text(against),
        signed_cell(reader, check.get("d"), said.decimals),
        *(number_cell(reader, check.get(key), 2) for key in ("u", "ewma", "limit")),
    ]
