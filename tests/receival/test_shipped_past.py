"""What grain went through goes with it to another own silo: treatments, lost claims, never-blend."""

from typing import Any

import pytest

from station.acts.refusals import Conflict, Fault, Refusal
from station.receival.between_silos import shipments
from station.receival.between_silos.shipment_paper import ShipmentPaper, read_text, written
from station.receival.between_silos.shipments import Journey
from station.receival.storage import cell_acts, treatments
from station.receival.storage.cell_acts import Said
from station.receival.storage.treatments import Dose
from station.store.tables import Cell
from tests.receival.test_cell_acts import bring, last, state
from tests.receival.two_silos import TwoSilos
from tests.silo_rig import ANNE, MARC, Silo

WHEAT: dict[str, Any] = {"species": ["soft_wheat"], "claims": ["insecticide_free"]}
DOSE = Dose("K-Obiol", 20.0, "ml/t", "deltaméthrine", "insecticide")


def claim(silo: Silo, cell: str) -> None:
    """The cell is one that takes only what is free of insecticide."""
    with silo.desk.ledger.write() as tx:
        tx.add(tx.get_one(Cell, cell).sqlmodel_update({"claims": ["insecticide_free"]}))


def test_what_was_treated_is_treated_at_the_other_silo_too(two: TwoSilos) -> None:
    claim(two.here, "c5")
    bring(two.here, "c5", 50_000, WHEAT, moisture=14.0)
    assert two.ship(1_000, "c5").paper["claims"] == ["insecticide_free"]
    treatments.treat_cell(two.here.desk, "c5", DOSE, ANNE, two.here.clock())
    row = two.ship(26_400, "c5")
    assert (row.paper["claims"], row.paper["treated"]) == ([], ["deltaméthrine"])
    two.take(two.text(row))
    visit = two.arrive(row.number, barcode="S-1")
    two.there.measure_well(visit)
    (load,) = two.there.loads(visit)
    with pytest.raises(Conflict) as refused:
        treatments.treat_load(two.there.desk, load.id, DOSE, ANNE, two.there.clock())
    assert refused.value.code is Fault.SAME_SUBSTANCE
    two.unload(visit, 26_400, "c5")
    assert last(two.there, "c5").standing["treated"] == ["deltaméthrine"]
    with pytest.raises(Conflict):
        treatments.treat_cell(two.there.desk, "c5", DOSE, ANNE, two.there.clock())


def test_what_may_never_be_blended_is_proposed_only_quarantine_at_the_other_silo(two: TwoSilos) -> None:
    bring(two.here, "q1", 30_000, {"species": ["soft_wheat"], "claims": []}, moisture=14.0)
    row = two.ship(26_400, "q1", journey={"species": "soft_wheat"})
    assert row.paper["never_blend"]
    two.hear(row)
    visit = two.arrive(row.number)
    two.there.confirm(43_120, visit, "first")
    (load,) = two.there.loads(visit)
    proposal = two.there.proposal(load)
    assert proposal is not None
    assert proposal.cell == "q1"
    assert "came_never_blend" in [one["code"] for one in proposal.result["reasons"]]
    with pytest.raises(Refusal) as refused:
        two.there.decide(load, "c5", "p2")
    assert refused.value.code is Fault.NEVER_BLEND_OVERRIDE
    two.there.decide(load, "c5", "p2", actor=MARC)
    two.there.confirm(16_720, two.there.visit(visit), "last")
    assert [one.code for one in state(two.there, "c5").barred] == ["cell_never_blend"]


def test_grain_that_comes_back_is_what_it_was(two: TwoSilos) -> None:
    bring(two.here, "q1", 30_000, {"species": ["soft_wheat"], "claims": []}, moisture=14.0)
    journey = Journey("sud", "AB-123-CD", species="soft_wheat")
    desk, clock = two.here.desk, two.here.clock
    row = shipments.ship(desk, "q1", 20_000, journey, ANNE, clock())
    cell_acts.ventilate(desk, "q1", 1.0, None, Said(), ANNE, clock())
    shipments.take_back(desk, row.number, "closed", MARC, clock(), cell="c5", despite_kg=20_000)
    assert last(two.here, "c5").standing["never_blend"]


def test_a_paper_of_an_older_release_is_read(two: TwoSilos) -> None:
    """It ends with its values."""
    row = two.ship()
    paper = ShipmentPaper.read(row.paper)
    told = {name: value for name, value in row.paper.items() if name not in ("treated", "never_blend")}
    assert ShipmentPaper.read(told) == paper
    text = written(paper, None)
    assert read_text(_shortened(text, 2))[0] == paper
    with pytest.raises(Exception, match="wrong or missing"):
        read_text(_shortened(text, 3))


def _shortened(text: str, fields: int) -> str:
    """The text without its last fields."""
    import base64
    import json
    import zlib

    letters = text.removeprefix("SILO1")
    whole = base64.b32decode(letters + "=" * (-len(letters) % 8))
    said = json.loads(zlib.decompress(whole[1:]))[:-fields]
    body = whole[:1] + zlib.compress(json.dumps(said).encode(), 9)
    return "SILO1" + base64.b32encode(body).decode().rstrip("=")
