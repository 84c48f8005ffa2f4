"""What is shown marked as to be confirmed."""

from station.lab import marks
from station.lab.controls import Target
from station.lab.holds import end_hold, held_values
from station.receival.arrivals.visits import NewLoad
from station.receival.storage import movements
from station.store.holds import open_holds
from tests.lab.test_controls import PROTEIN, control
from tests.lab.test_holds import BAD, GOOD, check, only, received
from tests.silo_rig import MARC, Silo
from tests.store.test_measurements import photographed


def test_the_mean_of_a_cell_is_doubted_until_the_cell_was_empty_and_moves_with_the_grain(
    silo: Silo,
) -> None:
    control(silo, "K1", PROTEIN)
    received(silo, "AA-111-AA")
    check(silo, GOOD)
    assert doubted(silo) == {}
    visit = silo.arrive("BB-222-BB", NewLoad("soft_wheat", barcode="S77"))
    silo.confirm(43_120, visit, "first")
    silo.measure_well(visit)
    silo.decide(silo.loads(visit)[0], "c4", "p1")
    silo.confirm(15_240, visit, "last")
    check(silo, BAD)
    assert doubted(silo) == {"c4": {"protein"}}
    movements.transfer(silo.desk, "c4", "c5", 27_880, "turning", "", MARC, silo.clock())
    assert doubted(silo) == {"c5": {"protein"}}
    end_hold(silo.desk, only(silo).id, "confirmed", "measured again", MARC, silo.clock())
    assert doubted(silo) == {}


def doubted(silo: Silo) -> dict[str, set[str]]:
    with silo.desk.ledger.read() as tx:
        return marks.cells_to_confirm(tx, open_holds(tx))


def test_a_reading_says_which_of_its_analytes_are_held(silo: Silo) -> None:
    control(silo, "K1", PROTEIN)
    silo.clock.pass_(minutes=5)
    reading = silo.measure("nir", {"protein": 10.4, "moisture": 13.5}, "S1")
    other = silo.measure("gac", {"moisture": 13.5}, "S1")
    check(silo, BAD)
    with silo.desk.ledger.read() as tx:
        found = open_holds(tx)
        assert marks.held_analytes(found, reading) == ["protein"]
        assert marks.held_analytes(found, other) == []


def test_a_captures_own_analytes_are_held_with_its_phone(silo: Silo) -> None:
    control(silo, "K1", Target("broken", 5.0, 0.5, basis="by_count"))
    photographed(silo, "S1", "c-1")
    photographed(silo, "K1", "c-2")
    with silo.desk.ledger.read() as tx:
        assert marks.held_of_captures(tx, open_holds(tx), ["c-1", "c-2"]) == {"c-2": ["broken"]}  # two phones


def test_a_value_that_is_evidence_only_leaves_the_mean_alone(silo: Silo) -> None:
    """The site believes the moisture meter before the NIR: what the NIR says of moisture is in no mean."""
    control(silo, "K1", Target("moisture", 12.0, 0.3))
    load = received(silo, "AA-111-AA")
    silo.measure("nir", {"moisture": 13.5}, "K1")
    assert doubted(silo) == {}
    with silo.desk.ledger.read() as tx:
        (value,) = held_values(tx, only(silo))
    assert (value.load_id, value.value, value.used) == (load.id, 13.5, False)
    silo.measure("gac", {"moisture": 13.5}, "K1")
    assert doubted(silo) == {"c1": {"moisture"}}
