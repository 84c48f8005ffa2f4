"""A pseudo-terminal for counting: it knows whether what is written can be heard at all."""

import os
import select

from drivers.simulated.line import PtyLine


class WatchedPtyLine(PtyLine):
    """A pseudo-terminal that knows whether a program has it open: what nobody hears is not carried."""

    def plug(self) -> None:
        super().plug()
        with self._lock:
            if self._ends and len(self._ends) == 2:
                os.close(self._ends[1])
                self._ends = self._ends[:1]

    @property
    def is_connected(self) -> bool:
        with self._lock:
            return self._ends is not None and not _hung_up(self._ends[0])

    def write(self, data: bytes) -> bool:
        return self.is_connected and super().write(data)


def _hung_up(fd: int) -> bool:
    poll = select.poll()
    poll.register(fd, 0)
    return any(events & select.POLLHUP for _, events in poll.poll(0))
