"""Rule packs: checked and signed on a desk, looked at, installed and withdrawn at a silo."""

from pathlib import Path
from typing import Annotated

import typer

from station.cli import packs, whatif
from station.cli.counter import ask, in_name_of
from station.cli.errors import moments_of
from station.cli.options import ByOption, ConfigOption, JsonOption, PinOption, WhyOption
from station.cli.say import Exit, _, fail, out, tell


def register(app: typer.Typer) -> None:
    rules = typer.Typer(no_args_is_help=True, help=_("The rule packs that loads are judged by."))
    packs.commands(rules)
    rules.command("list", help=_("Every pack, with its last act and whether it is in force."))(show)
    rules.command("install", help=_("From now on loads are judged by it within its dates."))(install)
    rules.command("withdraw", help=_("The pack is in force no more."))(withdraw)
    whatif.commands(rules)
    app.add_typer(rules, name="rules")


def show(config: ConfigOption, as_json: JsonOption = False) -> None:
    moment = moments_of(config)
    for row in ask(config, "GET", "/rules"):
        if as_json:
            out(row)
            continue
        held = (
            _("in force for {species}").format(species=", ".join(row["species"])) if row["in_force"] else ""
        )
        acts = {"installed": _("installed"), "withdrawn": _("withdrawn")}
        what = f"{row['name']} {row['version']}  {moment(row['valid_from'])}"
        signed = {
            "key": _("signed with {key}").format(**row), "shipped": _("shipped with the station"),
            "no": _("not signed"),
        }[row["signed"]]  # fmt: skip
        by = row["by"] or _("by the site file")
        tell(f"{what:60} {acts[row['act']]} {moment(row['at'])} {by}  {signed}  {held}".rstrip())


def install(
    pack: Annotated[Path, typer.Argument(help=_("The pack's TOML file; its signature lies beside it."))],
    config: ConfigOption,
    by: ByOption = None,
    pin: PinOption = None,
    why: WhyOption = "",
    signature: Annotated[Path | None, typer.Option(help=_("The signature, else PACK.minisig."))] = None,
) -> None:
    from station.signing import ENDING

    beside = pack.with_name(pack.name + ENDING)
    try:
        text = pack.read_bytes().decode()
        signed = (signature or beside).read_text(encoding="utf-8") if signature or beside.exists() else ""
    except (OSError, UnicodeDecodeError) as error:
        fail(str(error), Exit.USAGE)
    body = {"text": text, "signature": signed, "why": why}
    row = ask(config, "POST", "/rules", body, headers=in_name_of(by, pin))
    begins = moments_of(config)(row["valid_from"])
    tell(_("{name} {version} is installed, from {valid_from}.").format(**row | {"valid_from": begins}))
    if row["key"]:
        tell(_("It is signed with the key {key}.").format(**row))
    else:
        tell(_("Nobody's signature was asked for: the site file trusts no key ([vision] trusted_keys)."))


def withdraw(
    name: str, version: str, config: ConfigOption, by: ByOption = None, pin: PinOption = None,
    why: WhyOption = "",
) -> None:  # fmt: skip
    body = {"name": name, "version": version, "why": why}
    row = ask(config, "POST", "/rules/withdraw", body, headers=in_name_of(by, pin))
    tell(_("{name} {version} is withdrawn.").format(**row))
