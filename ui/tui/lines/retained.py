"""Write what is kept of samples: number, place, load, until when, what is out of the ordinary."""

from station.api import schemas
from ui.tui.columns import Column, table_row, wrap
from ui.tui.lines.texts import WARNING, reason_text, species
from ui.words import vocabulary
from ui.words.i18n import Translator

INDENT = 4


def columns(t: Translator) -> list[Column]:
    return [
        Column(t.gettext("No."), 10, least=10),
        Column(t.gettext("Place"), 10, least=8),
        Column(t.gettext("Load"), 22, flex=2),
        Column(t.gettext("Species"), 11, spared=True),
        Column(t.gettext("Parts"), 6, right=True, spared=True),
        Column(t.gettext("Until"), 10, least=10),
    ]


def retained_lines(row: schemas.Retained, t: Translator, width: int) -> tuple[str, ...]:
    """Write the line of a retained sample; what is out of the ordinary goes below it."""
    cells = [
        row.number,
        row.place or "—",
        " · ".join(part for part in (row.plate, row.supplier) if part) or _kind(row, t),
        species(row.species, t) if row.species else "—",
        t.number(row.parts, 0),
        t.day(row.keep_until),
    ]
    below = [line for note in notes(row, t) for line in wrap("└ " + note, width - INDENT, indent=2)]
    return (table_row(cells, columns(t), width), *(" " * INDENT + line for line in below))


def notes(row: schemas.Retained, t: Translator) -> list[str]:
    """Say who has parts of it, what blocks it, why it is sent, and its seal."""
    found = []
    if row.holder:
        found.append(t.gettext("handed to {whom}").format(whom=row.holder))
    if row.blocks:
        words = [vocabulary.word(vocabulary.BLOCKS, one, t.language) for one in row.blocks]
        found.append(WARNING + ", ".join(words))
    for one in row.why:
        word = vocabulary.word(vocabulary.WHY_SENT, one.reason, t.language)
        reasons = t.listed(reason_text(reason, t) for reason in one.reasons)
        found.append(t.named(word, reasons) if reasons else word)
    if row.seal:
        found.append(t.gettext("seal {seal}").format(seal=row.seal))
    return found


def _kind(row: schemas.Retained, t: Translator) -> str:
    word = vocabulary.word(vocabulary.SAMPLE_KINDS, row.kind, t.language)
    return f"{word} {row.barcode}"
