"""`silo hub prove`: the first row that is not the same at the hub and at its station."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from station.cli.hub.parts import HubConfigOption, StationArgument, hub_database, hub_settings, of_known
from station.cli.hub.photos import prove_photos
from station.cli.options import JsonOption
from station.cli.say import LANGUAGE, Exit, _, fail, now, out, show
from ui.words.i18n import translator

if TYPE_CHECKING:
    from station.hub.prover import Outcome


def prove(
    station: StationArgument, config: HubConfigOption,
    wait: Annotated[
        float, typer.Option(help=_("Seconds to wait for each answer of the station."), min=0, max=86_400)
    ] = 180.0,
    order: Annotated[
        bool, typer.Option("--order", help=_("Asks for the photos that the store lacks."))
    ] = False,
    as_json: JsonOption = False,
) -> None:  # fmt: skip
    """The station answers with its next word, which it gives each minute."""
    from station.hub import stations as known
    from station.hub.database import TABLES
    from station.hub.prover import StationSilent
    from station.hub.prover import prove as compare

    settings = hub_settings(config)
    with hub_database(settings) as engine, of_known(station):
        with engine.connect() as connection:
            known.find(connection, TABLES, station)
        try:
            outcome = compare(engine, station, now, wait)
        except StationSilent:
            fail(
                _("{station} has not answered within {seconds} s; it is asked with its next word.").format(
                    station=station, seconds=translator(LANGUAGE).number(wait, 0)
                ),
                Exit.NETWORK,
            )
        photos = prove_photos(engine, settings, config, station, order=order)
    if as_json:
        out({**_told(station, outcome), **photos.told()})
    else:
        for sentence in (*_sentences(station, outcome), *photos.sentences()):
            show(sentence)
    raise typer.Exit(Exit.DONE if outcome.is_equal and photos.is_whole else Exit.NEGATIVE)


def _told(station: str, outcome: "Outcome") -> dict[str, Any]:
    first = outcome.first
    return {
        "station": station, "equal": outcome.is_equal, "bag": outcome.number, "rows": outcome.rows,
        "waiting": outcome.waiting, "damage": outcome.is_damage,
        "first": {
            "table": first.table, "key": first.key, "station": first.station, "hub": first.hub,
            "waits": first.waits,
        } if first else None,
    }  # fmt: skip


def _sentences(station: str, outcome: "Outcome") -> list[str]:
    t, first = translator(LANGUAGE), outcome.first
    if first is None:
        params = {"station": station, "rows": t.number(outcome.rows, 0), "bag": t.number(outcome.number, 0)}
        if not outcome.waiting:
            return [_("The hub has every row of {station}, up to bag {bag}: {rows} rows.").format(**params)]
        waiting = t.number(outcome.waiting, 0)
        return [
            _(
                "But for rows in quarantine ({waiting}) the hub has every row of {station}, up to bag {bag}."
            ).format(waiting=waiting, **params),
            _("See them: silo hub quarantine list"),
        ]
    said = [_("First difference: table {table}, key {key}").format(table=first.table, key=first.key)]
    came = _("as it came:") if outcome.is_damage else _("at the station:")
    said.append(f"  {came} {_side(first.station)}")
    there = _("at the hub:")
    said.append(f"  {there} {_side(first.hub)}")
    if first.waits:
        said.append(_("This row waits in quarantine: silo hub quarantine list"))
    elif outcome.waiting:
        said.append(_("Other rows in quarantine: {count}").format(count=t.number(outcome.waiting, 0)))
    if outcome.is_damage:
        said.append(
            _("A row was changed at the hub. Its bags make it anew: silo hub rebuild {station}").format(
                station=station
            )
        )
    return said


def _side(line: str | None) -> str:
    return _("another content, not shown") if line is None else line or _("not there")
