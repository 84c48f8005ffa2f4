"""A species without rule pack, model or analyzer is weighed, ticketed and stored by declaration."""

from dataclasses import replace
from pathlib import Path

from drivers.analytes import ANALYTES, AnalyteEntry
from drivers.reading import is_known
from station.acts.desk import Desk
from station.grain.identifiers import Species
from station.receival.arrivals.visits import NewLoad
from station.receival.packs.replay import replay
from station.site.file import Cell
from station.site.policy import policy_of
from station.store import pages
from station.store.engine import Ledger
from tests.silo_rig import SITE, Silo

SUNFLOWER_CELL = Cell(id="t1", name="Cell T1", species=Species("sunflower"), capacity_t=400)


def sunflower_silo(folder: Path) -> Silo:
    """The small silo, which also takes sunflower and has one cell of it."""
    section = SITE.site.model_copy(update={"species": [*SITE.site.species, Species("sunflower")]})
    line = SITE.lines[0].model_copy(update={"cells": [*SITE.lines[0].cells, "t1"]})
    changed = {"site": section, "cells": [*SITE.cells, SUNFLOWER_CELL], "lines": [line, *SITE.lines[1:]]}
    silo = Silo(Desk(Ledger(folder), policy_of(SITE.model_copy(update=changed))))
    silo.load_site(**changed)
    return silo


def test_a_sunflower_trailer_goes_from_arrival_to_ticket(tmp_path: Path) -> None:
    silo = sunflower_silo(tmp_path)
    visit = silo.arrive("TO-500-UR", NewLoad("sunflower", barcode="T1", declared={"moisture": 8.5}))
    (load,) = silo.loads(visit)
    silo.confirm(31_480, visit, "first")
    proposal = silo.proposal(load)
    assert proposal is not None
    assert (proposal.cell, proposal.pit, proposal.hold) == ("t1", "p1", False)
    assert "by_declaration" in [reason["code"] for reason in proposal.result["ranked"][0]["reasons"]]
    silo.decide(load)
    (ticket,) = silo.confirm(12_020, visit, "last").tickets
    assert (ticket.net_kg, ticket.document["species"]) == (19_460, "sunflower")
    with silo.desk.ledger.read() as tx:
        (decision,) = pages.decisions(tx, None, None, None)
        assert replay(tx, decision).is_equal


def test_wheat_goes_where_it_went_before(tmp_path: Path) -> None:
    silo = sunflower_silo(tmp_path)
    (ticket,) = silo.receive("AB-123-CD").tickets
    assert ticket.document["species"] == "soft_wheat"
    with silo.desk.ledger.read() as tx:
        (decision,) = pages.decisions(tx, None, None, None)
    assert decision.cell == "c1"


def test_replay_judges_by_the_sites_own_catalogue_of_that_day(tmp_path: Path) -> None:
    name = {"fr": "taux de fibres", "en": "fibre"}
    entry = {"id": "fibre_of_the_day", "name": name, "unit": "%", "range": [0, 40], "step": 0.1}
    silo = sunflower_silo(tmp_path)
    silo = replace(silo, desk=Desk(silo.desk.ledger, replace(silo.desk.policy, own_analytes=(entry,))))
    with ANALYTES.as_recorded([AnalyteEntry.model_validate(entry)]):
        visit = silo.arrive("TO-500-UR", NewLoad("sunflower", barcode="T1"))
        silo.confirm(31_480, visit, "first")
        silo.measure("nir", {"fibre_of_the_day": 21.5}, "T1")
        silo.decide(silo.loads(visit)[0])
    assert not is_known("fibre_of_the_day")
    with silo.desk.ledger.read() as tx:
        (decision,) = pages.decisions(tx, None, None, None)
        found = replay(tx, decision)
    assert found.is_equal, found
    proposal = silo.proposal(silo.loads(visit)[0])
    assert proposal is not None
    assert proposal.assessment["results"]["fibre_of_the_day"]["value"] == 21.5
