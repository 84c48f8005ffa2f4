"""The site file leads no instrument to the station's own files: the start and `silo check` refuse it."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from station.app import ServeOptions, serve
from station.cli import app
from station.setting_problems import SettingsError
from station.site.read import load_settings
from tests.site.test_settings import EXAMPLE, RULES, problems_of

NIR = 'port = "mqtt://127.0.0.1:1883/silo/nir"'


def site_text(**changes: str) -> str:
    """The example with another NIR, or other spare ports."""
    text = EXAMPLE.replace(NIR, f'port = "{changes["port"]}"') if "port" in changes else EXAMPLE
    if "profile" in changes:
        text = text.replace(
            'driver = "json-nir"', f'driver = "generic"\nsettings = {{ profile = "{changes["profile"]}" }}'
        )
    if "spare" in changes:
        text = text.replace("[server]", f'spare_ports = ["tcp:10.0.0.9:1", "{changes["spare"]}"]\n\n[server]')
    return text


@pytest.mark.parametrize("scheme", ["folder", "replay", "serial", "tap"])
@pytest.mark.parametrize(
    "place", ["data", "./data/", "data/frames", "rules/../data", ".", "HERE/data", "HERE", "/"]
)
def test_a_port_in_or_around_the_data_folder_is_named(tmp_path: Path, scheme: str, place: str) -> None:
    address = f"{scheme}:{place.replace('HERE', str(tmp_path))}"
    (wrong,) = problems_of(tmp_path, site_text(port=address))
    assert wrong.startswith("instruments[2].port: ")
    assert "data folder" in wrong
    (wrong,) = problems_of(tmp_path, site_text(spare=address))
    assert wrong.startswith("site.spare_ports[1]: ")


def test_links_are_followed(tmp_path: Path) -> None:
    (tmp_path / "elsewhere" / "data").mkdir(parents=True)
    (tmp_path / "data").symlink_to(tmp_path / "elsewhere" / "data")
    (tmp_path / "drop").symlink_to(tmp_path / "elsewhere")
    assert "data folder" in problems_of(tmp_path, site_text(port=f"folder:{tmp_path / 'drop'}"))[0]
    assert "data folder" in problems_of(tmp_path, site_text(port=f"folder:{tmp_path}/elsewhere/data/x"))[0]


def test_the_folder_of_the_stations_own_files_is_named(tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    text = site_text(port="folder:rules").replace('["rules.toml"]', '["rules/rules.toml"]')
    text = text.replace('data = "data"', 'data = "/srv/nowhere/data"')
    assert "the station's own files" in problems_of(tmp_path, text)[0]
    assert "the station's own files" in problems_of(tmp_path, text.replace("folder:rules", "folder:."))[0]


def test_a_profile_in_the_data_folder_is_named_unless_it_is_kept_there(tmp_path: Path) -> None:
    (wrong,) = problems_of(tmp_path, site_text(profile="data/admin.token"))
    assert wrong.startswith("instruments[2].settings.profile: ")
    file = tmp_path / "site.toml"
    file.write_text(site_text(profile="data/profiles/abc-scale.toml"), encoding="utf-8")
    load_settings(file)


@pytest.mark.parametrize(
    "port", ["folder:drop", "folder:/srv/drop", "serial:/dev/ttyS0", "tcp:data:1", "mqtt://data/data"]
)
def test_other_places_are_free(tmp_path: Path, port: str) -> None:
    file = tmp_path / "site.toml"
    file.write_text(site_text(port=port, spare=port), encoding="utf-8")
    load_settings(file)


def test_neither_check_nor_the_start_touches_such_a_folder(tmp_path: Path) -> None:
    (tmp_path / "rules.toml").write_text(RULES, encoding="utf-8")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "a.csv").write_text("x;y\n1;2\n")
    file = tmp_path / "site.toml"
    file.write_text(site_text(port="folder:data"), encoding="utf-8")
    done = CliRunner().invoke(app, ["check", "--config", str(file)])
    assert (done.exit_code, "instruments[2].port" in done.output) == (3, True)
    with pytest.raises(SettingsError, match=r"instruments\[2\]\.port"):
        serve(ServeOptions(file))
    assert [path.name for path in (tmp_path / "data").iterdir()] == ["a.csv"]
