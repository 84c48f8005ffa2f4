"""In a wet year all of a species, period and area is sent, and those grades are provisional."""

from datetime import timedelta

from station.acts.refusals import Fault
from station.receival.laboratory import custody
from station.receival.laboratory.wet_year import make_final, send_all
from station.store.retained import provisional_among, sent_with
from tests.receival.test_retaining import a_load, keep, refused
from tests.silo_rig import MARC, START, Silo

DAY = (START - timedelta(hours=1), START + timedelta(hours=23))


def numbers(
    silo: Silo, *span: object, suppliers: tuple[str, ...] = (), cells: tuple[str, ...] = ()
) -> list[str]:
    sending = send_all(
        silo.desk,
        "soft_wheat",
        *span,
        suppliers,
        cells,
        "récolte humide",
        MARC,
        silo.clock(),  # type: ignore[arg-type]
    )
    with silo.desk.ledger.read() as tx:
        return [row.number for row in sent_with(tx, sending.id)]


def test_all_of_a_period_is_sent_and_provisional_until_it_is_made_final(silo: Silo) -> None:
    load, other = a_load(silo), a_load(silo, "AB-124-CD")
    row = keep(silo, load)
    assert numbers(silo, *DAY) == [row.number]
    with silo.desk.ledger.read() as tx:
        assert provisional_among(tx, [load.id, other.id]) == {load.id}
    custody.hand_over(silo.desk, row.number, "Labo", MARC, silo.clock())
    make_final(silo.desk, load.id, "Hagberg 260", MARC, silo.clock())
    make_final(silo.desk, load.id, "once more", MARC, silo.clock())
    with silo.desk.ledger.read() as tx:
        assert provisional_among(tx, [load.id]) == set()
    refused(Fault.UNKNOWN_LOAD, make_final, silo.desk, "x", "", MARC, silo.clock())


def test_nothing_of_another_day_supplier_cell_or_species_is_sent(silo: Silo) -> None:
    keep(silo, a_load(silo))
    assert numbers(silo, START - timedelta(days=2), START - timedelta(days=1)) == []
    assert numbers(silo, *DAY, suppliers=("Another",)) == []
    assert numbers(silo, *DAY, cells=("c1",)) == []
    assert len(numbers(silo, *DAY, suppliers=("EARL Dupont",))) == 1
    at = silo.clock()
    refused(Fault.UNKNOWN_SPECIES, send_all, silo.desk, "quinoa", *DAY, (), (), "x", MARC, at)


def test_a_provisional_grade_keeps_the_sample_from_being_destroyed(silo: Silo) -> None:
    row = keep(silo, a_load(silo))
    numbers(silo, *DAY)
    silo.clock.pass_(days=400)
    refused(Fault.RETAINED_BLOCKED, custody.destroy, silo.desk, [row.number], MARC, silo.clock())
