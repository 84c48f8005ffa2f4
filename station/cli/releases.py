"""Models at a silo: through the running station, else on its closed data folder."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from station.cli.people import act_on, valid
from station.cli.say import LANGUAGE, Exit, _, fail, now, out, tell

ConfigOption = Annotated[Path, typer.Option(help=_("The site file."))]
WhyOption = Annotated[str, typer.Option(help=_("Why, for whoever asks later."))]
ByOption = Annotated[
    str | None, typer.Option(help=_("The manager who decides it; the PIN is asked. Else: installer."))
]
PinOption = Annotated[str | None, typer.Option(hidden=True)]
JsonOption = Annotated[bool, typer.Option("--json", help=_("JSON lines on standard output."))]


INSTALL_S = 300.0  # the acceptance set is run meanwhile
LOOK_S = 120.0  # a campaign of inspections is compared


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
    row = act_on(
        config,
        lambda call: call("POST", "/admin/models", {"why": why}, files=files, timeout_s=INSTALL_S),
        lambda desk: _install(desk, config, data, signed, why),
    )
    tell(_("{name} {version} is installed and runs in shadow.").format(**row))


def signals(
    config: ConfigOption,
    days: Annotated[int, typer.Option(min=1, max=400, help=_("How many days back."))] = 14,
    as_json: JsonOption = False,
) -> None:
    from station.api.views.models import signals as of_days

    path = f"/admin/models/signals?days={days}"
    for row in act_on(
        config, lambda call: call("GET", path, None, timeout_s=LOOK_S), lambda desk: seen(desk, of_days, days)
    ):
        if as_json:
            out(row)
            continue
        words = _("{captures} captures, refused {rate:.1%}, distance {distance2}, unfamiliar {unfamiliar}")
        what = f"{row['day']}  {row['name']} {row['version']}  {row['value'] or ''}"
        tell(f"{what:60} {words.format(rate=row['abstention_rate'], **row)}")


def show(config: ConfigOption, as_json: JsonOption = False) -> None:
    for row in act_on(config, lambda call: call("GET", "/admin/models", None, timeout_s=LOOK_S), _rows):
        if as_json:
            out(row)
        else:
            _tell(row)


def promote(
    name: str, version: str, config: ConfigOption, by: ByOption = None, pin: PinOption = None,
    why: WhyOption = "",
) -> None:  # fmt: skip
    from station.models import acts as models

    values = {"name": name, "version": version, **_person(by, pin), "why": why}
    _act(config, "promote", values, lambda desk, who: models.promote(desk, name, version, who))
    tell(_("{name} {version} judges from the next capture on.").format(name=name, version=version))


def rollback(
    task: str, species: str, config: ConfigOption, by: ByOption = None, pin: PinOption = None,
    why: WhyOption = "",
) -> None:  # fmt: skip
    from station.models import acts as models

    values = {"task": task, "species": species, **_person(by, pin), "why": why}
    row = _act(config, "rollback", values, lambda desk, who: models.roll_back(desk, task, species, who))
    tell(_("{name} {version} judges from the next capture on.").format(**row))


def retire(
    name: str, version: str, config: ConfigOption, by: ByOption = None, pin: PinOption = None,
    why: WhyOption = "",
) -> None:  # fmt: skip
    from station.models import acts as models

    values = {"name": name, "version": version, **_person(by, pin), "why": why}
    _act(config, "retire", values, lambda desk, who: models.retire(desk, name, version, who))
    tell(_("{name} {version} is retired.").format(name=name, version=version))


def _person(by: str | None, pin: str | None) -> dict[str, Any]:
    if by is None:
        return {"by": None, "pin": None}
    return {"by": by, "pin": pin or typer.prompt(_("PIN of {name}").format(name=by), hide_input=True)}


def _act(config: Path, what: str, values: dict[str, Any], do: Callable[[Any, Any], Any]) -> dict[str, Any]:
    """Checks the words as the station does, then acts; returns the release."""
    from station.acts.desk import Actor
    from station.api import schemas
    from station.models.acts import Mandate
    from station.receival.people import manager_with_pin

    model = schemas.RollbackByIn if what == "rollback" else schemas.ReleaseByIn
    body = valid(model, values)

    def on_ledger(desk: Any) -> dict[str, Any]:
        actor = manager_with_pin(desk, body.by, body.pin or "") if body.by else Actor("installer")
        row = do(desk, Mandate(actor, body.why, now()))
        return {"name": row.name, "version": row.version}

    path = f"/admin/models/{what}"
    found: dict[str, Any] = act_on(config, lambda call: call("POST", path, body.model_dump()), on_ledger)
    return found


def _rows(desk: Any) -> list[dict[str, Any]]:
    from station.api.views.models import models

    return seen(desk, models, desk)


def seen(desk: Any, look: Callable[..., Any], *asked: Any) -> list[dict[str, Any]]:
    """What a view of the API shows of the closed data folder."""
    from station.api.views.view import View

    with desk.ledger.read() as tx:
        view = View(tx, desk.policy, LANGUAGE, now())
        return [row.model_dump(mode="json") for row in look(view, *asked)]


def _install(desk: Any, config: Path, data: bytes, signature: str, why: str) -> dict[str, Any]:
    from station.acts.desk import Actor
    from station.models.acts import Mandate
    from station.runtime.bundles import FOLDER
    from station.runtime.installer import Installer
    from station.site.derived import trusted_keys
    from station.site.settings import SettingsError, load_settings
    from station.store.blobs import Blobs

    try:
        keys = trusted_keys(load_settings(config), config)
    except SettingsError as error:
        fail(str(error), Exit.CONFIGURATION)
    installer = Installer(desk, Blobs(desk.ledger.folder / FOLDER), keys)
    row = installer.install(data, signature, Mandate(Actor("installer"), why, now()))
    return {"name": row.name, "version": row.version}


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
