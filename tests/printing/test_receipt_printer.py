"""A receipt printer behind a socket: it answers as the real ones do, or fails in the ways that they fail."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from station.acts.printers import Printer
from station.printing.receipt_printer import look_at, print_receipt
from station.printing.sending import PrinterFailed, PrinterSilent
from tests.printing.socket_printer import SocketPrinter

PAPER = b"line\n" * 2000


@contextmanager
def printing(**how: object) -> Iterator[tuple[SocketPrinter, Printer]]:
    with SocketPrinter(**how).running() as device:  # type: ignore[arg-type]
        yield device, Printer("pont", "escpos", device.target, copies=1)


def test_a_paper_is_sent_once_for_each_copy_and_the_printer_says_that_it_is_out() -> None:
    with printing() as (device, printer):
        print_receipt(printer, PAPER)
        print_receipt(Printer("pont", "escpos", device.target, copies=2), b"two\n")
        assert device.papers() == [PAPER, b"two\ntwo\n"]


@pytest.mark.parametrize(
    ("how", "code"),
    [
        ({"state": 0x1A}, "printer_offline"),
        ({"state": 0x1A, "paper": 0x72}, "printer_without_paper"),
        ({"mute": True}, "printer_not_answering"),
    ],
)
def test_a_printer_that_is_not_ready_is_sent_nothing(how: dict[str, object], code: str) -> None:
    with printing(**how) as (device, printer):
        for ask in (lambda: print_receipt(printer, PAPER), lambda: look_at(printer)):
            with pytest.raises(PrinterFailed) as failed:
                ask()
            assert (failed.value.code, isinstance(failed.value, PrinterSilent)) == (code, False)
        assert device.papers() == []


def test_a_printer_that_dies_at_work_may_have_printed() -> None:
    with printing(dies_after=100) as (_, printer), pytest.raises(PrinterSilent):
        print_receipt(printer, PAPER, print_s=1.0)


def test_a_printer_that_never_answers_is_believed_where_the_site_says_so() -> None:
    with printing(mute=True) as (device, printer):
        print_receipt(Printer("pont", "escpos", printer.target, answers=False), PAPER)
        assert device.papers(1) == [PAPER]


def test_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(PrinterFailed) as failed:
        print_receipt(Printer("pont", "escpos", f"tcp:127.0.0.1:{port}"), PAPER)
    assert failed.value.code == "printer_unreachable"
    assert not isinstance(failed.value, PrinterSilent)


def test_a_printer_at_a_device_s_path(tmp_path: Path) -> None:
    import os
    import pty
    import tty

    ours, theirs = pty.openpty()
    tty.setraw(theirs)
    got = bytearray()

    def device() -> None:
        while len(got) < len(PAPER):
            got.extend(os.read(ours, 4096))

    thread = threading.Thread(target=device)
    thread.start()
    print_receipt(Printer("usb", "escpos", os.ttyname(theirs), answers=False), PAPER)
    thread.join(timeout=10)
    assert bytes(got) == PAPER
    os.close(ours)
    os.close(theirs)
    with pytest.raises(PrinterFailed):
        look_at(Printer("usb", "escpos", str(tmp_path / "lp0"), answers=False))
