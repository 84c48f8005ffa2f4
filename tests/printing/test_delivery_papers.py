"""A delivery note and a sealed sample's labels are printed as tickets are; the note's code is verified."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import zxingcpp

from station.acts.printers import DELIVERY, LABEL, Printer
from station.post import identity
from station.printing.papers import paper_of
from station.receival.leaving import delivery_notes, outbound
from station.receival.leaving.delivery_seal import DeliverySeal
from station.receival.leaving.outbound_loading import Drawn
from station.receival.papers import paper_seals, print_jobs
from station.receival.papers.paper_seals import public_key
from station.receival.papers.ticket_seal import TicketSeal
from station.runtime.print_room import PrintRoom
from station.sealed_text import TextWrong
from station.store.tables import DeliveryNote, OutboundVisit, PrintJob, RetainedSample
from tests.printing.drawn import Paper, drawn
from tests.printing.socket_printer import SocketPrinter
from tests.printing.test_papers import page
from tests.receival.test_outbound import leave, ready
from tests.silo_rig import ANNE, Silo


@pytest.fixture
def device() -> Iterator[SocketPrinter]:
    with SocketPrinter().running() as running:
        yield running


def furnish(silo: Silo, device: SocketPrinter, *automatic: str) -> None:
    kinds = frozenset({DELIVERY, LABEL})
    pont = Printer("pont", "escpos", device.target, prints=kinds, automatic=frozenset(automatic))
    silo.desk = replace(silo.desk, printers=(pont,))


def sealed_sample(silo: Silo, row: OutboundVisit) -> RetainedSample:
    return outbound.seal_sample(silo.desk, row.id, "S90001", ANNE, silo.clock(), seal="PL-77", parts=3)


def delivered(silo: Silo) -> DeliveryNote:
    row = ready(silo, carrier="Transports Nord", axles=5, trailer="REM-1", grade="milling_no_2")
    sealed_sample(silo, row)
    return leave(silo, row, 43_980, Drawn("c1"))


def printed(silo: Silo, device: SocketPrinter, count: int) -> list[Paper]:
    room = PrintRoom(silo.desk, silo.clock, monotonic=lambda: 0.0)
    while room.print_one():
        pass
    return [drawn(data) for data in device.papers(count)]


def test_a_note_is_printed_when_it_is_issued_and_again_as_a_duplicate(
    silo: Silo, device: SocketPrinter
) -> None:
    furnish(silo, device, DELIVERY)
    note = delivered(silo)
    print_jobs.print_delivery(silo.desk, note.number, None, ANNE, silo.clock())
    (first,) = printed(silo, device, 1)  # asked for before it was printed: moved, no duplicate
    print_jobs.print_delivery(silo.desk, note.number, None, ANNE, silo.clock())
    second = printed(silo, device, 2)[-1]
    assert (first.large, second.large) == ([], ["DUPLICATA"])
    assert max(map(len, first.lines)) <= 42
    assert "BON DE LIVRAISON N° 1" in first.centred
    assert "BULLETIN D'ANALYSE" in first.centred
    assert (
        first.lines[first.lines.index("BULLETIN D'ANALYSE") - 2]
        == "  plomb                              PL-77"
    )
    assert [line.split() for line in first.bold if line.startswith("NET")] == [["NET", "29", "180", "kg"]]
    assert "Échantillon E00001-8               3 parts" in first.lines
    assert first.cuts == 1


def test_goods_that_never_left_or_came_back_are_told_on_a_further_print(
    silo: Silo, device: SocketPrinter
) -> None:
    furnish(silo, device)
    note = delivered(silo)
    delivery_notes.take_back(silo.desk, note.number, "insectes", ANNE, silo.clock(), kg=29_100)
    print_jobs.print_delivery(silo.desk, note.number, None, ANNE, silo.clock())
    (paper,) = printed(silo, device, 1)
    assert paper.large == ["29 100 kg REVENUS"]
    assert "insectes" in paper.lines


def test_the_code_on_the_page_says_the_weights_and_the_bulletin_and_passes_for_no_ticket(
    silo: Silo, tmp_path: Path
) -> None:
    note = delivered(silo)
    job = print_jobs.hand_out_delivery(silo.desk, note.number, ANNE, silo.clock())
    with silo.desk.ledger.read() as tx:
        paper = paper_of(tx, silo.desk, job, "fr")
    (code,) = zxingcpp.read_barcodes(page(paper.page("A4"), tmp_path))
    own = identity.paper_key(silo.desk.ledger)
    assert own is not None
    seal = paper_seals.verify(code.text, [public_key(own)], DeliverySeal)
    assert (seal.number, seal.empty_kg, seal.full_kg, seal.net_kg) == (1, 14_800, 43_980, 29_180)
    assert (seal.species, seal.grade) == ("soft_wheat", "Blé meunier n° 2")
    assert ("protein", 11.6, "dm", None) in seal.values
    assert ("protein", ">=", 11.0, "dm") in seal.limits
    with pytest.raises(TextWrong):
        paper_seals.verify("SILO2" + code.text[5:], [public_key(own)], TicketSeal)


def test_each_part_of_a_sealed_sample_has_a_label_and_none_is_a_duplicate(
    silo: Silo, device: SocketPrinter, tmp_path: Path
) -> None:
    furnish(silo, device, LABEL)
    kept = sealed_sample(silo, ready(silo))
    (paper,) = printed(silo, device, 1)
    assert paper.cuts == 3
    assert paper.bars == [(kept.number, 2)] * 3
    assert paper.large == [kept.number] * 3
    assert [line for line in paper.lines if line.startswith("part")] == [
        f"part {one} sur 3 · plomb : PL-77 · S90001" for one in (1, 2, 3)
    ]
    assert "blé tendre · EX-001-PO · Silo de Beauvoir" in paper.lines
    job = print_jobs.print_label(silo.desk, kept.number.lower(), None, ANNE, silo.clock())
    assert printed(silo, device, 2)[-1].lines == paper.lines
    with silo.desk.ledger.read() as tx:
        again = paper_of(tx, silo.desk, tx.get_one(PrintJob, job.id), "fr")
    codes = zxingcpp.read_barcodes(page(again.page("A5"), tmp_path))
    assert [one.text for one in codes] == [kept.number] * 3
