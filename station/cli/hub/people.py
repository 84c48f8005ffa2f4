"""`silo hub person`: who opens the pages of headquarters, in which role, and which stations they see."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from station.cli.hub.parts import HubConfigOption, WhoOption, hub_database, hub_settings
from station.cli.options import JsonOption
from station.cli.people import NewPasswordOption
from station.cli.say import LANGUAGE, Exit, _, fail, now, out, show, tell
from ui.words import vocabulary
from ui.words.problems import problem

if TYPE_CHECKING:
    from station.headquarters.people import HubPerson, PersonWrong
    from station.headquarters.provider import Provider
    from station.headquarters.served import Quarters
    from station.hub.settings import HubSettings

NameArgument = Annotated[str, typer.Argument(help=_("The person's name."))]
RolesOption = Annotated[
    list[str],
    typer.Option(
        "--role", help=_("quality, logistics, silo_manager, technician or director; may be repeated.")
    ),
]
StationsOption = Annotated[
    list[str] | None,
    typer.Option("--station", help=_("A station that the person sees; may be repeated. Without: all.")),
]
AccountOption = Annotated[
    str | None,
    typer.Option("--account", help=_("Who this is at the organisation's sign-in: the claim sub.")),
]
LanguageOption = Annotated[str | None, typer.Option(help=_("fr or en."))]


def register(hub: typer.Typer) -> None:
    person = typer.Typer(no_args_is_help=True, help=_("Who opens the pages of headquarters."))
    person.command("add", help=_("Adds a person with roles, for some stations or all."))(add)
    person.command("password", help=_("A new password: the person signs in again with it."))(password)
    person.command("role", help=_("Other roles for a person, instead of the earlier ones."))(role)
    person.command("scope", help=_("Other stations for a person, or all."))(scope)
    person.command("remove", help=_("Who has left signs in no more; what is recorded stays."))(remove)
    person.command("list", help=_("Who may sign in."))(list_people)
    hub.add_typer(person, name="person")


def add(
    name: NameArgument, config: HubConfigOption, by: WhoOption, role: RolesOption,
    station: StationsOption = None, language: LanguageOption = None, account: AccountOption = None,
) -> None:  # fmt: skip
    from station.headquarters.people import Said, add_person
    from ui.words.i18n import LANGUAGES

    if language not in (None, *LANGUAGES):
        fail(_("A language is one of: {languages}.").format(languages=", ".join(LANGUAGES)), Exit.USAGE)
    subject = _subject(config, account) if account is not None else None
    with _quarters(config) as quarters:
        made = add_person(quarters, Said(name, role, station or None, language, subject), by)
    tell(_("{name} is known. Next, a password: silo hub person password").format(name=made.name))


def password(name: NameArgument, config: HubConfigOption, by: WhoOption, password: NewPasswordOption) -> None:
    from station.headquarters.people import set_password

    with _quarters(config) as quarters:
        set_password(quarters, name, password, by)
    tell(_("{name} opens the pages with the new password.").format(name=name))


def role(
    name: NameArgument, config: HubConfigOption, by: WhoOption,
    roles: Annotated[list[str], typer.Argument(help=_("The roles that the person has from now on."))],
) -> None:  # fmt: skip
    from station.headquarters.people import set_roles

    with _quarters(config) as quarters:
        show(_sentence(set_roles(quarters, name, roles, by)))


def scope(
    name: NameArgument, config: HubConfigOption, by: WhoOption,
    stations: Annotated[
        list[str] | None, typer.Argument(help=_("The stations that the person sees."))
    ] = None,
    every: Annotated[bool, typer.Option("--all", help=_("All stations."))] = False,
) -> None:  # fmt: skip
    from station.headquarters.people import set_scope

    if bool(stations) == every:
        fail(_("Name the stations, or say --all."), Exit.USAGE)
    with _quarters(config) as quarters:
        show(_sentence(set_scope(quarters, name, stations or None, by)))


def remove(name: NameArgument, config: HubConfigOption, by: WhoOption) -> None:
    from station.headquarters.people import remove_person

    with _quarters(config) as quarters:
        remove_person(quarters, name, by)
    tell(_("{name} signs in no more.").format(name=name))


def list_people(config: HubConfigOption, as_json: JsonOption = False) -> None:
    from station.headquarters.people import people

    with _quarters(config) as quarters:
        found = people(quarters)
    for one in found:
        if as_json:
            out({
                "id": one.id, "name": one.name, "roles": sorted(one.roles), "stations": one.scope,
                "language": one.language, "has_password": one.password_hash is not None,
                "has_account": one.subject is not None,
            })  # fmt: skip
        else:
            show(_sentence(one))


def provider_of(settings: "HubSettings", config: Path) -> "Provider | None":
    """Who else lets people in, as hub.toml says."""
    if settings.oidc is None:
        return None
    from station.headquarters.provider import Provider

    secret, named = "", settings.oidc.client_secret_file
    if named is not None:
        try:
            secret = (config.parent / named).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            fail(f"{config.parent / named}: {error}", Exit.CONFIGURATION)
    return Provider(settings.oidc, secret, now)


def _subject(config: Path, account: str) -> str:
    settings = hub_settings(config)
    if settings.oidc is None:
        fail(_("{file} has no [oidc]: people sign in with passwords.").format(file=config), Exit.USAGE)
    return f"{settings.oidc.issuer} {account}"


@contextmanager
def _quarters(config: Path) -> "Iterator[Quarters]":
    """Headquarters with its tables; what is wrong of a person is said as a sentence."""
    from station.acts.refusals import Refusal
    from station.headquarters.people import PersonWrong
    from station.headquarters.served import Quarters
    from station.hub.database import TABLES, bring_up_to_date

    settings = hub_settings(config)
    with hub_database(settings) as engine:
        bring_up_to_date(engine)
        try:
            yield Quarters(engine, TABLES, now, settings.name, settings.language)
        except PersonWrong as wrong:
            fail(_why(wrong), Exit.USAGE)
        except Refusal as refusal:
            title, action = problem(refusal.code.value, refusal.params, LANGUAGE)
            fail(f"{title}. {action}", Exit.NEGATIVE)


def _why(wrong: "PersonWrong") -> str:
    from station.acts.passwords import LONGEST_PASSWORD, SHORTEST_PASSWORD
    from station.headquarters.people import HubRole

    if wrong.part == "roles":
        return _("A role is one of: {roles}.").format(roles=", ".join(HubRole))
    if wrong.part == "password":
        return _("A password has {least} to {most} characters.").format(
            least=SHORTEST_PASSWORD, most=LONGEST_PASSWORD
        )
    if wrong.part == "scope" and wrong.value:
        return _("No station {station} is known here.").format(station=wrong.value)
    if wrong.part == "scope":
        return _("A silo's manager sees some stations: name them.")
    return _("This name cannot be kept: it is empty, too long, or has hidden characters.")


def _sentence(person: "HubPerson") -> str:
    roles = [vocabulary.word(vocabulary.HUB_ROLES, one, LANGUAGE) for one in sorted(person.roles)]
    stations = _("all stations") if person.scope is None else ", ".join(person.scope)
    no_password = "" if person.password_hash or person.subject else " - " + _("no password")
    return f"{person.name}: {', '.join(roles)} ({stations}){no_password}"
