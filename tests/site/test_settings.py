"""The site file: every problem is named by file, section and key."""

import json
import re
import tomllib
from pathlib import Path

import pytest

from drivers.reading import UNIT_OF, Analyte
from station.acts.policy import policy_as_dict, policy_from_dict
from station.grain.claims import satisfied_by
from station.grain.plausible import usual_range
from station.grain.products import species_of_product
from station.setting_problems import SettingsError
from station.site.file import Exchange, Masters, SiteSettings
from station.site.policy import policy_of
from station.site.read import load_settings, rule_pack_texts
from ui.words.vocabulary import claim_name, species_name

ROOT = Path(__file__).parents[2]
EXAMPLE = (ROOT / "examples" / "site.toml").read_text(encoding="utf-8")
RULES = (ROOT / "examples" / "rules.toml").read_text(encoding="utf-8")


def problems_of(tmp_path: Path, text: str) -> list[str]:
    file = tmp_path / "site.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError) as caught:
        load_settings(file)
    return [f"{problem.where}: {problem.text}" for problem in caught.value.problems]


def test_the_example_is_a_whole_site() -> None:
    settings = load_settings(ROOT / "examples" / "site.toml")
    assert [cell.id for cell in settings.cells if cell.role != "normal"] == ["a1", "q1"]
    assert settings.weighing_rule().equal_readings == 3


def test_the_example_names_every_section_and_what_it_says_of_them_holds(tmp_path: Path) -> None:
    named = set(re.findall(r"^(?:# )?\[+([a-z]+)\]+", EXAMPLE, re.MULTILINE))
    assert named == set(SiteSettings.model_fields)
    part = EXAMPLE[EXAMPLE.index("# [badges]") : EXAMPLE.index("# That program")]
    part += EXAMPLE[EXAMPLE.index("# [exchange]") : EXAMPLE.index("# Without such a program")]
    said = "\n".join(line.removeprefix("# ") for line in part.splitlines() if line != "#")
    settings = SiteSettings.model_validate(tomllib.loads(EXAMPLE + said))
    assert (settings.badges, settings.masters) == ({"0007421": "AB-123-CD"}, Masters())
    assert settings.exchange == Exchange(folder=Path("exchange"))


@pytest.mark.parametrize(
    ("old", "new", "where", "says"),
    [
        ("pairing_window_min = 15", "paring_window_min = 15", "intake.paring_window_min", "not a known"),
        ("net_share = 0.62", "net_share = 62", "intake.net_share", "less than or equal to 1"),
        ("port = 8321", 'port = "http"', "server.port", "integer"),
        ('id = "beaulieu"', "", "site.id", "is missing"),
        ('day_starts = "04:00"', 'day_starts = "4h"', "site.day_starts", ""),
        ("latitude = 47.0412", "latitude = 470412", "site.latitude", "less than or equal to 90"),
        ("longitude = 4.8367", 'longitude = "4.8 E"', "site.longitude", "number"),
        ("longitude = 4.8367", "", "site.latitude", "both latitude and longitude"),
        ('day_starts = "04:00"', 'day_starts = "24:00"', "site.day_starts", ""),
        (
            'moisture = ["gac", "nir"]',
            'moisture = ["gc"]',
            "order.moisture[0]",
            "no instrument has the id 'gc'",
        ),
        ('moisture = ["gac", "nir"]', 'moistur = ["gac"]', "order.moistur", ""),
        (
            'cells = ["c1", "c2", "c3", "a1", "q1"]',
            'cells = ["c9"]',
            "lines[0].cells",
            "no cell has the id 'c9'",
        ),
        ("within = 20", "within = 2", "weighing.within", "must not be less"),
        ("opening_t = 410", "opening_t = 4100", "cells[0].opening_t", "over the capacity"),
        ('id = "c2"', 'id = "c1"', "cells[1].id", "is used twice"),
        (
            'external_id = "C0017"',
            'external_id = "C0017"\n\n[[suppliers]]\nname = "GAEC Leroy"\nexternal_id = "C0017"',
            "suppliers[1].external_id",
            "is used twice",
        ),
        ("capacity_t = 900", "capacity_t = -1", "cells[0].capacity_t", "greater than 0"),
        ('species = "soft_wheat"', 'species = "wheat"', "cells[0].species", "soft_wheat"),
    ],
)
def test_a_wrong_setting_is_named(tmp_path: Path, old: str, new: str, where: str, says: str) -> None:
    assert old in EXAMPLE
    found = problems_of(tmp_path, EXAMPLE.replace(old, new, 1))
    assert any(line.startswith(where) and says in line for line in found), found


def test_all_problems_are_named_at_once(tmp_path: Path) -> None:
    text = EXAMPLE.replace("net_share = 0.62", "net_share = 62").replace("port = 8321", "port = -1")
    assert len(problems_of(tmp_path, text)) == 2


def test_a_file_that_is_not_there_or_no_toml_says_so(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="no such file"):
        load_settings(tmp_path / "none.toml")
    assert "not valid TOML" in problems_of(tmp_path, "[site\n")[0]


def test_an_unknown_time_zone_is_named(tmp_path: Path) -> None:
    found = problems_of(tmp_path, EXAMPLE.replace("Europe/Paris", "Europe/Pari"))
    assert found[0].startswith("site.timezone")


OWN = """
[[analytes]]
id = "glucosinolates_test"
name = { fr = "glucosinolates", en = "glucosinolates" }
unit = "%"
range = [0, 100]
step = 0.1

[[species]]
id = "buckwheat_test"
name = { fr = "sarrasin", en = "buckwheat" }
products = ["SARRASIN"]
usual.glucosinolates_test = [0, 5]

[[claims]]
id = "scheme_test"
name = { fr = "filière d'essai", en = "test scheme" }
needs_certificate = true
satisfies = ["insecticide_free"]
species = ["buckwheat_test"]
"""


def test_a_site_adds_analytes_and_species_of_its_own(tmp_path: Path) -> None:
    file = tmp_path / "site.toml"
    text = EXAMPLE.replace('"durum", "barley"]', '"buckwheat_test"]').replace(
        "opening.test_weight = { value = 77.6 }", "opening.glucosinolates_test = { value = 2.0 }"
    )
    file.write_text(text + OWN, encoding="utf-8")
    policy = policy_of(load_settings(file))
    assert policy.species == ("soft_wheat", "buckwheat_test")
    assert policy_from_dict(json.loads(json.dumps(policy_as_dict(policy)))) == policy
    assert UNIT_OF[Analyte("glucosinolates_test")] == "%"
    assert usual_range(Analyte("glucosinolates_test"), "buckwheat_test") == (0, 5)
    assert species_of_product("Sarrasin", policy.products) == "buckwheat_test"
    assert species_name("buckwheat_test", "fr") == "sarrasin"
    assert satisfied_by(["scheme_test"]) == {"scheme_test", "insecticide_free"}
    assert claim_name("scheme_test", "fr") == "filière d'essai"
    assert [entry["id"] for entry in policy.own_claims] == ["scheme_test"]


@pytest.mark.parametrize(
    ("old", "new", "where", "says"),
    [
        ('id = "glucosinolates_test"', 'id = "don"', "analytes[0].name", "'don' is shipped with name"),
        ('id = "buckwheat_test"', 'id = "rye"', "species[0].name", "'rye' is shipped with name"),
        ('unit = "%"', 'unit = "bu"', "analytes[0].unit", ""),
        ("usual.glucosinolates_test", "usual.glucosinolate", "species[0].usual", "is no known analyte"),
        (
            "usual.glucosinolates_test = [0, 5]",
            "usual.moisture = [4, 99]",
            "species[0].usual",
            "within 0 to 60",
        ),
        ("step = 0.1", "steps = 0.1", "analytes[0].step", "is missing"),
        ('id = "scheme_test"', 'id = "seed"', "claims[0].name", "'seed' is shipped with name"),
        ('["insecticide_free"]', '["insecticides"]', "claims[0].satisfies", "insecticides"),
        ('species = ["buckwheat_test"]', 'species = ["hemp"]', "claims[0].species", "hemp"),
        ("[[species]]", OWN + "[[species]]", "analytes[1].id", "is used twice"),
    ],
)
def test_a_wrong_or_contradicting_addition_is_named(
    tmp_path: Path, old: str, new: str, where: str, says: str
) -> None:
    assert old in OWN
    found = problems_of(tmp_path, EXAMPLE + OWN.replace(old, new, 1))
    assert any(line.startswith(where) and says in line for line in found), found


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("min_kg = 400", "min_kg = 70000", "must be over min_kg, and min_kg over division_kg"),
        ("division_kg = 20", "division_kg = 400", "must be over min_kg, and min_kg over division_kg"),
    ],
)
def test_a_verification_plate_that_cannot_be_is_named(tmp_path: Path, old: str, new: str, says: str) -> None:
    assert f"instruments[0].max_kg: {says}" in problems_of(tmp_path, EXAMPLE.replace(old, new))


def test_an_opening_that_cannot_be_true_is_named(tmp_path: Path) -> None:
    found = problems_of(tmp_path, EXAMPLE.replace("value = 14.1", "value = 141"))
    assert found == ["cells[0].opening.moisture: 141 is outside 0 to 60"]


def test_a_cell_without_grade_is_one_of_a_species_that_no_pack_grades(tmp_path: Path) -> None:
    (tmp_path / "rules.toml").write_text(RULES, encoding="utf-8")
    file = tmp_path / "site.toml"
    last = 'name = "Cellule 4 bio"\nspecies = "soft_wheat"\ngrade = "organic_bread"\n'
    assert last in EXAMPLE
    file.write_text(EXAMPLE.replace(last, 'name = "C"\nspecies = "sunflower"\n'), encoding="utf-8")
    assert len(rule_pack_texts(load_settings(file), file)) == 1
    file.write_text(EXAMPLE.replace(last, 'name = "C"\nspecies = "soft_wheat"\n'), encoding="utf-8")
    with pytest.raises(SettingsError) as refused:
        rule_pack_texts(load_settings(file), file)
    assert refused.value.problems[0].where == "cells[3].grade"
    assert (
        "a grade of the rule pack, or a species"
        in problems_of(tmp_path, EXAMPLE.replace(last, 'name = "C"\n'))[0]
    )
