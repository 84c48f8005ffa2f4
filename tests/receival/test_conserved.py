"""Mass and dry matter are conserved by whatever moves between two silos, what is under way included."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import col, select

from drivers.reading import Analyte
from station.acts.refusals import Refusal
from station.grain.reasons import Reason
from station.lab.results import NewResult, record_result
from station.receival.between_silos import shipments
from station.receival.papers import late_values, revisions
from station.receival.storage import cell_acts, cells, movements
from station.receival.storage.cell_acts import Drying, Said
from station.store.ids import new_id
from station.store.tables import Cell, CellMovement, Load, Revision, Shipment
from tests.draws import examples
from tests.receival.two_silos import TwoSilos
from tests.silo_rig import ANNE, MARC, Silo

SAID = Said("harvest", "")
CELLS = ("c1", "c5", "h1")
GRAMS = (
    500.0  # moistures are known to 1e-6: of 1,000 t that is 10 g of dry matter, for each act of a sequence
)
Delta = tuple[float, float]  # kilograms of grain, kilograms of its dry matter
NOTHING: Delta = (0.0, 0.0)


def of(kg: float, moisture: float) -> Delta:
    return kg, kg * (100.0 - moisture) / 100.0


def last(silo: Silo, cell: str) -> CellMovement | None:
    with silo.desk.ledger.read() as tx:
        return cells.last_movement(tx, cell)


def held(silo: Silo, cell: str) -> Delta:
    row = last(silo, cell)
    if row is None or row.content_kg < 0.001:
        return NOTHING
    moisture = row.content["moisture"]
    assert 0 <= moisture["known_t"] <= row.content_kg / 1000 + 1e-9
    return of(row.content_kg, moisture["value"])


def moisture_in(silo: Silo, cell: str) -> float:
    row = last(silo, cell)
    return float(row.content["moisture"]["value"]) if row and row.content else 13.0


@dataclass
class World:
    """Two silos whose cells were emptied, and what is on the road between them."""

    two: TwoSilos
    road: dict[str, Shipment] = field(default_factory=dict)
    loads: list[Load] = field(default_factory=list)

    def whole(self) -> Delta:
        parts = [held(silo, cell) for silo in (self.two.here, self.two.there) for cell in every_cell(silo)]
        parts += [of(row.kg, row.paper["values"]["moisture"]["value"]) for row in self.road.values()]
        return sum(kg for kg, _ in parts), sum(dry for _, dry in parts)


def every_cell(silo: Silo) -> list[str]:
    with silo.desk.ledger.read() as tx:
        return list(tx.exec(select(Cell.id)))


@pytest.fixture
def world(tmp_path: Path, silo_folder: Path) -> Iterator[World]:
    two = TwoSilos.open(tmp_path, silo_folder)
    for silo in (two.here, two.there):
        for cell in every_cell(silo):
            movements.correct_inventory(
                silo.desk, cell, 0.0, "emptied", "", MARC, silo.clock(), despite_kg=0.0
            )
    yield World(two)
    for silo in (two.here, two.there):
        silo.desk.ledger.close()


def brought(silo: Silo, cell: str, kind: str, kg: float, moisture: float) -> Delta:
    at = silo.clock()
    values = {"moisture": {"value": moisture, "unit": "%", "basis": None}}
    row = CellMovement(id=new_id(at), cell_id=cell, kind=kind, kg=kg, regime="owned", organisation="x", at=at,
                       values=values)  # fmt: skip
    with silo.desk.ledger.write() as tx:
        cells.move(tx, row)
    return of(kg, moisture)


def opening(world: World, cell: str, kg: float, moisture: float, **_: Any) -> Delta:
    return brought(world.two.here, cell, "opening", kg, moisture)


def came(world: World, cell: str, kg: float, moisture: float, **_: Any) -> Delta:
    return brought(world.two.here, cell, "in", kg, moisture)


def received(world: World, kg: float, **_: Any) -> Delta:
    """A load of the day, from its arrival to its ticket."""
    here = world.two.here
    visit = here.receive("AB-123-CD", gross_kg=15_000 + kg / 10, tare_kg=15_000).visit
    world.loads += here.loads(visit)
    with here.desk.ledger.read() as tx:
        moved = tx.exec(select(CellMovement).order_by(col(CellMovement.seq).desc()).limit(1)).one()
    return of(moved.kg, moved.values["moisture"]["value"])


def told_late(world: World, moisture: float, **_: Any) -> Delta:
    """The laboratory's moisture of a load is applied: what still lies there has that one, not the old one."""
    here = world.two.here
    if not world.loads:
        return NOTHING
    load = world.loads[len(world.loads) // 2]
    new = NewResult(here.barcode(load), Analyte.MOISTURE, moisture, None, "Labo Ouest", here.clock())
    assert not isinstance(
        record_result(here.desk.ledger, new, ANNE.id, here.clock(), despite_remarks=True), Reason
    )
    late_values.take_all(here.desk, here.clock())
    with here.desk.ledger.read() as tx:
        open_ones = tx.exec(select(Revision).where(Revision.state == "proposed")).all()
    dry = 0.0
    for one in open_ones:
        (row,) = revisions.apply_revisions(here.desk, [one.id], "late", MARC, here.clock())
        changed = row.old["moisture"]["value"] - row.new["moisture"]["value"]
        dry += sum(cell["t"] * 1000 for cell in row.cells) * changed / 100
    return 0.0, dry


def left(world: World, cell: str, kg: float, **_: Any) -> Delta:
    here, moisture = world.two.here, moisture_in(world.two.here, cell)
    movements.move_out(here.desk, cell, kg, "sale", "", ANNE, here.clock())
    return of(-kg, moisture)


def transferred(world: World, cell: str, other: str, kg: float, **_: Any) -> Delta:
    movements.transfer(world.two.here.desk, cell, other, kg, "room", "", MARC, world.two.here.clock())
    return NOTHING


def counted(world: World, cell: str, kg: float, **_: Any) -> Delta:
    here, moisture, row = world.two.here, moisture_in(world.two.here, cell), last(world.two.here, cell)
    before = row.content_kg if row else 0.0
    if before < 1.0:  # nobody would know what was found
        return NOTHING
    movements.correct_inventory(here.desk, cell, kg, "counted", "", MARC, here.clock(), despite_kg=kg)
    return of(kg - before, moisture)


def dried(world: World, cell: str, other: str, kg: float, moisture: float, **_: Any) -> Delta:
    """By the moisture that the cell has; the scale may miss some of it."""
    here, high = world.two.here, moisture_in(world.two.here, cell)
    out = round(kg * (100 - high) / (100 - moisture) - (kg % 7), 3)
    drying = Drying(kg, high, moisture, out if kg % 2 else None, other)
    act = cell_acts.dry_grain(here.desk, cell, drying, SAID, MARC, here.clock())[0].act
    water, missed = act["water_kg"], of(act["freinte_kg"], moisture)
    return -water - missed[0], -missed[1]


def cleaned(world: World, cell: str, kg: float, **_: Any) -> Delta:
    here, moisture = world.two.here, moisture_in(world.two.here, cell)
    cell_acts.clean_grain(here.desk, cell, kg / 50, {Analyte.IMPURITIES: 1.0}, SAID, MARC, here.clock())
    return of(-kg / 50, moisture)


def ventilated(world: World, cell: str, **_: Any) -> Delta:
    cell_acts.ventilate(world.two.here.desk, cell, 4.0, 18.0, SAID, ANNE, world.two.here.clock())
    return NOTHING


def shipped(world: World, cell: str, kg: float, **_: Any) -> Delta:
    row = world.two.ship(kg, cell)
    world.road[row.number] = row
    return NOTHING


def came_back(world: World, kg: float, **_: Any) -> Delta:
    if not world.road:
        return NOTHING
    here, number = world.two.here, sorted(world.road)[0]
    row, missed = world.road[number], kg % 90
    shipments.take_back(here.desk, number, "refused there", ANNE, here.clock(), kg=row.kg - missed)
    del world.road[number]
    return of(-missed, row.paper["values"]["moisture"]["value"])


def arrived(world: World, kg: float, **_: Any) -> Delta:
    if not world.road:
        return NOTHING
    number = sorted(world.road)[-1]
    row, missed = world.road[number], kg % 90
    world.two.hear(row)
    world.two.unload(world.two.arrive(number), row.kg - missed)
    del world.road[number]
    return of(-missed, row.paper["values"]["moisture"]["value"])


ACTS: tuple[Callable[..., Delta], ...] = (
    opening, came, received, told_late, left, transferred, counted, dried, cleaned, ventilated, shipped,
    came_back, arrived,
)  # fmt: skip
sequences = st.lists(
    st.tuples(
        st.sampled_from(ACTS), st.sampled_from(CELLS), st.sampled_from(CELLS),
        st.integers(1_000, 90_000).map(float), st.integers(90, 180).map(lambda tenths: tenths / 10),
    ),
    min_size=1, max_size=8,
)  # fmt: skip


@given(sequence=sequences)
@settings(
    max_examples=examples(25),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_mass_and_dry_matter_are_conserved_by_any_sequence_of_acts(
    world: World, sequence: list[tuple[Callable[..., Delta], str, str, float, float]]
) -> None:
    """The sequences follow each other on the same ledgers. What is refused changes nothing."""
    for act, cell, other, kg, moisture in sequence:
        mass, dry = world.whole()
        try:
            gained = act(world, cell=cell, other=other, kg=kg, moisture=moisture)
        except Refusal:
            gained = NOTHING
        now = world.whole()
        assert now[0] - mass == pytest.approx(gained[0], abs=0.01), act.__name__
        assert now[1] - dry == pytest.approx(gained[1], abs=GRAMS / 1000), act.__name__


def test_every_act_of_a_sequence_does_something(world: World) -> None:
    """Or the property above would say nothing of it."""
    done = set()
    wanted: list[tuple[Callable[..., Delta], str, str, float, float]] = [
        (opening, "c5", "c5", 80_000.0, 16.0), (came, "c5", "c5", 20_000.0, 15.0),
        (received, "c1", "c1", 90_000.0, 0.0), (left, "c5", "c5", 5_000.0, 0.0),
        (told_late, "c1", "c1", 0.0, 14.8), (transferred, "c5", "h1", 9_001.0, 0.0),
        (counted, "c5", "c5", 86_500.0, 0.0), (dried, "c5", "c5", 20_000.0, 13.0),
        (dried, "c5", "h1", 10_001.0, 13.0), (cleaned, "c5", "c5", 50_000.0, 0.0),
        (ventilated, "c5", "c5", 0.0, 0.0), (shipped, "c1", "c1", 4_000.0, 0.0),
        (shipped, "c1", "c1", 3_000.0, 0.0), (came_back, "c1", "c1", 100.0, 0.0),
        (arrived, "c1", "c1", 50.0, 0.0),
    ]  # fmt: skip
    for act, cell, other, kg, moisture in wanted:
        seq = _rows(world)
        act(world, cell=cell, other=other, kg=kg, moisture=moisture)
        assert _rows(world) > seq, act.__name__
        done.add(act)
    assert done == set(ACTS)


def _rows(world: World) -> int:
    with world.two.here.desk.ledger.read() as here, world.two.there.desk.ledger.read() as there:
        return sum(len(tx.exec(select(CellMovement.id)).all()) for tx in (here, there))
