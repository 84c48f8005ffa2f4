"""`silo outbound` and `silo sample label`: read, printed and verified from a closed silo."""

import json
from contextlib import closing
from pathlib import Path

import pytest

from station.receival.leaving import outbound
from station.receival.leaving.outbound_loading import Drawn
from station.receival.persons import people
from tests.cli.rig import invoke, run, silo, small_site
from tests.receival.test_outbound import come, leave, ready
from tests.silo_rig import ANNE, Silo

PIN = "2468"
BY = ("--by", "Anne", "--pin", PIN)


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("closed")
    site = small_site(folder)
    own = Silo.open(folder / "data")
    with closing(own.desk.ledger):
        people.add_person(own.desk, "Anne", PIN, ["operator"], "fr", own.clock())
        row = ready(own, grade="milling_no_2")
        outbound.seal_sample(own.desk, row.id, "S90001", ANNE, own.clock(), seal="PL-77", parts=2)
        leave(own, row, 43_980, Drawn("c1"))
        come(own, "EX-002-PO")
    return site


def test_what_is_here_what_left_and_its_paper_are_read(closed: Path) -> None:
    assert "EX-002-PO  Moulins du Nord  soft wheat  to be checked" in silo(closed, "outbound", "list")
    assert "EX-001-PO" in silo(closed, "outbound", "list", "--ended")
    (note,) = silo(closed, "outbound", "notes").splitlines()
    assert note.startswith("1  ")
    shown = silo(closed, "outbound", "show", "1")
    assert "DELIVERY NOTE No. 1" in shown
    assert silo(closed, "outbound", "orders") == ""
    missing = run(closed, "outbound", "show", "7")
    assert (missing.returncode, missing.stdout) == (1, "")


def test_a_note_is_written_and_verified_without_the_station(closed: Path, tmp_path: Path) -> None:
    paper, key = tmp_path / "1.pdf", tmp_path / "silo.pub"
    first = run(closed, "outbound", "print", "1", "--pdf", str(paper), *BY)
    assert first.returncode == 0, first.stderr
    again = run(closed, "outbound", "print", "1", "--pdf", str(paper), *BY)
    assert ("DUPLICATA" in first.stderr, "DUPLICATA" in again.stderr) == (False, True)
    key.write_text(silo(closed, "ticket", "key"))
    told = invoke("ticket", "verify", str(paper), "--key", str(key))
    assert told.returncode == 0, told.stderr
    lines = told.stdout.replace("\N{NO-BREAK SPACE}", " ").splitlines()
    assert lines[0].startswith("Delivery note 1 of the campaign 2026, Silo de Beauvoir, ")
    assert lines[2] == "net 29,180 kg (full 43,980 kg, empty 14,800 kg)"
    assert "protein: 11.6 % dry m., limit ≥ 11" in lines
    assert "Moulins" not in told.stdout


def test_the_labels_of_its_sample_are_drawn(closed: Path, tmp_path: Path) -> None:
    file = tmp_path / "labels.pdf"
    (number,) = [one["number"] for one in _json(silo(closed, "sample", "list"))]
    assert run(closed, "sample", "label", number, "--pdf", str(file), *BY).returncode == 0
    assert file.read_bytes().startswith(b"%PDF")
    assert run(closed, "sample", "label", "E9", "--pdf", str(file), *BY).returncode == 1


def _json(text: str) -> list[dict[str, str]]:
    return [json.loads(line) for line in text.splitlines()]
