"""What comes late of a closed load is proposed for revision; a manager applies it, and nothing else does."""

from datetime import datetime

import pytest
from sqlmodel import SQLModel, col, select

from drivers.reading import Analyte, Basis
from station.acts.refusals import Conflict, Fault, NotAllowed
from station.grain.reasons import Reason
from station.lab.results import NewResult, record_result
from station.receival.arrivals import taking_back
from station.receival.measuring import pairings
from station.receival.papers import late_values
from station.receival.papers.revisions import apply_revisions, dismiss_revisions, proposed_among
from station.receival.storage import cells, movements
from station.store import audit, traced
from station.store.books import Books
from station.store.tables import CellMovement, LabResult, Load, Proposal, Revision, Ticket
from tests.silo_rig import ANNE, GOOD, MARC, Silo

FULL_T = 800 + 2 * 27.88  # the opening of cell c1 and two loads


def received(silo: Silo, plate: str = "AB-123-CD") -> Load:
    visit = silo.receive(plate).visit
    return silo.loads(visit)[0]


def reported(silo: Silo, load: Load, analyte: str, value: float, basis: Basis | None = None) -> LabResult:
    """A laboratory's result comes in, and the station looks for what came late."""
    at = silo.clock()
    new = NewResult(silo.barcode(load), Analyte(analyte), value, basis, "Labo Ouest", at)
    row = record_result(silo.desk.ledger, new, ANNE.id, at, despite_remarks=True)
    assert not isinstance(row, Reason)
    looked(silo)
    return row


def looked(silo: Silo) -> None:
    while late_values.take_some(silo.desk, silo.clock()):
        pass


def every(silo: Silo) -> list[Revision]:
    with silo.desk.ledger.read() as tx:
        assert audit.first_broken(tx) is None
        return list(tx.exec(select(Revision).order_by(col(Revision.seq))))


def only(silo: Silo) -> Revision:
    (row,) = every(silo)
    return row


def content(silo: Silo, cell: str = "c1") -> dict[str, float]:
    with silo.desk.ledger.read() as tx:
        return {name: one["value"] for name, one in cells.content_of(tx, cell).items()}


def tickets(silo: Silo) -> list[Ticket]:
    with silo.desk.ledger.read() as tx:
        return list(tx.exec(select(Ticket).order_by(col(Ticket.seq))))


def now(silo: Silo) -> datetime:
    return silo.clock()


def test_a_late_result_is_proposed_and_changes_nothing(silo: Silo) -> None:
    load = received(silo)
    received(silo, "EF-456-GH")
    before, proposal = content(silo), silo.proposal(load)
    result = reported(silo, load, "moisture", 14.8)
    row = only(silo)
    assert (row.state, row.causes) == ("proposed", [{"kind": "lab_result", "id": result.id}])
    assert (row.old["moisture"]["value"], row.new["moisture"]["value"]) == (GOOD["moisture"], 14.8)
    (cell,) = row.cells
    assert (cell["cell"], cell["t"]) == ("c1", 27.88)
    shift = (14.8 - GOOD["moisture"]) * 27.88 / FULL_T
    before_, after = (cell[name]["moisture"]["value"] for name in ("before", "after"))
    assert after - before_ == pytest.approx(shift, abs=2e-6)
    assert content(silo) == before
    assert silo.proposal(load) == proposal
    looked(silo)
    assert len(every(silo)) == 1


def test_applied_it_gives_the_cell_its_content_and_the_load_a_correcting_ticket(silo: Silo) -> None:
    load = received(silo)
    received(silo, "EF-456-GH")
    reported(silo, load, "moisture", 14.8)
    with pytest.raises(NotAllowed):
        apply_revisions(silo.desk, [only(silo).id], "ok", ANNE, now(silo))
    before = content(silo)
    (row,) = apply_revisions(silo.desk, [only(silo).id], "laboratory holds", MARC, now(silo))
    shift = (14.8 - GOOD["moisture"]) * 27.88 / FULL_T
    assert content(silo)["moisture"] - before["moisture"] == pytest.approx(shift, abs=2e-6)
    assert content(silo)["protein"] == before["protein"]
    with silo.desk.ledger.read() as tx:
        last = cells.last_movement(tx, "c1")
        assert last is not None
        assert (last.kind, last.kg, last.content_kg) == ("revaluation", 0.0, FULL_T * 1000)
    first, second, third = tickets(silo)
    assert [one.number for one in (first, second, third)] == [1, 2, 3]
    assert (third.corrects_id, third.net_kg, row.ticket_id) == (first.id, first.net_kg, third.id)
    assert third.document["values"]["moisture"]["value"] == 14.8
    assert third.document["corrects"]["number"] == 1
    assert first.document["values"]["moisture"]["value"] == GOOD["moisture"]
    assert (first.current, third.current) == (False, True)
    with pytest.raises(Conflict) as refused:
        apply_revisions(silo.desk, [row.id], "twice", MARC, now(silo))
    assert refused.value.code is Fault.REVISION_ENDED


def test_a_trace_names_the_ticket_and_the_one_that_took_its_place(silo: Silo) -> None:
    load = received(silo)
    reported(silo, load, "moisture", 14.8)
    apply_revisions(silo.desk, [only(silo).id], "laboratory holds", MARC, now(silo))
    with silo.desk.ledger.read() as tx:
        books = Books(tx.connection(), SQLModel.metadata, "s1")
        for sought in ("2026/1", "2026/2"):
            (subject,) = traced.subjects(books, sought)
            (source, *_) = traced.trace(books, subject).sources
            assert (subject.name, source.ticket) == (sought, "2026/1 → 2026/2")


def test_a_late_value_over_a_limit_that_never_blends_keeps_the_cell_apart_and_tells_the_terminal(
    silo: Silo,
) -> None:
    load = received(silo)
    reported(silo, load, "don", 1500.0)
    with silo.desk.ledger.read() as tx:
        assert proposed_among(tx, [load.id]) == {load.id}
        assert not cells.standing_of(cells.last_movement(tx, "c1")).never_blend
    apply_revisions(silo.desk, [only(silo).id], "laboratory holds", MARC, now(silo))
    with silo.desk.ledger.read() as tx:
        assert cells.standing_of(cells.last_movement(tx, "c1")).never_blend
        assert proposed_among(tx, [load.id]) == set()
    with pytest.raises(NotAllowed):
        movements.transfer(silo.desk, "c1", "c5", 1_000, "room", "", ANNE, now(silo))


def test_grain_that_left_has_taken_its_share_of_the_change(silo: Silo) -> None:
    load = received(silo)
    received(silo, "EF-456-GH")
    half_kg = FULL_T * 1000 / 2
    out = movements.move_out(silo.desk, "c1", half_kg, "sold", "BL-1", MARC, now(silo))
    movements.transfer(silo.desk, "c1", "c5", half_kg / 2, "turned", "", MARC, now(silo))
    reported(silo, load, "moisture", 14.8)
    row = only(silo)
    assert {one["cell"]: one["t"] for one in row.cells} == {"c1": 6.97, "c5": 6.97}
    (lot,) = row.lots
    assert (lot["movement_id"], lot["paper_number"], lot["load_t"]) == (out.id, "BL-1", 13.94)
    before = content(silo)["moisture"]
    assert content(silo, "c5")["moisture"] == before
    apply_revisions(silo.desk, [row.id], "ok", MARC, now(silo))
    right = before + (14.8 - GOOD["moisture"]) * 27.88 / FULL_T
    assert (content(silo)["moisture"], content(silo, "c5")["moisture"]) == pytest.approx((right, right))


def test_a_cell_that_was_emptied_since_is_left_alone(silo: Silo) -> None:
    load = received(silo)
    movements.move_out(silo.desk, "c1", 827_880, "sold", "BL-1", MARC, now(silo))
    received(silo, "EF-456-GH")
    reported(silo, load, "moisture", 14.8)
    row = only(silo)
    assert (row.cells, len(row.lots)) == ([], 1)
    before = content(silo)
    apply_revisions(silo.desk, [row.id], "for the ticket", MARC, now(silo))
    assert content(silo) == before
    assert len(tickets(silo)) == 3


def test_a_dismissed_result_does_not_come_back_with_the_next(silo: Silo) -> None:
    load = received(silo)
    reported(silo, load, "moisture", 14.8)
    dismiss_revisions(silo.desk, [only(silo).id], "another truck's sample", MARC, now(silo))
    reported(silo, load, "test_weight", 77.0)
    _, second = every(silo)
    assert second.new["moisture"]["value"] == GOOD["moisture"]
    assert second.new["test_weight"]["value"] == 77.0


def test_a_later_value_takes_the_place_of_an_open_proposal_with_all_that_came(silo: Silo) -> None:
    load = received(silo)
    first = reported(silo, load, "moisture", 14.8)
    second = reported(silo, load, "test_weight", 74.0)
    withdrawn, row = every(silo)
    assert (withdrawn.state, row.state) == ("withdrawn", "proposed")
    assert [one["id"] for one in row.causes] == [first.id, second.id]
    assert (row.new["moisture"]["value"], row.new["test_weight"]["value"]) == (14.8, 74.0)
    assert row.old_grade != row.new_grade
    corrected = reported(silo, load, "moisture", GOOD["moisture"])
    assert every(silo)[-1].causes[-1]["id"] == corrected.id
    assert every(silo)[-1].new["moisture"]["value"] == GOOD["moisture"]


def test_protein_of_the_laboratory_is_compared_on_dry_matter(silo: Silo) -> None:
    load = received(silo)
    reported(silo, load, "protein", 10.0, Basis.AS_IS)
    new = only(silo).new["protein"]
    assert new["basis"] == "dm"
    assert new["value"] == pytest.approx(10.0 * 100 / (100 - GOOD["moisture"]), abs=1e-5)


def test_a_reading_assigned_after_the_ticket_is_proposed_and_undone_proposed_again(silo: Silo) -> None:
    load = received(silo)
    before = content(silo)["moisture"]
    stray = silo.measure("gac", {**GOOD, "moisture": 13.8}, "X9")
    pairings.assign(silo.desk, stray.id, silo.barcode(load), MARC, now(silo), reason="typing error")
    row = only(silo)
    assert row.causes == [{"kind": "pairing", "id": stray.id}]
    assert row.new["moisture"]["value"] != row.old["moisture"]["value"]
    apply_revisions(silo.desk, [row.id], "ok", MARC, now(silo))
    with pytest.raises(Conflict):
        taking_back.restore_exceptions(silo.desk, [stray.id], ANNE, now(silo))
    taking_back.restore_exceptions(silo.desk, [stray.id], MARC, now(silo))
    _, again = every(silo)
    assert again.state == "proposed"
    assert again.new["moisture"]["value"] == GOOD["moisture"]
    apply_revisions(silo.desk, [again.id], "ok", MARC, now(silo))
    assert content(silo)["moisture"] == pytest.approx(before, abs=2e-6)
    assert len(tickets(silo)) == 3


def test_what_came_for_a_load_on_site_is_no_revision(silo: Silo) -> None:
    visit = silo.arrive("AB-123-CD")
    silo.confirm(43_120, visit, "first")
    silo.measure_well(visit)
    (load,) = silo.loads(visit)
    reported(silo, load, "moisture", 14.8)
    assert every(silo) == []


def test_a_proposal_keeps_its_recorded_values_whatever_is_applied(silo: Silo) -> None:
    load = received(silo)
    reported(silo, load, "moisture", 14.8)
    apply_revisions(silo.desk, [only(silo).id], "ok", MARC, now(silo))
    with silo.desk.ledger.read() as tx:
        row = tx.exec(select(Proposal).where(Proposal.load_id == load.id)).one()
        assert row.assessment["results"]["moisture"]["value"] == GOOD["moisture"]
        moved = tx.exec(
            select(CellMovement).where(CellMovement.load_id == load.id, CellMovement.kind == "in")
        )
        assert moved.one().values["moisture"]["value"] == GOOD["moisture"]


def test_of_a_load_that_came_into_a_cell_below_nothing_only_what_is_there_is_another_one(silo: Silo) -> None:
    """10 t more had left than was known: so much of the load is taken to be in that lot."""
    movements.move_out(silo.desk, "c1", 810_000, "sold", "BL-1", MARC, now(silo), despite_kg=810_000)
    load = received(silo)
    received(silo, "EF-456-GH")
    reported(silo, load, "moisture", 14.8)
    row = only(silo)
    assert [(one["cell"], one["t"]) for one in row.cells] == [("c1", 17.88)]
    assert [(one["paper_number"], one["load_t"]) for one in row.lots] == [("BL-1", 10.0)]
    apply_revisions(silo.desk, [row.id], "ok", MARC, now(silo))
    right = (17.88 * 14.8 + 27.88 * GOOD["moisture"]) / 45.76
    assert content(silo)["moisture"] == pytest.approx(right, abs=2e-6)
