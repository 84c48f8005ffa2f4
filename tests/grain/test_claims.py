"""Claims by the dozen: what a load has, what a cell asks for, what may be lost."""

from collections.abc import Iterator

import pytest

from drivers.named import Names
from station.claims import CLAIMS, ClaimEntry
from station.grain.cells import Facts, Proposal
from station.grain.claims import must_be_kept, need_certificate, satisfied_by
from station.grain.guard import guard_of
from station.grain.reasons import Code
from station.grain.routing import route
from station.grain.wire import facts_as_dict, read_facts
from tests.grain.builders import MILLING, MOISTURE, PROTEIN, TEST_WEIGHT, Measured, cell, pack

NAMES = Names(fr="x", en="x")
OWN = [
    ClaimEntry(id="red_tractor", name=NAMES, satisfies=("farm_assured",), needs_certificate=True),
    ClaimEntry(id="farm_assured", name=NAMES, satisfies=("basic",)),
    ClaimEntry(id="basic", name=NAMES, satisfies=("farm_assured",)),
]


@pytest.fixture(autouse=True)
def own_schemes() -> Iterator[None]:
    with CLAIMS.as_recorded(OWN):
        yield


def load(*claims: str, uncertified: frozenset[str] = frozenset()) -> Facts:
    values = {MOISTURE: Measured(13.5), PROTEIN: Measured(12.0), TEST_WEIGHT: Measured(77.0)}
    dry = {**values, PROTEIN: Measured(12.0, basis=MILLING.criteria[0].basis)}
    return Facts("soft_wheat", frozenset(claims), 20.0, dry, uncertified=uncertified)


def asked(*claims: str, cell_id: str = "C1", **more: object):  # type: ignore[no-untyped-def]
    return cell(cell_id, claims=frozenset(claims), **more)


def codes(proposal: Proposal, cell_id: str) -> list[Code]:
    every = [*proposal.ranked, *proposal.refused]
    return [reason.code for one in every if one.cell == cell_id for reason in one.reasons]


def ranked(proposal: Proposal) -> list[str]:
    return [one.cell for one in proposal.ranked]


def test_a_claim_satisfies_what_its_claims_satisfy_in_circles_too() -> None:
    assert satisfied_by({"red_tractor"}) == {"red_tractor", "farm_assured", "basic"}
    assert satisfied_by({"basic"}) == {"basic", "farm_assured"}
    assert satisfied_by({"of another site"}) == {"of another site"}


def test_the_shipped_claims_are_kept_as_ever_and_an_unknown_one_too() -> None:
    assert [claim for claim in CLAIMS.shipped if not must_be_kept(claim)] == ["insecticide_free"]
    assert must_be_kept("of another site")
    assert need_certificate(CLAIMS.entries) == {"organic", "sustainability", "red_tractor"}


def test_a_cell_takes_a_load_whose_claim_meets_what_it_asks_for() -> None:
    proposal = route(load("red_tractor"), [asked("farm_assured")], pack())
    assert ranked(proposal) == ["C1"]
    assert Code.CLAIM_SATISFIED in codes(proposal, "C1")
    lacking = route(load("basic"), [asked("red_tractor")], pack())
    assert ranked(lacking) == []
    assert Code.CLAIM_REQUIRED in codes(lacking, "C1")


def test_a_scheme_may_be_lost_in_an_ordinary_cell_which_is_ranked_after() -> None:
    fuller = asked(cell_id="C2", content_t=60.0)
    proposal = route(load("farm_assured"), [fuller, asked("farm_assured")], pack())
    assert ranked(proposal) == ["C1", "C2"]
    assert Code.CLAIMS_HONOURED in codes(proposal, "C1")
    assert Code.CLAIMS_LOST in codes(proposal, "C2")


def test_an_exclusive_claim_goes_nowhere_else() -> None:
    proposal = route(load("seed", "farm_assured"), [asked("farm_assured")], pack())
    assert ranked(proposal) == []
    assert Code.CLAIM_NOT_HONOURED in codes(proposal, "C1")


def test_an_awaited_certificate_holds_the_load_and_is_no_refusal() -> None:
    facts = load("organic", uncertified=frozenset({"organic"}))
    cells = [
        asked("organic"),
        asked(cell_id="C2"),
        asked("organic", cell_id="H1", role="hold", grade=None, species=None),
        asked(cell_id="H2", role="hold", grade=None, species=None),
    ]
    proposal = route(facts, cells, pack())
    assert (ranked(proposal), proposal.hold) == (["H1"], True), "organic grain waits with organic grain"
    assert [one.code for one in proposal.reasons] == [Code.WAITS_FOR_CERTIFICATE]
    assert Code.WAITS_FOR_CERTIFICATE in codes(proposal, "C1")
    certified = route(load("organic"), cells, pack())
    assert (ranked(certified), certified.hold) == (["C1"], False)


def test_one_operator_alone_does_not_do_without_the_certificate() -> None:
    facts = load("farm_assured", uncertified=frozenset({"farm_assured"}))
    result = route(facts, [asked("farm_assured")], pack()).as_dict()
    assert guard_of(result, "C1", "normal").rules == ("claims",)


def test_what_is_uncertified_is_read_back() -> None:
    import json

    facts = load("organic", uncertified=frozenset({"organic"}))
    assert read_facts(json.dumps(facts_as_dict(facts))).uncertified == {"organic"}
