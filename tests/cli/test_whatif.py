"""`silo rules whatif` tells which loads, tonnes and euros another pack would move, and keeps nothing."""

import json
from pathlib import Path

import pytest

from station.receival.packs import rule_packs
from tests.cli.furnished import EXAMPLES
from tests.cli.rig import invoke
from tests.silo_rig import MARC, SITE_FILE, Silo

PRICED = (
    (EXAMPLES / "rules.toml")
    .read_text(encoding="utf-8")
    .replace(
        "[repeatability]\n", "[prices]\nmilling_no_2 = 212.0\nintervention = 200.0\n\n[repeatability]\n", 1
    )
)
STRICTER = PRICED.replace("limit = 11.0", "limit = 12.5", 1)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A closed silo with two decided loads, one of them ticketed."""
    folder = tmp_path_factory.mktemp("silo")
    file = folder / "site.toml"
    file.write_text(SITE_FILE.read_text(encoding="utf-8").replace("../examples/rules.toml", "rules.toml"))
    (folder / "rules.toml").write_text(PRICED, encoding="utf-8")
    silo = Silo.open(folder / "data")
    rule_packs.install_pack(silo.desk, PRICED.replace("2026.1", "2026.2"), MARC, "", silo.clock())
    silo.receive("AB-123-CD")
    silo.receive("EF-456-GH")
    silo.desk.ledger.close()
    return file


def whatif(site: Path, text: str, *words: str, code: int = 1) -> list[dict]:  # type: ignore[type-arg]
    pack = site.parent / "other.toml"
    pack.write_text(text, encoding="utf-8")
    done = invoke("rules", "whatif", "--pack", str(pack), "--config", str(site), "--json", *words)
    assert done.returncode == code, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_a_stricter_limit_moves_loads_tonnes_and_money(site: Path) -> None:
    *loads, totals = whatif(site, STRICTER)
    assert [(one["before"]["grade"], one["after"]["grade"]) for one in loads] == [
        ("milling_no_2", "intervention"),
        ("milling_no_2", "intervention"),
    ]
    tonnes = sum(one["kg"] for one in loads) / 1000
    assert totals["tonnes"]["milling_no_2"] == {"before": round(tonnes, 3), "after": 0.0}
    assert totals["tonnes"]["intervention"] == {"before": 0.0, "after": round(tonnes, 3)}
    assert round(totals["euros"]["before"] - totals["euros"]["after"], 2) == round(12.0 * tonnes, 2)
    assert (totals["loads"], totals["moved"], totals["waits"], totals["priced"]) == (2, 2, 0, 2)


def test_the_same_pack_moves_nothing(site: Path) -> None:
    (totals,) = whatif(site, PRICED, code=0)
    assert (totals["loads"], totals["moved"]) == (2, 0)


def test_a_charge_moves_money_alone(site: Path) -> None:
    charge = (
        '\n[[adjustments]]\nid = "dry"\nkind = "drying"\non = "fee"\nspecies = "soft_wheat"\n'
        'analyte = "moisture"\nop = ">"\nlimit = 13.0\nstep = 0.1\nper = 1.0\nrate = 5.0\nsource = "D3"\n'
    )
    *loads, totals = whatif(site, PRICED + charge)
    assert [(one["before"]["grade"], one["after"]["grade"]) for one in loads] == [("milling_no_2",) * 2] * 2
    tonnes = sum(one["kg"] for one in loads) / 1000
    assert round(totals["euros"]["before"] - totals["euros"]["after"], 2) == round(0.6 * 5.0 * tonnes, 2)


def test_loads_that_no_grade_takes_would_be_held(site: Path) -> None:
    dry = PRICED.replace(
        'analyte = "moisture"\nop = "<="\nlimit = 15.0', 'analyte = "moisture"\nop = "<="\nlimit = 12.0'
    )
    dry = dry.replace(
        'analyte = "moisture"\nop = "<="\nlimit = 14.5', 'analyte = "moisture"\nop = "<="\nlimit = 12.0'
    )
    totals = whatif(site, dry)[-1]
    assert (totals["waits"], totals["tonnes"]["held"]["before"]) == (2, 0.0)


def test_only_the_days_asked_for_and_the_species_it_grades_count(site: Path) -> None:
    assert whatif(site, STRICTER, "--since", "2026-07-22", code=0)[-1]["loads"] == 0
    assert whatif(site, STRICTER.replace('"soft_wheat"', '"durum"'), code=0)[-1]["loads"] == 0


def test_a_wrong_pack_is_refused_with_its_place(site: Path) -> None:
    pack = site.parent / "wrong.toml"
    pack.write_text(STRICTER.replace("limit = 12.5", "limit = 12.55"), encoding="utf-8")
    done = invoke("rules", "whatif", "--pack", str(pack), "--config", str(site))
    assert (done.returncode, "grades[0].criteria[0].step" in done.stderr) == (1, True), done.stderr


def test_a_person_reads_loads_and_sums(site: Path) -> None:
    pack = site.parent / "other.toml"
    pack.write_text(STRICTER, encoding="utf-8")
    done = invoke("rules", "whatif", "--pack", str(pack), "--config", str(site))
    assert "c1 milling_no_2 -> c4 intervention" in done.stdout
    assert "2 of 2 loads move" in done.stderr
