"""What the room may import, and what the type checker must refuse."""

import ast
import sys
from pathlib import Path

import pytest
from mypy import api

ROOT = Path(__file__).parents[2]
GRAIN = ROOT / "station" / "grain"
ALLOWED = {
    "pydantic", "pydantic_core", "drivers.reading", "drivers.text", "drivers.named",
    "station.claims", "station.species", "station.transport",
    "jsonschema", "jsonschema.exceptions", "jsonschema.validators", "referencing",  # forms
}  # fmt: skip

MIXED = """
from station.grain.units import *
from station.grain.blending import Part
from station.grain.loadweight import net_kg

water, protein, mass = MoisturePercent(14.0), ProteinAsIs(11.0), Kilograms(43120.0)
protein_dm(protein, water)
protein_dm(water, protein)
net_kg(mass, water)
Part(mass, {})
mass_at_moisture(mass, protein, water)
protein_dm(11.0, water)
"""


@pytest.mark.parametrize("path", sorted(GRAIN.glob("*.py")), ids=lambda p: p.name)
def test_the_bench_imports_only_itself_readings_the_catalogues_pydantic_and_the_standard_library(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    modules = [n.module or "" for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)]
    modules += [alias.name for n in ast.walk(tree) if isinstance(n, ast.Import) for alias in n.names]
    for module in modules:
        outside = module.split(".")[0] not in sys.stdlib_module_names
        assert not outside or module in ALLOWED or module.startswith("station.grain.")
        assert module.split(".")[0] not in {"time", "random", "logging", "pathlib", "os", "socket", "io"}


def test_the_type_checker_refuses_to_mix_moisture_protein_and_kilograms(tmp_path, monkeypatch):
    monkeypatch.chdir(ROOT)
    program = tmp_path / "mixed.py"
    program.write_text(MIXED, encoding="utf-8")
    report, usage, _ = api.run(["--strict", "--no-error-summary", "--no-color-output", str(program)])
    lines = {int(line.split(":")[1]) for line in report.splitlines() if "arg-type" in line}
    assert usage == ""
    assert lines == {8, 9, 10, 11, 12}
