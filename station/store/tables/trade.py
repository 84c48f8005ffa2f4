"""What is agreed with the firms that the silo trades with: contracts, orders, carriers, stored tares.

A row holds until it is ended: what changes ends the row that held, and a new one has the same key.
"""

from datetime import datetime

from sqlalchemy import JSON, Index
from sqlmodel import Field

from station.store.tables.base import Numbered


class Listed(Numbered):
    """A row of reference data. `by` None: no person of this station said it."""

    id: str = Field(primary_key=True)
    at: datetime
    by: str | None = None
    ended_at: datetime | None = None
    ended_by: str | None = None


class Carrier(Listed, table=True):
    """A carrier takes grain away (transporteur). `number` is its number at the co-operative."""

    __table_args__ = (Index("ix_carrier_seq", "seq"),)

    name: str
    name_key: str = Field(index=True)
    number: str = ""


class Buyer(Listed, table=True):
    """A buyer, or the place that grain is sent to (acheteur, destinataire)."""

    __table_args__ = (Index("ix_buyer_seq", "seq"),)

    name: str
    name_key: str = Field(index=True)
    number: str = ""
    place: str = ""


class OutboundOrder(Listed, table=True):
    """An order says what leaves for a buyer (ordre d'expédition): `buyer` is its name as the order has it.
    What is left of `tonnes` follows from what left under its number."""

    __tablename__ = "outbound_order"
    __table_args__ = (Index("ix_outbound_order_seq", "seq"),)

    number: str
    number_key: str = Field(index=True)
    buyer: str
    species: str
    grade: str = ""
    claims: list[str] = Field(default_factory=list, sa_type=JSON)
    tonnes: float | None = None
    campaign: str
    external_ref: str = ""


class Contract(Listed, table=True):
    """A supplier has sold so many tonnes of a harvest (contrat d'apport). A load counts on it by its number
    and campaign, whatever its row says since; without `tonnes` it has no end."""

    __table_args__ = (
        Index("ix_contract_seq", "seq"),
        Index("ix_contract_of_supplier", "supplier_id", "ended_at"),
    )

    number: str
    number_key: str = Field(index=True)
    supplier_id: str = Field(foreign_key="supplier.id")
    species: str
    variety: str = ""
    claims: list[str] = Field(default_factory=list, sa_type=JSON)
    tonnes: float | None = None
    campaign: str
    external_ref: str = ""


class StoredTare(Listed, table=True):
    """A vehicle with its trailer weighed so much empty on a real weighing (tare enregistrée), which may stand
    for its tare while the site's limit of age allows."""

    __tablename__ = "stored_tare"
    __table_args__ = (
        Index("ix_stored_tare_seq", "seq"),
        Index("ix_stored_tare_of_pair", "vehicle_id", "trailer_id", "ended_at"),
    )

    vehicle_id: str = Field(foreign_key="vehicle.id")
    trailer_id: str | None = Field(default=None, foreign_key="vehicle.id")
    weighing_id: str = Field(foreign_key="weighing.id", index=True)
    kg: float
    weighed_at: datetime
