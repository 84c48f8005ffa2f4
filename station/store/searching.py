"""Ask for visits by what a person knows of one: a plate, a supplier, a ticket, a barcode."""

from collections.abc import Iterable, Sequence
from heapq import nlargest
from typing import Any

from sqlmodel import Session, col, select

from drivers.text import fold
from station.store import queries
from station.store.tables import ErpTicket, Load, Supplier, Ticket, Vehicle, Visit

MOST_LIKE = 20  # vehicles, and suppliers, that fit


def visits_found(
    tx: Session, site: str, campaigns: Iterable[str], asked: str, before: int | None, most: int
) -> list[Visit]:
    """The visits that fit, the newest `seq` first: those of a ticket's number (ours, or that of
    the co-operative's program) or a sample's barcode, and
    those whose plate begins so, or whose supplier's name has it."""
    folded = fold(asked)
    if not folded:
        return []
    found = _by_paper(tx, site, campaigns, asked.strip())
    found += _newest(tx, col(Visit.vehicle_id), _vehicles(tx, folded), before, most)
    found += _newest(tx, col(Visit.supplier_id), _suppliers(tx, folded), before, most)
    known = {visit.id: visit for visit in found if before is None or (visit.seq or 0) < before}
    return nlargest(most, known.values(), key=lambda visit: visit.seq or 0)


def _by_paper(tx: Session, site: str, campaigns: Iterable[str], asked: str) -> list[Visit]:
    loads: list[str] = []
    if asked.isascii() and asked.isdecimal() and len(asked) < 10:
        query = select(Ticket.load_id).where(Ticket.site == site, Ticket.number == int(asked))
        loads += tx.exec(query.where(col(Ticket.campaign).in_(set(campaigns)))).all()
    theirs = select(ErpTicket.load_id).where(ErpTicket.number == asked, ErpTicket.refused == "")
    loads += [load_id for load_id in tx.exec(theirs) if load_id]
    sample = queries.sample_by_barcode(tx, asked)
    loads += [sample.load_id] if sample is not None and sample.load_id else []
    visits = select(Visit).join(Load, col(Load.visit_id) == Visit.id).where(col(Load.id).in_(loads))
    return list(tx.exec(visits)) if loads else []


def _vehicles(tx: Session, folded: str) -> Sequence[str]:
    query = select(Vehicle.id).where(
        Vehicle.plate_folded >= folded, Vehicle.plate_folded < folded + queries.LAST_CHARACTER
    )
    return tx.exec(query.limit(MOST_LIKE)).all()


def _suppliers(tx: Session, folded: str) -> Sequence[str]:
    """Those whose name has this in it: "dupont" is "EARL Dupont"."""
    query = select(Supplier.id).where(col(Supplier.name_key).contains(folded, autoescape=True))
    return tx.exec(query.order_by(col(Supplier.name_key)).limit(MOST_LIKE)).all()


def _newest(tx: Session, column: Any, ids: Sequence[str], before: int | None, most: int) -> list[Visit]:
    """Of each of these the newest visits, walked along its index."""
    found: list[Visit] = []
    for one in ids:
        query = select(Visit).where(column == one)
        query = query.where(col(Visit.seq) < before) if before is not None else query
        found += tx.exec(query.order_by(col(Visit.seq).desc()).limit(most)).all()
    return found
