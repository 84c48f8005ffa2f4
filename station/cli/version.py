"""`silo --version`: what is installed, and what runs at a site."""

from pathlib import Path
from typing import Annotated, Any

import typer

from station import release
from station.cli.say import Exit, _, fail, out, show


def register(app: typer.Typer) -> None:
    app.callback(invoke_without_command=True)(tell_version)


def tell_version(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", help=_("Says release, revision and models, and ends."))
    ] = False,
    config: Annotated[
        Path | None, typer.Option(help=_("With --version: the site file; what judges there now."))
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help=_("With --version: as one JSON line."))] = False,
) -> None:
    if not version:
        if config is not None or as_json:
            fail(_("--config and --json stand behind the command, or with --version"), Exit.USAGE)
        return
    if context.invoked_subcommand is not None:
        fail(_("--version stands alone"), Exit.USAGE)
    told = _installed() if config is None else _at(config)
    if as_json:
        out(told)
    else:
        _show(told)


def _installed() -> dict[str, Any]:
    models = [str(model) for model in release.shipped_models()]
    return {"release": release.release(), "revision": release.revision(), "models": models}


def _at(config: Path) -> dict[str, Any]:
    """As the station of that site says, which may still run what was installed before."""
    from station.cli.counter import ask

    health = ask(config, "GET", "/health")
    return {name: health[name] for name in ("release", "revision", "models")}


def _show(told: dict[str, Any]) -> None:
    revision, models = told["revision"] or _("unknown"), ", ".join(told["models"]) or _("none")
    show(_("Silo Station {release}").format(release=told["release"]))
    show(_("revision: {revision}").format(revision=revision))
    show(_("models: {models}").format(models=models))
