"""What a cell holds after grain went in and out, and what is free in it."""

from typing import Any

import pytest

from drivers.reading import Analyte
from station.grain.cells import CellState
from station.grain.reasons import Code
from station.receival.storage import cells
from station.site.file import Opening
from station.store.ids import new_id
from station.store.tables import Cell, CellMovement, Visit
from tests.silo_rig import SITE, Silo

KEYS = ("value", "basis", "known_t")  # besides the analyte's own unit


def content(silo: Silo, cell_id: str) -> CellState:
    with silo.desk.ledger.read() as tx:
        return next(one for one in cells.states(tx) if one.id == cell_id)


def move(silo: Silo, cell_id: str, kg: float, **values: float | None) -> dict[str, Any]:
    """The cell's balance per analyte after the movement; moisture, protein on dry matter, falling number."""
    bases = {"protein": "dm"}
    moved = {name: {"value": value, "basis": bases.get(name)} for name, value in values.items()}
    at = silo.clock()
    row = CellMovement(
        id=new_id(at), cell_id=cell_id, kind="in" if kg > 0 else "out", kg=kg, values=moved,
        regime="owned", organisation="Silo de Beauvoir", at=at,
    )  # fmt: skip
    with silo.desk.ledger.write() as tx:
        after = cells.move(tx, row).content
        return {name: {key: one[key] for key in KEYS} for name, one in after.items()}


def decided(silo: Silo, plate: str = "AB-123-CD", cell: str = "c1") -> Visit:
    visit = silo.arrive(plate)
    silo.confirm(43_120, visit, "first")
    silo.measure_well(visit)
    load = silo.loads(visit)[0]
    silo.decide(load, cell, "p1")
    return visit


def test_what_is_decided_is_no_longer_free_though_it_is_not_tipped(silo: Silo) -> None:
    decided(silo)
    now = content(silo, "c1")
    assert 1000 * now.free_t == pytest.approx(1_000_000 - 800_000 - 43_120 * 0.62)


def test_a_mean_is_weighted_by_the_tonnes_whose_value_is_known(silo: Silo) -> None:
    move(silo, "c5", 100_000, moisture=14.0)
    move(silo, "c5", 50_000)  # nothing is known of it
    after = move(silo, "c5", 300_000, moisture=12.0)
    assert after == {"moisture": {"value": 12.5, "basis": None, "known_t": 400.0}}
    assert content(silo, "c5").content_t == 450


def test_what_leaves_a_cell_leaves_its_quality_and_takes_its_share_of_what_is_known(silo: Silo) -> None:
    move(silo, "c5", 100_000, moisture=14.0)
    move(silo, "c5", 100_000)
    after = move(silo, "c5", -50_000)
    assert after == {"moisture": {"value": 14.0, "basis": None, "known_t": 75.0}}
    mixed = move(silo, "c5", 75_000, moisture=12.0)
    assert mixed == {"moisture": {"value": 13.0, "basis": None, "known_t": 150.0}}


def test_more_may_leave_than_the_book_says_and_nothing_is_known_of_less_than_nothing(silo: Silo) -> None:
    """An opening content is an estimate."""
    move(silo, "c5", 100_000, moisture=14.0)
    assert move(silo, "c5", -120_000) == {}
    assert content(silo, "c5").content_t == -20
    assert move(silo, "c5", 50_000, moisture=12.0)["moisture"] == {
        "value": 12.0, "basis": None, "known_t": 30.0,
    }  # fmt: skip


def test_a_falling_number_that_cannot_be_blended_stays_unknown_whatever_comes_on_top(silo: Silo) -> None:
    move(silo, "c5", 100_000, falling_number=300.0)
    assert move(silo, "c5", 10_000, falling_number=45.0)["falling_number"]["value"] is None
    after = move(silo, "c5", 500_000, falling_number=320.0)
    assert after["falling_number"] == {"value": None, "basis": None, "known_t": 610.0}


def test_nothing_goes_on_grain_whose_falling_number_has_no_mean_until_it_has_left(silo: Silo) -> None:
    move(silo, "c5", 100_000, falling_number=49.0)
    assert [one.code for one in content(silo, "c5").barred] == [Code.CELL_NEVER_BLEND]
    move(silo, "c5", -100_000)
    assert content(silo, "c5").barred == ()


def test_falling_numbers_are_blended_by_their_liquefaction(silo: Silo) -> None:
    """By domain tables: 475 t at 300 s and 25 t at 62 s give 175.5 s."""
    move(silo, "c5", 475_000, falling_number=300.0)
    after = move(silo, "c5", 25_000, falling_number=62.0)
    assert after["falling_number"]["value"] == pytest.approx(175.5, abs=0.05)


def test_a_closed_cell_is_not_proposed(silo: Silo) -> None:
    with silo.desk.ledger.write() as tx:
        closed = tx.get_one(Cell, "c1")
        closed.open = False
        tx.add(closed)
    visit = silo.arrive("AB-123-CD")
    silo.confirm(43_120, visit, "first")
    silo.measure_well(visit)
    proposal = silo.proposal(silo.loads(visit)[0])
    assert proposal is not None
    assert proposal.cell != "c1"
    (against,) = [one["reasons"] for one in proposal.result["refused"] if one["cell"] == "c1"]
    assert "cell_closed" in [reason["code"] for reason in against]


def take(silo: Silo, kg: float, u: float, **shared: float) -> dict[str, Any]:
    """c5 takes wheat of 12 % moisture known to `u`; the balance of its moisture after that."""
    at = silo.clock()
    row = CellMovement(
        id=new_id(at), cell_id="c5", kind="in", kg=kg, regime="owned", organisation="Silo", at=at,
        values={"moisture": {"value": 12.0, "unit": "%", "basis": None, "u": u, "shared": shared}},
    )  # fmt: skip
    with silo.desk.ledger.write() as tx:
        balance: dict[str, Any] = cells.move(tx, row).content["moisture"]
    return balance


def test_what_one_instrument_gets_wrong_for_all_does_not_average_out(silo: Silo) -> None:
    for _ in range(16):
        held = take(silo, 25_000, 0.5, gac=0.3)
    assert held["shared"] == {"gac": pytest.approx(0.3)}
    assert held["u"] == pytest.approx((0.3**2 + 0.4**2 / 16) ** 0.5, abs=1e-5)
    move(silo, "c5", -200_000)
    with silo.desk.ledger.read() as tx:
        assert cells.content_of(tx, "c5")["moisture"] == {**held, "known_t": 200.0}
    state = content(silo, "c5").content[Analyte.MOISTURE]
    assert (state.u, state.shared) == (held["u"], held["shared"])


def test_a_part_of_unknown_uncertainty_leaves_none_to_the_whole(silo: Silo) -> None:
    take(silo, 25_000, 0.5)
    assert content(silo, "c5").content[Analyte.MOISTURE].u == 0.5
    move(silo, "c5", 25_000, moisture=14.0)
    assert content(silo, "c5").content[Analyte.MOISTURE].u is None


def test_what_is_reserved_has_the_mean_of_what_was_decided(silo: Silo) -> None:
    assert content(silo, "c1").reserved == {}
    decided(silo)
    second = decided(silo, "CD-456-EF")
    now = content(silo, "c1")
    assert now.reserved[Analyte.MOISTURE].value == pytest.approx(13.6)
    assert now.reserved_t == pytest.approx(2 * 43.12 * 0.62)
    with silo.desk.ledger.read() as tx:
        (without,) = [
            one for one in cells.states(tx, without_load=silo.loads(second)[0].id) if one.id == "c1"
        ]
    assert without.reserved_t == pytest.approx(43.12 * 0.62)


def test_an_opening_content_may_say_how_well_it_is_known(silo: Silo) -> None:
    stated = {Analyte.MOISTURE: Opening(value=13.0, u=0.4)}
    others = [one for one in SITE.cells if one.id != "c5"]
    (c5,) = [one for one in SITE.cells if one.id == "c5"]
    silo.load_site(cells=[*others, c5.model_copy(update={"opening_t": 100.0, "opening": stated})])
    assert content(silo, "c5").content[Analyte.MOISTURE].u == 0.4


@pytest.mark.parametrize(
    ("parts", "seconds"),
    [
        (((1, 400), (1, 220)), 278.846),
        (((475, 300), (25, 62)), 175.523),
        (((475, 300), (25, 120)), 271.519),
        (((500, 280), (25, 150)), 266.592),
    ],
)
def test_a_cell_has_the_falling_number_of_the_liquefaction_in_it(
    silo: Silo, parts: tuple[tuple[int, int], ...], seconds: float
) -> None:
    for tonnes, value in parts:
        after = move(silo, "c5", 1000.0 * tonnes, falling_number=float(value))
    assert after["falling_number"]["value"] == pytest.approx(seconds, abs=5e-4)
