"""Bring it today? A farmer's bag gets the answer that a load like it would get, and nothing is reserved."""

from pathlib import Path

import pytest
from sqlmodel import SQLModel, select

from station.acts.refusals import Conflict, Invalid, NotFound, Refusal
from station.receival.deciding.courtesy import CourtesyAnswer, bring_today
from station.receival.measuring import samples
from station.receival.packs import rule_packs
from tests.silo_rig import ANNE, GOOD, GOOD_NIR, MARC, RULES, Silo

CHARGES = """
[[adjustments]]
id = "dry"
kind = "drying"
on = "fee"
species = "soft_wheat"
analyte = "moisture"
op = ">"
limit = 13.0
step = 0.1
per = 1.0
rate = 5.0
source = "D3"

[[adjustments]]
id = "water"
kind = "refaction"
on = "weight"
species = "soft_wheat"
analyte = "moisture"
op = ">"
limit = 13.0
step = 0.1
per = 1.0
rate = 1.2
source = "D3"
"""


@pytest.fixture
def silo(tmp_path: Path) -> Silo:
    opened = Silo.open(tmp_path / "data")
    text = RULES.replace('version = "', 'version = "9', 1) + CHARGES
    rule_packs.install_pack(opened.desk, text, MARC, "charges", opened.clock())
    return opened


def bag(silo: Silo, barcode: str = "C00001", species: str | None = "soft_wheat") -> None:
    samples.enter_own_sample(silo.desk, barcode, "courtesy", species, "Dupont", ANNE, silo.clock())


def ask(silo: Silo, barcode: str = "C00001", load_t: float = 24.0, **over: object) -> CourtesyAnswer:
    wanted = {"species": None, "claims": [], "at": silo.clock(), **over}
    with silo.desk.ledger.read() as tx:
        return bring_today(tx, silo.desk, barcode, load_t, **wanted)  # type: ignore[arg-type]


def counts(silo: Silo) -> dict[str, int]:
    with silo.desk.ledger.read() as tx:
        return {table.name: len(tx.execute(select(table)).all()) for table in SQLModel.metadata.sorted_tables}


def test_the_answer_is_where_a_load_like_it_would_go(silo: Silo) -> None:
    bag(silo)
    silo.measure("gac", GOOD, "C00001")
    silo.measure("nir", GOOD_NIR, "C00001")
    before = counts(silo)
    answer = ask(silo)
    assert counts(silo) == before  # no row of any table: nothing is reserved, nothing recorded
    visit = silo.arrive()
    silo.confirm(43_120, visit, "first")
    silo.measure_well(visit)
    proposal = silo.proposal(silo.loads(visit)[0])
    assert proposal is not None
    assert (answer.proposal.cell, answer.proposal.pit) == (proposal.cell, proposal.pit)
    assert answer.grade == "milling_no_2"


def test_charges_follow_the_pack_for_the_tonnes_that_may_come(silo: Silo) -> None:
    bag(silo)
    silo.measure("gac", GOOD, "C00001")  # moisture 13.6
    silo.measure("nir", GOOD_NIR, "C00001")
    pay = ask(silo, load_t=20.0).pay
    assert pay is not None
    assert [(line.kind, float(line.beyond)) for line in pay.lines] == [("refaction", 0.6), ("drying", 0.6)]
    assert pay.paid_kg == 20_000 - 144  # 0.6 points at 1.2 % each


def test_a_bag_that_was_not_measured_goes_nowhere_and_says_what_is_missing(silo: Silo) -> None:
    bag(silo)
    answer = ask(silo)
    assert answer.proposal.cell is None or answer.proposal.hold
    assert "incomplete" in {one["code"] for one in answer.proposal.as_dict()["reasons"]}
    assert answer.pay is None


def test_a_claim_must_be_kept_as_of_any_load(silo: Silo) -> None:
    bag(silo)
    silo.measure("gac", GOOD, "C00001")
    silo.measure("nir", GOOD_NIR, "C00001")
    assert ask(silo, claims=["organic"]).proposal.cell == "c3"


def test_what_no_bag_is_gets_no_answer(silo: Silo) -> None:
    bag(silo, species=None)
    samples.enter_own_sample(silo.desk, "K00001", "control", "soft_wheat", "", ANNE, silo.clock())
    for barcode, species, kind in (
        ("X99999", None, NotFound), ("K00001", None, Conflict), ("C00001", None, Invalid),
        ("C00001", "oats", Invalid),
    ):  # fmt: skip
        with pytest.raises(Refusal) as refused:
            ask(silo, barcode, species=species)
        assert type(refused.value) is kind
    assert ask(silo, species="soft_wheat").species == "soft_wheat"
