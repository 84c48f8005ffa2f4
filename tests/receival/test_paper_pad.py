"""A load of the paper pad: at its real times, with its number, beside what the station weighed itself."""

from datetime import timedelta

import pytest
from sqlmodel import select

from station.acts.refusals import Conflict, Fault, Invalid
from station.printing.ticket_text import WIDTH, ticket_text
from station.receival.arrivals.paper_pad import Pad, Read, close_from_pad
from station.receival.arrivals.visits import NewLoad
from station.receival.storage.tippings import Tipped
from station.store.days import loads_ended_in, times_on_site
from station.store.tables import CellMovement, Load, Reading, Ticket, Tipping
from tests.silo_rig import ANNE, START, Silo

HOUR = timedelta(hours=1)
FULL, EMPTY = Read(43_120.0, START + HOUR), Read(15_240.0, START + HOUR + timedelta(minutes=12))
INTO = (Tipped("p1", "c1", share=1.0),)


def later(silo: Silo) -> Load:
    """The power is back after three hours, and the visit is entered."""
    silo.clock.now = START + 3 * HOUR
    return silo.loads(silo.arrive())[0]


def close(silo: Silo, load: Load, number: str = "P-7", **said: object) -> Ticket:
    pad = Pad(**{"number": number, "gross": FULL, "tare": EMPTY, "tipped": INTO, **said})  # type: ignore[arg-type]
    ticket = close_from_pad(silo.desk, load.id, pad, ANNE, silo.clock())
    assert ticket is not None
    return ticket


def test_everything_happened_when_the_pad_says(silo: Silo) -> None:
    load = later(silo)
    ticket = close(silo, load)
    assert (ticket.number, ticket.gross_kg, ticket.tare_kg, ticket.net_kg) == (1, 43_120, 15_240, 27_880)
    assert ticket.at > START + 3 * HOUR
    assert ticket.document["paper"] == {"number": "P-7", "at": EMPTY.at.isoformat()}
    assert ticket.document["gross"]["at"] == FULL.at.isoformat()
    assert ticket.document["gross"]["typed_by"] == ANNE.id
    with silo.desk.ledger.read() as tx:
        row = tx.get_one(Load, load.id)
        movement = tx.exec(select(CellMovement).where(CellMovement.load_id == load.id)).one()
        tipping = tx.exec(select(Tipping)).one()
        then = loads_ended_in(tx, (EMPTY.at, EMPTY.at + timedelta(seconds=1)))
        on_site = times_on_site(tx, [load.id])
    assert (row.outcome, row.outcome_at) == ("ticketed", EMPTY.at)
    assert (movement.at, movement.kg, movement.paper_number) == (EMPTY.at, 27_880, "P-7")
    assert tipping.at == EMPTY.at
    assert [one.id for one in then] == [load.id]
    assert on_site == [timedelta(minutes=12)]
    with silo.desk.ledger.read() as tx:
        visit = tx.get_one(type(silo.arrive("EF-456-GH")), load.visit_id)
    assert (visit.arrived_at, visit.ended_at) == (FULL.at, EMPTY.at)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_ticket_names_the_pad_s_number(silo: Silo, language: str) -> None:
    text = ticket_text(close(silo, later(silo)).document, language)
    assert "P-7" in text
    assert max(map(len, text.splitlines())) <= WIDTH


def test_what_was_weighed_and_decided_before_the_power_cut_stands(silo: Silo) -> None:
    visit = silo.arrive()
    silo.confirm(43_120, visit, "first")
    silo.measure_well(visit)
    (load,) = silo.loads(visit)
    decision = silo.decide(load)
    silo.clock.now = START + 3 * HOUR
    with pytest.raises(Conflict) as refused:
        close(silo, load)
    assert refused.value.code is Fault.WEIGHED_HERE
    ticket = close(silo, load, gross=None, tipped=())
    assert ticket.document["tipped"][0]["cell"] == decision.cell
    assert ticket.document["gross"]["rule"] == "equal_readings"


def test_two_loads_of_one_vehicle_share_the_weight_between_them(silo: Silo) -> None:
    silo.clock.now = START + 3 * HOUR
    visit = silo.arrive("AB-123-CD", NewLoad("soft_wheat", barcode="T1"), NewLoad("barley", barcode="T2"))
    first, second = silo.loads(visit)
    between = Read(28_000.0, START + HOUR + timedelta(minutes=6))
    assert close(silo, first, "P-7", tare=between).net_kg == 15_120
    ticket = close(silo, second, "P-8", gross=between, tipped=(Tipped("p2", "c5", share=1.0),))
    assert (ticket.gross_kg, ticket.tare_kg, ticket.net_kg) == (28_000, 15_240, 12_760)
    assert [use.role for use, _ in silo.chain(visit)] == ["first", "intermediate", "last"]


def test_what_the_pad_cannot_say_is_refused(silo: Silo) -> None:
    load = later(silo)
    future = Read(15_240.0, START + 9 * HOUR)
    for said, code in (
        ({"tare": future}, Fault.TIME_IN_FUTURE),
        ({"gross": Read(43_120.0, EMPTY.at)}, Fault.TIMES_OUT_OF_ORDER),
    ):
        with pytest.raises(Invalid) as wrong:
            close(silo, load, **said)
        assert wrong.value.code is code
    for said, code in (
        ({"gross": None}, Fault.NO_FIRST_WEIGHING),
        ({"tipped": ()}, Fault.LOAD_NOT_DECIDED),
        ({"tare": Read(43_200.0, EMPTY.at)}, Fault.TARE_NOT_BELOW_GROSS),
    ):
        with pytest.raises(Conflict) as refused:
            close(silo, load, **said)
        assert refused.value.code is code
    assert silo.tickets() == []
    assert silo.chain(silo.visit(silo.arrive("EF-456-GH"))) == []


def test_a_page_of_the_pad_is_of_one_load_and_takes_no_number_from_the_tickets(silo: Silo) -> None:
    load = later(silo)
    assert close(silo, load, "1").number == 1
    with pytest.raises(Conflict) as refused:
        close(silo, silo.loads(silo.arrive("EF-456-GH"))[0], "1")
    assert refused.value.code is Fault.PAPER_NUMBER_USED
    assert silo.receive("GH-789-JK").tickets[0].number == 2


def test_values_read_off_the_screen_then_stand_on_the_ticket_and_in_the_cell(silo: Silo) -> None:
    load = later(silo)
    ticket = close(silo, load, values={"moisture": (13.2, None), "protein": (11.5, "dm")})
    said = ticket.document["values"]
    assert {name: one["value"] for name, one in said.items()} == {"moisture": 13.2, "protein": 11.5}
    assert {one["typed_by"] for one in said.values()} == {ANNE.id}
    with silo.desk.ledger.read() as tx:
        reading = tx.exec(select(Reading)).one()
        movement = tx.exec(select(CellMovement).where(CellMovement.load_id == load.id)).one()
    assert (reading.at, reading.note, reading.typed_by) == (EMPTY.at, "P-7", ANNE.id)
    assert movement.values["moisture"]["value"] == 13.2


def test_values_need_the_barcode_of_their_sample(silo: Silo) -> None:
    silo.clock.now = START + 3 * HOUR
    (load,) = silo.loads(silo.arrive("AB-123-CD", NewLoad("soft_wheat")))
    values = {"moisture": (13.2, None)}
    with pytest.raises(Conflict) as refused:
        close(silo, load, values=values)
    assert refused.value.code is Fault.VALUES_WITHOUT_SAMPLE
    assert silo.tickets() == []
    ticket = close(silo, load, values=values, barcode="S90001")
    assert ticket.document["barcodes"] == ["S90001"]
    assert ticket.document["values"]["moisture"]["value"] == 13.2


def test_an_unusual_value_of_the_pad_is_asked_about(silo: Silo) -> None:
    load = later(silo)
    values = {"moisture": (31.0, None)}
    with pytest.raises(Conflict) as refused:
        close(silo, load, values=values)
    assert refused.value.code is Fault.UNUSUAL_VALUE
    ticket = close(silo, load, values=values, despite_remarks=True)
    assert ticket.document["values"]["moisture"]["value"] == 31.0


def test_truck_and_trailer_that_were_weighed_apart_have_each_its_two_weights(silo: Silo) -> None:
    silo.clock.now = START + 3 * HOUR
    visit = silo.arrive("AB-123-CD", NewLoad("soft_wheat", barcode="T1"), NewLoad("barley", barcode="T2"))
    truck, trailer = silo.loads(visit)
    of_truck = {"gross": Read(25_000.0, FULL.at), "tare": Read(10_000.0, EMPTY.at)}
    minutes = timedelta(minutes=3)
    of_trailer = {
        "gross": Read(19_000.0, FULL.at + minutes), "tare": Read(6_000.0, EMPTY.at + minutes),
        "tipped": (Tipped("p2", "c5", share=1.0),),
    }  # fmt: skip
    assert close(silo, truck, "P-7", **of_truck).net_kg == 15_000
    with pytest.raises(Conflict) as refused:
        close(silo, trailer, "P-8", **of_trailer)
    assert refused.value.code is Fault.WEIGHED_HERE
    ticket = close(silo, trailer, "P-8", **of_trailer, apart=True)
    assert (ticket.gross_kg, ticket.tare_kg, ticket.net_kg) == (19_000, 6_000, 13_000)
    assert [use.role for use, _ in silo.chain(visit)] == ["first", "intermediate", "first", "last"]


def test_parts_that_were_weighed_apart_are_entered_in_the_order_of_their_loads(silo: Silo) -> None:
    silo.clock.now = START + 3 * HOUR
    visit = silo.arrive("AB-123-CD", NewLoad("soft_wheat", barcode="T1"), NewLoad("barley", barcode="T2"))
    truck, trailer = silo.loads(visit)
    close(silo, trailer, "P-8", tipped=(Tipped("p2", "c5", share=1.0),))
    gross, tare = Read(25_000.0, FULL.at), Read(10_000.0, EMPTY.at + timedelta(minutes=3))
    with pytest.raises(Conflict) as refused:
        close(silo, truck, "P-7", gross=gross, tare=tare, apart=True)
    assert refused.value.code is Fault.WEIGHED_HERE
