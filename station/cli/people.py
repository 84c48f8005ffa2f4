"""Persons and terminals: who may sign in, and where."""

from typing import Annotated
from urllib.parse import quote

import typer

from station.cli.counter import ask
from station.cli.options import ConfigOption
from station.cli.say import _, out, tell


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
    body = {"name": name, "pin": pin, "roles": role, "language": language}
    made = ask(config, "POST", "/admin/people", body)
    tell(_("{name} can sign in now.").format(name=made["name"]))


def token_add(
    name: str,
    config: ConfigOption,
    kind: Annotated[str, typer.Option(help=_("terminal, phone or app."))] = "terminal",
) -> None:
    made = ask(config, "POST", "/admin/tokens", {"name": name, "kind": kind})
    tell(_("Keep this token; it is not shown again:"))
    out(made["token"])


def token_revoke(name: str, config: ConfigOption) -> None:
    ask(config, "DELETE", f"/admin/tokens/{quote(name, safe='')}")
    tell(_("{name} is revoked.").format(name=name))
