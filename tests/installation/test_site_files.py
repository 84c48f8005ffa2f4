"""What is installed beside the site file, and what cannot be."""

import tomllib
from pathlib import Path

import pytest

from station.installation.site_files import files_beside, misplaced_files, place_of, with_data_folder
from station.site.read import load_settings
from tests.installation.rig import nir_at, write_site


def where(file: Path) -> list[tuple[str, str]]:
    return [(problem.where, problem.code) for problem in misplaced_files(load_settings(file), file)]


def test_the_data_folder_is_written_into_the_site_file_and_nothing_else_changes(tmp_path: Path) -> None:
    text = write_site(tmp_path).read_text(encoding="utf-8")
    changed = with_data_folder(text)
    assert changed is not None
    assert tomllib.loads(changed)["site"]["data"] == "/var/lib/silo"
    assert [one for one in changed.splitlines() if one not in text.splitlines()] == [
        'data = "/var/lib/silo"                      # the ledger, the frame journal and the photos'
    ]
    assert with_data_folder(changed) == changed


def test_a_site_file_that_names_none_gets_one() -> None:
    text = '[site] # ours\nid = "a"\n\n[server]\nport = 1\n'
    changed = with_data_folder(text)
    assert changed is not None
    assert tomllib.loads(changed) == {"site": {"id": "a", "data": "/var/lib/silo"}, "server": {"port": 1}}


@pytest.mark.parametrize("text", ['site.data = "x"', '[site]\ndata = """x"""\n', '[site]\n"data" = "x"\n'])
def test_where_it_cannot_be_written_for_certain_it_is_not(text: str) -> None:
    assert with_data_folder(text) is None


def test_packs_and_passwords_that_are_there_go_with_it(tmp_path: Path) -> None:
    file = write_site(tmp_path, nir=nir_at(1883))
    assert files_beside(load_settings(file), file) == ["rules.toml"]
    (tmp_path / "broker.password").write_text("secret\n")
    assert files_beside(load_settings(file), file) == ["rules.toml", "broker.password"]


@pytest.mark.parametrize(
    ("data", "found"),
    [
        ('data = "elsewhere"', []),
        ('data = "/srv/silo"', [("site.data", "data_elsewhere")]),
        ("data = '''x'''", [("site.data", "data_line")]),
    ],
)
def test_the_data_of_an_installed_station_has_one_place(
    tmp_path: Path, data: str, found: list[tuple[str, str]]
) -> None:
    assert where(write_site(tmp_path, data=data)) == found


def test_what_lies_elsewhere_is_named_by_section_and_key(tmp_path: Path) -> None:
    file = write_site(tmp_path / "site")
    (tmp_path / "rules.toml").write_text((tmp_path / "site" / "rules.toml").read_text())
    for name in ("../rules.toml", str(tmp_path / "rules.toml")):
        text = file.read_text(encoding="utf-8").replace('"rules.toml"', f'"{name}"')
        (tmp_path / "site" / "other.toml").write_text(text)
        assert where(tmp_path / "site" / "other.toml") == [("site.rule_packs[0]", "not_beside")]


def test_a_file_in_etc_silo_itself_may_be_named_so() -> None:
    assert place_of("/etc/silo/scale.toml") == Path("/etc/silo/scale.toml")
    assert place_of("packs/wheat.toml") == Path("/etc/silo/packs/wheat.toml")
    assert place_of("/etc/silo/../passwd") is None
