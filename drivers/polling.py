"""Asking a device that speaks only when it is asked."""

from collections.abc import Callable

from drivers.kind import Kind, Polled
from drivers.transport import Transport


class Poller:
    """Writes the kind's poll when it is time; a kind that speaks by itself is never written to.

    `monotonic` gives seconds. The next poll is due `poll_every_s` after the last one, answered or not:
    an answer that got lost must not end the conversation.
    """

    def __init__(self, protocol: Kind, monotonic: Callable[[], float]) -> None:
        self._poll = protocol.poll if isinstance(protocol, Polled) else None
        self._every_s = protocol.poll_every_s if isinstance(protocol, Polled) else 0.0
        self._monotonic = monotonic
        self._asked_s: float | None = None

    def restart(self) -> None:
        """Ask at once: the line is open (again)."""
        self._asked_s = None

    def ask(self, transport: Transport) -> None:
        """Write the poll if it is due. Raises what `transport.write` raises."""
        if self._poll is None or self.wait_s(self._every_s) > 0:
            return
        self._asked_s = self._monotonic()
        transport.write(self._poll)

    def wait_s(self, longest: float) -> float:
        """Return how long to listen before the next poll is due, at most `longest` seconds."""
        if self._poll is None:
            return longest
        if self._asked_s is None:
            return 0.0
        return max(0.0, min(longest, self._asked_s + self._every_s - self._monotonic()))
