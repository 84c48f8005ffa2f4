"""The two ways in which a simulated program reaches a station: by HTTP, and by watched folders."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import httpx2

from station.api.access import BASE
from station.demo.erp import Body, Bon, Off

Tell = Callable[[str, str], None]  # what was refused, and why


@dataclass(frozen=True, slots=True)
class HttpLine:
    """With a token of kind erp. `tell` hears what the station refuses."""

    http: httpx2.Client
    tell: Tell

    @classmethod
    def to(cls, url: str, token: str, tell: Tell) -> "HttpLine":
        headers = {"Authorization": f"Bearer {token}", "Accept-Language": "fr"}
        return cls(httpx2.Client(base_url=url + BASE, headers=headers, timeout=20, trust_env=False), tell)

    def announce(self, bodies: dict[str, Body]) -> None:
        for ref, body in bodies.items():
            self._ask("PUT", f"/erp/arrivals/{ref}", ref, json=body)

    def number(self, bons: list[Bon]) -> None:
        for bon in bons:
            body = {"number": bon.number, "net_kg": bon.net_kg}
            self._ask("PUT", f"/erp/loads/{bon.load_id}/ticket-number", bon.number, json=body)

    def facts(self, after: str) -> list[Body]:
        page = self._ask("GET", "/feed", "feed", params={"after": after, "limit": 100})
        return list(page["facts"]) if page else []

    def _ask(self, method: str, path: str, what: str, **said: Any) -> Any:
        try:
            answer = self.http.request(method, path, **said)
        except httpx2.TransportError as error:
            raise Off(str(error)) from error
        if answer.status_code >= 500 or answer.status_code in (408, 429):
            raise Off(f"{answer.status_code}")
        if answer.is_success:
            return answer.json()
        self.tell(what, answer.json()["title"])
        return None


@dataclass(frozen=True, slots=True)
class FolderLine:
    """Files take their names when they are whole; facts that were booked are deleted."""

    folder: Path
    tell: Tell

    def announce(self, bodies: dict[str, Body]) -> None:
        self._write("apports", [{"external_ref": ref, **body} for ref, body in bodies.items()])

    def number(self, bons: list[Bon]) -> None:
        rows = [{"load_id": bon.load_id, "ticket_number": bon.number, "net_kg": bon.net_kg} for bon in bons]
        self._write("bons", rows)

    def facts(self, after: str) -> list[Body]:
        self._read_answers()
        if not (self.folder / "out").is_dir():
            raise Off(str(self.folder))
        for file in sorted((self.folder / "out").glob("facts-*.json"), key=_first):
            facts: list[Body] = json.loads(file.read_text())
            if int(facts[-1]["cursor"]) > int(after):
                return facts
            file.unlink()
        return []

    def _read_answers(self) -> None:
        for file in sorted((self.folder / "answers").glob("*.json")):
            for row in json.loads(file.read_text())["rows"]:
                if row["did"] == "refused":
                    self.tell(row["external_ref"], row["reason"])
            file.unlink()

    def _write(self, name: str, rows: list[Body]) -> None:
        if not (self.folder / "in").is_dir():
            raise Off(str(self.folder))
        known = [path for place in ("in", "taken") for path in (self.folder / place).iterdir()]
        used = {path.name.partition(".")[0] for path in known}
        free = next(one for number in count(1) if (one := f"{name}-{number:05}") not in used)
        part = self.folder / "in" / f"{free}.tmp"
        part.write_text(json.dumps(rows, ensure_ascii=False))
        part.replace(self.folder / "in" / f"{free}.json")


def _first(file: Path) -> int:
    return int(file.name.split("-")[1])
