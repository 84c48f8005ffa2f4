"""A printer of CUPS, through its commands `lp`, `lpstat` and `cancel`: what they take is theirs to print."""

import os
import re
import subprocess
from collections.abc import Sequence

from station.acts.printers import Printer
from station.printing.sending import PrinterFailed, PrinterSilent

TAKES_S = 20.0
_PLAIN = {"LC_ALL": "C"}  # their answers in the words that are read here


def submit(printer: Printer, title: str, pdf: bytes, *, takes_s: float = TAKES_S) -> str:
    """Return the number that CUPS gave the paper. Raises PrinterFailed, PrinterSilent."""
    command = ["lp", "-d", printer.target, "-n", str(printer.copies), "-t", title]
    command += ["-o", f"media={printer.paper}"]
    command += ["-o", f"InputSlot={printer.tray}"] if printer.tray else []
    try:
        said = _run([*command, "-"], pdf, takes_s)
    except subprocess.TimeoutExpired as error:
        raise PrinterSilent("queue_silent", queue=printer.target) from error
    found = re.search(r"request id is (\S+)", said)
    if found is None:
        raise PrinterSilent("queue_silent", queue=printer.target)
    return found[1]


def is_waiting(printer: Printer, number: str, *, takes_s: float = TAKES_S) -> bool:
    """Tell whether CUPS still has that paper to print. Raises PrinterFailed."""
    try:
        said = _run(["lpstat", "-W", "not-completed", "-o", printer.target], b"", takes_s)
    except subprocess.TimeoutExpired as error:
        raise PrinterFailed("queue_silent", queue=printer.target) from error
    return any(line.split()[:1] == [number] for line in said.splitlines())


def take_back(number: str, *, takes_s: float = TAKES_S) -> None:
    """Have CUPS forget a paper that waits. Raises PrinterFailed."""
    try:
        _run(["cancel", number], b"", takes_s)
    except subprocess.TimeoutExpired as error:
        raise PrinterFailed("queue_silent", queue=number) from error


def look_at(printer: Printer, *, takes_s: float = TAKES_S) -> None:
    """Raises PrinterFailed where CUPS does not know the queue, or it takes nothing."""
    try:
        said = _run(["lpstat", "-a", printer.target], b"", takes_s)
    except subprocess.TimeoutExpired as error:
        raise PrinterFailed("queue_silent", queue=printer.target) from error
    if "not accepting" in said:
        raise PrinterFailed("queue_refuses", queue=printer.target, error=" ".join(said.split()))


def _run(command: Sequence[str], given: bytes, within_s: float) -> str:
    """Return what a command said; in no shell, so that no name is a command."""
    try:
        done = subprocess.run(
            command, input=given, capture_output=True, timeout=within_s, env=os.environ | _PLAIN, check=False
        )
    except FileNotFoundError as error:
        raise PrinterFailed("no_cups", command=command[0]) from error
    if done.returncode:
        said = " ".join(done.stderr.decode("utf-8", "replace").split())[:300]
        raise PrinterFailed(
            "queue_refuses", queue=command[-1] if command[0] != "lp" else command[2], error=said
        )
    return done.stdout.decode("utf-8", "replace")
