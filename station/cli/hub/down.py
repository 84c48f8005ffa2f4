"""`silo hub send`, `silo hub roll-out`, `silo hub station ring`: what goes down to the stations."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from station.cli.file_words import end_of
from station.cli.hub.parts import (
    HubConfigOption,
    StationArgument,
    WhoOption,
    hub_database,
    hub_settings,
    of_known,
)
from station.cli.options import JsonOption
from station.cli.say import LANGUAGE, Exit, _, fail, now, out, show, tell
from ui.words.down import RINGS, ROLL_OUTS, at_station, reason_down
from ui.words.i18n import translator
from ui.words.roll_outs import obstacle, reason, verdict
from ui.words.vocabulary import word

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from station.headquarters.votes import StationVote
    from station.hub.roll_outs import Standing

Kind = Literal["bundle", "rule_pack", "policy", "form", "reference"]
RingName = Literal["pilot", "some", "all"]
NumberArgument = Annotated[int, typer.Argument(help=_("The roll-out's number: silo hub roll-out status."))]
WhyOption = Annotated[str, typer.Option("--why", help=_("Why, for whoever asks later."))]


def register(hub: typer.Typer, station: typer.Typer) -> None:
    hub.command("send", help=_("Sends a model, a rule pack, a policy or a form down, ring by ring."))(send)
    station.command("ring", help=_("When a station takes what is new: first, then, or with all others."))(
        ring
    )
    roll_out = typer.Typer(no_args_is_help=True, help=_("What is on its way to the stations."))
    roll_out.command("status", help=_("How far each is; with a number, station by station."))(status)
    roll_out.command("votes", help=_("How the stations voted on it, from their own last day."))(votes)
    roll_out.command("widen", help=_("Opens the next ring now."))(widen)
    roll_out.command("stop", help=_("Opens no further ring; who has it keeps it."))(stop)
    roll_out.command("back", help=_("Gives every station what it had before."))(back)
    hub.add_typer(roll_out, name="roll-out")


def send(
    kind: Annotated[
        Kind, typer.Argument(help=_("bundle, rule_pack, policy, form, reference (also certificates)."))
    ],
    file: Annotated[Path, typer.Argument(help=_("The file; a bundle's signature lies beside it."))],
    config: HubConfigOption, by: WhoOption, why: WhyOption,
    name: Annotated[
        str | None, typer.Option(help=_("Of what it is the newest word; without it: what the file says."))
    ] = None,
    hours: Annotated[int | None, typer.Option(min=0, help=_("How long each ring runs it first."))] = None,
    votes: Annotated[
        bool | None, typer.Option("--votes/--no-votes", help=_("Whether stations vote before a ring opens."))
    ] = None,
    most_refusals: Annotated[
        int | None, typer.Option(min=0, help=_("Stops once more stations refuse it."))
    ] = None,
    most_abstentions: Annotated[
        float | None, typer.Option(min=0, max=1, help=_("Stops once a model refuses a greater share."))
    ] = None,
    most_disagreement: Annotated[
        float | None, typer.Option(min=0, max=1, help=_("Stops once a model differs on a greater share."))
    ] = None,
    most_worker_deaths: Annotated[
        int | None, typer.Option(min=0, help=_("Stops once a model was given up more often."))
    ] = None,
    most_regraded: Annotated[
        float | None,
        typer.Option(min=0, max=1, help=_("A station votes no where a greater share would change grade.")),
    ] = None,
    at_once: Annotated[bool, typer.Option("--at-once", help=_("To all stations, now."))] = False,
    as_json: JsonOption = False,
) -> None:  # fmt: skip
    from station.headquarters.reference import reference_document
    from station.hub import documents, roll_outs
    from station.hub.database import TABLES, bring_up_to_date
    from station.hub.identity import key_of
    from station.hub.outgoing import OutgoingWrong, outgoing

    settings = hub_settings(config)
    wanted = {
        "hours": hours, "votes": votes, "most_refusals": most_refusals, "most_abstentions": most_abstentions,
        "most_disagreement": most_disagreement, "most_worker_deaths": most_worker_deaths,
    }  # fmt: skip
    rule = settings.roll_outs.model_copy(update=_said(wanted)).rule(at_once=at_once)
    limits = settings.roll_outs.vote.model_dump() | _said({"most_regraded": most_regraded})
    try:
        if kind == "reference":
            new = reference_document(file, name, why)
        else:
            new = outgoing(kind, file, name, why, limits)
    except OutgoingWrong as wrong:
        fail(_("{file} cannot be sent: {why}").format(file=file, why=wrong), Exit.USAGE)
    except OSError as error:
        end_of(file, error)
    with hub_database(settings) as engine:
        bring_up_to_date(engine)
        try:
            with engine.begin() as connection:
                sha256 = documents.keep(connection, TABLES, new, by, now())
                number = roll_outs.begin(
                    connection, TABLES, key_of(connection, TABLES), kind, sha256, rule, by, now(), why
                )
        except roll_outs.EmptyRing:
            fail(
                _("No station is in the ring pilot: nobody would try it first. silo hub station ring"),
                Exit.USAGE,
            )
        except documents.DocumentRefused as refused:
            fail(str(refused), Exit.USAGE)
    if as_json:
        out({"roll_out": number, "sha256": sha256, "name": new.name})
    else:
        tell(_("Roll-out {number} of {name} has begun.").format(number=number, name=new.name))


def _said(options: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in options.items() if value is not None}


def ring(station: StationArgument, ring: RingName, config: HubConfigOption, by: WhoOption) -> None:
    from station.hub import roll_outs
    from station.hub.database import TABLES
    from station.hub.identity import key_of

    with hub_database(hub_settings(config)) as engine, of_known(station), engine.begin() as connection:
        roll_outs.put_in_ring(connection, TABLES, station, roll_outs.Ring[ring.upper()], by, now())
        key = key_of(connection, TABLES)
        offered = roll_outs.catch_up(connection, TABLES, key, station, now())
    if offered:
        tell(_("{station} is offered what its ring has already.").format(station=station))


def status(
    config: HubConfigOption,
    number: Annotated[int | None, typer.Argument(help=_("Its number; none: all."))] = None,
    as_json: JsonOption = False,
) -> None:
    from station.headquarters.votes import obstacles
    from station.hub import roll_outs
    from station.hub.database import TABLES

    with _roll_out(config, number or 0) as connection:
        if number is None:
            rows = [_told(row) for row in roll_outs.listed(connection, TABLES)]
        else:
            rows = [_standing(one) for one in roll_outs.standings(connection, TABLES, number)]
        numbers = [row["roll_out"] for row in rows] if number is None else [number]
        found = {one: obstacles(connection, TABLES, one, now()) for one in numbers}
    for row in rows:
        if as_json and number is None:
            out({**row, "obstacles": [one.as_dict() for one in found[row["roll_out"]]]})
        elif as_json:
            out(row)
        else:
            show(_sentence(row) if number is None else _of_station(row))
    for one in found.get(number or 0, ()):
        if not as_json:
            show(f"- {obstacle(one.code, one.station, one.params, LANGUAGE)}")


def votes(config: HubConfigOption, number: NumberArgument, as_json: JsonOption = False) -> None:
    from station.headquarters.votes import votes as voted
    from station.hub.database import TABLES

    with _roll_out(config, number) as connection:
        found = voted(connection, TABLES, number)
    for one in found:
        if as_json:
            day, at = (moment.isoformat() if moment else None for moment in (one.day, one.at))
            out({**asdict(one), "day": day, "at": at})
        else:
            show(_of_vote(one))


def widen(number: NumberArgument, config: HubConfigOption, by: WhoOption) -> None:
    from station.hub import roll_outs
    from station.hub.database import TABLES
    from station.hub.identity import key_of

    with _roll_out(config, number) as connection:
        opened = roll_outs.widen(connection, TABLES, key_of(connection, TABLES), number, by, now())
    tell(_("Opened: {ring}").format(ring=word(RINGS, opened.name.lower(), LANGUAGE)))


def stop(number: NumberArgument, config: HubConfigOption, by: WhoOption, why: WhyOption) -> None:
    from station.hub import roll_outs
    from station.hub.database import TABLES

    with _roll_out(config, number) as connection:
        roll_outs.stop(connection, TABLES, number, why, by, now())


def back(number: NumberArgument, config: HubConfigOption, by: WhoOption, why: WhyOption) -> None:
    from station.hub import roll_outs
    from station.hub.database import TABLES
    from station.hub.identity import key_of

    with _roll_out(config, number) as connection:
        stations = roll_outs.back(connection, TABLES, key_of(connection, TABLES), number, why, by, now())
    tell(_("Offered what they had before: {stations}").format(stations=", ".join(stations) or "-"))


@contextmanager
def _roll_out(config: Path, number: int) -> "Iterator[Connection]":
    from station.hub.roll_outs import RollOutUnknown

    try:
        with hub_database(hub_settings(config)) as engine, engine.begin() as connection:
            yield connection
    except RollOutUnknown:
        fail(_("No roll-out {number} is under way.").format(number=number), Exit.USAGE)


def _told(row: Any) -> dict[str, Any]:
    from station.hub.roll_outs import Ring

    return {
        "roll_out": row["id"], "kind": row["kind"], "name": row["name"], "sha256": row["sha256"],
        "ring": Ring(row["ring"]).name.lower(), "state": row["state"], "hours": row["hours"],
        "why": _why(row), "by": row["by"], "at": row["at"].isoformat(),
    }  # fmt: skip


def _why(row: Any) -> str:
    """What a person said, or what stopped it by itself, in words."""
    because = [obstacle(one["code"], one["station"], one["params"], LANGUAGE) for one in row["because"] or ()]
    return translator(LANGUAGE).listed(because) if because else str(row["why"])


def _standing(one: "Standing") -> dict[str, Any]:
    return {
        "station": one.station, "ring": one.ring.name.lower(), "number": one.number, "state": one.state,
        "code": one.code, "params": dict(one.params),
        "active_at": one.active_at.isoformat() if one.active_at else None,
    }  # fmt: skip


def _sentence(row: dict[str, Any]) -> str:
    why = f" ({row['why']})" if row["why"] else ""
    return _("{number}: {name} [{kind}], up to the ring {ring}: {state}{why}").format(
        number=row["roll_out"], name=row["name"], kind=row["kind"], ring=word(RINGS, row["ring"], LANGUAGE),
        state=word(ROLL_OUTS, row["state"], LANGUAGE), why=why,
    )  # fmt: skip


def _of_station(row: dict[str, Any]) -> str:
    state = at_station(row["number"], row["state"], LANGUAGE)
    why = reason_down(row["code"], row["params"], LANGUAGE)
    code = f" ({why})" if why else ""
    return f"{row['station']} [{word(RINGS, row['ring'], LANGUAGE)}]: {state}{code}"


def _of_vote(one: "StationVote") -> str:
    counts = one.counts
    said = f"{one.station} [{word(RINGS, one.ring, LANGUAGE)}]: {verdict(one.verdict, LANGUAGE)}"
    if one.number is None:
        return f"{one.station} [{word(RINGS, one.ring, LANGUAGE)}]: {_('not offered yet')}"
    if counts.get("loads"):
        said += _(" · {loads} loads, {regraded} would change grade, {moved_t} t another cell").format(
            **counts
        )
    if counts.get("captures"):
        said += _(" · {captures} captures, {abstained} refused").format(**counts)
    reasons = [reason(row["code"], row["params"], LANGUAGE) for row in one.reasons]
    return said + (f" ({translator(LANGUAGE).listed(reasons)})" if reasons else "")
