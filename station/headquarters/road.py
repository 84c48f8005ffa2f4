"""What is on the road between own silos, as far as a person sees it."""

from collections.abc import Sequence
from datetime import datetime

from station.headquarters.served import Quarters
from station.headquarters.shipments import Shipment, in_transit

__all__ = ["Shipment", "on_the_road"]


def on_the_road(quarters: Quarters, at: datetime) -> Sequence[Shipment]:
    with quarters.engine.connect() as connection:
        return in_transit(connection, quarters.tables, at)
