"""CUPS's commands, as scripts on the path."""

from pathlib import Path

import pytest

from station.acts.printers import Printer
from station.printing.queue import is_waiting, look_at, submit, take_back
from station.printing.sending import PrinterFailed, PrinterSilent
from tests.printing.cups import Cups

PONT = Printer("bureau", "cups", "pont", "A4", tray="Tray2", copies=2)


@pytest.fixture
def cups(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cups:
    return Cups(tmp_path / "cups", monkeypatch)


def test_a_paper_goes_to_its_queue_with_copies_paper_and_tray(cups: Cups) -> None:
    assert submit(PONT, "Bon 1; rm -rf /", b"%PDF") == "pont-1"
    assert cups.papers() == [b"%PDF"]
    assert cups.asked() == [
        ["-d", "pont", "-n", "2", "-t", "Bon 1; rm -rf /", "-o", "media=A4", "-o", "InputSlot=Tray2", "-"]
    ]
    assert not is_waiting(PONT, "pont-1")


def test_what_waits_in_the_queue_can_be_taken_back(cups: Cups) -> None:
    cups.how(holds=True)
    number = submit(PONT, "Bon 1", b"%PDF")
    assert is_waiting(PONT, number)
    assert not is_waiting(PONT, "pont-11")
    take_back(number)
    assert not is_waiting(PONT, number)


def test_a_queue_that_is_not_there_or_refuses_says_so(cups: Cups) -> None:
    gone = Printer("bureau", "cups", "gone")
    for ask in (lambda: submit(gone, "Bon 1", b"%PDF"), lambda: look_at(gone)):
        with pytest.raises(PrinterFailed) as failed:
            ask()
        assert failed.value.code == "queue_refuses"
        assert failed.value.params["queue"] == "gone"
        assert not isinstance(failed.value, PrinterSilent)
    look_at(PONT)
    cups.how(refuses=True)
    with pytest.raises(PrinterFailed, match="not accepting"):
        look_at(PONT)


def test_a_command_that_hangs_is_not_waited_for_and_the_paper_may_be_out(cups: Cups) -> None:
    cups.how(hangs=("lp", "lpstat"))
    with pytest.raises(PrinterSilent):
        submit(PONT, "Bon 1", b"%PDF", takes_s=0.5)
    with pytest.raises(PrinterFailed):
        look_at(PONT, takes_s=0.5)


def test_a_machine_without_cups_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(PrinterFailed) as failed:
        submit(PONT, "Bon 1", b"%PDF")
    assert failed.value.code == "no_cups"
