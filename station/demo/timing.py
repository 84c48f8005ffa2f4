"""Measure how long things took in real time, where the operator sits: on the event stream."""

import time
from collections.abc import Sequence
from uuid import UUID

from station.demo.book import Book, RecordedEvent
from station.demo.phone import Upload


class Timing:
    """Seconds, by load or capture."""

    def __init__(self, book: Book) -> None:
        self.propose_s: dict[str, float] = {}
        self.inspect_s: dict[UUID, float] = {}
        self._book = book
        self._answered_at: dict[UUID, float] = {}

    @staticmethod
    def now() -> float:
        return time.perf_counter()

    async def note_proposal(self, load_id: str, left: float, received: RecordedEvent) -> None:
        """Measures from the moment when the last result left its instrument to the proposal that knows it."""
        self.propose_s[load_id] = await self._book.wait_proposed(load_id, received.event.seq) - left

    def note_upload(self, sent: Upload) -> None:
        self._answered_at[sent.id] = sent.at

    def note_inspection(self, capture: UUID, recorded: RecordedEvent) -> None:
        """Measures from the upload's answer to the inspection."""
        self.inspect_s[capture] = max(0.0, recorded.at - self._answered_at[capture])


def percentile(values: Sequence[float], share: float) -> float | None:
    """Returns the smallest value that at least `share` (0 to 1) of the values do not exceed; None without
    any."""
    if not values:
        return None
    ranked = sorted(values)
    return ranked[max(0, -(-int(share * 100) * len(ranked) // 100) - 1)]
