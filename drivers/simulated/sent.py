"""`silo simulate` tells of every message, and at the end of what must have arrived."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from drivers.simulated.faults import LineFault


@dataclass(frozen=True, slots=True)
class SentMessage:
    """One message, or two where `messages` says so (glued, repeated).

    `values` are what the display shows, by analyte name. `intact`: it left as it should. `carried`:
    somebody was at the other end. `counts`: it must become exactly one record, a weighing or an analysis.
    """

    at: datetime
    data: bytes
    values: Mapping[str, float | None] = field(default_factory=dict)
    sample_id: str | None = None
    identity: str | None = None
    fault: LineFault | None = None
    intact: bool = True
    carried: bool = True
    counts: bool = True
    messages: int = 1

    def as_dict(self) -> dict[str, Any]:
        return {
            "event": "sent",
            "at": self.at.isoformat(),
            "values": dict(self.values),
            "sample_id": self.sample_id,
            "identity": self.identity,
            "fault": self.fault.value if self.fault else None,
            "intact": self.intact,
            "carried": self.carried,
            "counts": self.counts,
            "messages": self.messages,
            "raw": self.data.hex(),
        }


class Tally:
    """Adds up what was sent."""

    def __init__(self) -> None:
        self.messages = self.countable = 0
        self.faults: dict[str, int] = {}

    def add(self, sent: SentMessage) -> None:
        self.messages += sent.messages if sent.data else 0
        self.countable += sent.counts
        if sent.fault:
            self.faults[sent.fault.value] = self.faults.get(sent.fault.value, 0) + 1

    def as_dict(self) -> dict[str, Any]:
        return {
            "event": "end",
            "messages": self.messages,
            "counted": self.countable,
            "faults": self.faults,
        }
