"""`silo simulate-erp`: a program that announces apports and issues the bons, to try a station beside it."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from station.cli.devices import stopped_by_signals
from station.cli.options import JsonOption
from station.cli.say import LANGUAGE, Exit, _, fail, out, show, tell
from ui.words.i18n import translator

if TYPE_CHECKING:
    from station.demo.erp import Bon


def register(app: typer.Typer) -> None:
    words = _("A simulated program that issues the bons, beside a station.")
    app.command("simulate-erp", help=words)(simulate)


def simulate(
    books: Annotated[Path, typer.Option(help=_("The file of its books; begun anew where there is none."))],
    url: Annotated[str, typer.Option(help=_("The station's address."))] = "http://127.0.0.1:8321",
    token: Annotated[str, typer.Option(envvar="SILO_ERP_TOKEN", help=_("Its token, of kind erp."))] = "",
    folder: Annotated[
        Path | None, typer.Option(help=_("Files in this exchange folder, in place of HTTP."))
    ] = None,
    announce: Annotated[int, typer.Option(min=0, max=5000, help=_("So many new apports at once."))] = 0,
    species: Annotated[str, typer.Option(help=_("What they bring; several with commas."))] = "soft_wheat",
    seed: Annotated[int, typer.Option(help=_("The same seed gives the same apports."))] = 1,
    every: Annotated[float, typer.Option(min=0.1, max=3600, help=_("Seconds between two looks."))] = 2.0,
    once: Annotated[bool, typer.Option("--once", help=_("Looks once, and ends."))] = False,
    as_json: JsonOption = False,
) -> None:
    from station.demo.erp import Erp, Off, some_apports
    from station.demo.erp_lines import FolderLine, HttpLine

    if folder is None and not token:
        fail(_("no token: silo token add NAME --kind erp, then --token or SILO_ERP_TOKEN"), Exit.USAGE)
    line = FolderLine(folder, _refused) if folder else HttpLine.to(url, token, _refused)
    erp, stop = Erp(line, books), stopped_by_signals()
    erp.expect(some_apports(announce, seed, species.split(","), first=len(erp.books.announced) + 1))
    while not stop.is_set():
        try:
            for bon in erp.turn():
                _say(bon, as_json=as_json)
        except Off as error:
            tell(_("the station does not answer: {error}").format(error=error))
            if once:
                raise typer.Exit(Exit.NETWORK) from error
        if once:
            return
        stop.wait(every)


def _say(bon: "Bon", *, as_json: bool) -> None:
    if as_json:
        out(asdict(bon))
        return
    kg = translator(LANGUAGE).kg(bon.net_kg)
    said = _("ticket {number}: {ref}, net {kg}, at the station No. {ours}")
    show(said.format(number=bon.number, ref=bon.ref or "–", kg=kg, ours=bon.ours))


def _refused(what: str, why: str) -> None:
    tell(_("{what} is refused: {why}").format(what=what, why=why))
