"""The first person and the first terminal: through the running station, else on its closed data folder."""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Annotated, Any

import typer

from station.cli.errors import end_with
from station.cli.say import LANGUAGE, Exit, _, fail, now, out, tell

ConfigOption = Annotated[Path, typer.Option(help=_("The site file."))]
TIMEOUT_S = 10.0


def register(app: typer.Typer) -> None:
    person = typer.Typer(no_args_is_help=True, help=_("The persons who sign in."))
    token = typer.Typer(no_args_is_help=True, help=_("The tokens of terminals, phones and applications."))
    person.command("add", help=_("Adds a person with a name and a PIN."))(person_add)
    token.command("add", help=_("Makes a token; it is shown once."))(token_add)
    token.command("revoke", help=_("Ends a token at once."))(token_revoke)
    app.add_typer(person, name="person")
    app.add_typer(token, name="token")


def person_add(
    name: str,
    config: ConfigOption,
    role: Annotated[list[str], typer.Option(help=_("operator, manager or installer; may be repeated."))],
    pin: Annotated[
        str, typer.Option(prompt=True, hide_input=True, confirmation_prompt=True, help=_("4 to 12 digits."))
    ],
    language: Annotated[str | None, typer.Option(help=_("fr or en."))] = None,
) -> None:
    from station.api.schemas import PersonIn
    from station.receival import people

    body = valid(PersonIn, {"name": name, "pin": pin, "roles": role, "language": language})
    act_on(
        config,
        lambda call: call("POST", "/admin/people", body.model_dump()),
        lambda desk: people.add_person(desk, body.name, body.pin, list(body.roles), body.language, now()),
    )
    tell(_("{name} can sign in now.").format(name=name))


def token_add(
    name: str,
    config: ConfigOption,
    kind: Annotated[str, typer.Option(help=_("terminal, phone or app."))] = "terminal",
) -> None:
    from station.api.schemas import TokenIn
    from station.receival import people

    body = valid(TokenIn, {"name": name, "kind": kind})
    made = act_on(
        config,
        lambda call: call("POST", "/admin/tokens", body.model_dump())["token"],
        lambda desk: people.add_terminal(desk, body.name, body.kind, now())[1],
    )
    tell(_("Keep this token; it is not shown again:"))
    out(made)


def token_revoke(name: str, config: ConfigOption) -> None:
    from station.receival import people

    act_on(
        config,
        lambda call: call("DELETE", f"/admin/tokens/{name}", None),
        lambda desk: people.revoke_terminal(desk, name, now()),
    )
    tell(_("{name} is revoked.").format(name=name))


def act_on(config: Path, through_station: Callable[..., Any], on_ledger: Callable[..., Any]) -> Any:
    """Beside a running station its API is used; a closed data folder is opened for the moment."""
    from station.acts.desk import Desk
    from station.acts.refusals import Refusal
    from station.api.problems import Rejected
    from station.site.derived import policy_of
    from station.site.settings import SettingsError, load_settings
    from station.store.engine import Ledger
    from station.store.errors import LedgerError, LedgerHeld
    from ui.words.problems import problem

    try:
        settings = load_settings(config)
    except SettingsError as error:
        fail(str(error), Exit.CONFIGURATION)
    folder = config.parent / settings.site.data
    try:
        with closing(Ledger(folder)) as ledger:
            return on_ledger(Desk(ledger, policy_of(settings)))
    except LedgerHeld:
        url = f"http://{settings.server.host}:{settings.server.port}/api/v1"
        return through_station(_caller(url, folder / "admin.token"))
    except LedgerError as error:
        end_with(error)
    except Refusal as refusal:
        fail(". ".join(problem(refusal.code, refusal.params, LANGUAGE)), Exit.NEGATIVE)
    except Rejected as rejected:
        fail("; ".join(f"{one['field']}: {one['message']}" for one in rejected.errors), Exit.USAGE)


def _caller(url: str, token_file: Path) -> Callable[..., Any]:
    import httpx2

    def call(
        method: str, path: str, body: dict[str, Any] | None, *, files: dict[str, Any] | None = None,
        timeout_s: float = TIMEOUT_S,
    ) -> Any:  # fmt: skip
        sent: dict[str, Any] = {"data": body, "files": files} if files else {"json": body}
        try:
            headers = {"Authorization": f"Bearer {token_file.read_text()}", "Accept-Language": LANGUAGE}
            answer = httpx2.request(method, url + path, headers=headers, timeout=timeout_s, **sent)
        except (OSError, httpx2.HTTPError) as error:
            fail(
                _("the running station does not answer at {url}: {error}").format(url=url, error=error),
                Exit.NETWORK,
            )
        if answer.is_error:
            said = answer.json()
            fail(". ".join(filter(None, (said["detail"], said["action"]))), Exit.NEGATIVE)
        return answer.json() if answer.content else None

    return call


def valid(model: Any, values: dict[str, Any]) -> Any:
    from pydantic import ValidationError

    try:
        return model.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        fail(f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}", Exit.USAGE)
