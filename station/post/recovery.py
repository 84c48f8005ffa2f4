"""What headquarters, or a stick, knows after the last bag that a restored ledger has.

Bags are read in their order, each checked to follow the one before, and laid side by side in a scratch file:
the last word on each row is what counts. Nothing is written to the ledger here.
"""

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Table
from sqlmodel import Session, SQLModel, col, select

from station.post.bag import BagWrong, Head, Line, facts_lines, head_of, lines_of, sha256_of
from station.post.rows import RowWrong, row_of
from station.post.said import HubAnswer
from station.post.wire import BodyWrong, opened
from station.store import schema
from station.store.tables import Bag
from station.store.travels import columns_of, travelling

MOST_BAGS = 200_000  # of one recovery: more than a campaign has
NO_MORE = "no_more"

GiveAfter = Callable[[str, int, str], HubAnswer | bytes]


class CannotRecover(Exception):
    """Nothing was changed. `code`: hub_refuses, unknown_bags (headquarters has none of the bags that this
    ledger knows), broken_line, newer_release, another_machine."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


@dataclass(frozen=True, slots=True)
class Place:
    """A bag of a line; `number` 0: before the first."""

    epoch: str = ""
    number: int = 0
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class Given:
    """A bag that comes back, as it was sealed."""

    head: Head
    facts: bytes
    people: bytes | None

    @classmethod
    def of(cls, facts: bytes, people: bytes | None) -> "Given":
        """Raises BagWrong."""
        return cls(head_of(facts), facts, people)

    @property
    def place(self) -> Place:
        return Place(self.head.epoch, self.head.number, sha256_of(self.facts))


def known_places(tx: Session) -> list[Place]:
    """Return the bags that this ledger sealed, the newest first; at last the place before any."""
    rows = tx.exec(select(Bag).order_by(col(Bag.epoch).desc(), col(Bag.number).desc()))
    return [*(Place(row.epoch, row.number, row.sha256) for row in rows), Place()]


def common_place(give_after: GiveAfter, places: Sequence[Place]) -> Place:
    """Return the newest bag that both know. Raises CannotRecover, and what `give_after` raises."""
    for place in places:
        answer = give_after(place.epoch, place.number, place.sha256)
        if isinstance(answer, bytes) or answer.reason == NO_MORE:
            return place
        if answer.reason != "no_such_bag":
            raise CannotRecover("hub_refuses", answer.reason)
    raise CannotRecover("unknown_bags", "")


class FromHub:
    """The bags that headquarters received after one, in their order; at the end `boxes` says which machines
    it heard as this station, and how many seconds ago."""

    def __init__(self, give_after: GiveAfter, station: str, start: Place) -> None:
        self._give_after, self._station, self._start = give_after, station, start
        self.boxes: dict[str, float] = {}

    def __iter__(self) -> Iterator[Given]:
        """Raises CannotRecover, and what `give_after` raises."""
        place = self._start
        for _ in range(MOST_BAGS):
            answer = self._give_after(place.epoch, place.number, place.sha256)
            if not isinstance(answer, bytes):
                if answer.reason != NO_MORE:
                    raise CannotRecover("hub_refuses", answer.reason)
                self.boxes = dict(json.loads(answer.detail or "[]"))
                return
            try:
                given = _checked(self._station, *opened(answer))
            except BodyWrong as error:
                raise CannotRecover("broken_line", str(error)) from error
            yield given
            place = given.place


class FromFolder:
    """The bags of a stick, or of a folder that keeps bags. Any folder above them may be named."""

    def __init__(self, folder: Path, station: str) -> None:
        self._station = station
        self._files: dict[tuple[str, int], Path] = {}
        for pattern in ("*.bag", "*/*.bag", "post/*/*.bag", f"{station}/*/*.bag"):
            for file in sorted(folder.glob(pattern)):
                if file.stem.isdigit():
                    self._files[file.resolve().parent.name, int(file.stem)] = file

    def common_place(self, places: Sequence[Place]) -> Place | None:
        """Return the newest known bag that one follows here which is not known; None: there is none."""
        known = set(places)
        for place in places:
            given = self._next(place)
            if given is not None:
                return None if given.place in known else place
        return None

    def after(self, place: Place) -> Iterator[Given]:
        """Raises CannotRecover, OSError."""
        for _ in range(MOST_BAGS):
            given = self._next(place)
            if given is None:
                return
            yield given
            place = given.place

    def _next(self, place: Place) -> Given | None:
        file = self._files.get((place.epoch, place.number + 1)) or self._beginning(place)
        if file is None:
            return None
        people = file.with_suffix(".people")
        given = _checked(self._station, file.read_bytes(), people.read_bytes() if people.exists() else None)
        return given if follows(given.head, place) else None

    def _beginning(self, place: Place) -> Path | None:
        """Return the first bag of the epoch that follows this place."""
        for (epoch, number), file in sorted(self._files.items()):
            if number == 1 and epoch != place.epoch and follows(head_of(file.read_bytes()), place):
                return file
        return None


def follows(head: Head, place: Place) -> bool:
    """Tell whether a bag is the next one after that place."""
    if head.epoch == place.epoch:
        return head.number == place.number + 1 and head.previous == place.sha256
    named = head.follows
    if named is None:
        return not place.number and head.number == 1
    return (named.epoch, named.number, named.sha256) == (place.epoch, place.number, place.sha256)


def keys_in(given: Given) -> Iterator[tuple[str, tuple[Any, ...]]]:
    """Yield table and key of every row that a bag speaks of."""
    tables = {table.name: table for table in travelling(SQLModel.metadata)}
    for lines in (lines_of(given.people) if given.people else (), facts_lines(given.facts)):
        for line in lines:
            if line.table in tables:
                names = [column.name for column in tables[line.table].primary_key.columns]
                key = line.key if line.row is None else [line.row.get(name) for name in names]
                yield line.table, tuple(key or ())


def _checked(station: str, facts: bytes, people: bytes | None) -> Given:
    try:
        head = head_of(facts)
    except BagWrong as error:
        raise CannotRecover("broken_line", str(error)) from error
    if head.station != station:
        raise CannotRecover("broken_line", f"a bag of {head.station}")
    if head.revision not in schema.revisions():
        raise CannotRecover("newer_release", head.revision)
    if people and sha256_of(people) != head.personal:
        raise CannotRecover("broken_line", "the persons' part is another's")
    return Given(head, facts, people)


class Told:
    """The last word of some bags on each row, in a scratch file: a fortnight's bags are more than fits into
    memory."""

    def __init__(self, file: Path) -> None:
        self._file = sqlite3.connect(file)
        self._file.executescript(
            "PRAGMA synchronous=OFF; PRAGMA journal_mode=OFF;"
            "CREATE TABLE told (name TEXT, key TEXT, line TEXT, PRIMARY KEY (name, key)) WITHOUT ROWID;"
        )
        self._tables: dict[str, Table] = {table.name: table for table in travelling(SQLModel.metadata)}
        self.bags = 0
        self.last = Place()
        self.box = ""
        self.forgets = False

    def close(self) -> None:
        self._file.close()

    def add(self, given: Given) -> None:
        """Raises CannotRecover."""
        if given.head.whole and given.head.part == 1:
            self._file.execute("DELETE FROM told")  # what is not in a snapshot is gone
        self.forgets |= given.head.forgets
        try:
            for lines in (lines_of(given.people) if given.people else (), facts_lines(given.facts)):
                self._file.executemany("INSERT OR REPLACE INTO told VALUES (?, ?, ?)", self._pairs(lines))
        except BagWrong as error:
            raise CannotRecover("broken_line", str(error)) from error
        self._file.commit()
        self.bags += 1
        self.last, self.box = given.place, given.head.box

    def rows(self, table: str) -> Iterator[dict[str, Any]]:
        """Yield the rows of a table, as the ledger takes them; in the order of their numbers where they have
        some. A row that cannot be read is left out: headquarters has it in quarantine."""
        columns = {column.name: column for column in columns_of(self._tables[table])}
        order = "ORDER BY json_extract(line, '$.seq'), key" if "seq" in columns else "ORDER BY key"
        query = f"SELECT line FROM told WHERE name = ? AND line IS NOT NULL {order}"
        for (line,) in self._file.execute(query, (table,)):
            try:
                yield row_of(json.loads(line), columns)
            except RowWrong:
                continue

    def greatest_numbers(self) -> tuple[int, int]:
        """Return the greatest number of a row, and that of an audit event."""
        query = "SELECT max(json_extract(line, '$.seq')) FROM told WHERE (name = 'audit_event') = ?"
        row, event = (self._file.execute(query, (of_events,)).fetchone()[0] for of_events in (0, 1))
        return row or 0, event or 0

    def counts(self) -> dict[str, int]:
        """Return how many rows of each table came, and are there."""
        query = "SELECT name, count(*) FROM told WHERE line IS NOT NULL GROUP BY name ORDER BY name"
        return dict(self._file.execute(query).fetchall())

    def _pairs(self, lines: Iterable[Line]) -> Iterator[tuple[str, str, str | None]]:
        for line in lines:
            if line.table not in self._tables:
                continue
            if line.op == "d":
                yield line.table, json.dumps(line.key), None
            elif line.op == "w" and line.row is not None:
                names = [column.name for column in self._tables[line.table].primary_key.columns]
                yield line.table, json.dumps([line.row.get(name) for name in names]), line.text
