"""A candidate over the past: captures from the running station or its closed data folder, judged here."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlencode

import typer

from station.cli.people import act_on
from station.cli.releases import ConfigOption, JsonOption, difference
from station.cli.say import Exit, _, fail, out, tell

DAYS = ["%Y-%m-%d", "%d/%m/%Y"]
LIST_S = 300.0


def commands(model: typer.Typer) -> None:
    """Adds `silo model backtest`."""
    model.command("backtest", help=_("A candidate over captures that lab or machine measured too."))(backtest)


def backtest(
    bundle: Annotated[Path, typer.Argument(help=_("The candidate's bundle."))],
    config: ConfigOption,
    since: Annotated[datetime | None, typer.Option("--from", formats=DAYS, help=_("First day."))] = None,
    until: Annotated[
        datetime | None, typer.Option("--to", formats=DAYS, help=_("Day after the last."))
    ] = None,
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
    span = {"since": since and since.replace(tzinfo=UTC), "until": until and until.replace(tzinfo=UTC)}
    given = urlencode({"task": task, **{name: at.isoformat() for name, at in span.items() if at}})
    told = act_on(
        config,
        lambda call: call("GET", f"/admin/models/backtest?{given}", None, timeout_s=LIST_S),
        lambda desk: _cases(desk, task, **span),
    )
    cases = [BacktestCase.from_dict(one) for one in told]
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


def _cases(desk: Any, task: str, *, since: datetime | None, until: datetime | None) -> list[dict[str, Any]]:
    from station.models.cases import cases

    with desk.ledger.read() as tx:
        return [case.as_dict() for case in cases(tx, desk, task, since, until)]


def _tell(row: dict[str, Any]) -> None:
    tell(_("{period}: {captures} captures, {not_judged} not judged").format(**row))
    for who in ("candidate", "active"):
        words = _("candidate") if who == "candidate" else _("active model")
        rate = row[who]["abstention_rate"]
        tell(f"    {words}" + ("" if rate is None else " " + _("refuses {share:.1%}").format(share=rate)))
        for one in row[who]["evidence"]:
            where = _("minus the laboratory") if one["against"] == "lab" else _("minus the machine")
            tell(f"        {where}: {difference(one['analyte'], one)}")
