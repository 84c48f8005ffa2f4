"""A person at a pseudo-terminal, and a device that says the same lines again and again."""

import os
import pty
import re
import select
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from drivers.simulated.line import PtyLine

ROOT = Path(__file__).parents[2]


class Terminal:
    """A person at a pseudo-terminal."""

    def __init__(self, folder: Path, *arguments: str, language: str = "en_GB") -> None:
        self._screen, inside = pty.openpty()
        environment = {**os.environ, "LC_ALL": f"{language}.UTF-8", "PYTHONPATH": str(ROOT)}
        command = [sys.executable, "-m", "station.cli", "commission", *arguments]
        self.process = subprocess.Popen(
            command, stdin=inside, stdout=inside, stderr=inside, cwd=folder, env=environment
        )
        os.close(inside)
        self.text = ""
        self._read = 0

    def see(self, wanted: str, seconds: float = 20.0) -> None:
        """Waits until it stands after what was seen before."""
        end = time.monotonic() + seconds
        while wanted not in self.text[self._read :]:
            assert time.monotonic() < end, f"waited for {wanted!r}; the screen says:\n{self.text}"
            if select.select([self._screen], [], [], 0.1)[0]:
                try:
                    self.text += os.read(self._screen, 4096).decode(errors="replace")
                except OSError:  # its other end is closed
                    assert wanted in self.text[self._read :], self.text
        self._read = self.text.index(wanted, self._read) + len(wanted)

    def answer(self, answers: list[tuple[str, str]], seconds: float = 20.0) -> None:
        """Types each answer when its question has come; "line with X" is the number of such a line."""
        for question, text in answers:
            self.see(question, seconds)
            wanted = text.removeprefix("line with ")
            self.type(self.line_with(wanted) if wanted != text else text)

    def line_with(self, text: str) -> str:
        """Returns the number of the last shown line that holds the text."""
        rows = [re.match(r" +([0-9]+)  (.*)", row) for row in self.text.splitlines()]
        return next(row[1] for row in reversed(rows) if row and text in row[2])

    def type(self, text: str = "") -> None:
        os.write(self._screen, f"{text}\n".encode())

    def close(self) -> int:
        try:
            return self.process.wait(15)
        finally:
            self.process.kill()
            os.close(self._screen)


@contextmanager
def saying(line: PtyLine, messages: Sequence[bytes], every_s: float = 0.1) -> Iterator[None]:
    """Says the messages in turn, over and over."""
    ended = threading.Event()

    def send() -> None:
        number = 0
        while not ended.wait(every_s):
            line.write(messages[number % len(messages)])
            number += 1

    thread = threading.Thread(target=send, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
        line.close()
