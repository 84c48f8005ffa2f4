"""Rule packs are installed and withdrawn by acts; which one holds follows from them and from the dates."""

import pytest

from station.acts.refusals import Conflict, Fault, Invalid, NotFound
from station.grain.rules import RulePack, RulePackError
from station.receival.arrivals.visits import NewLoad
from station.receival.packs import rule_packs
from station.receival.packs.pack_standing import pack_in_force, packs_in_force, standings
from station.store import audit
from station.store.tables import Cell
from tests.silo_rig import MARC, RULES, Silo


def version(name: str, text: str = RULES) -> str:
    """The season's pack under another version, with the same dates."""
    first = next(line for line in text.splitlines() if line.startswith("version"))
    return text.replace(first, f'version = "{name}"')


def in_force(silo: Silo) -> RulePack | None:
    with silo.desk.ledger.read() as tx:
        return pack_in_force(tx, silo.clock())


def held(silo: Silo) -> str | None:
    pack = in_force(silo)
    return pack.version if pack else None


def install(silo: Silo, text: str) -> None:
    rule_packs.install_pack(silo.desk, text, MARC, "asked for", silo.clock())


def test_of_two_with_equal_dates_the_one_installed_last_holds(silo: Silo) -> None:
    install(silo, version("2026.9"))
    install(silo, version("2026.10"))
    assert held(silo) == "2026.10"


def test_a_pack_that_the_site_file_names_no_more_is_withdrawn(silo: Silo) -> None:
    first = held(silo)
    rule_packs.follow_site_file(silo.desk, [RULES, version("b")], silo.clock())
    assert held(silo) == "b"
    rule_packs.follow_site_file(silo.desk, [RULES], silo.clock())
    assert held(silo) == first
    rule_packs.follow_site_file(silo.desk, [], silo.clock())
    assert held(silo) is None
    rule_packs.follow_site_file(silo.desk, [RULES], silo.clock())
    assert held(silo) == first


def test_a_grade_with_a_claim_that_nobody_knows_is_not_installed(silo: Silo) -> None:
    wrong = version("c").replace('claims = ["organic"]', 'claims = ["organc"]')
    with pytest.raises(Invalid) as caught:
        install(silo, wrong)
    assert caught.value.params["pack_problem"]["code"] == "no_such_claim"
    with pytest.raises(RulePackError, match="no claim is called 'organc'"):
        rule_packs.follow_site_file(silo.desk, [wrong], silo.clock())


def test_what_a_person_installed_or_withdrew_the_site_file_leaves(silo: Silo) -> None:
    first = in_force(silo)
    assert first is not None
    install(silo, version("by Marc"))
    rule_packs.follow_site_file(silo.desk, [RULES], silo.clock())
    assert held(silo) == "by Marc"
    rule_packs.withdraw_pack(silo.desk, first.name, "by Marc", MARC, "too strict", silo.clock())
    rule_packs.withdraw_pack(silo.desk, first.name, first.version, MARC, "too strict", silo.clock())
    rule_packs.follow_site_file(silo.desk, [RULES], silo.clock())
    assert held(silo) is None


def test_trucks_that_wait_are_judged_anew_by_what_holds_now(silo: Silo) -> None:
    visit = silo.arrive("AB-123-CD")
    silo.confirm(43_120, visit, "first")
    silo.measure_well(visit)
    pack = in_force(silo)
    assert pack is not None
    rule_packs.withdraw_pack(silo.desk, pack.name, pack.version, MARC, "wrong limits", silo.clock())
    proposal = silo.proposal(silo.loads(visit)[0])
    assert proposal is not None
    assert (proposal.rule_pack, proposal.cell) == (None, "h1")
    install(silo, RULES)
    again = silo.proposal(silo.loads(visit)[0])
    assert again is not None
    assert (again.rule_pack, again.cell) == (pack.sha256, "c1")


def test_what_held_on_a_past_day_is_still_known(silo: Silo) -> None:
    before = silo.clock()
    first = held(silo)
    install(silo, version("later"))
    with silo.desk.ledger.read() as tx:
        then = pack_in_force(tx, before, known_at=before)
    assert then is not None
    assert (then.version, held(silo)) == (first, "later")


def test_acts_are_events_that_name_who_and_why(silo: Silo) -> None:
    install(silo, version("b"))
    with silo.desk.ledger.read() as tx:
        event = audit.events_after(tx, audit.last_seq(tx) - 1)[0]
        assert len(standings(tx)) == 2
    assert (event.kind, event.by, event.data["why"]) == ("rule_pack_installed", MARC.id, "asked for")


BARLEY = """
name = "Barley"
version = "1"
source = "contract"
valid_from = 2026-06-15T06:00:00+02:00

[repeatability]
moisture = 0.1

[[grades]]
id = "malting"
species = "barley"
name = { fr = "Orge brassicole", en = "Malting barley" }
value = 1.0

[[grades.criteria]]
analyte = "moisture"
op = "<"
limit = 14.5
unit = "%"
step = 0.1
required = "intake"
kind = "blendable"
source = "B1"
"""


def test_each_species_is_judged_by_the_pack_that_grades_it(silo: Silo) -> None:
    wheat = in_force(silo)
    install(silo, BARLEY)
    with silo.desk.ledger.write() as tx:
        cell = tx.get_one(Cell, "c5")
        cell.species, cell.grade = None, "malting"
    visit = silo.arrive("AB-123-CD")
    silo.confirm(43_120, visit, "first")
    silo.measure_well(visit)
    other = silo.arrive("ZZ-999-ZZ", NewLoad("barley"))
    found = [silo.proposal(silo.loads(one)[0]) for one in (visit, other)]
    with silo.desk.ledger.read() as tx:
        barley = packs_in_force(tx, silo.clock())["barley"]
    assert wheat is not None
    assert [one and one.rule_pack for one in found] == [wheat.sha256, barley.sha256]
    assert found[0] is not None
    against = next(one for one in found[0].result["refused"] if one["cell"] == "c5")
    assert {one["code"] for one in against["reasons"]} >= {"wrong_cell_species"}
    assert "unknown_grade" not in {one["code"] for one in against["reasons"]}


def test_what_cannot_be_done_says_why(silo: Silo) -> None:
    install(silo, version("b"))
    with pytest.raises(Conflict) as twice:
        install(silo, version("b"))
    assert twice.value.code is Fault.RULE_PACK_INSTALLED
    with pytest.raises(Invalid) as wrong:
        install(silo, "grades = 1")
    assert wrong.value.code is Fault.RULE_PACK_WRONG
    with pytest.raises(NotFound):
        rule_packs.withdraw_pack(silo.desk, "no such", "pack", MARC, "", silo.clock())
    with pytest.raises(RulePackError):
        rule_packs.follow_site_file(silo.desk, ["grades = 1"], silo.clock())
