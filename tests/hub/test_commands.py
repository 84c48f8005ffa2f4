"""What a person mistypes at headquarters is answered in a sentence, and changes nothing."""

from pathlib import Path
from typing import get_args

import pytest
from sqlalchemy import select

from station.cli.hub.parts import MOST_NAME, STATION_ID
from station.hub import stations
from station.hub.database import TABLES
from station.hub.own import STATIONS
from station.hub.settings import load_hub_settings
from station.setting_problems import SettingsError
from station.site.file import Id
from tests.hub.hub_rig import Headquarters
from tests.post.post_rig import START


@pytest.mark.parametrize("name", ["", "../x", "a\nb", "\udcff", "Silo", "a" * 32, "a/b", "é"])
def test_a_station_has_the_id_of_a_site_file(headquarters: Headquarters, name: str) -> None:
    done = headquarters.run("station", "add", name, "--by", "Marc")
    assert (done.exit_code, "site file" in done.stderr) == (2, True)
    with headquarters.engine.connect() as connection:
        assert connection.execute(select(TABLES.tables[STATIONS].c.id)).first() is None


def test_ids_are_those_of_site_files() -> None:
    assert get_args(Id)[1].pattern == "^" + STATION_ID.pattern.replace(r"\Z", "$")


@pytest.mark.parametrize("who", ["", " ", "\udcff", "a" * (MOST_NAME + 1), "a\x1b[31m"])
def test_who_does_it_is_a_name(headquarters: Headquarters, who: str) -> None:
    for words in (("--by", who), ("--by", "Marc", "--name", who or " ")):
        done = headquarters.run("station", "add", "beaulieu", *words)
        assert (done.exit_code, "characters" in done.stderr) == (2, True)


def test_a_code_is_void_once_its_station_is_revoked(headquarters: Headquarters) -> None:
    code = headquarters.json("station", "add", "beaulieu", "--by", "Marc")["code"]
    done = headquarters.run("revoke", "beaulieu", "--by", "Marc")
    assert (done.exit_code, "a new code" in done.stderr) == (0, True)
    with headquarters.engine.begin() as connection, pytest.raises(stations.CodeRefused):
        stations.enrol(connection, TABLES, "beaulieu", code, "key", START)


@pytest.mark.parametrize("words", [("show", "7"), ("retry", "7"), ("show", "9" * 23), ("retry", "0")])
def test_a_row_that_is_not_in_quarantine_is_said(headquarters: Headquarters, words: tuple[str, str]) -> None:
    assert headquarters.run("quarantine", *words).exit_code == 2


def test_nobody_waits_for_no_number_of_seconds(headquarters: Headquarters) -> None:
    assert headquarters.run("prove", "beaulieu", "--wait", "-1").exit_code == 2


def test_a_wrong_file_of_headquarters_is_told_as_a_silos_is(tmp_path: Path) -> None:
    file = tmp_path / "hub.toml"
    file.write_text('database = "mysql://x"\nport = 70000\nphoto = "file:x"\n', encoding="utf-8")
    with pytest.raises(SettingsError) as told:
        load_hub_settings(file)
    assert told.value.said("fr").splitlines() == [
        f"{file}: database: doit s'écrire postgresql://utilisateur@hôte/base (vaut 'mysql://x')",
        f"{file}: port: doit être inférieur ou égal à 65\u202f535 (vaut 70000)",
        f"{file}: photo: n'est pas un réglage connu",
    ]
    with pytest.raises(SettingsError, match=r"examples/hub\.toml"):
        load_hub_settings(tmp_path / "none.toml")
