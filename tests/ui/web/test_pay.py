"""A manager sees what a load is paid, an operator never does."""

from pathlib import Path

import pytest

from station.receival.arrivals.visits import NewLoad
from station.receival.packs import rule_packs
from station.receival.packs.paid import paid
from station.store.tables import Load, Visit
from tests.silo_rig import Silo
from tests.ui.web.rig import Text, make_readers, pages_of

PACK = Path(__file__).parents[3].joinpath("station/rules/euronext_milling_wheat.toml").read_text()


def received(silo: Silo, moisture: float = 15.6) -> Load:
    """A wet load with a ticket, by the shipped pack: it pays for its drying."""
    rule_packs.follow_site_file(silo.desk, [PACK], silo.clock())
    visit = silo.arrive("AB-123-CD", NewLoad("soft_wheat", barcode="S1"))
    silo.confirm(43_120, visit, "first")
    silo.measure("gac", {"moisture": moisture, "test_weight": 77.4}, "S1")
    silo.measure("nir", {"protein": 11.0, "moisture": moisture}, "S1")
    (load,) = silo.loads(visit)
    silo.decide(load, "c5", "p1")
    return load


def close(silo: Silo, load: Load) -> None:
    with silo.desk.ledger.read() as tx:
        visit = tx.get_one(Visit, load.visit_id)
    silo.confirm(15_240, visit, "last")


def test_the_pay_stands_on_estimates_until_the_ticket_and_then_on_it(silo: Silo) -> None:
    load = received(silo)
    with silo.desk.ledger.read() as tx:
        (before,) = paid(tx, load)
    close(silo, load)
    with silo.desk.ledger.read() as tx:
        (after,) = paid(tx, load)
    assert before.grade == after.grade == "feed_wheat"
    assert float(after.net_kg) == 27_880.0 != float(before.net_kg)
    assert after.lines, "a wet load is not paid as a dry one"
    assert after.base_cents is not None
    assert after.cents == after.base_cents + sum(line.cents or 0 for line in after.lines)


@pytest.mark.parametrize(
    ("language", "words"), [("en", ("What is paid", "To pay")), ("fr", ("Ce qui est payé", "À payer"))]
)
def test_managers_alone_see_it_on_the_page_and_as_a_file(
    silo: Silo, language: str, words: tuple[str, ...]
) -> None:
    make_readers(silo)
    load = received(silo)
    close(silo, load)
    marc, anne = (pages_of(silo).reader(name, language) for name in ("Marc", "Anne"))
    shown, hidden = (Text(one.get(f"/loads/{load.id}").text).words for one in (marc, anne))
    assert all(word in shown for word in words)
    assert not any(word in hidden for word in words)
    address = f"/loads/{load.id}?format=csv&table=pay"
    assert "27880" in marc.get(address).text
    assert "27880" not in anne.get(address).text
