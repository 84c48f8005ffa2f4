"""The load screen says that a value is corrected, by how much, and what was measured."""

from dataclasses import replace
from datetime import timedelta

from drivers.reading import Analyte
from station.acts.desk import Watching
from station.lab.corrections import approve
from station.lab.proposing import propose_due
from station.receival.deciding import proposals
from tests.lab.rows import instrument_of, measured
from tests.silo_rig import MARC, START
from tests.ui.rig import Station
from tests.ui.terminal import terminal


async def test_a_corrected_value_shows_by_how_much(station: Station) -> None:
    silo = station.silo
    measured(silo, instrument_of(silo), [-0.3, -0.1] * 12, start=START - timedelta(days=10))
    desk = replace(silo.desk, watching=Watching(permitted={Analyte.PROTEIN: 0.2}))
    (row,) = propose_due(desk, silo.clock())
    approve(silo.desk, row.id, "as proposed", MARC, silo.clock())
    visit = silo.arrive("AB-123-CD")
    silo.confirm(43_120, visit, "first")
    silo.measure_well(visit)
    proposals.renew(silo.desk, silo.clock())
    async with terminal(station) as t:
        await t.see("AB-123-CD")
        await t.press("f5")
        await t.see("nir, corr. +0,2")
        await t.see("Protéines 12,22 % MS, valeur corrigée de +0,2 (mesuré : 12,02)")
