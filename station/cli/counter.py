"""Management commands ask the counter: that of the running station, else the same one in this process, on the
closed data folder, opened for the moment. What is asked, who may, and what is answered is the same."""

import json
import secrets
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn
from urllib.parse import quote

import typer

from station.cli.errors import end_with, end_with_settings
from station.cli.say import LANGUAGE, Exit, _, fail, tell

if TYPE_CHECKING:
    from asyncio import Runner

    from httpx2 import AsyncClient, Response

    from station.parts import Parts
    from station.site.file import SiteSettings

TIMEOUT_S = 10.0
LONG_S = 300.0  # an acceptance set is run, or a campaign is looked through
PASSING = (429, 503, 507)  # it is busy, or its disk is full

Asking = Callable[..., Any]


def ask(config: Path, method: str, path: str, body: Any = None, **sent: Any) -> Any:
    """Asks once: sends `body` as JSON, or what else httpx2 can send, and returns the JSON that is answered.

    Where the answer is a problem the command ends with its words."""
    with counter(config) as asking:
        return asking(method, path, body, **sent)


@contextmanager
def counter(config: Path) -> Iterator[Asking]:
    """Asks as `ask` does, as often as wanted while the block lasts. `place` gets where a list goes on."""
    from asyncio import Runner

    from station.parts import open_parts
    from station.setting_problems import SettingsError
    from station.site.read import load_settings, rule_pack_texts
    from station.store.errors import LedgerError, LedgerHeld

    try:
        settings = load_settings(config)
        with ExitStack() as stack:
            try:
                parts = stack.enter_context(open_parts(config, settings))
                client, is_new = _closed_station(parts), not parts.has_served()
            except LedgerHeld:
                with suppress(SettingsError):  # the station runs: a pack's file was changed since
                    rule_pack_texts(settings, config)  # grades are called by their names
                client, is_new = _running_station(settings, config.parent / settings.site.data), False
            runner = stack.enter_context(Runner())
            stack.callback(lambda: runner.run(client.aclose()))
            asking = partial(_ask, runner, client)
            yield partial(_ask_new, asking, []) if is_new else asking
    except SettingsError as error:
        end_with_settings(config, error)
    except LedgerError as error:
        end_with(error)


def ask_all(asking: Asking, path: str, params: dict[str, Any], *, body: Any = None) -> Iterator[Any]:
    """The rows of a long list, page after page; with a body they are asked for by POST."""
    place: list[str] = []
    method = "GET" if body is None else "POST"
    rows = asking(method, path, body, params=params, timeout=LONG_S, place=place)
    while place:
        yield from rows
        asked = {**params, "after": place.pop()}
        rows = asking(method, path, body, params=asked, timeout=LONG_S, place=place)
    yield from rows


def in_name_of(name: str | None, pin: str | None, header: str = "Silo-Manager") -> dict[str, str]:
    """The headers that name a person, whose PIN is asked unless it is given; none where nobody is named."""
    if name is None:
        return {}
    pin = pin or str(typer.prompt(_("PIN of {name}").format(name=name), hide_input=True))
    return {header: quote(name), "Silo-Pin": quote(pin)}


def segment(name: str) -> str:
    """A name as one part of an address: whatever is in it, also dots alone, it names nothing else."""
    return quote(name, safe="").replace(".", "%2E")


def _closed_station(parts: "Parts") -> "AsyncClient":
    from httpx2 import ASGITransport

    from station.api.app import create_app

    token = secrets.token_urlsafe(24)
    return _client("http://closed", token, transport=ASGITransport(create_app(parts.context(token))))


def address_of_station(settings: "SiteSettings", folder: Path) -> str:
    """Where the station that holds the folder answers: as it wrote there itself, else by the site file."""
    from station.store.folder import LISTENING

    try:
        return (folder / LISTENING).read_text(encoding="utf-8")
    except OSError:
        return settings.server.url


def _running_station(settings: "SiteSettings", folder: Path) -> "AsyncClient":
    url = address_of_station(settings, folder)
    try:
        return _client(url, (folder / "admin.token").read_text(encoding="utf-8"))
    except OSError as error:
        _no_answer(url, error)


def _client(url: str, admin_token: str, **how: Any) -> "AsyncClient":
    from httpx2 import AsyncClient

    headers = {"Authorization": f"Bearer {admin_token}", "Accept-Language": LANGUAGE}
    return AsyncClient(base_url=f"{url}/api/v1", headers=headers, timeout=TIMEOUT_S, **how)


def _ask_new(asking: Asking, told: list[str], method: str, path: str, body: Any = None, **sent: Any) -> Any:
    """Asks a station that has never served, and says so once: that it has nothing is no answer yet."""
    if method == "GET" and not told:
        told.append(path)
        tell(_("No station has served here yet: nothing of the site file is recorded. First: silo serve."))
    return asking(method, path, body, **sent)


def _ask(
    runner: "Runner", client: "AsyncClient", method: str, path: str, body: Any = None, *,
    headers: dict[str, str] | None = None, place: list[str] | None = None, **sent: Any,
) -> Any:  # fmt: skip
    from httpx2 import HTTPError

    headers = headers or {}
    if body is not None:
        # also a number that is none (NaN): the counter is who says what is wrong with it
        sent["content"] = json.dumps(body)
        headers = {"Content-Type": "application/json", **headers}
    try:
        answer = runner.run(client.request(method, path, headers=headers, **sent))
    except HTTPError as error:
        _no_answer(str(client.base_url), error)
    if answer.is_error:
        _tell_problem(answer, body)
    if place is not None and "Silo-Next" in answer.headers:
        place.append(answer.headers["Silo-Next"])
    return answer.json() if answer.content else None


def _tell_problem(answer: "Response", body: Any) -> NoReturn:
    problem = answer.json()
    code = (
        Exit.USAGE
        if problem["code"] in ("not_valid", "hidden_character", "period_reversed")
        else Exit.NEGATIVE
    )
    if answer.status_code in PASSING:
        code = Exit.DATABASE if problem["code"] in ("ledger_damaged", "taken_over") else Exit.TRY_AGAIN
    more = [one["message"] for one in problem["params"].get("remarks", ())[1:]]
    how = _how_to_answer(body) if problem["params"].get("remarks") else ""
    action = problem["action"].rstrip(".") if how else problem["action"]
    fail(". ".join(filter(None, (problem["detail"], *more, action, how))), code)


def _how_to_answer(body: Any) -> str:
    """Name the option by which the mass that was asked about is said once more; nothing where none was."""
    if not isinstance(body, dict) or "despite_kg" not in body or not body.get("kg"):
        return ""
    tonnes = format(body["kg"] / 1000, ".10g")
    return _("To go on: the same command with {option}").format(option=f"--despite {tonnes}")


def _no_answer(url: str, error: Exception) -> NoReturn:
    fail(
        _("the running station does not answer at {url}: {error}").format(url=url, error=error), Exit.NETWORK
    )
