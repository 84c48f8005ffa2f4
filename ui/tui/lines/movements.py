"""Write the movements of cells that persons entered: when, from where, how much, what, who and why."""

from datetime import tzinfo

from station.api import schemas
from ui.tui.board import Board
from ui.tui.columns import Column, table_row, wrap
from ui.words import vocabulary
from ui.words.acts import acted
from ui.words.i18n import Translator

INDENT = 12  # below the cell


def columns(t: Translator) -> list[Column]:
    return [
        Column(t.gettext("Time"), 11, least=11),
        Column(t.gettext("Cell"), 18, flex=2),
        Column(t.gettext("Kind"), 14, least=10),
        Column(t.gettext("Quantity"), 14, right=True),
        Column(t.gettext("Entered by"), 14, flex=1),
    ]


def movement_lines(
    movement: schemas.Movement, board: Board, zone: tzinfo | None, t: Translator, width: int
) -> tuple[str, ...]:
    """Write the line of a movement; its reason and paper number go below it."""
    cells = [
        t.moment(movement.at, zone),
        where(movement.cell, movement.other_cell, board),
        vocabulary.word(vocabulary.MOVEMENT_KINDS, movement.kind, t.language),
        signed_kg(movement, t),
        movement.by or "",
    ]
    act = acted(movement.act.model_dump() if movement.act else None, t)
    why = [part for part in (act, movement.reason) if part]
    if movement.paper_number:
        why.append(t.gettext("paper no. {number}").format(number=movement.paper_number))
    below = wrap("└ " + " · ".join(why), width - INDENT, indent=2) if why else []
    return (table_row(cells, columns(t), width), *(" " * INDENT + line for line in below))


def where(cell: str, other_cell: str | None, board: Board) -> str:
    """Write "C1", or "C1 → C5" of a transfer."""
    name = board.cell_name(cell)
    return f"{name} → {board.cell_name(other_cell)}" if other_cell else name


def signed_kg(movement: schemas.Movement, t: Translator) -> str:
    """Write what the cell gained, with its sign; what was transferred has none."""
    if movement.kind == "transfer":
        return t.kg(abs(movement.kg))
    sign = "+" if movement.kg > 0 else "−" if movement.kg < 0 else ""
    return sign + t.kg(abs(movement.kg))
