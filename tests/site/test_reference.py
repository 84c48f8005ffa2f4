"""The site file becomes reference records, again and again, and history stays."""

from dataclasses import replace

import pytest
from sqlmodel import select

from station.grain.rules import RulePackError
from station.receival import cells
from station.site.reference import install_rule_pack, load_site
from station.store.tables import Cell, Line, Pit, PortAssignment, RulePackRecord
from tests.silo_rig import RULES, SITE, Silo


def test_loading_the_same_site_twice_changes_nothing(silo: Silo) -> None:
    load_site(silo.desk, SITE, [RULES], silo.clock())
    with silo.desk.ledger.read() as tx:
        c1 = next(cell for cell in cells.states(tx) if cell.id == "c1")
        assert c1.content_t == 800
        assert len(tx.exec(select(PortAssignment)).all()) == 3
        assert len(tx.exec(select(RulePackRecord)).all()) == 1


def test_a_cell_that_the_file_no_longer_names_is_closed_and_kept(silo: Silo) -> None:
    smaller = replace(SITE, cells=SITE.cells[:-1], pits={"p1": "Pit 1"}, lines=SITE.lines[:1])
    load_site(silo.desk, smaller, [RULES], silo.clock())
    with silo.desk.ledger.read() as tx:
        assert not tx.get_one(Cell, "q1").open
        assert tx.exec(select(Pit.id)).all() == ["p1"]
        assert tx.exec(select(Line.id)).all() == ["l1"]


def test_an_instrument_on_another_port_keeps_the_history_of_its_ports(silo: Silo) -> None:
    moved = replace(SITE.instruments[0], port="/dev/ttyUSB0")
    load_site(silo.desk, replace(SITE, instruments=(moved,)), [RULES], silo.clock())
    with silo.desk.ledger.read() as tx:
        rows = tx.exec(select(PortAssignment).where(PortAssignment.instrument_id == "bridge")).all()
    assert {row.port: row.to_at is None for row in rows} == {"/dev/ttyS0": False, "/dev/ttyUSB0": True}


def test_a_rule_pack_that_cannot_be_read_is_not_kept(silo: Silo) -> None:
    with pytest.raises(RulePackError):
        install_rule_pack(silo.desk, "grades = 1", silo.clock())
    with silo.desk.ledger.read() as tx:
        assert len(tx.exec(select(RulePackRecord)).all()) == 1
