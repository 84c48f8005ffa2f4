"""What is right key by key and cannot go well on the day is named, with what to do; a good site has none."""

import re
import string
from datetime import UTC, datetime
from pathlib import Path

import pytest

from drivers.errors import SettingError
from station.demo.site import InstrumentAddresses, write_site
from station.grain.rules import parse_rule_pack
from station.setting_problems import SettingsError
from station.site.contradiction import Contradiction
from station.site.contradictions import contradictions
from station.site.read import load_settings, rule_pack_texts
from station.site.wiring import protocol_of
from ui.words.settings import SETTING_PROBLEMS, setting_problem

ROOT = Path(__file__).parents[2]
EXAMPLE = (ROOT / "examples" / "site.toml").read_text(encoding="utf-8")
RULES = (ROOT / "examples" / "rules.toml").read_text(encoding="utf-8")
AT = datetime(2026, 7, 20, 8, 0, tzinfo=UTC)


def found_in(file: Path, at: datetime = AT) -> list[Contradiction]:
    settings = load_settings(file)
    packs = [parse_rule_pack(text) for text in rule_pack_texts(settings, file)]
    protocols = {}
    for section in settings.instruments:
        try:
            protocols[section.id] = protocol_of(section, file)
        except SettingError:
            continue
    return list(contradictions(settings, packs, protocols, at))


def found(tmp_path: Path, text: str, at: datetime = AT) -> list[Contradiction]:
    (tmp_path / "site.toml").write_text(text, encoding="utf-8")
    if not (tmp_path / "rules.toml").exists():
        (tmp_path / "rules.toml").write_text(RULES, encoding="utf-8")
    return found_in(tmp_path / "site.toml", at)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_example_and_the_demonstration_have_none(tmp_path: Path, language: str) -> None:
    ports = InstrumentAddresses("tcp:127.0.0.1:4001", "tcp:127.0.0.1:4002", "tcp:127.0.0.1:4003")
    file = write_site(tmp_path, ports)
    file.write_text(file.read_text().replace('language = "fr"', f'language = "{language}"'))
    assert found_in(file) == []
    assert found_in(ROOT / "examples" / "site.toml") == []


NIR = 'port = "mqtt://127.0.0.1:1883/silo/nir"'
WRONG = {
    "same line, tcp": (NIR, 'port = "tcp:10.0.0.12:1470?idle=60"', "instruments[2].port", "same_line"),
    "same line, serial": (
        NIR,
        'port = "serial:/dev/serial/by-id/usb-FTDI_bridge?baud=4800"',
        "instruments[2].port",
        "same_line",
    ),
    "a tap on a line that is read": (
        NIR,
        'port = "tap:/dev/serial/by-id/usb-FTDI_bridge"',
        "instruments[2].port",
        "same_line",
    ),
    "own port": (
        'port = "tcp:10.0.0.12:1470"',
        'port = "tcp:localhost:8321"',
        "instruments[1].port",
        "own_port",
    ),
    "own topic": (
        "# [mqtt]",
        '[mqtt]\nbroker = "mqtt://localhost"\n#',
        "instruments[2].port",
        "own_topic",
    ),
    "verification over": ("2027-05-31", "2026-07-19", "instruments[0].verified_until", "verification_over"),
    "asked less often than silent": (
        'driver = "toledo-continuous"',
        'driver = "mt-sics"\nsettings.poll = "SI"',
        "instruments[0].silent_after_s",
        "silent_before_poll",
    ),
    "serial number twice": (
        'driver = "json-nir"',
        'driver = "gac2100-csv01"\nserial_number = "0000-00000"',
        "instruments[2].serial_number",
        "serial_number_twice",
    ),
    "asset tag twice": (
        'serial_number = "T-1182"',
        'serial_number = "T-1182"\nasset_tag = "A1"',
        "instruments[1].asset_tag",
        "asset_tag_twice",
    ),
    "no weighbridge": (
        'driver = "toledo-continuous"',
        'driver = "gac2100-csv01"',
        "instruments",
        "no_weighbridge",
    ),
    "order of a weighbridge": (
        'protein = ["nir"]',
        'protein = ["bridge"]',
        "order.protein[0]",
        "measures_no_quality",
    ),
    "order twice": ('["gac", "nir"]', '["gac", "gac"]', "order.moisture[1]", "listed_twice"),
    "unknown grade": ('grade = "feed_wheat"', 'grade = "feed_what"', "cells[2].grade", "unknown_grade"),
    "a barley cell with a wheat grade": (
        'species = "soft_wheat"\ngrade = "feed_wheat"',
        'species = "barley"\ngrade = "feed_wheat"',
        "cells[2].grade",
        "grade_of_other_species",
    ),
    "a hold cell with a grade": (
        'role = "hold"',
        'role = "hold"\ngrade = "feed_wheat"',
        "cells[4].grade",
        "grade_unused",
    ),
    "a cell of a species that is not received": (
        'species = ["soft_wheat", "durum", "barley"]',
        'species = ["durum", "barley"]',
        "cells[0].species",
        "cell_species_not_received",
    ),
    "an opening of nothing": ("opening_t = 410", "", "cells[0].opening", "opening_of_nothing"),
    "an opening on no basis": (
        '{ value = 11.4, basis = "dm", u = 0.3 }',
        "{ value = 11.4 }",
        "cells[0].opening.protein",
        "opening_basis",
    ),
    "a pit that reaches no cell": (
        '[[pits]]\nid = "f2"',
        '[[pits]]\nid = "f3"\nname = "Fosse 3"\n\n[[pits]]\nid = "f2"',
        "pits[1].id",
        "pit_reaches_nothing",
    ),
    "a cell twice in a line": (
        '["c2", "c3", "c4", "a1"]',
        '["c2", "c2", "c3", "c4"]',
        "lines[1].cells",
        "listed_twice",
    ),
    "a species that no cell takes": (
        'role = "hold"',
        'role = "hold"\nopen = false',
        "site.species[1]",
        "species_without_cell",
    ),
    "a product of a species that is not received": (
        '"ORGE" = "barley"',
        '"MAIS" = "maize"',
        "products.MAIS",
        "product_not_received",
    ),
    "a product of two species": (
        '"ORGE" = "barley"',
        '"ble-dur" = "barley"',
        "products.ble-dur",
        "product_twice",
    ),
    "two cells of one name": ('name = "Cellule 2"', 'name = "CELLULE 1"', "cells[1].name", "same_name"),
    "two pits of one name": ('name = "Fosse 2"', 'name = "Fosse 1"', "pits[1].name", "same_name"),
    "two platforms of one name": (
        'name = "GAC 2100"',
        'name = "Pont-bascule"',
        "instruments[1].name",
        "same_name",
    ),
    "never measured": ('protein = ["nir"]', "", "order.protein", "never_measured"),
    "zero over the minimum": ("zero_kg = 50", "zero_kg = 500", "weighing.zero_kg", "zero_over_minimum"),
    "a minimum that nothing weighs": (
        "minimum_kg = 500",
        "minimum_kg = 60_000",
        "weighing.minimum_kg",
        "minimum_over_vehicles",
    ),
    "an analyzer with a weighbridge's plate": (
        'driver = "json-nir"',
        'driver = "json-nir"\nmax_kg = 5',
        "instruments[2]",
        "plate_of_no_weighbridge",
    ),
    "all cells closed": (
        'claims = ["organic"]\n',
        'claims = ["organic"]\nopen = false\n',
        "cells",
        "all_closed",
    ),
    "a pack twice": ('["rules.toml"]', '["rules.toml", "rules.toml"]', "site.rule_packs[1]", "pack_twice"),
    "hours of pairing": (
        "pairing_window_min = 15",
        "pairing_window_min = 900",
        "intake.pairing_window_min",
        "window_over_hours",
    ),
    "photos that nothing judges": (
        "share = 0.0 ",
        "share = 0.1 ",
        "photo",
        "photos_not_judged",
    ),
    "a photo of a species that is not received": (
        "species = [] ",
        'species = ["maize"] ',
        "photo.species[0]",
        "photo_species_not_received",
    ),
    "near a limit of which nothing is known": (
        "doubt = [] ",
        'doubt = ["near_limit"] ',
        "photo.doubt",
        "nothing_near_limit",
    ),
    "a highest dose without its unit": (
        "# most = 10 ",
        "most = 10 ",
        "treatments[0].unit",
        "dose_without_unit",
    ),
    "a tolerance that nothing exceeds": (
        "tolerance = { protein = 0.5,",
        "tolerance = { protein = 50,",
        "quality.tolerance.protein",
        "limit_never_exceeded",
    ),
    "a tolerance of weights": (
        "tolerance = { protein = 0.5,",
        "tolerance = { weight = 20, protein = 0.5,",
        "quality.tolerance.weight",
        "no_method_of_weight",
    ),
    "a larger bias than tolerance": (
        "permitted = { protein = 0.2,",
        "permitted = { protein = 0.6,",
        "quality.permitted.protein",
        "bias_over_tolerance",
    ),
    "no reason to choose": (
        '["Insectes vivants", "Odeur", "Trop humide", "Corps étrangers"]',
        "[]",
        "intake.refusal_reasons",
        "nothing_to_choose",
    ),
    "a reason twice": (
        '"Odeur", "Trop humide"',
        '"Odeur", "Odeur"',
        "intake.refusal_reasons",
        "listed_twice",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_cannot_go_well_is_named(tmp_path: Path, name: str) -> None:
    old, new, where, code = WRONG[name]
    assert old in EXAMPLE
    text = EXAMPLE.replace(old, new, 1)
    if name == "all cells closed":
        text = re.sub(
            r'^(grade = "(milling_no_2|feed_wheat)")', r"\1\nopen = false", text, flags=re.MULTILINE
        )
    if name == "photos that nothing judges":
        text = text.replace("enabled = true ", "enabled = false ")
    if name == "near a limit of which nothing is known":
        text = text.replace("uncertainty.moisture", "# uncertainty.moisture")
    if name == "own topic":
        text = text.replace("1883/silo/nir", "1883/silo/beaulieu/nir")
    if name == "asked less often than silent":
        text = text.replace("silent_after_s = 5", "silent_after_s = 0.1")
    if name in ("asked less often than silent", "no weighbridge"):  # another driver has other settings
        text = text.replace('settings = { fixed_zero = "in_digits", expanded = "as_sent" }', "")
    if name == "asset tag twice":
        text = text.replace('serial_number = "0000-00000"', 'asset_tag = "A1"')
    told = found(tmp_path, text)
    assert (where, code) in [(one.where, one.code) for one in told], told
    for one in told:
        needed = {name for _, name, _, _ in string.Formatter().parse(SETTING_PROBLEMS[one.code]) if name}
        assert needed <= set(one.params), one
        told_in = {setting_problem(one.code, one.params, language) for language in ("fr", "en")}
        assert len(told_in) == 2


def test_no_pack_in_force_is_named(tmp_path: Path) -> None:
    told = found(tmp_path, EXAMPLE, datetime(2026, 5, 1, tzinfo=UTC))
    assert [one.code for one in told] == ["no_pack_in_force"]


def test_the_same_folder_written_in_two_ways_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "drop").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "drop")
    text = EXAMPLE.replace(NIR, f'port = "folder:{tmp_path}/drop"').replace(
        'port = "tcp:10.0.0.12:1470"', f'port = "folder:{tmp_path}/link/"'
    )
    (one,) = found(tmp_path, text)
    assert (one.code, one.params["other"]) == ("same_line", "gac")


def test_a_brokers_password_is_not_shown(tmp_path: Path) -> None:
    text = EXAMPLE.replace(NIR, 'port = "mqtt://silo:secret@b/silo/nir"').replace(
        'port = "tcp:10.0.0.12:1470"', 'port = "mqtt://silo:secret@b/silo/nir"'
    )
    (one,) = found(tmp_path, text)
    assert "secret" not in str(one.params)


def test_what_lets_a_part_of_the_day_fail_is_an_error_and_the_rest_a_warning(tmp_path: Path) -> None:
    text = EXAMPLE.replace('grade = "feed_wheat"', 'grade = "feed_what"').replace("2027-05-31", "2026-01-31")
    assert {one.code: one.is_error for one in found(tmp_path, text)} == {
        "verification_over": False, "unknown_grade": True,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("net_share = 0.62", "net_share = 62", "doit être inférieur ou égal à 1"),
        ('id = "beaulieu"', "", "manque"),
        ("port = 8321", "prot = 8321", "n'est pas un réglage connu"),
        ('timezone = "Europe/Paris"', 'timezone = "Europe/Pari"', "fuseau"),
        ('language = "fr"', 'language = "fr"\ndata = 3', "texte"),
        ('id = "c2"', 'id = "c1"', "deux fois"),
        ("within = 20", "within = 2", "weighing.equal_readings"),
        ("[site]", "[site", "TOML"),
    ],
)
def test_a_french_site_is_told_in_french(tmp_path: Path, old: str, new: str, says: str) -> None:
    file = tmp_path / "site.toml"
    file.write_text(EXAMPLE.replace('data = "data"', "").replace(old, new, 1), encoding="utf-8")
    with pytest.raises(SettingsError) as told:
        load_settings(file)
    assert says in told.value.said("fr")
    assert told.value.said("fr") != told.value.said("en")


def test_a_language_without_a_catalogue_is_refused(tmp_path: Path) -> None:
    (tmp_path / "site.toml").write_text(EXAMPLE.replace('language = "fr"', 'language = "de"'))
    with pytest.raises(SettingsError, match="must be one of 'fr', 'en'"):
        load_settings(tmp_path / "site.toml")


@pytest.mark.parametrize("what", ["folder", "denied"])
def test_a_file_that_cannot_be_read_is_a_problem_of_its_own(
    tmp_path: Path, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "site.toml"
    if what == "folder":
        file.mkdir()
    else:
        monkeypatch.setattr(
            Path, "read_text", lambda *_a, **_k: (_ for _ in ()).throw(PermissionError(13, "no"))
        )
    with pytest.raises(SettingsError, match="cannot be read"):
        load_settings(file)


def test_every_sentence_is_used() -> None:
    code = "".join(
        path.read_text(encoding="utf-8")
        for path in (ROOT / "station").rglob("*.py")
        if "migrations" not in str(path)
    )
    assert {one for one in SETTING_PROBLEMS if f'"{one}"' not in code} == set()


def test_no_minimum_is_held_against_what_an_analyzer_weighs(tmp_path: Path) -> None:
    text = EXAMPLE.replace('driver = "json-nir"', 'driver = "json-nir"\nmax_kg = 5')
    assert [one.code for one in found(tmp_path, text)] == ["plate_of_no_weighbridge"]
