"""The program that issues the bons, beside the long day: over HTTP, and off for a while."""

from pathlib import Path
from typing import Any

import httpx2

from benchmarks.long_day.yard import Yard
from station.api.access import BASE
from station.demo.erp import Books, Erp
from station.demo.erp_lines import HttpLine


class Program:
    """`refused` is what the station did not take of it."""

    def __init__(self, yard: Yard, file: Path) -> None:
        self.refused: list[str] = []
        self.is_on = True
        self._line = HttpLine.to(
            yard.process.url, _token(yard), lambda what, why: self.refused.append(f"{what}: {why}")
        )
        self._erp = Erp(self._line, file)

    @property
    def books(self) -> Books:
        return self._erp.books

    def announce(self, ref: str, body: dict[str, Any]) -> None:
        self._erp.expect({ref: body})
        self.turn()

    def turn(self) -> None:
        """Books what is new and numbers it; nothing while it is off."""
        if self.is_on:
            self._erp.turn()

    def close(self) -> None:
        self._line.http.close()


def _token(yard: Yard) -> str:
    admin = {"Authorization": f"Bearer {yard.process.admin_token}"}
    with httpx2.Client(base_url=yard.process.url + BASE, headers=admin, trust_env=False) as http:
        made = http.post("/admin/tokens", json={"name": "program", "kind": "erp"})
    return str(made.raise_for_status().json()["token"])
