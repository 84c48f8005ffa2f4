"""A load that was brought, without its truck at the desk."""

from station.receival.storage import cells
from station.store.ids import new_id
from station.store.tables import CellMovement, Load, Supplier, Ticket, Vehicle, Visit, Weighing
from tests.silo_rig import Silo


def bring(silo: Silo, cell: str, kg: float, number: int) -> str:
    """A load, its ticket and its movement, as closing writes them."""
    at = silo.clock()
    load_id, weighing = new_id(at), new_id(at)
    with silo.desk.ledger.write() as tx:
        supplier = Supplier(id=f"s{number}", name=f"EARL {number}", name_key=f"earl {number}")
        plate = f"AA-{number:03}-AA"
        vehicle = Vehicle(id=f"v{number}", plate=plate, plate_key=plate, plate_folded=plate)
        tx.add_all([supplier, vehicle])
        tx.flush()
        visit = Visit(
            id=new_id(at), plate=plate, vehicle_id=vehicle.id, supplier_id=supplier.id, arrived_at=at,
            entered_at=at, entered_by="anne",
        )  # fmt: skip
        tx.add(visit)
        tx.flush()
        tx.add(Load(id=load_id, visit_id=visit.id, position=1, species="soft_wheat", outcome="ticketed",
                    outcome_at=at, campaign="2026"))  # fmt: skip
        tx.add(Weighing(id=weighing, kg=kg, at=at, rule="typed", state="used"))
        tx.flush()
        tx.add(Ticket(
            id=new_id(at), site=silo.desk.policy.site, campaign="2026", number=number, load_id=load_id,
            regime="owned", organisation="x", first_weighing_id=weighing, last_weighing_id=weighing,
            gross_kg=kg, tare_kg=0, net_kg=kg, at=at, by="anne",
        ))  # fmt: skip
        cells.move(tx, CellMovement(id=new_id(at), cell_id=cell, kind="in", kg=kg, regime="owned",
                                    organisation="x", load_id=load_id, at=at))  # fmt: skip
    return load_id
