"""Ask which weights of a bridge tickets stand on, with the numbers by which its head has sealed them."""

from sqlmodel import Session, col, select

from station.store.days import Span
from station.store.tables import Load, Ticket, Weighing, WeighingUse


def ticketed_weights(tx: Session, instrument_id: str, span: Span) -> list[tuple[Weighing, tuple[int, ...]]]:
    """Return the weights that the instrument measured then, oldest first, each with its visit's tickets. A
    stored tare is that of its own day."""
    at = col(Weighing.at)
    query = (
        select(Weighing, Ticket.number)
        .join(WeighingUse, col(WeighingUse.weighing_id) == Weighing.id)
        .join(Load, col(Load.visit_id) == WeighingUse.visit_id)
        .join(Ticket, col(Ticket.load_id) == Load.id)
        .where(at >= span[0], at < span[1], Weighing.instrument_id == instrument_id)
        .where(col(Weighing.typed_by).is_(None), col(Weighing.repeats_id).is_(None))
        .where(col(Ticket.current).is_(True))
    )
    weights: dict[str, Weighing] = {}
    tickets: dict[str, list[int]] = {}
    for weighing, number in tx.exec(query.order_by(at, col(Ticket.number))):
        weights[weighing.id] = weighing
        tickets.setdefault(weighing.id, []).append(number)
    return [(weighing, tuple(tickets[id_])) for id_, weighing in weights.items()]
