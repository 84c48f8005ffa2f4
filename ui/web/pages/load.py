"""One load's whole evidence on one page."""

from dataclasses import dataclass
from datetime import date

from fastapi import APIRouter, Response
from sqlmodel import Session, col, select

from station.acts.printers import TICKET
from station.acts.refusals import Conflict, Fault, NotFound
from station.api import schemas
from station.api.views import loads as load_view
from station.api.views import visits as visit_view
from station.api.views.devices import event
from station.api.views.laboratory import lab_results
from station.api.views.pay import pay
from station.api.views.retained import retained
from station.api.views.revisions import revisions
from station.api.views.view import View, view_of
from station.lab.disputes import disputable_until
from station.receival.papers.revisions import revisions_of
from station.store import audit, queries
from station.store.disputes import acts_of, disputes
from station.store.evidence import frames_of
from station.store.holds import MACHINE, covering, released_holds
from station.store.laboratory import results_by_sample
from station.store.retained import retained_of_loads
from station.store.tables import Dispute, Load, Reading, Visit, Weighing
from ui.web.pages import load_tables as tables
from ui.web.pages.pay_table import pay_table
from ui.web.pages.printing import may_receive, printers_of
from ui.web.pages.revisions import revised_values
from ui.web.raw import Dump, dump
from ui.web.reader import Reader
from ui.web.reader import Reading as Reads
from ui.web.tables import Cell, Table
from ui.words import vocabulary
from ui.words.quality import PARTIES
from ui.words.vocabulary import word

MOST_EVENTS, MOST_DISPUTES = 200, 20
router = APIRouter()


@dataclass(frozen=True, slots=True)
class LoadPage:
    """`photos` counts those of each capture that are still here; `answers` are the forms' questions with what
    was answered."""

    load: schemas.Load
    state: Cell
    claims: str
    regime: str
    owners: str
    visual_check: str
    answers: list[tuple[str, str]]
    ticket_text: str
    visit: schemas.Visit
    weighings: Table
    values: Table
    readings: Table
    raw: list[Dump]
    laboratory: Table
    revised: Table
    ranked: Table
    refused: Table
    pay: Table
    tipped: Table | None
    captures: list[tables.CaptureShown]
    retained: list[schemas.Retained]
    custody: Table
    disputes: list[tuple[Dispute, Table]]
    printers: list[str]
    may_print: bool
    may_dispute: bool
    disputable: str
    parties: list[tuple[str, str]]
    events: Table


@router.get("/loads/{load_id}")
def load(reader: Reads, load_id: str) -> Response:
    with view_of(reader.asked) as view:
        row = view.tx.get(Load, load_id)
        if row is None:
            raise NotFound(Fault.UNKNOWN_LOAD)
        page = _page(reader, view, row)
    shown = [
        page.weighings, page.values, page.readings, page.laboratory, page.revised, page.ranked,
        page.refused, page.custody, page.pay, page.events,
    ]  # fmt: skip
    return reader.page("load.html", page, shown)


def _page(reader: Reader, view: View, row: Load) -> LoadPage:
    tx = view.tx
    came = tx.get_one(Visit, row.visit_id)
    shown = load_view.load(view, row)
    visit = visit_view.visit(view, came)
    samples = [sample.id for sample in queries.samples_of(tx, row.id)]
    results = results_by_sample(tx, samples)
    kept = retained(view, retained_of_loads(tx, [row.id]))
    happened = [event(view, one) for one in audit.events_of_load(tx, row.id, row.visit_id, MOST_EVENTS)]
    proposal = shown.proposal
    until = _last_day(reader, tx, row)
    is_over = until is not None and reader.desk.policy.day(reader.now()) > until
    return LoadPage(
        load=shown,
        state=reader.state(shown.state),
        **_words(reader, shown),
        answers=[(one.title, f"{one.text} ({one.by})") for one in shown.questions if one.by],
        visit=visit,
        weighings=tables.weighings(reader, visit.weighings),
        values=tables.values(reader, shown.values, _released(tx, shown)),
        readings=tables.readings(reader, shown.readings),
        raw=_raw(reader, tx, visit, shown),
        laboratory=tables.laboratory(
            reader, lab_results(view, [one for some in results.values() for one in some])
        ),
        revised=revised_values(reader, revisions(view, revisions_of(tx, row.id)[::-1])),
        ranked=tables.ranked(reader, proposal.ranked if proposal else [], _euros(reader, tx, row)),
        refused=tables.refused(reader, proposal.refused if proposal else []),
        pay=pay_table(reader, _paid(reader, view, row)),
        tipped=tables.tipped(reader, shown.ticket_document) if shown.ticket_document else None,
        captures=[tables.capture_shown(reader, one) for one in shown.captures],
        retained=kept,
        custody=tables.custody(reader, kept),
        disputes=(contested := _disputes(reader, view, row.id)),
        printers=printers_of(reader, TICKET),
        may_print=may_receive(reader) and shown.ticket_document is not None,
        may_dispute=bool(until) and not is_over and not any(one.open for one, _ in contested),
        disputable=_disputable(reader, until, is_over=is_over),
        parties=[(one, word(PARTIES, one, reader.t.language)) for one in PARTIES],
        events=tables.events(reader, happened),
    )


def _euros(reader: Reader, tx: Session, row: Load) -> tables.Euros | None:
    """What each choice is worth, for managers; None where nobody knows or should see it."""
    proposal = queries.current_proposal(tx, row.id)
    if proposal is None or "manager" not in reader.person.roles:
        return None
    values = {(one["cell"], one["pit"]): one.get("value") for one in proposal.result["ranked"]}
    return values if any(value is not None for value in values.values()) else None


def _paid(reader: Reader, view: View, row: Load) -> list[schemas.Pay]:
    """What the load is paid, for managers alone."""
    return pay(view, row) if "manager" in reader.person.roles else []


def _released(tx: Session, load: schemas.Load) -> set[str]:
    """The analytes whose value stands on a reading that a manager has released."""
    readings = {one.id: one for one in load.readings}
    holds = released_holds(tx, {used.analyte for used in load.values})
    return {
        used.analyte
        for used in load.values
        if (one := readings.get(used.reading_id))
        and covering(holds, MACHINE, one.instrument_id, used.analyte, one.at)
    }


def _last_day(reader: Reader, tx: Session, row: Load) -> date | None:
    """The last day on which the load may be disputed; None where there is nothing to dispute."""
    try:
        return disputable_until(tx, reader.desk, row)[1]
    except Conflict:
        return None


def _disputable(reader: Reader, until: date | None, *, is_over: bool) -> str:
    if until is None:
        return ""
    _ = reader.t.gettext
    words = _("It could be disputed until {day}.") if is_over else _("It may be disputed until {day}.")
    return words.format(day=reader.t.day(until))


def _words(reader: Reader, load: schemas.Load) -> dict[str, str]:
    """What the page says of the load in words."""
    t = reader.t
    check, ticket = load.visual_check, load.ticket_document
    found = [word(vocabulary.FINDINGS, one, t.language) for one in check.findings] if check else []
    well = t.gettext("all is well") if check and not found else ""
    owners = [f"{one['supplier']} {t.percent(one['share'])}" for one in load.owners]
    return {
        "claims": ", ".join(vocabulary.claim_name(one, t.language) for one in load.claims),
        "regime": word(vocabulary.REGIMES, load.regime, t.language),
        "owners": ", ".join(owners),
        "visual_check": ", ".join(found) or well,
        "ticket_text": ticket.text if ticket else "",
    }


def _raw(reader: Reader, tx: Session, visit: schemas.Visit, load: schemas.Load) -> list[Dump]:
    """The bytes that weights and measurements came from, in their order."""
    weighings = [one.id for one in visit.weighings]
    frames = dict(
        tx.exec(select(Weighing.id, Weighing.frame_id).where(col(Weighing.id).in_(weighings))).all()
    )
    readings = [one.id for one in load.readings]
    frames |= dict(tx.exec(select(Reading.id, Reading.frame_id).where(col(Reading.id).in_(readings))).all())
    data = frames_of(tx, frames.values())
    told = [(one.id, one.at, one.instrument_name or one.instrument) for one in visit.weighings]
    told += [(one.id, one.at, one.instrument_name or one.device) for one in load.readings]
    found = []
    for id_, at, device in sorted(told, key=lambda one: one[1]):
        frame = data.get(frames.get(id_) or "")
        if frame is not None:
            found.append(dump(f"{reader.t.moment(at)} · {device or ''}", frame))
    return found


def _disputes(reader: Reader, view: View, load_id: str) -> list[tuple[Dispute, Table]]:
    rows = disputes(view.tx, is_open=None, before=None, most=MOST_DISPUTES, load_id=load_id)
    acts = acts_of(view.tx, [row.id for row in rows])
    view.names_of(act.by for some in acts.values() for act in some)
    return [(row, tables.dispute(reader, view, row.id, acts[row.id])) for row in rows]
