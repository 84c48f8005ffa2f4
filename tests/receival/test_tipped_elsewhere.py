"""A closed load that went elsewhere than its ticket says: cells, lines and paper follow, to the kilogram."""

import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlmodel import col, select

from station.acts.refusals import Conflict, Fault, Invalid, NotFound
from station.receival.arrivals.visits import NewLoad
from station.receival.storage import movements, tipped_elsewhere
from station.receival.storage.tippings import Tipped, tippings_of
from station.store import queries
from station.store.tables import AuditEvent, CellMovement, Load, Ticket
from tests.draws import examples
from tests.receival.test_conserved import last
from tests.silo_rig import ANNE, MARC, Silo

NET = 27_880.0
ELSEWHERE = [Tipped("p2", "c5")]


def received(silo: Silo, plate: str = "AB-123-CD", protein: float = 10.4, **loads: object) -> Load:
    """A load of 27,880 kg in cell 1."""
    visit = silo.arrive(plate)
    (load,) = silo.loads(visit)
    silo.confirm(43_120, visit, "first")
    silo.measure("gac", {"moisture": 13.6, "test_weight": 77.4}, silo.barcode(load))
    silo.measure("nir", {"protein": protein, "moisture": 13.5}, silo.barcode(load))
    silo.decide(load, "c1", "p1")
    silo.confirm(15_240, visit, "last")
    return load


def correct(silo: Silo, load: Load, parts: Sequence[Tipped]) -> Ticket | None:
    return tipped_elsewhere.correct_tipping(silo.desk, load.id, parts, "cell full", ANNE, silo.clock())


def moved(silo: Silo, load: Load) -> dict[str, float]:
    """What each cell has of a load."""
    found: dict[str, float] = {}
    with silo.desk.ledger.read() as tx:
        for row in tx.exec(select(CellMovement).where(CellMovement.load_id == load.id)):
            found[row.cell_id] = found.get(row.cell_id, 0.0) + row.kg
    return {cell: kg for cell, kg in found.items() if kg}


def test_what_went_elsewhere_is_moved_and_the_ticket_is_replaced(silo: Silo) -> None:
    load = received(silo)
    ticket = correct(silo, load, [Tipped("p2", "c5", kg=12_500.0), Tipped("p1", "c1")])
    assert moved(silo, load) == {"c1": 15_380.0, "c5": 12_500.0}
    assert ticket is not None
    assert (ticket.number, ticket.net_kg) == (2, NET)
    assert ticket.document["corrects"]["number"] == 1
    assert ticket.document["corrects"]["why"] == "cell full"
    assert [(one["cell"], one["kg"]) for one in ticket.document["tipped"]] == [
        ("c5", 12_500.0), ("c1", 15_380.0),
    ]  # fmt: skip
    with silo.desk.ledger.read() as tx:
        assert [(one.cell_id, one.kg) for one in tippings_of(tx, load.id)] == [
            ("c5", 12_500.0), ("c1", 15_380.0),
        ]  # fmt: skip
        event = tx.exec(select(AuditEvent).where(AuditEvent.kind == "tipping_corrected")).one()
        current = tx.exec(select(Ticket.number).where(col(Ticket.current).is_(True))).all()
    assert (event.data["before"], event.data["after"]) == (
        {"c1": NET}, {"c5": 12_500.0, "c1": 15_380.0},
    )  # fmt: skip
    assert current == [2]


def test_a_cell_is_as_if_the_load_had_never_come(silo: Silo) -> None:
    """Its mean is that of the others again, and the load's own values are where it really is."""
    received(silo, "EF-456-GH", 12.0)
    before = last(silo, "c1")
    wrong = received(silo, "GH-789-JK", 9.0)
    assert before is not None
    correct(silo, wrong, ELSEWHERE)
    now, there = last(silo, "c1"), last(silo, "c5")
    assert now is not None
    assert there is not None
    assert now.content_kg == before.content_kg
    assert now.content == before.content
    assert now.standing == before.standing
    assert there.values["protein"]["value"] == pytest.approx(9.0 / 0.865)


def test_a_claim_that_a_load_seemed_to_have_ended_is_honoured_again(silo: Silo) -> None:
    """Conventional grain was written into the organic cell, and lies in another."""
    visit = silo.arrive("AB-123-CD", NewLoad("soft_wheat", barcode="O1", claims=("organic",)))
    silo.confirm(43_120, visit, "first")
    silo.measure_well(visit)
    silo.decide(silo.loads(visit)[0], "c3", "p2")
    silo.confirm(15_240, visit, "last")
    before = last(silo, "c3")
    load = received(silo, "EF-456-GH")
    correct(silo, load, [Tipped("p2", "c3")])
    spoilt = last(silo, "c3")
    correct(silo, load, ELSEWHERE)
    now = last(silo, "c3")
    assert before is not None
    assert spoilt is not None
    assert now is not None
    assert spoilt.standing != before.standing
    assert now.standing == before.standing
    assert moved(silo, load) == {"c5": NET}


def test_a_cell_that_was_counted_since_keeps_its_count(silo: Silo) -> None:
    load = received(silo)
    there = last(silo, "c1")
    assert there is not None
    counted = there.content_kg - NET
    movements.correct_inventory(
        silo.desk, "c1", counted, "counted", "", MARC, silo.clock(), despite_kg=counted
    )
    correct(silo, load, ELSEWHERE)
    now = last(silo, "c1")
    assert now is not None
    assert now.content_kg == pytest.approx(counted)
    assert moved(silo, load) == {"c5": NET}


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ([Tipped("p2", "c5", kg=12_500.0)], Fault.TIPPED_NOT_NET),
        ([Tipped("p2", "c5", kg=NET), Tipped("p1", "c1")], Fault.TIPPED_NOT_NET),
        ([Tipped("p2", "c5", kg=0.5), Tipped("p1", "c1")], Fault.PART_NOT_WHOLE),
        ([Tipped("p2", "c5", kg=0.5), Tipped("p1", "c1", kg=NET - 0.5)], Fault.PART_NOT_WHOLE),
        ([Tipped("p2", "c5", kg=NET / 2), Tipped("p1", "c1", share=0.5)], Fault.TIPPED_NOT_NET),
        ([Tipped("p2", "c5", share=0.9)], Fault.SHARES_NOT_WHOLE),
        ([Tipped("p1", "c3")], Fault.NOT_REACHABLE),
        ([Tipped("p1", "c9")], Fault.UNKNOWN_CELL),
    ],
)
def test_parts_that_are_not_the_net_change_nothing(silo: Silo, parts: list[Tipped], code: Fault) -> None:
    load = received(silo)
    with pytest.raises(Invalid) as refused:
        correct(silo, load, parts)
    assert refused.value.code is code
    assert moved(silo, load) == {"c1": NET}
    assert len(silo.tickets()) == 1


def test_what_was_not_tipped_or_lies_there_already_is_refused(silo: Silo) -> None:
    open_load = silo.loads(silo.arrive("EF-456-GH"))[0]
    with pytest.raises(Conflict) as refused:
        correct(silo, open_load, ELSEWHERE)
    assert refused.value.code is Fault.NOT_TIPPED
    with pytest.raises(Conflict) as refused:
        correct(silo, received(silo), [Tipped("p1", "c1")])
    assert refused.value.code is Fault.TIPPED_SO_ALREADY
    with pytest.raises(NotFound):
        tipped_elsewhere.correct_tipping(silo.desk, "nobody", ELSEWHERE, "x", ANNE, silo.clock())


PLACES = [("p1", "c1"), ("p2", "c5"), ("p1", "c4"), ("p2", "h1")]
splits = st.lists(st.integers(1, 9_000), min_size=1, max_size=4)


def _parts(kilograms: Sequence[int]) -> list[Tipped]:
    """The last part is what is left."""
    said = [Tipped(pit, cell, kg=float(kg)) for (pit, cell), kg in zip(PLACES, kilograms[:-1], strict=False)]
    return [*said, Tipped(*PLACES[len(said)])]


@settings(max_examples=examples(6))
@given(corrections=st.lists(splits, min_size=1, max_size=3), between=st.booleans())
def test_cells_are_what_they_would_be_had_it_been_said_at_once(
    tmp_path_factory: pytest.TempPathFactory, silo_folder: Path, corrections: list[list[int]], between: bool
) -> None:
    """Whatever was corrected before, and whatever came in between: kilograms, means and what cells may be
    used for are those of the last word."""
    held = []
    for said in (corrections, corrections[-1:]):
        silo = Silo.reopen(shutil.copytree(silo_folder, tmp_path_factory.mktemp("silo") / "data"))
        load = received(silo, protein=9.0)
        if between:
            received(silo, "EF-456-GH", 12.0)
        for kilograms in said:
            try:
                correct(silo, load, _parts(kilograms))
            except Conflict as refused:
                assert refused.code is Fault.TIPPED_SO_ALREADY  # noqa: PT017
        held.append(_contents(silo))
        with silo.desk.ledger.read() as tx:
            ticket = queries.ticket_by_number(tx, silo.desk.policy.site, "2026", len(silo.tickets()))
            assert sum(one.kg for one in tippings_of(tx, load.id)) == NET
        assert sum(moved(silo, load).values()) == NET
        assert ticket is not None
        silo.desk.ledger.close()
    assert held[0] == held[1]


def _contents(silo: Silo) -> dict[str, object]:
    found: dict[str, object] = {}
    for _, cell in PLACES:
        row = last(silo, cell)
        if row is not None and (row.content_kg or row.standing):
            means = {name: round(one["value"], 4) for name, one in row.content.items()}
            found[cell] = (round(row.content_kg, 3), means, row.standing)
    return found
