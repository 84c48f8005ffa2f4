"""Models at a silo: installed, looked at, promoted, rolled back, retired."""

from pathlib import Path
from typing import Annotated, Any

import typer

from station.cli.counter import LONG_S, ask, in_name_of
from station.cli.options import ByOption, ConfigOption, JsonOption, PinOption, WhyOption
from station.cli.say import Exit, _, fail, out, tell


def commands(model: typer.Typer) -> None:
    """Adds the commands of a silo to `silo model`."""
    model.command("install", help=_("Checks a signed bundle here; then it runs in shadow."))(install)
    model.command("signals", help=_("Day by day: refusals, and distance from what a model knows."))(signals)
    model.command("list", help=_("Every model with its status, agreement and evidence."))(show)
    model.command("promote", help=_("This version informs proposals from the next capture on."))(promote)
    model.command("rollback", help=_("The version that was active before is so again."))(rollback)
    model.command("retire", help=_("This version is used no more; its bundle stays for replay."))(retire)


def install(
    bundle: Annotated[Path, typer.Argument(help=_("The bundle; its signature lies beside it."))],
    config: ConfigOption,
    signature: Annotated[Path | None, typer.Option(help=_("The signature, else BUNDLE.minisig."))] = None,
    why: WhyOption = "",
) -> None:
    try:
        data = bundle.read_bytes()
        signed = (signature or bundle.with_name(bundle.name + ".minisig")).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        fail(str(error), Exit.USAGE)
    files = {"bundle": (bundle.name, data), "signature": ("signature", signed.encode())}
    row = ask(config, "POST", "/models", data={"why": why}, files=files, timeout=LONG_S)
    tell(_("{name} {version} is installed and runs in shadow.").format(**row))


def signals(
    config: ConfigOption,
    days: Annotated[int, typer.Option(min=1, max=400, help=_("How many days back."))] = 14,
    as_json: JsonOption = False,
) -> None:
    for row in ask(config, "GET", "/models/signals", params={"days": days}, timeout=LONG_S):
        if as_json:
            out(row)
            continue
        words = _("{captures} captures, refused {rate:.1%}, distance {distance2}, unfamiliar {unfamiliar}")
        what = f"{row['day']}  {row['name']} {row['version']}  {row['value'] or ''}"
        tell(f"{what:60} {words.format(rate=row['abstention_rate'], **row)}")


def show(config: ConfigOption, as_json: JsonOption = False) -> None:
    for row in ask(config, "GET", "/models", timeout=LONG_S):
        if as_json:
            out(row)
        else:
            _tell(row)


def promote(
    name: str, version: str, config: ConfigOption, by: ByOption = None, pin: PinOption = None,
    why: WhyOption = "",
) -> None:  # fmt: skip
    body = {"name": name, "version": version, "why": why}
    row = ask(config, "POST", "/models/promote", body, headers=in_name_of(by, pin))
    tell(_("{name} {version} judges from the next capture on.").format(**row))


def rollback(
    task: str, species: str, config: ConfigOption, by: ByOption = None, pin: PinOption = None,
    why: WhyOption = "",
) -> None:  # fmt: skip
    body = {"task": task, "species": species, "why": why}
    row = ask(config, "POST", "/models/rollback", body, headers=in_name_of(by, pin))
    tell(_("{name} {version} judges from the next capture on.").format(**row))


def retire(
    name: str, version: str, config: ConfigOption, by: ByOption = None, pin: PinOption = None,
    why: WhyOption = "",
) -> None:  # fmt: skip
    body = {"name": name, "version": version, "why": why}
    row = ask(config, "POST", "/models/retire", body, headers=in_name_of(by, pin))
    tell(_("{name} {version} is retired.").format(**row))


def _tell(row: dict[str, Any]) -> None:
    tell(
        "{task} {species}  {name} {version}  ".format(**row)
        + _("{status} since {since}, {captures} captures").format(**row)
    )
    if row["abstention_rate"] is not None:
        tell("    " + _("refuses {share:.1%} of the photos").format(share=row["abstention_rate"]))
    if row["agreement"] is not None:
        for name, one in {**row["agreement"]["classes"], **row["agreement"]["numbers"]}.items():
            tell("    " + _("minus the active model: {words}").format(words=difference(name, one)))
    for one in row["evidence"]:
        where = _("minus the laboratory") if one["against"] == "lab" else _("minus the machine")
        tell(f"    {where}: {difference(one['analyte'], one)}")


def difference(name: str, one: dict[str, Any]) -> str:
    if one["verdict"] == "not_enough_samples":
        return _("{name}: not enough samples (n = {n})").format(name=name, n=one["n"])
    low, high = one["bias_interval"]
    return _("{name}: {bias:+.3f} ({low:+.3f} to {high:+.3f}), n = {n}").format(
        name=name, bias=one["bias"], low=low, high=high, n=one["n"]
    )
