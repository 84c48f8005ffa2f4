"""What cannot be logged is left out: a full disk under the log stops nobody."""

import errno
import io

from station.logs import Lossy


class Full(io.StringIO):
    def write(self, _text: str = "") -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    flush = write  # type: ignore[assignment]


def test_a_full_disk_under_the_log_stops_nobody() -> None:
    log = Lossy(Full())
    log.write("a line")
    log.flush()


def test_lines_come_through() -> None:
    stream = io.StringIO()
    Lossy(stream).write("a line")
    assert stream.getvalue() == "a line"
