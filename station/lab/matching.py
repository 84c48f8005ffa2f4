"""Find what a laboratory's row speaks of by what is written there: tolerant of blanks and case, never of
guesses."""

from collections.abc import Sequence

from sqlmodel import Session, col, func, select

from drivers.text import barcode_of
from station.grain.mixing import OUT, RECOVERED
from station.store import queries
from station.store.retained import retained_by_number
from station.store.tables import CellMovement, Sample

MOST = 20  # movements that went on papers of one number


def written(text: str) -> str:
    """Return a number of a sample or a paper as it is compared."""
    return barcode_of("".join(text.split()))


def sample_named(tx: Session, text: str) -> Sample | None:
    """Return the sample of which a part with this number is kept, or the one with this barcode; none where
    these are two: a bag's label was scanned as the barcode of another sample."""
    kept = retained_by_number(tx, text)
    coded = queries.sample_by_barcode(tx, written(text))
    if kept is None or (coded is not None and coded.id != kept.sample_id):
        return coded if kept is None else None
    return tx.get(Sample, kept.sample_id)


def movements_on_paper(tx: Session, text: str) -> Sequence[CellMovement]:
    """Return the movements out that went on the paper of this number, oldest first."""
    number = col(CellMovement.paper_number)
    query = select(CellMovement).where(col(CellMovement.kind).in_((OUT, RECOVERED)), number != "")
    query = query.where(func.upper(func.replace(number, " ", "")) == written(text))
    found = tx.exec(query.order_by(col(CellMovement.seq)).limit(MOST)).all()
    return [row for row in found if row.was == OUT]
