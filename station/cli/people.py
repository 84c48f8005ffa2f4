"""Persons and terminals: who may sign in, and where."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from station.cli.approve import save_page
from station.cli.counter import ask, segment
from station.cli.options import ConfigOption
from station.cli.say import LANGUAGE, _, out, show, show_code, tell
from ui.words.i18n import translator
from ui.words.qr import half_blocks

NewPinOption = Annotated[
    str, typer.Option(prompt=True, hide_input=True, confirmation_prompt=True, help=_("4 to 12 digits."))
]

NewPasswordOption = Annotated[
    str,
    typer.Option(prompt=True, hide_input=True, confirmation_prompt=True, help=_("At least 10 characters.")),
]


def register(app: typer.Typer) -> None:
    person = typer.Typer(no_args_is_help=True, help=_("The persons who sign in."))
    token = typer.Typer(no_args_is_help=True, help=_("The tokens of terminals, phones and applications."))
    person.command("add", help=_("Adds a person with a name and a PIN."))(person_add)
    person.command("list", help=_("Who may sign in, as JSON lines."))(person_list)
    person.command("rename", help=_("Another name for a person."))(person_rename)
    person.command("pin", help=_("A new PIN: the person signs in again with it."))(person_pin)
    person.command("password", help=_("The password with which a person opens the pages in a browser."))(
        person_password
    )
    person.command("remove", help=_("Who has left signs in no more; what is recorded stays."))(person_remove)
    person.command("enrol", help=_("A secret for a person's phone, shown once: it approves from afar."))(
        person_enrol
    )
    person.command("approvers", help=_("Whose phones approve, as JSON lines."))(person_approvers)
    person.command("revoke", help=_("A person's phone approves nothing any more."))(person_revoke)
    token.command("add", help=_("Makes a token; it is shown once."))(token_add)
    token.command("list", help=_("Whose tokens there are, as JSON lines."))(token_list)
    token.command("rename", help=_("Another name for a token."))(token_rename)
    token.command("revoke", help=_("Ends a token at once."))(token_revoke)
    app.add_typer(person, name="person")
    app.add_typer(token, name="token")


def person_add(
    name: str,
    config: ConfigOption,
    role: Annotated[list[str], typer.Option(help=_("operator, manager or installer; may be repeated."))],
    pin: NewPinOption,
    language: Annotated[str | None, typer.Option(help=_("fr or en."))] = None,
) -> None:
    body = {"name": name, "pin": pin, "roles": role, "language": language}
    made = ask(config, "POST", "/admin/people", body)
    tell(_("{name} can sign in now.").format(name=made["name"]))


def person_list(config: ConfigOption) -> None:
    for row in ask(config, "GET", "/admin/people"):
        out(row)


def person_rename(name: str, new_name: str, config: ConfigOption) -> None:
    ask(config, "PATCH", f"/admin/people/{segment(name)}", {"name": new_name})
    tell(_("{name} is called {new_name} from now on.").format(name=name, new_name=new_name))


def person_pin(name: str, config: ConfigOption, pin: NewPinOption) -> None:
    ask(config, "PATCH", f"/admin/people/{segment(name)}", {"pin": pin})
    tell(_("{name} signs in with the new PIN.").format(name=name))


def person_password(name: str, config: ConfigOption, password: NewPasswordOption) -> None:
    ask(config, "PATCH", f"/admin/people/{segment(name)}", {"password": password})
    tell(_("{name} opens the pages with the new password.").format(name=name))


def person_remove(name: str, config: ConfigOption) -> None:
    ask(config, "DELETE", f"/admin/people/{segment(name)}")
    tell(_("{name} signs in no more.").format(name=name))


def person_enrol(
    name: str,
    config: ConfigOption,
    page: Annotated[
        Path | None, typer.Option(help=_("Saves the page that the phone answers with, as one file."))
    ] = None,
) -> None:
    if page is not None:
        save_page(page)
    made = ask(config, "POST", "/admin/approvers", {"name": name})
    tell(
        _("The secret of {name}; it is not shown again, and an earlier one is void:").format(
            name=made["name"]
        )
    )
    show(made["secret"])
    tell(_("The same as an address, for a QR code:"))
    show(made["address"])
    tell(_("Typed well, the phone shows this answer for a try:"))
    show(f"{made['probe'][:4]} {made['probe'][4:]}")


def person_approvers(config: ConfigOption) -> None:
    for row in ask(config, "GET", "/admin/approvers"):
        out(row)


def person_revoke(name: str, config: ConfigOption) -> None:
    ask(config, "DELETE", f"/admin/approvers/{segment(name)}")
    tell(_("{name}'s phone approves nothing any more.").format(name=name))


def token_list(config: ConfigOption) -> None:
    for row in ask(config, "GET", "/admin/tokens"):
        out(row)


def token_rename(name: str, new_name: str, config: ConfigOption) -> None:
    ask(config, "PATCH", f"/admin/tokens/{segment(name)}", {"name": new_name})
    tell(_("{name} is called {new_name} from now on.").format(name=name, new_name=new_name))


def token_add(
    name: str,
    config: ConfigOption,
    kind: Annotated[str, typer.Option(help=_("terminal, phone, app or erp."))] = "terminal",
) -> None:
    if kind == "phone":
        _show_invitation(ask(config, "POST", "/phones/invitations", {"name": name}))
        return
    made = ask(config, "POST", "/admin/tokens", {"name": name, "kind": kind})
    tell(_("Keep this token; it is not shown again:"))
    out(made["token"])


def _show_invitation(made: dict[str, str]) -> None:
    """The phone makes its token itself, when it opens what the code says."""
    until = translator(LANGUAGE).time(datetime.fromisoformat(made["until"]))
    text = _("Scan this with the phone's camera, in the site's Wi-Fi, before {time}. One phone, once.")
    tell(text.format(time=until))
    show_code(half_blocks(made["address"]))
    out(made["address"])


def token_revoke(name: str, config: ConfigOption) -> None:
    ask(config, "DELETE", f"/admin/tokens/{segment(name)}")
    tell(_("{name} is revoked.").format(name=name))
