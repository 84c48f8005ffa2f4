"""Write the outbound visits: plate, buyer, what is to leave, how it stands, what is on it."""

from station.api import schemas
from ui.tui.board import Board
from ui.tui.columns import Column, table_row, wrap
from ui.tui.lines.texts import WARNING, age, reason_text, species
from ui.words import vocabulary
from ui.words.i18n import Translator

INDENT = 4
OUT = "↑ "  # the mark of what leaves, among those that come


def columns(t: Translator) -> list[Column]:
    return [
        Column(t.gettext("Plate"), 13, least=12),
        Column(t.gettext("Buyer"), 14, flex=1),
        Column(t.gettext("Species"), 11, least=10),
        Column(t.gettext("State"), 18, least=16),
        Column(t.gettext("Since"), 7, right=True, spared=True),
        Column(t.gettext("On it"), 10, right=True, least=9),
    ]


def outbound_lines(row: schemas.OutboundVisit, board: Board, t: Translator, width: int) -> tuple[str, ...]:
    """Write the line of an outbound visit; why it may not be loaded, and from where it was, go below."""
    below = [line for note in notes(row, board, t) for line in wrap("└ " + note, width - INDENT, indent=2)]
    return (table_row(texts(row, board, t), columns(t), width), *(" " * INDENT + line for line in below))


def queue_line(row: schemas.OutboundVisit, board: Board, t: Translator, width: int) -> tuple[str, ...]:
    """Write it among the vehicles of the queue, in one line."""
    parts = [row.buyer, species(row.species, t), state(row, t), age(row.arrived_at, board.now, t)]
    return tuple(wrap(OUT + " · ".join([row.plate, *parts]), width, indent=2))


def texts(row: schemas.OutboundVisit, board: Board, t: Translator) -> list[str]:
    kg = sum(one.kg for one in row.loaded)
    return [
        OUT + row.plate, row.buyer, species(row.species, t), state(row, t),
        age(row.arrived_at, board.now, t), t.kg(kg) if kg else "—",
    ]  # fmt: skip


def state(row: schemas.OutboundVisit, t: Translator) -> str:
    lead = WARNING if row.state == "unfit" else ""
    return lead + vocabulary.word(vocabulary.OUTBOUND_STATES, row.state, t.language)


def notes(row: schemas.OutboundVisit, board: Board, t: Translator) -> list[str]:
    found = [reason_text(one, t) for one in row.unfit]
    if row.order:
        found.append(t.gettext("order {number}").format(number=row.order))
    if row.grade:
        found.append(vocabulary.site_name("grade", row.grade, t.language))
    text = t.gettext("{kg} from cell {cell}")
    found += [text.format(kg=t.kg(one.kg), cell=board.cell_name(one.cell)) for one in row.loaded]
    return found
