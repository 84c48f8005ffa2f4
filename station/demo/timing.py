"""How long things took in real time, measured where the operator sits: on the event stream."""

import time
from collections.abc import Sequence
from uuid import UUID

from station.demo.book import Book, Heard
from station.demo.phone import Sent


class Timing:
    """Seconds, by load or capture."""

    def __init__(self, book: Book) -> None:
        self.propose_s: dict[str, float] = {}
        self.inspect_s: dict[UUID, float] = {}
        self._book = book
        self._answered: dict[UUID, float] = {}

    @staticmethod
    def now() -> float:
        return time.perf_counter()

    async def proposed(self, load_id: str, left: float, received: Heard) -> None:
        """From the last measurement's leaving its instrument to the proposal that knows it."""
        self.propose_s[load_id] = await self._book.proposed(load_id, received.event.seq) - left

    def uploaded(self, sent: Sent) -> None:
        self._answered[sent.id] = sent.at

    def inspected(self, capture: UUID, recorded: Heard) -> None:
        """From the upload's answer to the inspection."""
        self.inspect_s[capture] = max(0.0, recorded.at - self._answered[capture])


def percentile(values: Sequence[float], share: float) -> float | None:
    """The smallest value that at least `share` (0 to 1) of the values do not exceed; None without any."""
    if not values:
        return None
    ranked = sorted(values)
    return ranked[max(0, -(-int(share * 100) * len(ranked) // 100) - 1)]
