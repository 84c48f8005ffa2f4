"""A simulated program of the co-operative that issues the bons d'apport: it announces what comes, reads what
became of it, gives each ticket a number of its own series and keeps books. It knows nothing of the station
but what its line says.
"""

import json
import random
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Protocol

from station.store.durable import arriving

Body = dict[str, Any]


class Off(Exception):
    """The station, or the line to it, does not answer: it is asked again later."""


class Line(Protocol):
    """What the program has of a station."""

    def announce(self, bodies: dict[str, Body]) -> None:
        """Announce apports by their numbers."""

    def number(self, bons: list["Bon"]) -> None:
        """Say the numbers of tickets."""

    def facts(self, after: str) -> list[Body]:
        """Return some of the facts after a cursor, in their order; none where nothing is new."""


@dataclass(slots=True)
class Bon:
    """A ticket in the program's books. `id` is that of the station's ticket."""

    id: str
    number: str
    load_id: str
    ref: str | None
    net_kg: float
    ours: int
    is_told: bool = False


@dataclass(slots=True)
class Books:
    """All that outlives the program's process. `announced` is by the number of the apport; `holes` counts
    the facts that did not follow the one before."""

    announced: dict[str, Body] = field(default_factory=dict)
    unsaid: list[str] = field(default_factory=list)
    bons: dict[str, Bon] = field(default_factory=dict)
    cursor: str = "0"
    holes: int = 0

    @classmethod
    def read(cls, file: Path) -> "Books":
        if not file.exists():
            return cls()
        kept = json.loads(file.read_text())
        return cls(**kept | {"bons": {id_: Bon(**bon) for id_, bon in kept["bons"].items()}})

    def keep(self, file: Path) -> None:
        """Write them whole or not at all."""
        with arriving(file) as path:
            path.write_text(json.dumps(asdict(self), ensure_ascii=False))


@dataclass(slots=True)
class Erp:
    """Books are kept before anything is said, so that a kill between the two says it again."""

    line: Line
    file: Path
    series: str = "BA-"
    books: Books = field(default_factory=Books)

    def __post_init__(self) -> None:
        self.books = Books.read(self.file)

    def expect(self, bodies: dict[str, Body]) -> None:
        """Announce them by the next turn."""
        self.books.announced |= bodies
        self.books.unsaid += bodies

    def turn(self) -> list[Bon]:
        """Say what is unsaid, book what is new, number it; return the new bons. Raises Off."""
        if unsaid := {ref: self.books.announced[ref] for ref in self.books.unsaid}:
            self.books.keep(self.file)
            self.line.announce(unsaid)
            self.books.unsaid.clear()
        made = []
        while facts := self.line.facts(self.books.cursor):
            made += [bon for fact in facts if (bon := self._book(fact))]
            self.books.keep(self.file)
        if untold := [bon for bon in self.books.bons.values() if not bon.is_told]:
            self.line.number(untold)
            for bon in untold:
                bon.is_told = True
            self.books.keep(self.file)
        return made

    def _book(self, fact: Body) -> Bon | None:
        if int(fact["cursor"]) <= int(self.books.cursor):
            return None
        if fact["previous"] != self.books.cursor:
            self._say_again()
        self.books.cursor = fact["cursor"]
        if fact["kind"] not in ("ticket", "correction") or fact["id"] in self.books.bons:
            return None
        number = f"{self.series}{len(self.books.bons) + 1:05}"
        document = fact["document"]
        bon = Bon(
            fact["id"], number, fact["load_id"], fact["external_ref"], document["net_kg"], document["number"]
        )
        self.books.bons[bon.id] = bon
        return bon

    def _say_again(self) -> None:
        """The station was restored: what it lost of the numbers it hears again, and asks about the others."""
        self.books.holes += 1
        for bon in self.books.bons.values():
            bon.is_told = False


def some_apports(count: int, seed: int, species: list[str], first: int = 1) -> dict[str, Body]:
    """Invent apports to announce, the same for the same seed."""
    draw = random.Random(f"{seed} {first}")
    return {
        f"E-{number:04}": {
            "plate": f"{_letters(draw)}-{draw.randrange(100, 1000)}-{_letters(draw)}",
            "supplier": f"EARL {draw.randrange(1, 40)}",
            "loads": [{"species": draw.choice(species)}],
        }
        for number in range(first, first + count)
    }


def _letters(draw: random.Random) -> str:
    return "".join(draw.choice("ABCDEFGHJKLMNPQRSTVWXYZ") for _ in range(2))
