"""A ticket on receipt paper and as a page: rendered, and looked at."""

import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import zxingcpp

from station.printing.escpos import receipt
from station.printing.lines import Duplicate
from station.printing.ticket_lines import ticket_sections
from station.printing.ticket_pdf import PAPERS, ticket_pdf
from station.printing.ticket_text import WIDTH
from tests.printing.drawn import drawn
from tests.silo_rig import Silo

CODE = "SILO2" + "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567" * 14
AGAIN = Duplicate(datetime(2026, 7, 20, 12, 3, tzinfo=UTC), "Zoé Lefèvre")


@pytest.fixture
def document(silo: Silo) -> dict[str, Any]:
    return silo.receive("AB-123-CD", trailer="ZZ-111-YY").tickets[0].document


def test_a_receipt_has_lines_of_42_columns_its_code_and_one_cut(document: dict[str, Any]) -> None:
    paper = drawn(receipt(ticket_sections(document, "fr"), CODE))
    assert max(map(len, paper.lines)) <= WIDTH
    assert "Propriétaire             EARL Dupont 100 %" in paper.lines
    assert "BON D'APPORT n° 1" in paper.centred
    assert [line.split() for line in paper.bold][1] == ["NET", "27", "880", "kg"]
    assert paper.large == []
    assert paper.cuts == 1
    ((code, module),) = paper.codes
    assert code == CODE
    assert 3 <= module <= 8


def test_a_further_print_says_so_before_everything_else(document: dict[str, Any]) -> None:
    for language, said in (("fr", "DUPLICATA"), ("en", "DUPLICATE")):
        paper = drawn(receipt(ticket_sections(document, language, duplicate=AGAIN), CODE))
        assert paper.large == [said]
        assert paper.lines.index(said) == 1
        assert "Zoé" in " ".join(paper.lines[2:4])
        assert "20/07/2026" in paper.lines[2]


def test_names_of_every_alphabet_are_printed_and_none_is_a_command(document: dict[str, Any]) -> None:
    names = "Œuvre – “Šimek” ≥ 76 € \x1b@\x1dV\x00 小麦"
    paper = drawn(receipt(ticket_sections(document | {"supplier": names}, "fr"), ""))
    text = " ".join(" ".join(paper.lines).split())
    assert 'OEuvre - "Simek" >= 76 € ?@?V? ??' in text
    assert (paper.cuts, paper.codes) == (1, [])
    assert max(map(len, paper.lines)) <= WIDTH


@pytest.mark.parametrize("paper", sorted(PAPERS))
def test_the_page_is_drawn_and_its_code_is_read_from_it(
    document: dict[str, Any], paper: str, tmp_path: Path
) -> None:
    picture = page(ticket_pdf("1", ticket_sections(document, "fr", duplicate=AGAIN), CODE, paper), tmp_path)
    height, width = picture.shape[:2]
    size_mm = {"A5": (148, 210), "A4": (210, 297)}[paper]
    assert (width, height) == pytest.approx([mm / 25.4 * 150 for mm in size_mm], abs=2)
    assert [one.text for one in zxingcpp.read_barcodes(picture)] == [CODE]
    edge = round(8 * 150 / 25.4)
    ink = picture[..., 0] < 128
    assert not ink[:edge].any()
    assert not ink[:, :edge].any()
    assert not ink[:, -edge:].any()


def test_what_does_not_fit_goes_on_over_the_page(document: dict[str, Any], tmp_path: Path) -> None:
    owners = [{"name": f"GAEC des Tilleuls {number}", "share": 0.005} for number in range(200)]
    data = ticket_pdf("1", ticket_sections(document | {"owners": owners}, "fr"), CODE)
    (tmp_path / "page.pdf").write_bytes(data)
    shown = subprocess.run(
        ["pdftotext", "-layout", "page.pdf", "-"], cwd=tmp_path, check=True, capture_output=True, timeout=60
    ).stdout.decode()
    assert shown.count("\f") > 1
    assert all(f"Tilleuls {number} " in shown for number in range(200))
    assert data == ticket_pdf("1", ticket_sections(document | {"owners": owners}, "fr"), CODE)


def page(pdf: bytes, folder: Path) -> np.ndarray[Any, np.dtype[np.uint8]]:
    if shutil.which("pdftoppm") is None:
        pytest.skip("no pdftoppm: apt-get install -y poppler-utils")
    (folder / "page.pdf").write_bytes(pdf)
    command = ["pdftoppm", "-r", "150", "-png", "-singlefile", "page.pdf", "page"]
    subprocess.run(command, cwd=folder, check=True, timeout=60)
    return np.asarray(cv2.imread(str(folder / "page.png")), np.uint8)
