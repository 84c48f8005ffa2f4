"""The program that issues the bons, beside the station: it announces, reads, and keeps books of its own."""

from dataclasses import dataclass, field
from typing import Any

import httpx2

from tests.api.rig import ok


@dataclass
class Program:
    """`booked` is the net of each load in kilograms by the paper that holds, `numbers` that paper's; `holes`
    are the cursors behind which the station had lost something."""

    http: httpx2.Client
    cursor: str = "0"
    booked: dict[str, float] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)
    ended: dict[str, str] = field(default_factory=dict)
    holes: list[str] = field(default_factory=list)

    def announce(self, ref: str, body: dict[str, Any]) -> None:
        ok(self.http.put(f"/erp/arrivals/{ref}", json=body))

    def read(self) -> None:
        """Book what is new."""
        while facts := ok(self.http.get("/feed", params={"after": self.cursor}))["facts"]:
            for fact in facts:
                self._book(fact)

    def _book(self, fact: dict[str, Any]) -> None:
        if fact["previous"] != self.cursor:
            self.holes.append(self.cursor)
        self.cursor = fact["cursor"]
        load = fact["load_id"]
        if fact["document"] is not None:
            self.booked[load] = fact["document"]["net_kg"]
            self.numbers[load] = fact["document"]["number"]
        elif fact["kind"] == "outcome" and fact["outcome"] is not None:
            self.ended[load or fact["visit_id"]] = fact["outcome"]
