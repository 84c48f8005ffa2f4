"""Managers read which rule packs hold for which species, in words, with prices; operators do not."""

from pathlib import Path

import station
from station.receival.packs import rule_packs
from tests.silo_rig import MARC, Silo
from tests.ui.web.rig import make_readers, pages_of

PACKS = Path(station.__file__).parent / "rules"


def test_packs_in_force_are_told_with_limits_and_money_in_words(silo: Silo) -> None:
    make_readers(silo)
    for name in ("euronext_milling_wheat", "french_malting_barley"):
        text = (PACKS / f"{name}.toml").read_text(encoding="utf-8")
        rule_packs.install_pack(silo.desk, text, MARC, "for the harvest", silo.clock())
    pages = pages_of(silo)
    french = pages.reader(language="fr").get("/rules").text
    for words in (
        "Référentiels",
        "Orge brassicole",
        "for the harvest",
        "livré avec la station",
        "non signé",
        "212,00",
        "≥ 11",
    ):
        assert words in french, words
    assert "1 % du prix par point" in french.replace("\N{NO-BREAK SPACE}", " ")
    english = pages.reader(language="en").get("/rules?format=csv&table=limits").text
    assert "milling_no_2" in english
    assert "never_blend" in english
    assert "malting_barley" in english


def test_an_operator_sees_no_prices(silo: Silo) -> None:
    make_readers(silo)
    answer = pages_of(silo).reader("Anne", "fr").get("/rules")
    assert answer.status_code == 403
