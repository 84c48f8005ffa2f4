"""Model bundles: the commands under `silo model`."""

import typer

from station.cli import backtest, bundles, policies, releases
from station.cli.say import _


def register(app: typer.Typer) -> None:
    model = typer.Typer(no_args_is_help=True, help=_("Model bundles, and the models of a silo."))
    bundles.commands(model)
    releases.commands(model)
    policies.commands(model)
    backtest.commands(model)
    app.add_typer(model, name="model")
