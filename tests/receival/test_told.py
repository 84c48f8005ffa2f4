"""What the rows of decisions, ends and tickets say, to the letter: who reads them elsewhere has no more."""

from sqlmodel import col, select

from station.receival.arrivals import visits
from station.receival.arrivals.visits import NewLoad
from station.receival.bridge import weighings
from station.receival.deciding import decisions
from station.receival.storage.tippings import Tipped
from station.store.tables import Decision, Load, Ticket, Visit
from tests.silo_rig import ANNE, MARC, Silo


def measured(silo: Silo, *loads: NewLoad) -> tuple[Visit, list[Load]]:
    visit = silo.arrive("AB-123-CD", *loads)
    silo.confirm(43_120, visit, "first")
    silo.measure_well(visit)
    return visit, silo.loads(visit)


def test_a_decision_for_another_cell_and_one_through_another_pit_only_say_why_and_by_whom(silo: Silo) -> None:
    _, (load,) = measured(silo)
    first = silo.decide(load, "c5", "p2", reason="cell nearly full", actor=MARC)
    second = silo.decide(load, "c1", "p2", reason="pit blocked", replaces=first.id)
    with silo.desk.ledger.read() as tx:
        rows = tx.exec(select(Decision).order_by(col(Decision.seq))).all()
    assert [(row.cell, row.pit, row.overridden, row.reason, row.by, row.supersedes_id) for row in rows] == [
        ("c5", "p2", True, "cell nearly full", MARC.id, None),
        ("c1", "p2", True, "pit blocked", ANNE.id, first.id),
    ]
    assert second.id == rows[1].id


def test_a_cancelled_visit_ends_every_load_that_had_not_ended(silo: Silo) -> None:
    loads = [NewLoad("soft_wheat"), NewLoad("soft_wheat"), NewLoad("barley")]
    visit = silo.arrive("AB-123-CD", *loads)
    first, *_ = silo.loads(visit)
    decisions.refuse(silo.desk, first.id, "insects", ANNE, silo.clock())
    visits.cancel_visit(silo.desk, visit.id, "entered twice", MARC, silo.clock())
    assert [(one.outcome, one.outcome_by, one.outcome_reason) for one in silo.loads(visit)] == [
        ("refused", ANNE.id, "insects"),
        ("cancelled", MARC.id, "entered twice"),
        ("cancelled", MARC.id, "entered twice"),
    ]


def test_a_ticket_is_told_as_it_is_printed(silo: Silo) -> None:
    """Two owners, a claim, a typed weight, and a tip that was split: all that the paper says, and no more."""
    declared = NewLoad(
        "soft_wheat", "Chevignon", ("organic",), "S1",
        owners=(("SCEA Moreau", 0.25), ("EARL Dupont", 0.75)), declared={"variety_purity": 98.0},
    )  # fmt: skip
    visit, (load,) = measured(silo, declared)
    decision = silo.decide(load)
    assert (decision.cell, decision.pit) == ("c3", "p2")
    tare = weighings.type_weighing(silo.desk, 15_240.0, "indicator down", MARC, silo.clock())
    tipped = {load.id: [Tipped("p2", "c3", 0.75), Tipped("p2", "h1", 0.25)]}
    done = weighings.confirm(silo.desk, tare.id, visit.id, "last", ANNE, silo.clock(), tipped=tipped)
    (ticket,) = done.tickets
    gross = silo.chain(visit)[0][1]
    bridge = {"instrument": "Bridge", "serial_number": "TB-1", "proof": "indicator"}
    quality = ticket.document["quality"]
    assert (quality["grade"], len(quality["limits"])) == ("organic_bread", 7)
    assert ticket.document == {
        "quality": quality,
        "pay": {"kg": 27_880.0, "lines": [], "unknown": []},
        "site": "Silo de Beauvoir",
        "campaign": "2026",
        "number": 1,
        "at": ticket.at.isoformat(),
        "by": ANNE.id,
        "trailer": "",
        "plate": "AB-123-CD",
        "arrived_at": visit.arrived_at.isoformat(),
        "supplier": "EARL Dupont",
        "owners": [{"name": "EARL Dupont", "share": 0.75}, {"name": "SCEA Moreau", "share": 0.25}],
        "species": "soft_wheat",
        "regime": "owned",
        "organisation": "Silo de Beauvoir",
        "declared_variety": "Chevignon",
        "claims": ["organic"],
        "barcodes": ["S1"],
        "gross": {
            "kg": 43_120.0, "at": gross.at.isoformat(), "rule": "equal_readings", "sealed_number": None,
            "typed_by": None, "remarks": [], **bridge,
        },
        "tare": {
            "kg": 15_240.0, "at": tare.at.isoformat(), "rule": "typed", "sealed_number": None,
            "typed_by": MARC.id, "remarks": [], **bridge,
        },
        "weighed_together": {"loads": 1, "net_kg": 27_880.0},
        "net_kg": 27_880.0,
        "net_remarks": [],
        "values": {
            "moisture": {"value": 13.6, "unit": "%", "basis": None, "typed_by": None, "n": 1,
                            "instruments": ["GAC 2100"]},
            "protein": {"value": 12.023121, "unit": "%", "basis": "dm", "typed_by": None, "n": 1,
                            "instruments": ["NIR"]},
            "test_weight": {"value": 77.4, "unit": "kg/hl", "basis": None, "typed_by": None, "n": 1,
                            "instruments": ["GAC 2100"]},
        },
        "tipped": [
            {"pit": "p2", "pit_name": "Pit 2", "cell": "c3", "cell_name": "Cell C3", "share": 0.75,
             "kg": 20_910.0},
            {"pit": "p2", "pit_name": "Pit 2", "cell": "h1", "cell_name": "Cell H1", "share": 0.25,
             "kg": 6_970.0},
        ],
    }  # fmt: skip
    with silo.desk.ledger.read() as tx:
        kept = tx.exec(select(Ticket)).one()
    assert kept.document == ticket.document
    assert (kept.first_weighing_id, kept.last_weighing_id) == (gross.id, tare.id)
    assert (kept.gross_kg, kept.tare_kg, kept.net_kg, kept.by) == (43_120.0, 15_240.0, 27_880.0, ANNE.id)
