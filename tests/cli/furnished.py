"""A demonstration silo with persons, tokens, a sample and models, on which every management command has
something to do."""

import re
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from station.models import acts as models
from station.models import policies
from station.models.acts import Mandate
from station.models.terms import Terms
from station.parts import Parts, open_parts
from station.receival.measuring import samples
from station.receival.persons import people
from station.runtime.bundles import checked, ship, shipped_bundle
from station.signing import SecretKey, sign
from station.site.read import load_settings, rule_pack_texts
from station.site.reference import load_site
from station.vision.bundle import parse_bundle, read_bundle
from tests.cli.rig import KEY, make_site
from tests.model_rig import TASK, packed
from tests.silo_rig import ANNE, MARC

PIN = "1357"
MODEL = read_bundle(shipped_bundle()).name
TERMS = Terms(30, 1.0, 0.1, 0.5, 30, 0.5, 0.5)


EXAMPLES = Path(__file__).parents[2] / "examples"
PACK = "Soft wheat"
PROFILE = """
[file]
format = "csv"
laboratory = "Labo Nord"
decimal = "comma"
[columns]
barcode = "N"
report = "Rapport"
[[analytes]]
analyte = "protein"
names = ["Protéines"]
unit = "%"
[[analytes]]
analyte = "moisture"
names = ["Humidité"]
unit = "%"
"""


def furnished(folder: Path, at: datetime) -> Path:
    """The site file of a closed silo whose last event is at that time or a moment later."""
    file = make_site(folder)
    bundle = packed("3")
    (folder / "strange.bundle").write_bytes(bundle)
    (folder / "strange.bundle.minisig").write_text(sign(bundle, SecretKey(b"stranger", bytes(32)), "x"))
    rules = (EXAMPLES / "rules.toml").read_text(encoding="utf-8")
    waiver = re.sub(r"(?m)^version = .*$", 'version = "waiver"', rules)
    (folder / "waiver.toml").write_text(waiver)
    (folder / "waiver.toml.minisig").write_text(sign(waiver.encode(), KEY, "waiver"))
    (folder / "labo.toml").write_text(PROFILE, encoding="utf-8")
    (folder / "labo.csv").write_text("N;Rapport;Protéines;Humidité\nk 1;R1;11,9;13,1\nK2;R1;;13,0\n")
    with open_parts(file, load_settings(file), start=at) as parts:
        _furnish(parts)
    return file


def _furnish(parts: Parts) -> None:
    desk, clock = parts.desk, parts.clock
    load_site(desk, parts.settings, parts.file, rule_pack_texts(parts.settings, parts.file), clock())
    for name, role in (("Anne", "operator"), ("Marc", "manager")):
        people.add_person(desk, name, PIN, [role], "fr", clock())
    for name in ("office", "old phone", "tel", "tel#2"):
        people.add_terminal(desk, name, "terminal", clock())
    samples.enter_own_sample(desk, "K1", "courtesy", "soft_wheat", "", ANNE, clock())
    ship(desk, parts.bundles, parts.settings.site.species, clock())
    for version in ("4", "5", "6", "7"):
        parts.bundles.put(packed(version))
        models.install(desk, checked(parse_bundle(packed(version))), Mandate(MARC, "", clock()))
    models.promote(desk, MODEL, "4", Mandate(MARC, "", clock()))
    policies.approve(desk, (TASK, "durum"), TERMS, MARC, "", clock())


def events(file: Path) -> list[tuple[datetime, str, str | None]]:
    """Time, kind and person of all that is recorded, oldest first."""
    who = "coalesce((SELECT name FROM person WHERE id = by), by)"
    rows = looked_up(file, f"SELECT at, kind, {who} FROM audit_event ORDER BY seq")
    return [(datetime.fromisoformat(at).replace(tzinfo=UTC), kind, by) for at, kind, by in rows]


def looked_up(file: Path, query: str) -> list[tuple[Any, ...]]:
    """Reads the database beside the station, which may be running."""
    database = file.parent / "data" / "ledger.db"
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as tx:
        return tx.execute(query).fetchall()
