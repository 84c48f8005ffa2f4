"""The first person and the tokens of a fresh station, made with its administrator's token."""

from dataclasses import dataclass
from typing import Any

import httpx2

PERSON = "Camille"
PIN = "2468"
ANSWER_S = 60.0  # several stations may start at once on a small machine


@dataclass(frozen=True, slots=True)
class DemoTokens:
    """The tokens of one terminal, one phone, and the simulated yard, which only looks."""

    terminal: str
    phone: str
    yard: str


def make_tokens(url: str, admin_token: str, language: str) -> DemoTokens:
    """Raises httpx2.HTTPError when the station refuses or does not answer."""
    with httpx2.Client(
        base_url=f"{url}/api/v1/admin", headers={"Authorization": f"Bearer {admin_token}"}, trust_env=False,
        timeout=ANSWER_S,
    ) as http:  # fmt: skip
        person = {"name": PERSON, "pin": PIN, "roles": ["operator", "manager"], "language": language}
        _post(http, "/people", person)
        terminal = _post(http, "/tokens", {"name": "terminal-1", "kind": "terminal"})
        phone = _post(http, "/tokens", {"name": "phone-1", "kind": "phone"})
        yard = _post(http, "/tokens", {"name": "yard", "kind": "terminal"})
    return DemoTokens(terminal["token"], phone["token"], yard["token"])


def _post(http: httpx2.Client, path: str, body: dict[str, Any]) -> dict[str, Any]:
    answer = http.post(path, json=body)
    answer.raise_for_status()
    made: dict[str, Any] = answer.json()
    return made
