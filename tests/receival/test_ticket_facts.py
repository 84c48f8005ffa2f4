"""A ticket says its grade, what measured each value, and the payment weight by the pack of its decision."""

from contextlib import closing
from pathlib import Path

import pytest

from station.acts.desk import Desk
from station.printing.ticket_text import WIDTH, ticket_text
from station.receival.papers.revisions import apply_revisions
from station.site.reference import load_site
from station.store.engine import Ledger
from tests.receival.test_revisions import only, received, reported, tickets
from tests.silo_rig import MARC, POLICY, RULES, SITE, SITE_FILE, Silo

ADJUSTED = """
[[adjustments]]
id = "wet"
kind = "refaction"
on = "weight"
species = "soft_wheat"
analyte = "moisture"
op = ">"
limit = 13.0
step = 0.1
per = 1.0
rate = 1.2
source = "W5"

[[adjustments]]
id = "drying"
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
id = "protein"
kind = "bonification"
on = "price"
species = "soft_wheat"
analyte = "protein"
basis = "dm"
op = ">"
limit = 11.5
step = 0.1
per = 1.0
rate = 1.0
source = "W5"

[[adjustments]]
id = "sprouted"
kind = "refaction"
on = "price"
species = "soft_wheat"
analyte = "sprouted"
op = ">"
limit = 2.0
step = 0.1
per = 1.0
rate = 0.5
source = "W5"
"""


@pytest.fixture
def paid(tmp_path: Path) -> Silo:
    silo = Silo(Desk(Ledger(tmp_path / "data"), POLICY))
    load_site(silo.desk, SITE, SITE_FILE, [RULES + ADJUSTED], silo.clock())
    return silo


def test_the_payment_weight_stands_apart_from_the_net_and_no_price_is_named(paid: Silo) -> None:
    with closing(paid.desk.ledger):
        load = received(paid)
        (ticket,) = tickets(paid)
        assert ticket.document["pay"]["kg"] == 27_880 - 201  # 0.72 % of the net, in whole kilograms
        text = " ".join(ticket_text(ticket.document, "fr").split())
        assert "NET 27 880 kg" in text
        assert "Poids aux normes 27 679 kg" in text
        assert "Réfaction, humidité -201 kg 13,6, limite 13" in text
        assert "Frais de séchage, humidité selon accord 13,6, limite 13" in text
        assert "Bonification, protéines 0,50 % du prix 12, limite 11,5" in text
        assert "non connu, non compté : germés" in text
        assert "€" not in text
        assert "humidité 13,6 % mesuré par GAC 2100" in text
        assert "Qualité Blé meunier n° 2" in text
        assert max(map(len, ticket_text(ticket.document, "fr").splitlines())) <= WIDTH

        reported(paid, load, "moisture", 14.0)
        apply_revisions(paid.desk, [only(paid).id], "labo", MARC, paid.clock())
        corrected = tickets(paid)[1].document
        assert corrected["pay"]["kg"] == 27_880 - 335  # 1.2 %
        assert corrected["quality"]["limits"] == ticket.document["quality"]["limits"]
        assert "remplace le bon n° 1" in " ".join(ticket_text(corrected, "fr").split())


def test_a_cell_without_a_grade_pays_by_none(paid: Silo) -> None:
    with closing(paid.desk.ledger):
        visit = paid.arrive("AB-123-CD")
        paid.confirm(43_120, visit, "first")
        paid.measure_well(visit)
        paid.decide(paid.loads(visit)[0], "h1", "p1", actor=MARC)
        document = paid.confirm(15_240, visit, "last").tickets[0].document
        assert document["quality"] == {"grade": None, "u": {}}
        assert "pay" not in document
        assert "Poids aux normes" not in ticket_text(document, "fr")


def test_a_contract_and_what_remains_of_it_have_their_place(paid: Silo) -> None:
    with closing(paid.desk.ledger):
        document = paid.receive("AB-123-CD").tickets[0].document
        told = document | {"contract": {"number": "C-2026-17", "remaining_t": 72.12}}
        text = " ".join(ticket_text(told, "fr").split())
        assert "Contrat C-2026-17 reste à livrer 72,120 t" in text
