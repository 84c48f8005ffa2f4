"""Invitations are kept in memory for some minutes: a code that is shown becomes a phone's token, once."""

import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

GOOD_FOR = timedelta(minutes=10)
MOST_OPEN = 20
_CODE_BYTES = 12  # nobody finds one by trying within ten minutes, and its QR code stays small


@dataclass(frozen=True, slots=True)
class Invitation:
    code: str
    name: str
    by: str
    until: datetime


class Invitations:
    """One for each application. After a restart a terminal shows another code."""

    def __init__(self, new_code: Callable[[], str] = lambda: secrets.token_hex(_CODE_BYTES)) -> None:
        self._new_code = new_code
        self._lock = threading.Lock()
        self._open: dict[str, Invitation] = {}

    def invite(self, name: str, by: str, now: datetime) -> Invitation:
        invitation = Invitation(self._new_code(), name, by, now + GOOD_FOR)
        with self._lock:
            self._drop_old(now)
            while len(self._open) >= MOST_OPEN:
                del self._open[next(iter(self._open))]
            self._open[invitation.code] = invitation
        return invitation

    def take(self, code: str, now: datetime) -> Invitation | None:
        """The invitation, which is used up by that; None: it never was one, or is over."""
        with self._lock:
            self._drop_old(now)
            return self._open.pop(code, None)

    def _drop_old(self, now: datetime) -> None:
        self._open = {code: one for code, one in self._open.items() if now < one.until}
