"""On a load's page a ticket is printed again or handed out; what waits stands with the devices."""

from dataclasses import replace

from sqlmodel import col, select

from station.acts.desk import Actor, Masters
from station.acts.printers import Printer
from station.receival.papers.erp_tickets import Issued, take_number
from station.store.tables import PrintJob
from tests.silo_rig import Silo
from tests.ui.web.rig import Text, make_readers, pages_of


def jobs(silo: Silo) -> list[tuple[str, str, bool]]:
    with silo.desk.ledger.read() as tx:
        rows = tx.exec(select(PrintJob).order_by(col(PrintJob.seq)))
        return [(row.printer, row.state, row.is_duplicate) for row in rows]


def test_a_ticket_is_printed_and_handed_out_from_its_load(silo: Silo) -> None:
    silo.desk = replace(silo.desk, printers=(Printer("pont", "escpos", "tcp:127.0.0.1:9"),))
    make_readers(silo)
    done = silo.receive("AB-123-CD")
    (load,) = silo.loads(done.visit)
    marc = pages_of(silo).reader("Marc")
    page = marc.get(f"/loads/{load.id}").text
    assert "Every print after the first says DUPLICATA." in page
    form = {"form_token": Text(page).fields["form_token"]}
    file = marc.post(f"/loads/{load.id}/paper", data={**form, "paper": "A4"})
    assert (file.status_code, file.headers["content-type"]) == (200, "application/pdf")
    assert file.content.startswith(b"%PDF")
    assert marc.post(f"/loads/{load.id}/print", data={**form, "printer": "pont"}).status_code == 303
    assert jobs(silo) == [("", "printed", False), ("pont", "waiting", True)]
    assert marc.post(f"/loads/{load.id}/print", data={**form, "printer": "bureau"}).status_code == 422
    devices = marc.get("/devices").text
    assert "Papers to print" in devices
    assert "waits" in devices


def test_what_has_no_ticket_is_not_printed(silo: Silo) -> None:
    make_readers(silo)
    (load,) = silo.loads(silo.arrive("AB-123-CD"))
    marc = pages_of(silo).reader("Marc")
    page = marc.get(f"/loads/{load.id}").text
    assert "DUPLICATA" not in page
    form = {"form_token": Text(page).fields["form_token"]}
    assert marc.post(f"/loads/{load.id}/paper", data=form).status_code == 404
    assert jobs(silo) == []


def test_a_load_says_that_its_tickets_number_is_awaited_and_then_the_number(silo: Silo) -> None:
    silo.desk = replace(silo.desk, masters=Masters(ticket_number="erp"))
    make_readers(silo)
    ticket = silo.receive("AB-123-CD").tickets[0]
    marc = pages_of(silo).reader("Marc")
    page = marc.get(f"/loads/{ticket.load_id}").text
    assert "net, ticket 1. Its number is awaited." in page
    assert "PROVISIONAL DELIVERY TICKET" in page
    take_number(silo.desk, Issued("BA-17", ticket.load_id), Actor("erp", "ERP"), silo.clock())
    page = marc.get(f"/loads/{ticket.load_id}").text
    assert "net, ticket BA-17<" in page
    assert "awaited" not in page
