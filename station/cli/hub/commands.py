"""`silo hub`: headquarters, where the stations' bags arrive."""

import secrets
import signal
from datetime import timedelta
from typing import Annotated, Any

import typer

from station.cli.hub import (
    ask,
    backtest,
    check,
    compare,
    down,
    export,
    farms,
    lab,
    photos,
    proof,
    state,
    stations,
    stick,
    trace,
)
from station.cli.hub import people as hub_people
from station.cli.hub.parts import (
    HubConfigOption,
    StationArgument,
    WhoOption,
    hub_database,
    hub_settings,
    of_known,
    some_text,
)
from station.cli.options import JsonOption
from station.cli.say import Exit, _, fail, now, out, show, tell

MOST_NUMBER = 2**63 - 1
RowArgument = Annotated[
    int, typer.Argument(help=_("Its number: silo hub quarantine list"), min=1, max=MOST_NUMBER)
]


def register(app: typer.Typer) -> None:
    hub = typer.Typer(no_args_is_help=True, help=_("Headquarters, where the stations' bags arrive."))
    hub.command("serve", help=_("Answers stations and applies what came in; any number may run."))(serve)
    hub.command(
        "work", help=_("Does jobs: applies, makes tables anew, proves at night; any number may run.")
    )(work)
    hub.command(
        "check", help=_("Names what is wrong with the hub's file, its database and its photo store.")
    )(check.check)
    listed = stations.stations
    hub.command("stations", help=_("The stations: what each owes, its clock, when it was heard."))(listed)
    hub.command("revoke", help=_("Takes nothing more that a station's key has signed."))(revoke)
    hub.command("settle", help=_("Ends a fork: the line of bags that was there first goes on."))(settle)
    hub.command("prove", help=_("Compares what is here with what the station has, row by row."))(proof.prove)
    hub.command("import", help=_("Takes bags in that came on a stick."))(stick.take_in)
    hub.command("dataset", help=_("Photos over all silos with the values of their samples."))(photos.dataset)
    hub.command("rebuild", help=_("Makes a station's tables anew from its bags."))(rebuild)
    station = typer.Typer(no_args_is_help=True, help=_("Stations."))
    station.command("add", help=_("Makes a station known and prints the code that it enrols with."))(add)
    hub.add_typer(station, name="station")
    down.register(hub, station)
    hub_people.register(hub)
    lab.register(hub)
    ask.register(hub)
    compare.register(hub)
    backtest.register(hub)
    state.register(hub)
    export.register(hub)
    farms.register(hub)
    trace.register(hub)
    waiting = typer.Typer(no_args_is_help=True, help=_("Rows that could not be taken."))
    waiting.command("list", help=_("What waits, and why."))(list_quarantine)
    waiting.command("show", help=_("One row as it came, beside what is there."))(show_quarantine)
    waiting.command("retry", help=_("Tries one again, or all."))(retry)
    hub.add_typer(waiting, name="quarantine")
    app.add_typer(hub, name="hub")


def serve(config: HubConfigOption) -> None:
    from station.headquarters.people import people
    from station.headquarters.served import Quarters
    from station.hub.copy import Applier
    from station.hub.counter import create_counter
    from station.hub.database import TABLES, bring_up_to_date
    from station.hub.listening import CannotListen, serve_until_stopped
    from station.hub.queue import Queue
    from station.hub.requests import Hub
    from ui.web.hub.app import create_hub_pages

    settings = hub_settings(config)
    with hub_database(settings) as engine:
        for made in bring_up_to_date(engine):
            tell(_("made: {name}").format(name=made))
        store = photos.photo_store(settings, config)
        with Queue.opened(engine) as queue, Applier(engine, now).running():
            hub = Hub(engine, TABLES, now, queue.nudge, store)
            app = create_counter(hub, has_metrics=settings.metrics)
            road = settings.shipments
            quarters = Quarters(
                engine, TABLES, now, settings.name, settings.language, store.read_or_none if store else None,
                road.freinte_percent, timedelta(hours=road.overdue_hours),
            )  # fmt: skip
            app.mount("/", create_hub_pages(quarters, hub_people.provider_of(settings, config)))
            if not people(quarters):
                tell(_("Nobody may open the pages yet: silo hub person add NAME --role director"))
            try:
                serve_until_stopped(app, settings.host, settings.port, signal.SIGTERM, signal.SIGINT)
            except CannotListen as error:
                told = _(
                    "the hub cannot listen at {address} ({error}): end what does, or correct host and port"
                )
                fail(told.format(address=error.address, error=error.why), Exit.NETWORK)


def work(config: HubConfigOption) -> None:
    """Beside copies, on any machine that reaches the database."""
    from station.headquarters.jobs import AFTER_APPLYING, JOBS
    from station.hub.database import bring_up_to_date
    from station.hub.jobs import Worker
    from station.hub.jobs import work as do_jobs

    settings = hub_settings(config)
    with hub_database(settings) as engine:
        bring_up_to_date(engine)
        store = photos.photo_store(settings, config)
        do_jobs(Worker(engine, now, more=JOBS, store=store, applied=AFTER_APPLYING))


def add(
    station: StationArgument, config: HubConfigOption, by: WhoOption,
    name: Annotated[str, typer.Option(help=_("What people call it."))] = "", as_json: JsonOption = False,
) -> None:  # fmt: skip
    from station.hub import stations as known
    from station.hub.database import TABLES, bring_up_to_date

    name = some_text(name) if name else ""
    with hub_database(hub_settings(config)) as engine:
        bring_up_to_date(engine)
        try:
            with engine.begin() as connection:
                code = known.add(connection, TABLES, station, name, by, now(), secrets.token_bytes)
        except known.StationExists:
            told = _("{station} is known already. For a new code: silo hub revoke {station}, then this again")
            fail(told.format(station=station), Exit.NEGATIVE)
    if as_json:
        out({"station": station, "code": code})
    else:
        show(_("Code, good once within 24 hours: {code}").format(code=code))


def revoke(station: StationArgument, config: HubConfigOption, by: WhoOption) -> None:
    from station.hub import stations as known
    from station.hub.database import TABLES

    with hub_database(hub_settings(config)) as engine, of_known(station), engine.begin() as connection:
        known.revoke(connection, TABLES, station, by, now())
    tell(
        _("{station}: nothing more is taken of it. It enrols again with a new code.").format(station=station)
    )


def settle(station: StationArgument, config: HubConfigOption, by: WhoOption) -> None:
    from station.hub import stations as known
    from station.hub.database import TABLES

    with hub_database(hub_settings(config)) as engine, of_known(station), engine.begin() as connection:
        for bag in known.settle(connection, TABLES, station, by, now()):
            tell(_("refused and kept: bag {number} of {epoch}").format(**bag))
    tell(_("{station}: the line of bags that was there first goes on.").format(station=station))


def rebuild(
    station: StationArgument, config: HubConfigOption,
    later: Annotated[bool, typer.Option("--later", help=_("Leave it to a worker (silo hub work)."))] = False,
) -> None:  # fmt: skip
    from station.hub import stations as known
    from station.hub.applying import apply_next, count_applied
    from station.hub.applying import rebuild as begin_again
    from station.hub.database import TABLES
    from station.hub.queue import Queue

    with hub_database(hub_settings(config)) as engine, of_known(station):
        with engine.connect() as connection:
            known.find(connection, TABLES, station)
        if later:
            with Queue.opened(engine) as queue:
                queue.rebuild(station)
            return
        with engine.begin() as connection:
            begin_again(connection, TABLES, station, now())
        worked = True
        while worked:
            with engine.begin() as connection:
                worked = apply_next(connection, TABLES, now(), station)
        with engine.connect() as connection:
            bags = count_applied(connection, TABLES, station)
    tell(_("bags applied: {count}").format(count=bags))


def list_quarantine(config: HubConfigOption, as_json: JsonOption = False) -> None:
    from station.hub.quarantine import waiting

    rows: list[dict[str, Any]] = []
    with hub_database(hub_settings(config)) as engine, engine.connect() as connection:
        rows = waiting(connection)
    for row in rows:
        if as_json:
            out(row)
        else:
            show("  ".join(str(row[name]) for name in ("id", "station", "table", "key", "code", "why")))
    raise typer.Exit(Exit.NEGATIVE if rows else Exit.DONE)


def show_quarantine(number: RowArgument, config: HubConfigOption) -> None:
    from station.hub.quarantine import beside

    with hub_database(hub_settings(config)) as engine, engine.connect() as connection:
        found = beside(connection, number)
    if found is None:
        fail(_("There is no row {number} in quarantine.").format(number=number), Exit.USAGE)
    out(found)


def retry(
    config: HubConfigOption,
    number: Annotated[
        int | None, typer.Argument(help=_("Its number; none: all."), min=1, max=MOST_NUMBER)
    ] = None,
) -> None:
    from station.hub.applying import retry as try_again
    from station.hub.database import TABLES
    from station.hub.quarantine import waiting

    with hub_database(hub_settings(config)) as engine:
        with engine.connect() as connection:
            ids = [row["id"] for row in waiting(connection) if number in (None, row["id"])]
        if number is not None and not ids:
            fail(_("There is no row {number} in quarantine.").format(number=number), Exit.USAGE)
        taken = 0
        for one in ids:
            with engine.begin() as connection:
                taken += try_again(connection, TABLES, one, now())
    tell(_("taken: {taken} of {count}").format(taken=taken, count=len(ids)))
    raise typer.Exit(Exit.DONE if taken == len(ids) else Exit.NEGATIVE)
