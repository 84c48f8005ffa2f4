"""The program that issues the bons, as the long day has it: announces by HTTP, reads the feed into its books,
and is off for a while."""

from typing import Any

import httpx2

from benchmarks.long_day.yard import Yard


class Program:
    """`booked` are the nets that it was told by ticket number, `holes` how often the feed skipped a fact."""

    def __init__(self, yard: Yard) -> None:
        process = yard.process
        admin = {"Authorization": f"Bearer {process.admin_token}"}
        with httpx2.Client(base_url=f"{process.url}/api/v1", headers=admin, trust_env=False) as http:
            made = http.post("/admin/tokens", json={"name": "program", "kind": "erp"})
            token = made.raise_for_status().json()["token"]
        self._http = httpx2.Client(
            base_url=f"{process.url}/api/v1", headers={"Authorization": f"Bearer {token}"}, trust_env=False
        )
        self.is_on = True
        self.booked: dict[int, float] = {}
        self.replaced: dict[int, float] = {}
        self.holes = 0
        self._cursor = "0"

    def announce(self, ref: str, body: dict[str, Any]) -> None:
        self._http.put(f"/erp/arrivals/{ref}", json=body).raise_for_status()

    def read(self) -> None:
        """Books what is new; nothing while it is off."""
        while self.is_on:
            told = self._http.get("/feed", params={"after": self._cursor}).raise_for_status().json()
            if not told["facts"]:
                return
            for fact in told["facts"]:
                self.holes += fact["previous"] != self._cursor
                self._cursor = fact["cursor"]
                self._book(fact)

    def close(self) -> None:
        self._http.close()

    def _book(self, fact: dict[str, Any]) -> None:
        """A correcting ticket takes the place of the one that it names."""
        if fact["kind"] not in ("ticket", "correction"):
            return
        paper = fact["document"]
        if fact["kind"] == "correction":
            before = paper["corrects"]["number"]
            self.replaced[before] = self.booked.pop(before)
        self.booked[paper["number"]] = paper["net_kg"]
