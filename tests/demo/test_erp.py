"""A day beside the program that issues the bons: announced, off for a while, killed; nothing is lost."""

from pathlib import Path

import pytest
from sqlmodel import col, select

from station.demo.erp import Erp
from station.exchange.folder import Exchange
from station.receival import identification
from station.receival.announcing import Seen, confirm_arrival
from station.store.tables import Ticket, Visit
from tests.silo_rig import Silo

VISITS, OFF, KILLED = 60, range(20, 36), 40


def body(number: int) -> dict[str, object]:
    loads = [{"species": "soft_wheat"}]
    return {"plate": f"AB-{number:03}-CD", "supplier": f"EARL {number % 40}", "loads": loads}


def receive(silo: Silo, number: int) -> None:
    """The driver shows the code of the announcement; the operator confirms, weighs and decides."""
    with silo.desk.ledger.read() as tx:
        [one] = identification.identify(tx, silo.desk, f"E-{number}")
    assert one.id is not None
    seen = Seen(barcodes=[f"S{number:05}"])
    visit = confirm_arrival(silo.desk, one.id, seen, silo.by, silo.clock())
    silo.confirm(16_000 + number, visit, "first", despite_remarks=True)
    silo.measure_well(visit)
    silo.decide(silo.loads(visit)[0], "c4")
    silo.confirm(15_000, visit, "last", despite_remarks=True)


@pytest.mark.long
def test_sixty_announced_visits_reconcile(tmp_path: Path) -> None:
    silo = Silo.open(tmp_path / "data")
    exchange = Exchange(silo.desk, silo.clock, tmp_path / "erp", "fr")
    exchange.turn()
    erp, day = Erp(tmp_path / "erp"), {f"E-{number}": body(number) for number in range(VISITS)}
    first = dict(list(day.items())[: VISITS // 2])
    erp.announce(first, "one.json")
    erp.announce(dict(list(day.items())[VISITS // 2 :]), "two.json", dies_after=500)  # killed while it wrote
    exchange.turn()
    erp.announce(day, "again.json")  # it starts anew, and says everything once more
    exchange.turn()
    for number in range(VISITS):
        receive(silo, number)
        exchange.turn()
        if number in OFF:
            continue
        told = erp.read(most=1 if number == KILLED else None)  # killed in the midst of its files
        if number not in (OFF.stop, KILLED, KILLED + 1):
            assert told == 3, "two weighings and the ticket, as soon as the tare is known"
    with silo.desk.ledger.read() as tx:
        tickets = tx.exec(select(Ticket).order_by(col(Ticket.number))).all()
        refs = dict(tx.exec(select(Visit.external_ref, Visit.plate)).all())
    assert refs == {ref: said["plate"] for ref, said in day.items()}
    assert erp.holes == 0
    assert erp.numbers == [ticket.number for ticket in tickets] == list(range(1, VISITS + 1))
    assert {id_: kg for kept in erp.booked.values() for id_, kg in kept.items()} == {
        ticket.id: ticket.net_kg for ticket in tickets
    }
    assert {len(kept) for kept in erp.booked.values()} == {1}
