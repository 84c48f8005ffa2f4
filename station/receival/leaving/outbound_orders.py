"""What is left of an order (ordre d'expédition) follows from the delivery notes that bear its number."""

from dataclasses import replace

from sqlmodel import Session, col, func, select

from drivers.text import fold
from station.acts.refusals import Fault, Invalid, NotFound
from station.grain.reasons import Code, Reason
from station.receival.leaving.outbound_coming import Coming
from station.store.tables import DeliveryNote, OutboundOrder


def open_order(tx: Session, number: str, campaign: str) -> OutboundOrder | None:
    query = select(OutboundOrder).where(OutboundOrder.number_key == fold(number))
    query = query.where(OutboundOrder.campaign == campaign, col(OutboundOrder.ended_at).is_(None))
    return tx.exec(query.order_by(col(OutboundOrder.seq).desc())).first()


def by_order(tx: Session, coming: Coming, campaign: str) -> Coming:
    """Fills what the order says and a person did not. Raises NotFound(unknown_order),
    Invalid(order_of_other_species) and, without an order, Invalid(buyer_not_said, species_not_ordered)."""
    if not coming.order_number:
        if not coming.buyer:
            raise Invalid(Fault.BUYER_NOT_SAID, plate=coming.plate)
        if not coming.species:
            raise Invalid(Fault.SPECIES_NOT_ORDERED, plate=coming.plate)
        return coming
    order = open_order(tx, coming.order_number, campaign)
    if order is None:
        raise NotFound(Fault.UNKNOWN_ORDER, number=coming.order_number, campaign=campaign)
    if coming.species and coming.species != order.species:
        raise Invalid(
            Fault.ORDER_OF_OTHER_SPECIES, number=order.number, species=order.species, declared=coming.species
        )
    return replace(
        coming, order_number=order.number, buyer=coming.buyer or order.buyer, species=order.species,
        grade=coming.grade or order.grade or None, claims=coming.claims or tuple(order.claims),
    )  # fmt: skip


def delivered_kg(tx: Session, number: str, campaign: str) -> float:
    """What left under its number and did not come back."""
    stayed = col(DeliveryNote.net_kg) - func.coalesce(DeliveryNote.back_kg, 0.0)
    query = select(func.sum(stayed)).where(
        DeliveryNote.order_number == number, DeliveryNote.campaign == campaign
    )
    return tx.exec(query).one() or 0.0


def left_kg(tx: Session, order: OutboundOrder) -> float | None:
    """None: it has no end."""
    if order.tonnes is None:
        return None
    return round(order.tonnes * 1000 - delivered_kg(tx, order.number, order.campaign), 3)


def ask_of_order(left: float | None, number: str, net_kg: float) -> Reason | None:
    """Ask about more than is left of an order."""
    if left is None or net_kg <= left:
        return None
    return Reason(Code.OVER_ORDER, {"number": number, "moved_kg": net_kg, "left_kg": left})
