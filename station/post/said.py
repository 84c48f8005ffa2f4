"""What headquarters says, and that it says nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

NO_HUB = "what answers is no headquarters"


class HubUnreachable(Exception):
    """No address answered, or only with a failure of its own: it is tried again later. `reason`:
    unreachable, hub_full where its disk takes nothing, or what its photo store has."""

    def __init__(self, why: str, reason: str = "unreachable") -> None:
        super().__init__(why)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class HubAnswer:
    """What headquarters said of a bag. `reason` is empty where it has it; `have` and `sha256` are number and
    digest of the last bag of `epoch` that it has. `hub_key`: its own key, told at the enrolment. `now` is its
    time when the answer came, as near as half the way there and back; None: not told, or nobody knows so
    near."""

    status: int
    reason: str
    epoch: str
    have: int
    sha256: str
    detail: str = ""
    hub_key: str = ""
    now: datetime | None = None


def answer_of(status: int, told: Mapping[str, Any]) -> HubAnswer:
    """Raises HubUnreachable."""
    try:
        have = int(told.get("have", 0))
    except (TypeError, ValueError, OverflowError):
        raise HubUnreachable(NO_HUB) from None
    return HubAnswer(
        status, str(told.get("reason", "")), str(told.get("epoch", "")), have,
        str(told.get("sha256", "")), str(told.get("detail", "")), str(told.get("hub_key", "")),
        told.get("now"),
    )  # fmt: skip


def cursor_in(told: Mapping[str, Any]) -> HubAnswer | None:
    """Return the last bag that an answer to a word names; None where headquarters refuses the station. Raises
    HubUnreachable."""
    return answer_of(200, told) if told.get("reason") == "" and "have" in told else None
