"""Samples are kept, listed, chosen and handed over by command, in a person's name."""

import json
from contextlib import closing
from pathlib import Path

from typer.testing import CliRunner

from station.acts.desk import Actor, Desk
from station.cli import app
from station.receival.arrivals.visits import Arrival, NewLoad, enter_arrival
from station.site.policy import policy_of
from station.site.read import load_settings
from station.store import queries
from station.store.engine import Ledger
from tests.silo_rig import START

BY = ("--by", "Marie", "--pin", "2468")


def silo(site: Path, *words: str, code: int = 0) -> list[dict[str, object]]:
    done = CliRunner().invoke(app, ["sample", *words, "--config", str(site)])
    assert done.exit_code == code, done.output
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    return [json.loads(line) for line in lines]


def test_a_sample_goes_from_the_shelf_to_the_laboratory(worked: Path, tmp_path: Path) -> None:
    with closing(Ledger(worked.parent / "data")) as ledger:
        load = NewLoad("soft_wheat", barcode="S00001")
        arrival = Arrival("AB-123-CD", "EARL Dupont", (load,), new_supplier=True)
        desk = Desk(ledger, policy_of(load_settings(worked)))
        enter_arrival(desk, arrival, Actor("marie", "Marie"), START)
    (kept,) = silo(worked, "keep", "S00001", "--seal", "=P7", *BY)
    assert kept["number"] == "E00001-8"
    csv, sheet, labels = (tmp_path / name for name in ("l.csv", "l.pdf", "e.pdf"))
    silo(worked, "to-send", code=1)
    files = ("--csv", str(csv), "--sheet", str(sheet), "--labels", str(labels))
    (chosen,) = silo(worked, "to-send", "--budget", "3", *BY, *files)
    assert chosen["blocks"] == ["chosen"]
    assert "E00001-8" in csv.read_text(encoding="utf-8-sig")
    assert sheet.read_bytes().startswith(b"%PDF")
    assert labels.read_bytes().startswith(b"%PDF")
    assert silo(worked, "to-send") == [chosen]
    empty = ["sample", "to-send", "--budget", "3", *BY, "--config", str(worked)]
    assert "nothing is on this list" in CliRunner().invoke(app, empty).stderr
    assert silo(worked, "to-send") == [chosen]
    silo(worked, "to-send", "--csv", str(tmp_path / "none" / "l.csv"), code=2)
    silo(worked, "hand-over", "e00001-8", "Labo SGS", *BY)
    silo(worked, "received", "E00001-8", *BY)
    (out,) = silo(worked, "list", "--state", "out")
    assert out["holder"] == "Labo SGS"
    silo(worked, "destroy", "E00001-8", *BY, code=1)


def test_a_farmers_bag_is_entered_before_harvest(worked: Path) -> None:
    (bag,) = silo(worked, "courtesy", "C00001", "--note", "essai avant récolte", *BY)
    assert bag["kind"] == "courtesy"


def test_a_composite_is_made_of_loads_and_lists_what_is_kept_of_them(worked: Path) -> None:
    with closing(Ledger(worked.parent / "data")) as ledger:
        arrival = Arrival(
            "AB-123-CD", "EARL Dupont", (NewLoad("soft_wheat", barcode="S00001"),), new_supplier=True
        )
        desk = Desk(ledger, policy_of(load_settings(worked)))
        visit = enter_arrival(desk, arrival, Actor("marie", "Marie"), START)
        with ledger.read() as tx:
            (load,) = queries.loads_of(tx, visit.id)
    silo(worked, "keep", "S00001", *BY)
    (made,) = silo(worked, "composite", "M00001", "--load", load.id, *BY)
    assert made["loads"] == [load.id]
    (kept,) = silo(worked, "loads-kept", "M00001")
    assert kept == made
    silo(
        worked,
        "send-all",
        "--species",
        "soft_wheat",
        "--from",
        "2026-07-01",
        "--to",
        "2026-08-01",
        "--why",
        "x",
        *BY,
        code=1,
    )
