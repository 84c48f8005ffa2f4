"""`silo alibi check` lists what a head's memory has otherwise than the tickets, and says no."""

import json
from contextlib import closing
from itertools import count
from pathlib import Path

import pytest

from drivers.reading import UNIT_OF, Analyte, Reading, Value
from station.receival.bridge import weighings
from station.store.tables import Weighing
from tests.cli import rig
from tests.silo_rig import Silo


class Sealing(Silo):
    """A silo whose head seals each weight under the next number."""

    def weigh(self, kg: float) -> Weighing:
        self.numbers = getattr(self, "numbers", count(101))
        frame = self.stored("bridge")
        reading = Reading(
            "dini-argeo", "weight", frame.frame, {Analyte.WEIGHT: Value(kg, UNIT_OF[Analyte.WEIGHT])},
            extra={"sealed_number": f"00000-{next(self.numbers):06d}"},
        )  # fmt: skip
        return weighings.take_weighing(self.desk, reading, "equal_readings", kg, frame)


@pytest.fixture
def weighed(tmp_path: Path) -> Path:
    """Tickets 1 and 2, sealed as 101 to 104; the bridge has weighed 105 for somebody else."""
    site = rig.small_site(tmp_path)
    silo = Sealing.open(tmp_path / "data")
    with closing(silo.desk.ledger):
        silo.receive("AB-101-CD")
        silo.receive("AB-102-CD")
        silo.weigh(9_000)
    return site


def exported(folder: Path, *rows: str) -> str:
    file = folder / "memory.csv"
    file.write_text("\r\n".join(["N° DSD;Date;Heure;Poids", *rows]), encoding="cp1252")
    return str(file)


GOOD = [
    "000101;20/07/2026;08:00;43 120", "000102;20/07/2026;08:12;15240", "000103;20.07.26;09:00;43120 kg",
    "000104;2026-07-20;09:10;15240,0", "000105;20/07/2026;09:20;9000",
]  # fmt: skip


def test_a_memory_that_agrees_says_so(weighed: Path, tmp_path: Path) -> None:
    done = rig.run(weighed, "alibi", "check", "--file", exported(tmp_path, *GOOD))
    assert (done.returncode, done.stdout) == (0, "")
    assert "4 weights of tickets checked with 5 of the memory: 0 differences." in done.stderr


def test_what_differs_is_listed_and_the_answer_is_no(weighed: Path, tmp_path: Path) -> None:
    rows = [GOOD[0].replace("43 120", "43 140"), *GOOD[1:3], GOOD[4], "x;20/07/2026;;1", "106;soon;;2"]
    done = rig.run(weighed, "alibi", "check", "--file", exported(tmp_path, *rows))
    assert done.returncode == 1
    first, second, third = done.stdout.splitlines()
    assert "43,120" in first
    assert "43,140" in first
    assert "icket 2" in second
    assert "00000-000104" in second
    assert "lacks the sealed No. 104" in third
    assert "“soon” is no day" in done.stderr
    assert "“x” is no sealed number" in done.stderr
    said = json.loads(
        rig.run(weighed, "alibi", "check", "--file", exported(tmp_path, *rows), "--json").stdout
    )
    assert [one["code"] for one in said["differences"]] == ["sealed_differs", "sealed_missing", "sealed_gap"]
    assert (said["since"], said["checked"], said["unsealed"]) == ("2026-07-20", 4, 0)


def test_a_file_that_is_no_memory_is_refused_in_words(weighed: Path, tmp_path: Path) -> None:
    file = tmp_path / "other.csv"
    file.write_text("plate;kg\nAB;1\n")
    done = rig.run(weighed, "alibi", "check", "--file", str(file))
    assert done.returncode == 1
    assert "sealed number" in done.stderr
    assert rig.run(weighed, "alibi", "check", "--file", str(file), "--bridge", "nowhere").returncode != 0
