"""A claim that needs a certificate holds with one of the supplier that is valid on the collecting day."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import event
from sqlmodel import select

from station.acts.refusals import Conflict, Fault, Invalid, NotAllowed, NotFound
from station.grain.reasons import Code
from station.receival.arrivals.visits import NewLoad
from station.receival.deciding import proposals
from station.receival.masters import certificates
from station.receival.masters.certificate_standing import uncertified
from station.receival.masters.certificates import Stated
from station.receival.masters.external import External
from station.receival.masters.supplier_matches import match_supplier
from station.receival.packs.replay import replay
from station.store.tables import Certificate, Decision, Load, Proposal, Supplier, Visit
from tests.silo_rig import ANNE, MARC, START, Silo

SEASON = Stated("organic", "FR-BIO-01/9", "Certipaq", date(2026, 1, 1), date(2026, 12, 31))


def organic(silo: Silo, supplier: str = "GAEC Neuf", barcode: str = "S1") -> Load:
    visit: Visit = silo.arrive(
        f"AB-{barcode[1:]:0>3}-CD",
        NewLoad("soft_wheat", claims=("organic",), barcode=barcode),
        supplier=supplier,
    )
    silo.confirm(43_120, visit, "first")
    silo.measure_well(visit)
    return silo.loads(visit)[0]


def proposed(silo: Silo, load: Load) -> Proposal:
    found = silo.proposal(load)
    assert found is not None
    return found


def awaits(proposal: Proposal) -> bool:
    return Code.WAITS_FOR_CERTIFICATE in {one["code"] for one in proposal.result["reasons"]}


def test_a_load_without_its_certificate_waits_and_is_proposed_again_when_it_is_entered(silo: Silo) -> None:
    load = organic(silo)
    assert (proposed(silo, load).cell, awaits(proposed(silo, load))) == (None, True)
    row = certificates.add_certificate(silo.desk, "gaec neuf", SEASON, MARC, silo.clock())
    assert (proposed(silo, load).cell, awaits(proposed(silo, load))) == ("c3", False)
    certificates.withdraw_certificate(silo.desk, row.id, "suspended", MARC, silo.clock())
    assert awaits(proposed(silo, load))


def test_a_certified_supplier_of_the_site_file_is_known_and_stays_withdrawn(silo: Silo) -> None:
    assert proposed(silo, organic(silo, "EARL Dupont")).cell == "c3"
    with silo.desk.ledger.read() as tx:
        (row,) = tx.exec(select(Certificate))
    certificates.withdraw_certificate(silo.desk, row.id, "suspended", MARC, silo.clock())
    silo.load_site()
    assert awaits(proposed(silo, organic(silo, "EARL Dupont", "S2")))


@pytest.mark.parametrize(("first", "last", "holds"), [(0, 0, True), (1, 9, False), (-9, -1, False)])
def test_it_is_valid_on_both_of_its_days_and_on_no_other(
    silo: Silo, first: int, last: int, holds: bool
) -> None:
    day = silo.desk.policy.collecting_day(START)
    organic(silo)
    said = Stated("organic", "1", "", day + timedelta(first), day + timedelta(last))
    certificates.add_certificate(silo.desk, "GAEC Neuf", said, MARC, silo.clock())
    assert awaits(proposed(silo, organic(silo, barcode="S2"))) is not holds


def test_a_certificate_stands_for_what_its_claim_meets_and_for_nothing_else() -> None:
    row = Certificate(
        id="1", supplier_id="1", claim="organic", number="1", valid_from=date(2026, 1, 1),
        valid_until=date(2026, 12, 31), at=START,
    )  # fmt: skip
    assert uncertified({"organic", "sustainability", "seed"}, [row], date(2026, 7, 1)) == {"sustainability"}


def test_the_decision_is_made_again_to_the_byte_whatever_happens_to_the_certificate(silo: Silo) -> None:
    load = organic(silo)
    certificates.add_certificate(silo.desk, "GAEC Neuf", SEASON, MARC, silo.clock())
    silo.decide(load)
    waiting = organic(silo, "GAEC Sans", "S2")
    silo.decide(waiting, "c3", "p2", reason="the paper is shown", actor=MARC)
    with silo.desk.ledger.write() as tx:
        for row in tx.exec(select(Certificate)):
            row.withdrawn_at = START
    with silo.desk.ledger.read() as tx:
        assert all(replay(tx, one).is_equal for one in tx.exec(select(Decision)).all())


def test_any_number_of_loads_is_one_question_for_their_certificates(silo: Silo) -> None:
    for number in range(1, 5):
        organic(silo, f"GAEC {number}", f"S{number}")
    asked: list[str] = []
    with silo.desk.ledger.write() as tx:
        event.listen(tx.get_bind(), "before_cursor_execute", lambda c, u, said, *m: asked.append(said))
        proposals.propose_open_loads(tx, silo.desk, silo.clock())
    assert len([one for one in asked if "FROM certificate" in one]) == 1


def test_only_a_manager_enters_one_and_wrong_ones_are_refused(silo: Silo) -> None:
    organic(silo)
    desk, at = silo.desk, silo.clock()
    with pytest.raises(NotAllowed):
        certificates.add_certificate(desk, "GAEC Neuf", SEASON, ANNE, at)
    reversed_days = Stated("organic", "1", "", date(2026, 2, 1), date(2026, 1, 1))
    for said, supplier, fault, kind in (
        (SEASON, "Nobody", Fault.UNKNOWN_SUPPLIER, NotFound),
        (reversed_days, "GAEC Neuf", Fault.DATES_REVERSED, Invalid),
        (
            Stated("organik", "1", "", date(2026, 1, 1), date(2026, 2, 1)),
            "GAEC Neuf",
            Fault.UNKNOWN_CLAIM,
            Invalid,
        ),
    ):
        with pytest.raises(kind) as told:
            certificates.add_certificate(desk, supplier, said, MARC, at)
        assert told.value.code is fault
    row = certificates.add_certificate(desk, "GAEC Neuf", SEASON, MARC, at)
    for same in (SEASON, replace(SEASON, number=f" {SEASON.number.lower()}".replace("-", " "), body="?")):
        with pytest.raises(Conflict) as told_twice:
            certificates.add_certificate(desk, "GAEC Neuf", same, MARC, at)
        assert told_twice.value.code is Fault.CERTIFICATE_EXISTS
    certificates.withdraw_certificate(desk, row.id, "suspended", MARC, at)
    with pytest.raises(Conflict) as withdrawn:
        certificates.withdraw_certificate(desk, row.id, "suspended", MARC, at)
    assert withdrawn.value.code is Fault.CERTIFICATE_WITHDRAWN


def test_certificates_go_with_a_supplier_that_the_co_operative_knows_by_another_name(silo: Silo) -> None:
    organic(silo)
    certificates.add_certificate(silo.desk, "GAEC Neuf", SEASON, MARC, silo.clock())
    with silo.desk.ledger.read() as tx:
        entered = next(row for row in tx.exec(select(Supplier)) if row.name == "GAEC Neuf")
    match_supplier(
        silo.desk,
        "m1",
        entered.id,
        External("erp", "77"),
        "GAEC du Pont Neuf",
        1,
        "same farm",
        MARC,
        silo.clock(),
    )
    assert proposed(silo, organic(silo, "GAEC Neuf", "S2")).cell == "c3"
