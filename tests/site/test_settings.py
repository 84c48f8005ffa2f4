"""The site file: every problem is named by file, section and key."""

from pathlib import Path

import pytest

from station.site.read import SettingsError, load_settings

ROOT = Path(__file__).parents[2]
EXAMPLE = (ROOT / "examples" / "site.toml").read_text(encoding="utf-8")


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


@pytest.mark.parametrize(
    ("old", "new", "where", "says"),
    [
        ("pairing_window_min = 15", "paring_window_min = 15", "intake.paring_window_min", "not a known"),
        ("net_share = 0.62", "net_share = 62", "intake.net_share", "less than or equal to 1"),
        ("port = 8321", 'port = "http"', "server.port", "integer"),
        ('id = "beaulieu"', "", "site.id", "is missing"),
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
