"""`silo hub lab`: a laboratory's file on a real PostgreSQL, hostile ones too."""

from pathlib import Path
from typing import Any

import pytest

from tests.headquarters.lab_rig import PROFILE, begin, lab_file
from tests.hub.hub_rig import Headquarters


@pytest.fixture
def lab(headquarters: Headquarters, tmp_path: Path) -> Any:
    (tmp_path / "labo.toml").write_text(PROFILE, encoding="utf-8")
    with headquarters.engine.begin() as connection:
        begin(connection, {"beaulieu": ("S1",), "sainte-croix": ()})

    def take(data: bytes, *words: str) -> Any:
        file = tmp_path / "results.csv"
        file.write_bytes(data)
        words = (str(file), "--profile", str(tmp_path / "labo.toml"), "--by", "Marie", *words)
        return headquarters.run("lab", "import", *words)

    return take


def test_a_file_is_sent_waits_and_is_matched(lab: Any, headquarters: Headquarters) -> None:
    done = lab(lab_file("S1;R1;11,5", "S9;R1;12,5"))
    assert done.exit_code == 0
    assert "waits: no silo has a sample of this number yet" in done.stdout
    assert "waiting: 1" in done.stderr
    assert "nothing changed" in lab(lab_file("S1;R1;11,5", "S9;R1;12,5")).stderr
    assert headquarters.run("lab", "waiting").stdout == ""
    one = headquarters.json("lab", "waiting", "--all")
    assert (one["sought"], one["value"]) == ("S9", 12.5)
    wrong = headquarters.run("lab", "match", one["id"], "beaulieu", "--sample", "S8", "--by", "Marie")
    assert (wrong.exit_code, "no sample S8" in wrong.stderr) == (2, True)
    right = headquarters.run("lab", "match", one["id"], "beaulieu", "--sample", "S1", "--by", "Marie")
    assert right.exit_code == 0
    assert headquarters.run("lab", "waiting", "--all").stdout == ""


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (bytes(range(256)) * 20, "no text"),
        (b"\0" * 100, "no text"),
        (b"a;b\n" * 8_400_000, "at most"),
        (lab_file("S1;R1;11,5").decode().encode("utf-16-be"), "no text"),
        (lab_file('=HYPERLINK("http://x");R1;=1+1'), "no number"),
        (lab_file("S1;R1;11,5", "S1;R1;11,9"), "stands in line 2"),
        (lab_file("S1\x01\u202e;R\x00;11,5"), "no text"),
        (lab_file("1,2E+12;R1;11,5"), "rounded"),
        (b"", "empty"),
    ],
    ids=("noise", "nul", "large", "encoding", "formula", "twice", "hidden", "rounded", "empty"),
)
def test_hostile_files_say_what_is_wrong_with_them(lab: Any, data: bytes, said: str) -> None:
    done = lab(data)
    assert (done.exit_code, said in done.stderr) == (1, True), done.stderr
