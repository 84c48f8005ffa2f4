"""`silo hub check`: every problem of headquarters, each with what to do."""

from typing import TYPE_CHECKING

import typer

from station.cli.hub import photos as hub_photos
from station.cli.hub.parts import HubConfigOption, hub_database, hub_settings
from station.cli.options import JsonOption
from station.cli.say import LANGUAGE, Exit, _, now, out, show, tell
from ui.words.i18n import translator

if TYPE_CHECKING:
    from station.hub.checks import Finding


def check(config: HubConfigOption, as_json: JsonOption = False) -> None:
    from station.hub.checks import findings
    from station.hub.database import TABLES

    settings = hub_settings(config)
    store = hub_photos.store_problem(settings, config)
    if store is not None and not as_json:
        tell(store)
    with hub_database(settings) as engine, engine.connect() as connection:
        found = findings(connection, TABLES, now())
    if as_json:
        if store is not None:
            out({"problem": "photo_store", "station": "", "text": store})
        for finding in found:
            told = {"problem": finding.code, "station": finding.station, "text": _sentence(finding)}
            out(told | finding.params)
    else:
        for finding in found:
            tell(_sentence(finding))
        if not found and store is None:
            show(_("The hub is in order."))
    raise typer.Exit(Exit.NEGATIVE if found or store else Exit.DONE)


def _sentence(finding: "Finding") -> str:
    words = {
        "no_shape": _("missing in the database: {names}. silo hub serve makes it."),
        "clock": _("this machine's clock is {seconds} s from the database's. Set both by a time server."),
        "no_worker": _("no worker is at work: no proof at night, no rebuild. Start one: silo hub work"),
        "jobs_failed": _("jobs failed: {count}. Their reasons are in the log of silo hub work."),
        "fork": _("{station}: two machines speak for it. Choose one: silo hub settle {station}"),
        "silent": _("{station}: silent for {minutes} min. See to its link and its box."),
        "station_clock": _("{station}: its clock is {seconds} s from the hub's. On the box: silo clock show"),
        "parked": _("{station}: bags of a newer release: {count}. Upgrade the hub."),
        "station_older": _("{station}: its release is older than the hub's. Upgrade it: silo upgrade"),
        "not_applied": _("{station}: bags here and not applied: {count}. Start more: silo hub work"),
        "quarantine": _("{station}: rows in quarantine: {count}. See: silo hub quarantine list"),
        "foreign_id": _(
            "{station}: rows with identifiers of {of}: {count}. Was a box copied? silo hub revoke {station}"
        ),
        "document_waits": _(
            "{station}: documents of the kind {kind} that it cannot take: {count}. Upgrade it: silo upgrade"
        ),
        "differs": _("{station}: table {table}, key {key} is not as there. See: silo hub prove {station}"),
    }
    params = {name: _written(value) for name, value in finding.params.items()}
    if finding.code == "no_shape" and finding.params["is_empty"]:
        return _("the database is empty. silo hub serve makes what it needs.")
    if finding.code == "silent" and finding.params["minutes"] is None:
        return _("{station}: enrolled and never heard. See to its link and its box.").format(
            station=finding.station
        )
    return words[finding.code].format(station=finding.station, **params)


def _written(value: object) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        return translator(LANGUAGE).number(value, 0)
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
