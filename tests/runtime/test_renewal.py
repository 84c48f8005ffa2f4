"""The pages' results are worked out in a process of its own and written a few at a time."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlmodel import select

from drivers.reading import Analyte, Basis
from station.lab.pages import asking
from station.lab.pages.making import make
from station.lab.results import NewResult, record_result
from station.runtime.renewal import EVERY_S, ChildFailed, Renewal, command, renew_here, wanted_of
from station.store.stored import choices, digests
from station.store.tables import LabFile, StoredResult
from tests.silo_rig import Silo

PRINT = "import sys; sys.stdin.read(); sys.stdout.write({!r})"


@pytest.fixture
def analysed(silo: Silo) -> Silo:
    for number in range(5):
        visit = silo.arrive(f"AB-{number:03d}-CD")
        silo.measure_well(visit)
        barcode = silo.barcode(silo.loads(visit)[0])
        new = NewResult(barcode, Analyte.PROTEIN, 11.9, Basis.DRY_MATTER, "Labo Sud", silo.clock())
        record_result(silo.desk.ledger, new, "Marc", silo.clock())
    return silo


@dataclass
class Steps:
    """A renewal whose clock is set by hand and which counts its children."""

    silo: Silo
    code: str = PRINT.format('{"up_to": 7}\n{"done": true}\n')
    now: float = 0.0
    children: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.renewal = Renewal(self.silo.desk, self.silo.clock, lambda: self.now, self._command)

    def _command(self, file: Path) -> list[str]:
        self.children.append(str(file))
        return [sys.executable, "-c", self.code]

    def step(self, later: float = 0.0) -> int:
        self.now += later
        self.renewal.step()
        return len(self.children)


def results(silo: Silo) -> dict[tuple[str, str], tuple[str, int, bytes]]:
    with silo.desk.ledger.read() as tx:
        return {
            (row.page, row.asked): (row.made_from, row.n, row.result) for row in tx.exec(select(StoredResult))
        }


def test_a_child_makes_the_same_results_as_this_process(
    analysed: Silo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "AT_ONCE", 5)
    renew_here(analysed.desk, analysed.clock())
    here = results(analysed)
    assert len(here) > 2 * asking.AT_ONCE
    with analysed.desk.ledger.write() as tx:
        for row in tx.exec(select(StoredResult)):
            tx.delete(row)
    count = Renewal(analysed.desk, analysed.clock, command=command).renew(analysed.clock())
    assert count == len(here)
    assert results(analysed) == here


def test_it_comes_when_something_was_recorded_and_five_minutes_have_passed(silo: Silo) -> None:
    steps = Steps(silo)
    assert steps.step() == 1
    assert steps.step(2 * EVERY_S) == 1  # nothing is new
    silo.arrive("AB-123-CD")
    assert steps.step() == 2
    silo.arrive("AB-124-CD")
    assert steps.step(EVERY_S - 1) == 2
    assert steps.step(1) == 3


def test_a_laboratory_s_file_does_not_wait(silo: Silo) -> None:
    steps = Steps(silo)
    steps.step()
    with silo.desk.ledger.write() as tx:
        tx.add(
            LabFile(
                id="f", sha256="a", profile_sha256="b", party="lab", name="f.csv", accepted_count=1,
                waiting_count=0, known_count=0, rejected_count=0, at=silo.clock(), by="m",
            )
        )  # fmt: skip
    assert steps.step(1) == 2


@pytest.mark.parametrize(
    "said",
    [
        "", "no JSON\n", '{"up_to": 7}\n',
        '{"up_to": 7}\n{"page": "pair", "asked": "{}", "n": 1, "made_from": "", "size": 9}\nshort',
    ],
)  # fmt: skip
def test_a_child_that_fails_is_tried_again_later_and_takes_nothing_away(silo: Silo, said: str) -> None:
    renew_here(silo.desk, silo.clock())
    before = results(silo)
    steps = Steps(silo, PRINT.format(said))
    with pytest.raises(ChildFailed):
        steps.renewal.renew(silo.clock())
    assert steps.step() == 2
    assert steps.step(EVERY_S - 1) == 2
    assert steps.step(1) == 3
    assert results(silo) == before


def test_stopping_ends_a_child_that_works(silo: Silo) -> None:
    steps = Steps(silo, "import sys, os, time; time.sleep(60)")
    steps.renewal.stop()
    with pytest.raises(ChildFailed):
        steps.renewal.renew(silo.clock())
    assert steps.step() == 1  # none is begun any more


def test_results_wait_in_no_transaction_while_they_are_worked_out(analysed: Silo) -> None:
    read = analysed.desk.ledger.read

    def acting() -> Iterator[None]:
        """The silo goes on between any two results."""
        for number, _ in enumerate(make(read, wanted_of(analysed.desk, analysed.clock()))):
            analysed.arrive(f"ZZ-{number:03d}-ZZ")
            analysed.desk.ledger.checkpoint()
            yield

    assert sum(1 for _ in acting()) > 10
    log = analysed.desk.ledger.file.with_name("ledger.db-wal")
    assert log.stat().st_size == 0  # no reader kept it from being emptied


def test_choices_are_what_was_worked_out(analysed: Silo) -> None:
    renew_here(analysed.desk, analysed.clock())
    with analysed.desk.ledger.read() as tx:
        pages = {page for page, _ in digests(tx)}
        assert {"pair", "groups", "watch", "fairness", "about"} <= pages
        assert {one["period"] for one in choices(tx, "pair")} == {"campaign", "last_30_days"}
