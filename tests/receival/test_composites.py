"""A composite holds chosen loads; what is over a limit in it is looked for in the loads' own samples."""

from datetime import timedelta

from drivers.reading import Analyte
from station.acts.refusals import Fault
from station.grain.identifiers import Species
from station.lab.results import NewResult, record_result
from station.receival.arrivals.visits import NewLoad
from station.receival.laboratory.composites import enter_composite, enter_composite_of_cell, over_limits
from station.store import queries
from station.store.retained import loads_in
from station.store.tables import LabResult, Load
from tests.receival.test_retaining import a_load, refused
from tests.silo_rig import ANNE, START, Silo


def test_a_composite_knows_its_loads_and_belongs_to_none(silo: Silo) -> None:
    loads = [a_load(silo, f"AB-{n}-CD") for n in (101, 102)]
    ids = [load.id for load in loads]
    sample = enter_composite(silo.desk, "M00001", ids, "cellule 1", ANNE, silo.clock())
    assert (sample.kind, sample.load_id, sample.species) == ("composite", None, "soft_wheat")
    with silo.desk.ledger.read() as tx:
        assert set(loads_in(tx, sample.id)) == set(ids)


def test_a_composite_is_of_some_loads_of_one_species(silo: Silo) -> None:
    wheat = a_load(silo)
    (barley,) = silo.loads(silo.arrive("AB-102-CD", NewLoad(Species.BARLEY.value)))
    at = silo.clock()
    both = [wheat.id, barley.id]
    refused(Fault.SEVERAL_SPECIES, enter_composite, silo.desk, "M00001", both, "", ANNE, at)
    refused(Fault.NO_LOADS_CHOSEN, enter_composite, silo.desk, "M00001", [], "", ANNE, at)
    refused(Fault.UNKNOWN_LOAD, enter_composite, silo.desk, "M00001", ["x"], "", ANNE, at)
    span = (START - timedelta(days=1), START)
    refused(Fault.NO_LOADS_CHOSEN, enter_composite_of_cell, silo.desk, "M00001", "c1", *span, "", ANNE, at)


def test_a_result_over_a_limit_is_told_and_written_to_no_load(silo: Silo) -> None:
    load = a_load(silo)
    enter_composite(silo.desk, "M00001", [load.id], "", ANNE, silo.clock())
    new = NewResult("M00001", Analyte.MOISTURE, 19.0, None, "Labo", silo.clock())
    recorded = record_result(silo.desk.ledger, new, ANNE.id, silo.clock(), despite_remarks=True)
    assert isinstance(recorded, LabResult)
    with silo.desk.ledger.read() as tx:
        sample = queries.sample_by_barcode(tx, "M00001")
        assert sample is not None
        over = over_limits(tx, sample, silo.clock())
        assert {reason.params["analyte"] for reason in over} == {"moisture"}
        row, proposal = tx.get_one(Load, load.id), queries.current_proposal(tx, load.id)
        assert row.lab_variety == ""
        assert proposal is None or proposal.assessment["results"] == {}
