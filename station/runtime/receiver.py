"""The station's receiver: it hears what headquarters sends down, fetches it and hands it to whoever takes its
kind. Nothing of the station waits for it.

A document is taken once its body is here and is what headquarters signed. One that is refused says why, and
the ones after it go on. A kind that this release does not know waits for a release that does.
"""

import hashlib
import json
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Protocol

import structlog

from station.acts import down
from station.acts.refusals import Refusal
from station.post.down import DocumentWrong, read_document
from station.post.said import HubUnreachable
from station.store.durable import make_folder, sync
from station.store.engine import Ledger
from station.store.errors import LedgerError
from station.store.tables import DownDocument

FOLDER = "down"  # in the data folder
SHORTEST_S, LONGEST_S, IDLE_S = 1.0, 60.0, 1.0
NOT_KNOWN, NOT_WHOLE = "unknown_kind", "wrong_bytes"

log = structlog.get_logger(__name__)


class Hub(Protocol):
    """What the receiver needs of headquarters. Both raise HubUnreachable."""

    def down(self, after: int) -> Sequence[object]:
        """Return the signed heads after a number, at once where there are some, else after a while."""

    def body(self, number: int, start: int) -> bytes:
        """Return a piece of a document's body; nothing at its end."""


@dataclass(frozen=True, slots=True)
class Taken:
    """Says what a document became here: installed, or active where it runs at once."""

    state: str = down.ACTIVE


class Handler(Protocol):
    """Takes the documents of a kind. Taking one again must change nothing: a box that was restored hears of
    them again."""

    def take(self, document: DownDocument, body: bytes, at: datetime) -> Taken:
        """Raises Refusal."""

    def is_active(self, document: DownDocument) -> bool:
        """Tell whether an installed document runs by now."""


@dataclass(frozen=True, slots=True)
class Pinned:
    """This station's id, and the key that was pinned at its enrolment."""

    station: str
    hub_key: str


class Receiver:
    """Start with `running()`."""

    def __init__(
        self, ledger: Ledger, hub: Hub, pinned: Pinned, handlers: Mapping[str, Handler],
        clock: Callable[[], datetime], random: Random,
    ) -> None:  # fmt: skip
        self._ledger, self._hub, self._pinned, self._handlers = ledger, hub, pinned, handlers
        self._clock, self._random = clock, random
        self._folder = ledger.folder / FOLDER
        self._stop = threading.Event()
        self._failures = 0

    @contextmanager
    def running(self) -> Iterator[None]:
        thread = threading.Thread(target=self._run, name="receiver", daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._stop.set()  # a long answer is not waited for: what comes then is heard again
            thread.join(timeout=2)

    def _run(self) -> None:
        while not self._stop.is_set():
            self._stop.wait(IDLE_S if self.turn() else self._pause())

    def _pause(self) -> float:
        self._failures += 1
        longest: float = min(LONGEST_S, SHORTEST_S * 2.0 ** min(self._failures, 10))
        return longest * self._random.uniform(0.5, 1.0)

    def turn(self) -> bool:
        """Hear, fetch and take what there is. Return False where headquarters could not be asked or did not
        say what it signed: it is tried again later."""
        try:
            self._settle()
            if self._hear():
                self._settle()
        except HubUnreachable:
            return False
        except DocumentWrong as error:
            log.warning("document_wrong", error=str(error))
            return False
        except OSError as error:
            log.warning("document_not_kept", error=str(error))
            return False
        except LedgerError as error:
            if self._stop.is_set() or error.passing:
                return False
            raise
        self._failures = 0
        return True

    def _settle(self) -> None:
        self._take_waiting()
        self._look_at_installed()

    def _hear(self) -> bool:
        """Return whether there was something."""
        with self._ledger.read() as tx:
            after = down.newest(tx)
        said = [
            read_document(one, self._pinned.station, self._pinned.hub_key) for one in self._hub.down(after)
        ]
        if self._stop.is_set() or not said:
            return False
        last = after
        for one in said:
            follows = one.number - 1 if one.follows is None else one.follows
            if one.number <= last or follows > last:
                raise DocumentWrong(f"after {last} comes {one.number}")
            last = one.number
        down.note_offered(self._ledger, said, self._clock())
        return True

    def _take_waiting(self) -> None:
        with self._ledger.read() as tx:
            rows = down.waiting(tx)
        for row in rows:
            if self._stop.is_set():
                return
            self._take(row)

    def _take(self, row: DownDocument) -> None:
        handler = self._handlers.get(row.kind)
        if handler is None:
            down.note(self._ledger, row.number, row.state, self._clock(), NOT_KNOWN)
            return
        try:
            body = self._fetched(row)
        except DocumentWrong:
            down.note(self._ledger, row.number, row.state, self._clock(), NOT_WHOLE)
            raise
        down.note(self._ledger, row.number, down.VERIFIED, self._clock())
        try:
            taken = handler.take(row, body, self._clock())
        except Refusal as refusal:
            params = json.loads(json.dumps(dict(refusal.params), default=str))
            down.note(self._ledger, row.number, down.REFUSED, self._clock(), refusal.code.value, params)
        else:
            down.note(self._ledger, row.number, taken.state, self._clock())
        self._part(row).unlink(missing_ok=True)

    def _look_at_installed(self) -> None:
        with self._ledger.read() as tx:
            rows = down.installed(tx)
        for row in rows:
            handler = self._handlers.get(row.kind)
            if handler is not None and handler.is_active(row):
                down.note(self._ledger, row.number, down.ACTIVE, self._clock())

    def _fetched(self, row: DownDocument) -> bytes:
        """Return the body, fetched on from where an earlier try ended. Raises DocumentWrong where it is not
        what was signed; nothing of it is kept then, and it is fetched again."""
        make_folder(self._folder)
        part = self._part(row)
        with part.open("ab") as file:
            while file.tell() < row.size:
                piece = self._hub.body(row.number, file.tell())
                if not piece or self._stop.is_set():
                    raise HubUnreachable(f"document {row.number} ends at {file.tell()} of {row.size} bytes")
                file.write(piece[: row.size - file.tell()])
                file.flush()
        sync(part)
        body = part.read_bytes()
        if hashlib.sha256(body).hexdigest() == row.sha256:
            return body
        part.unlink()
        raise DocumentWrong(f"document {row.number} is not what was signed")

    def _part(self, row: DownDocument) -> Path:
        return self._folder / f"{row.number:08d}.part"
