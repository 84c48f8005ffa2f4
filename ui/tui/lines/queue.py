"""Write the queue in words: one line per load, and what an offered weight or a proposal asks."""

from rich.cells import cell_len

from station.api import schemas
from ui.tui.board import Board, waits_since
from ui.tui.columns import Column, table_row, widths, wrap
from ui.tui.lines.texts import (
    WARNING,
    age,
    claims,
    findings_text,
    marked_value,
    photo_wanted,
    reason_text,
    species,
    weighing_role,
)
from ui.words import vocabulary
from ui.words.agreement import FEMININE, typed_by
from ui.words.i18n import Translator

INDENT = 12


def columns(t: Translator) -> list[Column]:
    """Set the columns for 78 cells: two go to the marker of the selected line. A narrow screen shortens the
    words, never the plate."""
    return [
        Column(t.gettext("Plate"), 11, least=10),
        Column(t.gettext("Supplier"), 12, flex=1),
        Column(t.gettext("Species"), 11, least=10),
        Column(t.gettext("State"), 18, flex=1, least=18),
        Column(t.gettext("Since"), 7, right=True, spared=True),
        Column(t.gettext("Next"), 14, flex=2),
    ]


def load_lines(
    visit: schemas.VisitRow, load: schemas.LoadRow, board: Board, t: Translator, width: int
) -> tuple[str, ...]:
    """Write the line of a load; what is too long for the last column goes below it: the next step, or the
    claims and the grade."""
    table = columns(t)
    cells = load_texts(visit, load, board, t)
    room = widths(table, width)[-1]
    step, qualities = cells[-1], qualities_of(load, board, t)
    whole = " · ".join(filter(None, (step, qualities)))
    if cell_len(whole) <= room:
        return (table_row([*cells[:-1], whole], table, width),)
    lead, under, last = ("└ ", qualities, step) if cell_len(step) <= room else ("└▷ ", whole, "")
    below = wrap(lead + under, width - INDENT, indent=len(lead))
    return (table_row([*cells[:-1], last], table, width), *(" " * INDENT + line for line in below))


def qualities_of(load: schemas.LoadRow, board: Board, t: Translator) -> str:
    """Write what must be honoured and the grade of the cell that is proposed or decided."""
    return " · ".join(filter(None, (claims(load.claims, t), board.grade_name(load.cell, t.language))))


def load_texts(visit: schemas.VisitRow, load: schemas.LoadRow, board: Board, t: Translator) -> list[str]:
    """Write the cells of one line; a further load of a visit shows its position instead of the plate."""
    is_first = load is visit.loads[0]
    plate = visit.plate if is_first else "└ " + t.gettext("load {number}").format(number=load.position)
    return [
        plate,
        visit.supplier if is_first else "",
        species(load.species, t),
        load_state(load, board, t),
        age(waits_since(visit, load), board.now, t),
        " · ".join(filter(None, (_next(visit, load, board, t), photo_wanted(load, t)))),
    ]


def _next(visit: schemas.VisitRow, load: schemas.LoadRow, board: Board, t: Translator) -> str:
    return t.gettext("closed on paper?") if load.asks_paper else next_step(visit, load, board, t)


def load_state(load: schemas.LoadRow, board: Board, t: Translator) -> str:
    if load.state == "proposed" and load.hold:
        return WARNING + t.gettext("hold proposed")
    if load.state == "decided":
        text = WARNING + t.gettext("stop {way}") if load.found_since else t.gettext("tipping {way}")
        return text.format(way=f"{board.pit_name(load.pit)} → {board.cell_name(load.cell)}")
    lead = WARNING if load.state == "waiting" or load.differing else ""
    return lead + vocabulary.word(vocabulary.LOAD_STATES, load.state, t.language)


def next_step(visit: schemas.VisitRow, load: schemas.LoadRow, board: Board, t: Translator) -> str:
    """Say what has to happen next, in two or three words."""
    way = f"{board.pit_name(load.pit)} → {board.cell_name(load.cell)}"
    if load.state == "arrived":
        return t.gettext("weigh full")
    if load.state in ("weighed", "waiting") or (
        load.hold and load.state == "proposed" and (load.missing or load.differing)
    ):
        return _waits_for(load, t)
    if load.state == "proposed":
        return way
    if load.state == "decided":
        text = t.gettext("decide again: {findings}") if load.found_since else t.gettext("weigh empty")
        return text.format(findings=findings_text(load.found_since, t))
    if load.ticket is not None:
        return t.gettext("ticket {number}").format(number=load.ticket)
    return "" if visit.ended_at else t.gettext("leaves")


def _waits_for(load: schemas.LoadRow, t: Translator) -> str:
    if load.differing:
        names = ", ".join(vocabulary.analyte_name(name, t.language) for name in load.differing)
        return t.gettext("measure once more: {names}").format(names=names)
    if load.missing:
        names = ", ".join(vocabulary.analyte_name(name, t.language) for name in load.missing)
        return t.gettext("missing: {names}").format(names=names)
    if load.barcode is None:
        return t.gettext("scan the sample")
    if load.waits_for:
        return waits_for_word(load, t)
    return t.gettext("see the reasons") if load.state == "waiting" else t.gettext("measure")


def waits_for_word(load: schemas.LoadRow, t: Translator) -> str:
    """Say for whose word a load waits that nothing else can help."""
    return t.gettext("waits for a manager's word: {who}").format(who=", ".join(load.waits_for))


def offer_title(weighing: schemas.Weighing, board: Board, t: Translator) -> str:
    """Write "WEIGHING 43 120 kg · bridge no. 001234 · 12 s ago", and how many more wait."""
    parts = [t.gettext("WEIGHING {kg}").format(kg=t.kg(weighing.kg))]
    if weighing.typed_by:
        parts.append(typed_by(FEMININE, weighing.typed_by, t))
    elif weighing.instrument:
        name = weighing.instrument_name or board.device_name(weighing.instrument)
        parts.append(name or weighing.instrument)
    if weighing.sealed_number:
        parts.append(t.gettext("sealed No. {number}").format(number=weighing.sealed_number))
    parts.append(t.gettext("{age} ago").format(age=age(weighing.at, board.now, t)))
    if len(board.offers) > 1:
        parts.append(t.gettext("{count} weighings wait").format(count=len(board.offers)))
    return " · ".join(parts)


def offer_remarks(weighing: schemas.Weighing, t: Translator) -> list[str]:
    """Say what speaks against taking the weight without a look: "! its verification has expired"."""
    return [WARNING + reason_text(remark, t) for remark in weighing.remarks]


def offer_question(chosen: schemas.Preselection | None, board: Board, t: Translator) -> str:
    """Ask whether the weight is taken for this visit in this role; Enter answers with yes."""
    if chosen is None or chosen.visit_id is None:
        return t.gettext("No open visit fits: enter the arrival?")
    visit = board.visit(chosen.visit_id)
    parts = [chosen.plate or (visit.plate if visit else "?")]
    loads = list(visit.loads) if visit else []
    closing = [load for load in loads if load.id in chosen.load_ids]
    if visit:
        parts.append(visit.supplier)
    if len(loads) > 1 and closing:
        parts += [f"{_load_name(load, t)} {species(load.species, t)}" for load in closing]
    elif loads:
        parts.append(species(loads[0].species, t))
    return t.gettext("{who}: {role}?").format(who=" · ".join(parts), role=weighing_role(chosen.role, t))


def _load_name(load: schemas.LoadRow, t: Translator) -> str:
    return t.gettext("load {number}").format(number=load.position)


def proposal_title(load: schemas.Load, board: Board, t: Translator) -> str:
    """Write "PIT 2 → CELL C4"; the pit's number stands beside it in large figures."""
    proposal = load.proposal
    if proposal is None or proposal.cell is None:
        return t.gettext("NO CELL: THE TRUCK WAITS")
    way = t.gettext("PIT {pit} → CELL {cell}").format(
        pit=board.pit_name(proposal.pit), cell=board.cell_name(proposal.cell)
    )
    grade = board.grade_name(proposal.cell, t.language)
    return way + (" " + t.gettext("(HOLD)") if proposal.hold else "") + (f" · {grade}" if grade else "")


def load_title(load: schemas.Load, board: Board, t: Translator) -> str:
    """Write who and what: plate, load of a trailer, supplier, species, estimated tonnes."""
    visit = board.visit_of_load(load.id)
    number = [_load_name(load, t)] if visit and len(visit.loads) > 1 else []
    parts = [load.plate, *number, load.supplier, species(load.species, t)]
    if load.claims:
        parts.append(claims(load.claims, t).upper())
    if load.estimated_kg is not None:
        parts.append("~" + t.tonnes(load.estimated_kg / 1000))
    return " · ".join(parts)


def values_line(load: schemas.Load, t: Translator) -> str:
    """Write the values the proposal stands on, side by side."""
    return " · ".join(marked_value(used.analyte, used, t, to_confirm=used.to_confirm) for used in load.values)


def way(pit: str | None, cell: str, board: Board, t: Translator) -> str:
    text = t.gettext("pit {pit} → cell {cell}")
    return text.format(pit=board.pit_name(pit), cell=board.cell_name(cell))
