"""The site file becomes reference records, again and again, and history stays."""

import pytest
from sqlmodel import select

from station.receival.storage import cells
from station.setting_problems import SettingsError
from station.store.tables import Cell, Line, Pit, PortAssignment, RulePackRecord
from tests.silo_rig import SITE, Silo


def test_loading_the_same_site_twice_changes_nothing(silo: Silo) -> None:
    silo.load_site()
    with silo.desk.ledger.read() as tx:
        c1 = next(cell for cell in cells.states(tx) if cell.id == "c1")
        assert c1.content_t == 800
        assert len(tx.exec(select(PortAssignment)).all()) == 3
        assert len(tx.exec(select(RulePackRecord)).all()) == 1


def test_a_cell_that_the_file_no_longer_names_is_closed_and_kept(silo: Silo) -> None:
    silo.load_site(cells=SITE.cells[:-1], pits=SITE.pits[:1], lines=SITE.lines[:1])
    with silo.desk.ledger.read() as tx:
        assert not tx.get_one(Cell, "q1").open
        assert tx.exec(select(Pit.id)).all() == ["p1"]
        assert tx.exec(select(Line.id)).all() == ["l1"]


def test_an_instrument_on_another_port_keeps_the_history_of_its_ports(silo: Silo) -> None:
    moved = SITE.instruments[0].model_copy(update={"port": "serial:/dev/ttyUSB0"})
    silo.load_site(instruments=[moved])
    with silo.desk.ledger.read() as tx:
        rows = tx.exec(select(PortAssignment).where(PortAssignment.instrument_id == "bridge")).all()
    assert {row.port: row.to_at is None for row in rows} == {
        "serial:/dev/ttyS0": False,
        "serial:/dev/ttyUSB0": True,
    }


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"driver": "gac9000"}, "driver 'gac9000' is unknown"),
        ({"settings": {"dialect": "x"}}, "unknown setting 'dialect'"),
        ({"driver": "generic", "settings": {"profile": "x" * 5000}}, "too long"),
    ],
)
def test_an_instrument_that_cannot_be_read_is_named_and_nothing_is_loaded(
    silo: Silo, change: dict[str, object], says: str
) -> None:
    wrong = SITE.instruments[1].model_copy(update=change)
    with pytest.raises(SettingsError, match=rf"instruments\[1\]: .*{says}"):
        silo.load_site(cells=SITE.cells[:1], instruments=[SITE.instruments[0], wrong])
    with silo.desk.ledger.read() as tx:
        assert tx.get_one(Cell, "q1").open
