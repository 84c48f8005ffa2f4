"""A simulated program that issues the bons d'apport: it announces and reads by files, and keeps books
of its own. It knows nothing of the station but the two folders."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(slots=True)
class Erp:
    """`announced` is what it said by its numbers, `booked` what it was told of each: a net in kilograms, by
    the identifier of the ticket. `numbers` is the order in which the station's numbers came."""

    folder: Path
    announced: dict[str, dict[str, Any]] = field(default_factory=dict)
    booked: dict[str, dict[str, float]] = field(default_factory=dict)
    numbers: list[int] = field(default_factory=list)
    cursor: str = "0"
    holes: int = 0

    def announce(self, bodies: dict[str, dict[str, Any]], name: str, dies_after: int | None = None) -> None:
        """Write one file; `dies_after` bytes its process is killed, and the file has no name yet."""
        self.announced |= bodies
        text = json.dumps([{"external_ref": ref, **body} for ref, body in bodies.items()])
        part = self.folder / "in" / f"{name}.tmp"
        part.write_text(text[:dies_after])
        if dies_after is None:
            part.replace(self.folder / "in" / name)

    def read(self, most: int | None = None) -> int:
        """Book what came, the oldest first, at most so many files; return how many facts were new."""
        files = sorted((self.folder / "out").glob("facts-*.json"), key=_first)
        count = 0
        for file in files[:most]:
            count += sum(self._book(fact) for fact in json.loads(file.read_text()))
            file.unlink()
        return count

    def _book(self, fact: dict[str, Any]) -> bool:
        if int(fact["cursor"]) <= int(self.cursor):
            return False
        self.holes += fact["previous"] != self.cursor
        self.cursor = fact["cursor"]
        if fact["kind"] == "ticket":
            kept = self.booked.setdefault(fact["external_ref"], {})
            kept[fact["id"]] = fact["document"]["net_kg"]
            self.numbers.append(fact["document"]["number"])
        return True


def _first(file: Path) -> int:
    return int(file.name.split("-")[1])
