"""Managers and operators see what leaves: vehicles on site, orders, delivery notes with their papers."""

from dataclasses import replace

from sqlmodel import col, select

from station.acts.printers import Printer
from station.receival.leaving import delivery_notes, outbound
from station.receival.leaving.outbound_loading import Drawn
from station.store.tables import PrintJob
from tests.receival.test_outbound import come, leave, ready
from tests.silo_rig import ANNE, Silo
from tests.ui.web.rig import Text, make_readers, pages_of

PONT = Printer("pont", "escpos", "tcp:127.0.0.1:9", prints=frozenset({"delivery"}))


def furnish(silo: Silo) -> None:
    silo.desk = replace(silo.desk, printers=(PONT,))
    make_readers(silo)
    leave(silo, ready(silo, grade="milling_no_2", carrier="Transports Nord"), 43_980, Drawn("c1"))
    dirty = come(silo, "EX-002-PO")
    outbound.end(silo.desk, dirty.id, outbound.REFUSED, "benne sale", ANNE, silo.clock())
    come(silo, "EX-003-PO")


def test_what_is_here_what_left_and_what_went_without_grain_stand_on_one_page(silo: Silo) -> None:
    furnish(silo)
    for name in ("Marc", "Anne"):
        page = pages_of(silo).reader(name).get("/outbound").text
        here, notes, ended = (page.index(f'id="{one}"') for one in ("here", "notes", "ended"))
        assert here < page.index("EX-003-PO") < notes
        assert notes < page.index("EX-001-PO") < ended < page.index("benne sale")
        assert page.count("EX-001-PO") == 1
        assert "29,180" in page
    told = pages_of(silo).reader("Marc").get("/outbound?format=csv&table=notes").text
    assert "1," in told.splitlines()[1]


def test_a_note_is_read_printed_and_handed_out_and_says_what_came_back(silo: Silo) -> None:
    furnish(silo)
    marc = pages_of(silo).reader("Marc")
    page = marc.get("/outbound/notes/1").text
    assert "DELIVERY NOTE No. 1" in page
    assert "11.60" in page
    trace = next(link for link in Text(page).links if link.startswith("/trace?"))
    assert "Cell C1" in marc.get(trace).text
    form = {"form_token": Text(page).fields["form_token"]}
    file = marc.post("/outbound/notes/1/paper", data={**form, "paper": "A4"})
    assert (file.status_code, file.headers["content-type"]) == (200, "application/pdf")
    assert marc.post("/outbound/notes/1/print", data={**form, "printer": "pont"}).status_code == 303
    with silo.desk.ledger.read() as tx:
        rows = tx.exec(select(PrintJob).order_by(col(PrintJob.seq)))
        assert [(row.printer, row.is_duplicate) for row in rows] == [("", False), ("pont", True)]
    delivery_notes.take_back(silo.desk, 1, "insectes", ANNE, silo.clock(), kg=29_100)
    assert "came back, 29,100" in marc.get("/outbound/notes/1").text
    assert marc.get("/outbound/notes/2").status_code == 404


def test_a_page_of_papers_is_not_for_who_installs(silo: Silo) -> None:
    furnish(silo)
    assert pages_of(silo).reader("Ines").get("/outbound").status_code == 403
