"""`silo hub backtest`: a candidate over the photos of all silos, by whatever workers there are."""

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from station.cli.file_words import end_of
from station.cli.hub.backtest_shown import sentences, state_sentence
from station.cli.hub.parts import HubConfigOption, hub_database, hub_settings
from station.cli.options import JsonOption, SinceOption, UntilOption, check_days, utc
from station.cli.say import Exit, _, fail, now, out, show, tell

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from station.headquarters.backtests import Begun, Candidate, Past
    from station.hub.settings import HubSettings

LOOK_S = 1.0
INTERRUPTED = 130
NumberOption = int | None


def register(hub: typer.Typer) -> None:
    hub.command("backtest", help=_("A candidate over all silos' photos that lab or machine measured too."))(
        backtest
    )


def backtest(
    config: HubConfigOption,
    bundle: Annotated[Path | None, typer.Argument(help=_("The candidate's bundle."))] = None,
    since: SinceOption = None, until: UntilOption = None,
    species: Annotated[
        list[str] | None, typer.Option(help=_("Of which species; several. None: all that it judges."))
    ] = None,
    keys: Annotated[
        list[Path] | None, typer.Option("--key", help=_("A public key that is trusted; several may be."))
    ] = None,
    by: Annotated[str, typer.Option("--by", help=_("Who does it, for whoever asks later."))] = "",
    wait: Annotated[bool, typer.Option(help=_("Waits for the answer."))] = True,
    shown: Annotated[NumberOption, typer.Option("--show", metavar="N", help=_("Looks at one again."))] = None,
    cancelled: Annotated[
        NumberOption, typer.Option("--cancel", metavar="N", help=_("Ends one; what was judged stays."))
    ] = None,
    listed: Annotated[bool, typer.Option("--list", help=_("The newest, and how far each is."))] = False,
    as_json: JsonOption = False,
) -> None:  # fmt: skip
    from station.hub.database import bring_up_to_date

    if sum([bundle is not None, shown is not None, cancelled is not None, listed]) != 1:
        fail(_("Name a bundle, or one of --show N, --cancel N, --list."), Exit.USAGE)
    settings = hub_settings(config)
    with hub_database(settings) as engine:
        bring_up_to_date(engine)
        if listed:
            _list(engine, as_json)
        elif cancelled is not None:
            _cancel(engine, cancelled)
        elif shown is not None:
            _show(engine, shown, wait, as_json)
        elif bundle is not None:
            from station.headquarters.backtests import Past

            check_days(since, until)
            past = Past(tuple(species or ()), utc(since), utc(until))
            candidate = _candidate(bundle, _trusted(settings, config, keys or []))
            _show(engine, _begin(engine, candidate, past, by), wait, as_json)


def _trusted(settings: "HubSettings", config: Path, keys: list[Path]) -> list[Any]:
    from station.signing import SignatureError, parse_public_key

    files = [*keys, *(config.parent / name for name in settings.trusted_keys)]
    if not files:
        fail(
            _("Name the key that signs your bundles: --key, or trusted_keys in hub.toml."),
            Exit.USAGE,
        )
    trusted = []
    for file in files:
        try:
            trusted.append(parse_public_key(file.read_text(encoding="utf-8")))
        except OSError as error:
            end_of(file, error)
        except (SignatureError, UnicodeDecodeError) as error:
            fail(f"{file}: {error}", Exit.CONFIGURATION)
    return trusted


def _candidate(file: Path, trusted: list[Any]) -> "Candidate":
    from station.headquarters.backtests import Candidate
    from station.signing import ENDING, SignatureError, verify
    from station.vision.bundle import BundleError, parse_bundle, read_packed

    signature = file.with_name(file.name + ENDING)
    try:
        body = read_packed(file)
        signer = verify(body, signature.read_text(encoding="utf-8"), trusted)
        return Candidate(parse_bundle(body, str(file)), body, signer.name)
    except BundleError as error:
        fail(str(error), Exit.USAGE if not file.exists() else Exit.NEGATIVE)
    except OSError as error:
        end_of(signature, error)
    except (SignatureError, UnicodeDecodeError) as error:
        fail(f"{file}: {error}", Exit.NEGATIVE)


def _begin(engine: "Engine", candidate: "Candidate", past: "Past", by: str) -> int:
    from station.headquarters import backtests
    from station.hub.database import TABLES
    from station.hub.queue import Queue

    try:
        with engine.begin() as connection:
            begun = backtests.begin(connection, TABLES, candidate, past, by, now(), _shipped)
    except backtests.NotJudged as not_judged:
        fail(_("The bundle judges no photo of {species}.").format(species=not_judged), Exit.USAGE)
    except backtests.NothingToTry as nothing:
        _tell_lacking(nothing.not_here)
        fail(_("No photo at the hub has a value by laboratory or machine."), Exit.NEGATIVE)
    with engine.connect() as connection, Queue.opened(engine) as queue:
        queue.backtest(backtests.parts_left(connection, TABLES, begun.number))
    _tell_begun(begun)
    return begun.number


def _tell_begun(begun: "Begun") -> None:
    tell(
        _("Backtest {number}: {captures} captures, {photos} photos, {parts} jobs").format(
            number=begun.number, captures=begun.captures, photos=begun.photos, parts=begun.parts
        )
    )
    _tell_lacking(begun.not_here)
    for station, sha256 in begun.unknown_active.items():
        tell(
            _("{station}: the bundle {sha256} of its active model is not here; only what it said counts.")
            .format(station=station, sha256=sha256[:12])
        )  # fmt: skip


def _tell_lacking(photos: int) -> None:
    if photos:
        tell(_("Photos left out because their silo has not sent them yet: {count}").format(count=photos))


def _shipped(sha256: str) -> bytes | None:
    """The bundle that comes with this release, where it is that one."""
    import hashlib

    from station.runtime.bundles import bundles_for

    bodies = (file.read_bytes() for file in bundles_for(None))
    return next((body for body in bodies if hashlib.sha256(body).hexdigest() == sha256), None)


def _list(engine: "Engine", as_json: bool) -> None:
    from station.headquarters import backtests
    from station.hub.database import TABLES

    with engine.connect() as connection:
        for row in backtests.listed(connection, TABLES):
            looked_at = backtests.progress(connection, TABLES, row["id"]).looked_at
            told = {
                "backtest": row["id"], "name": row["name"], "version": row["version"],
                "sha256": row["sha256"],
                "by": row["by"], "at": row["at"].isoformat(), "state": row["state"], "code": row["code"],
                "why": row["why"], "captures": row["captures"], "looked_at": looked_at,
            }  # fmt: skip
            if as_json:
                out(told)
            else:
                show(state_sentence(told))


def _cancel(engine: "Engine", number: int) -> None:
    from station.headquarters import backtests
    from station.hub.database import TABLES

    try:
        with engine.begin() as connection:
            ended = backtests.cancel(connection, TABLES, number, now())
    except backtests.BacktestUnknown:
        fail(_("There is no backtest {number}.").format(number=number), Exit.USAGE)
    if not ended:
        fail(_("Backtest {number} has ended already.").format(number=number), Exit.NEGATIVE)


def _show(engine: "Engine", number: int, wait: bool, as_json: bool) -> None:
    """Wait, telling how far it is, then show what came of it."""
    from station.headquarters import backtests
    from station.hub.database import TABLES

    try:
        if wait:
            _wait(engine, number)
        with engine.connect() as connection:
            row = backtests.find(connection, TABLES, number)
            so_far = backtests.progress(connection, TABLES, number)
    except backtests.BacktestUnknown:
        fail(_("There is no backtest {number}.").format(number=number), Exit.USAGE)
    except KeyboardInterrupt:
        tell(_("It goes on. Look again: silo hub backtest --show {number}").format(number=number))
        raise typer.Exit(INTERRUPTED) from None
    if row["state"] == backtests.RUNNING:
        tell(_progress(so_far))
        return
    if row["state"] != backtests.DONE:
        told = {**row, "backtest": row["id"], "looked_at": so_far.looked_at}
        fail(state_sentence(told), Exit.NEGATIVE)
    for told in row["report"]:
        if as_json:
            out(told)
        else:
            for line in sentences(told):
                show(line)


def _wait(engine: "Engine", number: int) -> None:
    """Wait until it has ended. What does not go on says why, and that nobody works."""
    from station.headquarters import backtests
    from station.hub.database import TABLES

    said = ""
    while True:
        with engine.connect() as connection:
            so_far = backtests.progress(connection, TABLES, number)
            is_alone = so_far.state == backtests.RUNNING and not backtests.has_workers(connection)
        line = _progress(so_far)
        if is_alone:
            line += " " + _("No worker is there: silo hub work")
        if line != said:
            tell(line)
            said = line
        if so_far.state != backtests.RUNNING:
            return
        time.sleep(LOOK_S)


def _progress(so_far: Any) -> str:
    line = _("{done} of {count} captures").format(done=so_far.looked_at, count=so_far.captures)
    return f"{line} ({so_far.why})" if so_far.why else line
