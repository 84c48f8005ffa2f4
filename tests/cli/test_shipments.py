"""`silo cell out … --to` and `silo shipment` on a closed silo."""

import json
import shutil
import subprocess
from pathlib import Path

import cv2
import pytest
from typer.testing import CliRunner, Result

from station.cli import app
from station.receival.between_silos.shipment_paper import read_text, written
from tests.cli.furnished import PIN, furnished
from tests.silo_rig import START

BY = ("--by", "Anne", "--pin", PIN)
SURE = ("--reason", "Place", "--despite", "26,4")
OUT = ("cell", "out", "c3", "26,4", "--to", "sud", "--plate", "AB-123-CD", *SURE)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return furnished(tmp_path_factory.mktemp("closed"), START)


def run(site: Path, *words: str) -> Result:
    return CliRunner().invoke(app, [*words, "--config", str(site)], catch_exceptions=False)


def test_a_movement_out_to_an_own_silo_has_a_paper_that_can_be_read_there(site: Path) -> None:
    done = run(site, *OUT, *BY)
    assert done.exit_code == 0, done.stderr
    row = json.loads(done.stdout)
    assert row["number"] in done.stderr
    told = run(site, "shipment", "paper", row["number"])
    paper, _, _ = read_text(told.stdout)
    assert (paper.number, paper.kg, paper.to_site) == (row["number"], 26_400, "sud")
    assert run(site, "shipment", "paper", "nord-9").exit_code == 1
    (listed,) = [json.loads(line) for line in run(site, "shipment", "list").stdout.splitlines()]
    assert (listed["way"], listed["number"]) == ("left", row["number"])
    back = run(site, "shipment", "returned", row["number"], "--tonnes", "26,3", "--reason", "Fermé", *BY)
    assert json.loads(back.stdout)["freinte_kg"] == 100
    assert run(site, "shipment", "cancel", row["number"], "--reason", "x", *BY).exit_code == 1


def test_a_paper_of_another_silo_is_taken_and_its_truck_arrives(site: Path) -> None:
    text = run(site, "shipment", "paper", json.loads(run(site, *OUT, *BY).stdout)["number"]).stdout
    paper, _, _ = read_text(text)
    here = paper.from_site
    other = paper.model_copy(
        update={"number": "sud-3", "from_site": "sud", "to_site": here, "plate": "CC-3-CC"}
    )
    assert run(site, "shipment", "take", text, *BY).exit_code == 1  # it left here
    taken = run(site, "shipment", "take", written(other, None), *BY)
    assert json.loads(taken.stdout)["number"] == "sud-3"
    assert "Not verified" in taken.stderr
    arrived = run(site, "shipment", "arrive", "sud-3", *BY)
    assert json.loads(arrived.stdout)["plate"] == "CC-3-CC"
    assert run(site, "shipment", "arrive", "sud-3", *BY).exit_code == 1
    assert run(site, "shipment", "list", "--over").stdout == ""


def test_without_another_silo_a_reason_is_needed(site: Path) -> None:
    assert run(site, "cell", "out", "c3", "1", *BY).exit_code == 2


def _seen(pdf: Path, dots: int) -> str:
    """What a camera reads at so many dots an inch."""
    picture = pdf.with_suffix("")
    shown = ["pdftoppm", "-r", str(dots), "-png", "-singlefile", str(pdf), str(picture)]
    subprocess.run(shown, check=True, timeout=60)
    pixels = cv2.imread(str(picture.with_suffix(".png")))
    assert pixels is not None
    return str(cv2.QRCodeDetector().detectAndDecode(pixels)[0])


def test_the_paper_is_drawn_with_a_code_that_a_camera_reads(site: Path, tmp_path: Path) -> None:
    if shutil.which("pdftoppm") is None:
        pytest.skip("no pdftoppm: apt-get install -y poppler-utils")
    number = json.loads(run(site, *OUT, *BY).stdout)["number"]
    file = tmp_path / "paper.pdf"
    assert run(site, "shipment", "paper", number, "--pdf", str(file)).exit_code == 0
    text = run(site, "shipment", "paper", number).stdout.strip()
    seen = (_seen(file, dots) for dots in (200, 150, 300, 120, 250, 175, 400))
    assert text in seen  # whoever holds a camera moves it until it reads
    assert run(site, "shipment", "paper", number, "--pdf", str(tmp_path / "none" / "x.pdf")).exit_code == 3
