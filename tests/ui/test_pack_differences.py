"""What differs between two packs is read by who weighs grain: no braces, no keys of the file."""

from pathlib import Path

import pytest

import station
from station.grain.rules import parse_rule_pack
from station.grain.rules.comparing import differences
from ui.words.i18n import translator
from ui.words.pack_differences import difference_lines

PACKS = [
    parse_rule_pack(file.read_text(encoding="utf-8"))
    for file in sorted((Path(station.__path__[0]) / "rules").glob("*.toml"))
]
WHEAT = next(one for one in PACKS if one.name == "Euronext milling wheat")


def lines(old: object, new: object, language: str) -> list[str]:
    names = {grade.id: grade.name for pack in (old, new) for grade in pack.grades}  # type: ignore[attr-defined]
    return difference_lines(differences(old, new), names, translator(language))  # type: ignore[arg-type]


@pytest.mark.parametrize("language", ["fr", "en"])
def test_no_difference_shows_a_key_or_a_brace(language: str) -> None:
    for old in PACKS:
        for new in PACKS:
            for line in lines(old, new, language):
                told = line.partition(":")[2] if "source" in line else line
                assert not set("{}[]'") & set(told), line
                assert "adjustment" in line or "correction du prix" in line or "_" not in told, line


def test_a_changed_limit_is_said_in_french_with_its_decimal_comma() -> None:
    text = (Path(station.__path__[0]) / "rules" / "euronext_milling_wheat.toml").read_text(encoding="utf-8")
    new = parse_rule_pack(text.replace("limit = 76.0", "limit = 76.5", 1).replace("points = 5", "points = 6"))
    told = lines(WHEAT, new, "fr")
    assert told[:2] == ["Blé meunier n° 2", "    poids spécifique, limite basse : ≥ 76 kg/hl → ≥ 76,5 kg/hl"]
    assert "15: 5, 30: 8, 50: 11 → 15: 6, 30: 8, 50: 11" in told[-1]
    assert lines(WHEAT, WHEAT, "fr") == ["Les deux disent la même chose."]
