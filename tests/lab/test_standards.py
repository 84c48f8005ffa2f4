"""A campaign of standards gives a verdict per instrument and analyte, and says what is still to be read."""

import pytest

from station.lab.controls import Target, set_target
from station.lab.standards import Verdict, campaigns, verdicts
from tests.lab.test_controls import control
from tests.silo_rig import MARC, Silo

SPRING = "spring 2026"


def standard(silo: Silo, barcode: str, protein: float, moisture: float) -> None:
    control(
        silo, barcode,
        Target("protein", protein, 0.3, "as_is", campaign=SPRING),
        Target("moisture", moisture, 0.4, campaign=SPRING),
    )  # fmt: skip


def of(silo: Silo, analyte: str) -> Verdict:
    with silo.desk.ledger.read() as tx:
        (found,) = [one for one in verdicts(tx, SPRING) if (one.name, one.analyte) == ("NIR", analyte)]
    return found


def test_an_instrument_passes_when_every_standard_was_read_within_its_tolerance(silo: Silo) -> None:
    standard(silo, "K1", 10.0, 12.0)
    standard(silo, "K2", 11.0, 13.0)
    standard(silo, "K3", 12.0, 14.0)
    control(silo, "K4", Target("protein", 9.0, 0.3, "as_is"))  # of no campaign
    silo.measure("nir", {"protein": 10.1, "moisture": 12.0}, "K1")
    silo.measure("nir", {"protein": 11.3, "moisture": 13.0}, "K2")
    silo.measure("nir", {"protein": 12.0}, "K4")
    found = of(silo, "protein")
    assert (found.outcome, found.missing) == ("incomplete", ("K3",))
    silo.measure("nir", {"protein": 12.0, "moisture": 14.5}, "K3")
    silo.measure("nir", {"protein": 12.2, "moisture": 14.0}, "K3")
    found = of(silo, "protein")
    assert (found.outcome, found.missing) == ("passed", ())
    assert [(read.barcode, read.value, read.replicates) for read in found.reads] == [
        ("K1", 10.1, 1), ("K2", 11.3, 1), ("K3", 12.1, 2),
    ]  # fmt: skip
    # differences 0.1, 0.3, 0.1: mean 0.16667, s 0.11547, t(0.975; 2) = 4.30265
    assert found.bias == pytest.approx(0.166667, abs=1e-6)
    assert found.bias_low == pytest.approx(0.166667 - 4.302653 * 0.1154701 / 3**0.5, abs=2e-6)
    assert found.bias_high == pytest.approx(0.166667 + 4.302653 * 0.1154701 / 3**0.5, abs=2e-6)
    assert of(silo, "moisture").outcome == "failed"  # one pass of K3 was beyond its tolerance


def test_one_that_failed_has_failed_whatever_is_still_to_be_read(silo: Silo) -> None:
    standard(silo, "K1", 10.0, 12.0)
    standard(silo, "K2", 11.0, 13.0)
    silo.measure("nir", {"protein": 10.4}, "K1")
    found = of(silo, "protein")
    assert (found.outcome, found.missing, found.bias) == ("failed", ("K2",), 0.4)
    assert (found.bias_low, found.bias_high) == (None, None)


def test_a_target_that_was_corrected_counts_once(silo: Silo) -> None:
    standard(silo, "K1", 10.0, 12.0)
    silo.measure("nir", {"protein": 10.4}, "K1")
    set_target(silo.desk, "K1", [Target("protein", 10.3, 0.3, "as_is", campaign=SPRING)], MARC, silo.clock())
    found = of(silo, "protein")
    assert (found.outcome, [read.target for read in found.reads]) == ("passed", [10.3])


def test_an_instrument_in_use_that_has_read_none_yet_has_everything_before_it(silo: Silo) -> None:
    standard(silo, "K1", 10.0, 12.0)
    silo.receive("AB-123-CD")  # GAC: moisture and test weight; NIR: protein and moisture
    silo.measure("nir", {"protein": 10.0, "moisture": 12.0}, "K1")
    with silo.desk.ledger.read() as tx:
        found = {(one.name, one.analyte): one for one in verdicts(tx, SPRING)}
    assert set(found) == {("GAC 2100", "moisture"), ("NIR", "moisture"), ("NIR", "protein")}
    still = found["GAC 2100", "moisture"]
    assert (still.outcome, still.missing, still.reads, still.bias) == ("incomplete", ("K1",), (), None)


def test_campaigns_are_listed_newest_first(silo: Silo) -> None:
    standard(silo, "K1", 10.0, 12.0)
    control(silo, "K2", Target("protein", 9.0, 0.3, "as_is", campaign="spring 2027"))
    with silo.desk.ledger.read() as tx:
        assert [(one.name, one.standards) for one in campaigns(tx)] == [("spring 2027", 1), (SPRING, 1)]
        assert verdicts(tx, "nothing") == []
