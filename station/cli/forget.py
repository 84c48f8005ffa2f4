"""`silo forget`: a name goes, once the law no longer asks for it; what was recorded stays, without it."""

import typer

from station.cli.counter import ask, in_name_of
from station.cli.options import ConfigOption, ManagerOption, PinOption, ReasonOption
from station.cli.say import _, tell


def register(app: typer.Typer) -> None:
    forget = typer.Typer(
        no_args_is_help=True, help=_("A name goes for good, here, in backups and at headquarters.")
    )
    forget.command("person", help=_("A person, who signs in no more; tickets keep the name."))(person)
    forget.command("supplier", help=_("A supplier without a load on site; tickets keep the name."))(supplier)
    app.add_typer(forget, name="forget")


def person(
    name: str, config: ConfigOption, by: ManagerOption, why: ReasonOption, pin: PinOption = None
) -> None:
    _forget("/people/forget", name, config, by, why, pin)


def supplier(
    name: str, config: ConfigOption, by: ManagerOption, why: ReasonOption, pin: PinOption = None
) -> None:
    _forget("/suppliers/forget", name, config, by, why, pin)


def _forget(path: str, name: str, config: ConfigOption, by: str, why: str, pin: str | None) -> None:
    ask(config, "POST", path, {"name": name, "reason": why}, headers=in_name_of(by, pin))
    tell(_("Forgotten. The second disk and headquarters forget with the next backup and the next bag."))
    tell(_("Backups that were made as a file keep the name: delete them."))
