"""Write the loads that ended today: when, whose, how it ended, who decided and why."""

from datetime import tzinfo

from station.api import schemas
from ui.tui.board import Board
from ui.tui.columns import Column, table_row, wrap
from ui.tui.lines.texts import species
from ui.words import vocabulary
from ui.words.i18n import Translator

INDENT = 6  # below the plate


def columns(t: Translator) -> list[Column]:
    return [
        Column(t.gettext("Time"), 5),
        Column(t.gettext("Plate"), 11, least=10),
        Column(t.gettext("Supplier"), 14, flex=1),
        Column(t.gettext("Species"), 11, least=10),
        Column(t.gettext("Outcome"), 15, flex=1, least=10),
        Column(t.gettext("Decided by"), 12, flex=1),
    ]


def ended_lines(
    load: schemas.EndedLoad, board: Board, zone: tzinfo | None, t: Translator, width: int
) -> tuple[str, ...]:
    """Write the line of a load; the reason, who approved it and that a value
    came late go below it."""
    cells = [
        t.time(load.at, zone),
        load.plate,
        load.supplier,
        species(load.species, t),
        outcome(load, board, t),
        load.by,
    ]
    approved = t.gettext("approved by {name}").format(name=load.approved_by) if load.approved_by else ""
    revised = t.gettext("a value came late: a manager looks at it") if load.revised else ""
    below = " · ".join(filter(None, (load.reason, approved, revised)))
    why = wrap("└ " + below, width - INDENT, indent=2) if below else []
    return (table_row(cells, columns(t), width), *(" " * INDENT + line for line in why))


def photo_texts(board: Board, t: Translator, width: int) -> list[str]:
    """Write how many of the photos that were asked for today were taken, by who decided; nothing on a day
    without any."""
    day = board.photos
    if day is None or not (day.asked or day.unasked):
        return []
    counts = [_counted(t.gettext("photos asked for"), day, t)]
    counts += [_counted(one.name, one, t) for one in day.people if len(day.people) > 1]
    return wrap(" · ".join(counts), width - INDENT, indent=INDENT)


def _counted(name: str, count: schemas.PhotoCount, t: Translator) -> str:
    """Write "Anne: 3 taken of 4, 1 more"."""
    text = t.gettext("{taken} taken of {asked}").format(taken=count.taken, asked=count.asked)
    more = t.gettext("{count} more").format(count=count.unasked) if count.unasked else ""
    return t.named(name, ", ".join(filter(None, (text, more))))


def outcome(load: schemas.EndedLoad, board: Board, t: Translator) -> str:
    """Write "ticket 17 → C1", or the outcome's word."""
    if load.ticket is None:
        return vocabulary.word(vocabulary.LOAD_STATES, load.outcome, t.language)
    ticket = t.gettext("ticket {number}").format(number=load.ticket)
    return f"{ticket} → {board.cell_name(load.cell)}" if load.cell else ticket
