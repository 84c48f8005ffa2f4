"""A candidate over the past: the captures that the counter names are judged here."""

from pathlib import Path
from typing import Annotated, Any

import typer

from station.cli.counter import ask_all, counter
from station.cli.options import ConfigOption, JsonOption, SinceOption, UntilOption, span
from station.cli.releases import difference
from station.cli.say import Exit, _, fail, out, tell


def commands(model: typer.Typer) -> None:
    """Adds `silo model backtest`."""
    model.command("backtest", help=_("A candidate over captures that lab or machine measured too."))(backtest)


def backtest(
    bundle: Annotated[Path, typer.Argument(help=_("The candidate's bundle."))],
    config: ConfigOption,
    since: SinceOption = None,
    until: UntilOption = None,
    as_json: JsonOption = False,
) -> None:
    from zoneinfo import ZoneInfo

    from station.models.backtest import BacktestCase, report
    from station.runtime.backtest import candidate_verdicts
    from station.site.read import load_settings
    from station.store.blobs import Blobs
    from station.vision.bundle import BundleError, read_bundle
    from station.vision.client import WorkerGone, WorkerSlow

    try:
        task = read_bundle(bundle).task
    except BundleError as error:
        fail(str(error), Exit.USAGE if not bundle.exists() else Exit.CONFIGURATION)
    wanted = {"task": task, **span(since, until)}
    with counter(config) as asking:
        cases = [BacktestCase.from_dict(one) for one in ask_all(asking, "/models/backtest", wanted)]
    site = load_settings(config).site
    photos = Blobs(config.parent / site.data / "photos")
    try:
        judged = list(candidate_verdicts(bundle, cases, photos))
    except (WorkerGone, WorkerSlow) as error:
        fail(str(error), Exit.NEGATIVE)
    for row in report(cases, judged, ZoneInfo(site.timezone)):
        if as_json:
            out(row)
        else:
            _tell(row)


def _tell(row: dict[str, Any]) -> None:
    tell(_("{period}: {captures} captures, {not_judged} not judged").format(**row))
    for who in ("candidate", "active"):
        words = _("candidate") if who == "candidate" else _("active model")
        rate = row[who]["abstention_rate"]
        tell(f"    {words}" + ("" if rate is None else " " + _("refuses {share:.1%}").format(share=rate)))
        for one in row[who]["evidence"]:
            where = _("minus the laboratory") if one["against"] == "lab" else _("minus the machine")
            tell(f"        {where}: {difference(one['analyte'], one)}")
