"""The service and what belongs to it: serve, tui, check, demo."""

import gc
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from station.cli.errors import end_with, end_with_settings
from station.cli.options import ConfigOption
from station.cli.say import LANGUAGE, Exit, _, fail, now, out, tell
from ui.words.i18n import translator


class Waits(StrEnum):
    """What a terminal may ring for, as `ui.tui.bell` has it."""

    BRIDGE = "bridge"
    HOLD = "hold"
    MEASURE = "measure"
    EXCEPTION = "exception"


def register(app: typer.Typer) -> None:
    app.command("demo", help=_("A simulated silo with its terminal; needs nothing else."))(demo)
    app.command("serve", help=_("Runs the station of a site."))(serve)
    app.command("tui", help=_("Opens the operator's terminal of a running station."))(tui)
    app.command("check", help=_("Names every problem of a site file and of what it points to."))(check)


def serve(
    config: ConfigOption,
    speed: Annotated[float, typer.Option(hidden=True, min=0.1, max=1000)] = 1.0,
    start: Annotated[str | None, typer.Option(hidden=True)] = None,
    stop_with: Annotated[int | None, typer.Option(hidden=True)] = None,
) -> None:
    with lasting_imports():
        import structlog

        from station.app import ServeOptions
        from station.app import serve as run
        from station.http_server import AddressTaken
        from station.logs import log_to_standard_error
        from station.setting_problems import SettingsError
        from station.store.errors import LedgerError

    log_to_standard_error()
    begin = datetime.fromisoformat(start).astimezone(UTC) if start else None
    try:
        code = run(ServeOptions(config, speed, begin, stop_with))
    except SettingsError as error:
        end_with_settings(config, error)
    except AddressTaken as error:
        said = _("the station cannot listen at {address} ({error}): end what does, or correct [server]")
        fail(said.format(address=error.address, error=error.why), Exit.NETWORK)
    except LedgerError as error:
        end_with(error)
    except Exception as error:  # noqa: BLE001  logged; systemd starts the station again
        if isinstance(error, OSError):
            with suppress(OSError):  # one that says nothing of the data folder
                end_with(error)
        structlog.get_logger(__name__).critical("station_failed", exc_info=error)
        fail(_("the station failed, its log says where: {error}").format(error=repr(error)), Exit.FAILED)
    raise typer.Exit(code)


@contextmanager
def lasting_imports() -> Iterator[None]:
    """What is imported here stays for good: the collector does not look through it, neither now nor later.
    A station starts sooner and is never held up by looking at what never goes."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def tui(
    url: Annotated[str, typer.Option(help=_("Where the station listens."))] = "http://127.0.0.1:8321",
    token: Annotated[
        str | None, typer.Option(help=_("This terminal's token, else SILO_TOKEN or ~/.config/silo/token."))
    ] = None,
    language: Annotated[str | None, typer.Option(help=_("fr or en, else that of LANG."))] = None,
    theme: Annotated[str, typer.Option(help=_("dark, light or plain."))] = "dark",
    bell: Annotated[
        list[Waits] | None,
        typer.Option(help=_("Rings once when such a thing begins to wait; may be repeated.")),
    ] = None,
) -> None:
    from ui.tui.run import run

    kinds = [kind.value for kind in bell or ()]
    run(url, token or _stored_token(), language=language or LANGUAGE, theme=theme, bell=kinds)


def check(
    config: ConfigOption,
    devices: Annotated[
        bool, typer.Option("--devices", help=_("Opens each line for a moment: not while the station runs."))
    ] = False,
    every_photo: Annotated[
        bool, typer.Option("--every-photo", help=_("Reads all photos, not only the newest."))
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help=_("JSON lines on standard output."))] = False,
) -> None:
    from station.checks import Wish, check_site
    from station.site.read import language_in

    t = translator(language_in(config) or LANGUAGE)
    words = {"ok": t.gettext("ok"), "warning": t.gettext("warning"), "problem": t.gettext("PROBLEM")}
    findings = check_site(config, now(), t.language, Wish(devices, every_photo))
    for finding in findings:
        if as_json:
            out(finding.as_dict())
        else:
            named = t.named(t.gettext(finding.what), finding.text)
            tell(f"{words[finding.level]}  {named}")
    bad = [finding for finding in findings if not finding.good]
    if any(finding.ends_with_ledger for finding in bad):
        raise typer.Exit(Exit.DATABASE)
    if any(finding.what == "site file" for finding in bad):
        raise typer.Exit(Exit.CONFIGURATION)
    raise typer.Exit(Exit.NEGATIVE if bad else Exit.DONE)


def demo(
    headless: Annotated[
        bool, typer.Option("--headless", help=_("An automatic operator, no terminal."))
    ] = False,
    trucks: Annotated[
        int | None, typer.Option(min=1, max=500, help=_("How many trucks come to each silo."))
    ] = None,
    speed: Annotated[
        float | None, typer.Option(min=0.5, max=200, help=_("How fast the site's clock runs."))
    ] = None,
    seed: Annotated[int, typer.Option(help=_("The same seed gives the same day."))] = 1,
    data: Annotated[Path | None, typer.Option(help=_("Keep the day's data in this folder."))] = None,
    language: Annotated[str | None, typer.Option(help=_("fr or en, else that of LANG."))] = None,
    theme: Annotated[str, typer.Option(help=_("dark, light or plain."))] = "dark",
    as_json: Annotated[
        bool, typer.Option("--json", help=_("One JSON line per load, then a summary."))
    ] = False,
    season: Annotated[
        bool, typer.Option("--season", help=_("A finished season to look at in a browser."))
    ] = False,
    silos: Annotated[
        int | None,
        typer.Option(
            min=1, max=6, help=_("So many silos and their headquarters, whose line is cut at times.")
        ),
    ] = None,
) -> None:
    if silos is not None and season:
        fail(_("--season and --silos are two demonstrations: choose one"), Exit.USAGE)
    if silos is not None:
        from station.demo.silos.run import SilosOptions, run_silos

        wish = SilosOptions(silos, headless, trucks, speed, seed, data, language or LANGUAGE, as_json)
        raise typer.Exit(run_silos(wish))
    if season:
        from station.demo.season.run import SeasonOptions, run_season

        raise typer.Exit(run_season(SeasonOptions(seed, headless, data, language or LANGUAGE)))
    from station.demo.run import DemoOptions, run_demo

    options = DemoOptions(
        headless=headless,
        trucks=trucks or 20,
        speed=speed or 1.0,
        seed=seed,
        data=data,
        language=language or LANGUAGE,
        theme=theme,
        as_json=as_json,
    )
    raise typer.Exit(run_demo(options))


def _stored_token() -> str:
    token = os.environ.get("SILO_TOKEN")
    if token:
        return token
    file = Path.home() / ".config" / "silo" / "token"
    try:
        return file.read_text(encoding="utf-8").strip()
    except OSError:
        fail(_("no token: give --token, set SILO_TOKEN, or write it to {file}").format(file=file), Exit.USAGE)
