"""Shares make up the whole to a millionth, on both sides, wherever they are declared: what was tipped, who
owns, how loads split one weight. A tenth that is missing is grain that nobody is paid for."""

from collections.abc import Callable, Sequence

import pytest
from sqlmodel import col, select

from station.acts.refusals import Conflict, Fault, Invalid
from station.receival.arrivals.visits import NewLoad
from station.receival.storage.tippings import Tipped
from station.store.tables import CellMovement, LoadOwner, Ticket, Tipping, Visit
from tests.silo_rig import Silo

WHOLE = [
    (1.0,),
    (0.75, 0.25),
    (0.333333, 0.333333, 0.333333),  # a millionth short
    (0.333334, 0.333334, 0.333333),  # a millionth over
    (0.5, 0.499999),
    (0.5, 0.500001),
    (0.1, 0.2, 0.7),  # in binary, not even that is 1
]
NOT_WHOLE = [
    (0.9,),
    (0.45, 0.45),
    (0.6, 0.5),
    (0.5, 0.49999),
    (0.5, 0.50001),
    (0.5, 0.499998),
    (0.5, 0.500002),
    (0.5, 0.499998999),
    (0.5, 0.500001001),
]
PLACES = [("p1", "c1"), ("p2", "c5"), ("p1", "c4")]


def decided(silo: Silo) -> Visit:
    visit = silo.arrive("AB-123-CD")
    silo.confirm(43_120, visit, "first")
    silo.measure_well(visit)
    silo.decide(silo.loads(visit)[0])
    return visit


def tip(silo: Silo, shares: Sequence[float]) -> None:
    visit = decided(silo)
    tipped = [Tipped(pit, cell, share) for (pit, cell), share in zip(PLACES, shares, strict=False)]
    silo.confirm(15_120, visit, "last", tipped={silo.loads(visit)[0].id: tipped})


def own(silo: Silo, shares: Sequence[float]) -> None:
    owners = tuple((f"Owner {number}", share) for number, share in enumerate(shares))
    silo.arrive("AB-123-CD", NewLoad("soft_wheat", owners=owners))


def split(silo: Silo, shares: Sequence[float]) -> None:
    silo.arrive("AB-123-CD", *(NewLoad("soft_wheat", share=share) for share in shares))


DECLARE = pytest.mark.parametrize("declare", [tip, own, split])


@DECLARE
@pytest.mark.parametrize("shares", WHOLE)
def test_shares_that_are_a_millionth_off_are_whole(
    silo: Silo, declare: Callable[[Silo, Sequence[float]], None], shares: Sequence[float]
) -> None:
    declare(silo, shares)


@DECLARE
@pytest.mark.parametrize("shares", NOT_WHOLE)
def test_shares_that_are_farther_off_are_refused_with_their_sum(
    silo: Silo, declare: Callable[[Silo, Sequence[float]], None], shares: Sequence[float]
) -> None:
    with pytest.raises(Invalid) as refused:
        declare(silo, shares)
    assert refused.value.code is Fault.SHARES_NOT_WHOLE
    assert refused.value.params["total"] != 1.0, "a sentence that says '1 instead of 1' helps nobody"
    assert refused.value.params["total"] == pytest.approx(sum(shares), abs=1e-6)
    with silo.desk.ledger.read() as tx:
        assert tx.exec(select(Tipping)).all() == []
        assert tx.exec(select(Ticket)).all() == []


def test_what_was_tipped_is_moved_and_printed_by_its_shares(silo: Silo) -> None:
    tip(silo, (0.5, 0.3, 0.2))
    with silo.desk.ledger.read() as tx:
        rows = tx.exec(select(Tipping).order_by(col(Tipping.seq))).all()
        moved = tx.exec(select(CellMovement).where(CellMovement.kind == "in")).all()
        ticket = tx.exec(select(Ticket)).one()
    told = [(row.pit, row.cell_id, row.share) for row in rows]
    assert told == [("p1", "c1", 0.5), ("p2", "c5", 0.3), ("p1", "c4", 0.2)]
    assert {row.cell_id: row.kg for row in moved} == pytest.approx({"c1": 14_000, "c5": 8_400, "c4": 5_600})
    assert [(one["pit"], one["cell"], one["share"]) for one in ticket.document["tipped"]] == told


def test_every_owner_has_the_share_that_was_declared(silo: Silo) -> None:
    own(silo, (0.6, 0.4))
    with silo.desk.ledger.read() as tx:
        assert sorted(row.share for row in tx.exec(select(LoadOwner))) == [0.4, 0.6]


def test_equal_parts_that_nobody_declared_are_asked_about(silo: Silo) -> None:
    """Two loads emptied at one go: half of each is seldom what was on board."""
    visit = silo.arrive("AB-123-CD", *(NewLoad("soft_wheat", barcode=f"P{number}") for number in (1, 2)))
    silo.confirm(43_120, visit, "first")
    silo.measure_well(visit)
    for load in silo.loads(visit):
        silo.decide(load)
    with pytest.raises(Conflict) as error:
        silo.confirm(15_120, visit, "last")
    assert (error.value.code, error.value.params["kg"]) == (Fault.NET_SHARED_EQUALLY, 28_000)
    done = silo.confirm(15_120, visit, "last", despite_remarks=True)
    assert [ticket.net_kg for ticket in done.tickets] == [14_000, 14_000]
