"""`silo ticket`: tickets on paper, what waits for a printer, and what a ticket's QR code says."""

from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from station.cli import ticket_verify
from station.cli.counter import ask, in_name_of, segment
from station.cli.handed_out import print_or_write
from station.cli.options import ConfigOption, JsonOption, PinOption
from station.cli.say import _, out, show, tell

NumberArgument = Annotated[int, typer.Argument(metavar="NUMBER", help=_("The ticket's number."))]
ByOption = Annotated[str, typer.Option(help=_("The operator or manager who does it; the PIN is asked."))]
CampaignOption = Annotated[str | None, typer.Option(help=_("Its campaign; else the current one."))]
PrinterOption = Annotated[str | None, typer.Option(help=_("The printer, where there are several."))]
PdfOption = Annotated[
    Path | None, typer.Option("--pdf", metavar="FILE", help=_("Writes it here instead; that is a print too."))
]
PaperOption = Annotated[Literal["A4", "A5"], typer.Option(help=_("The size of the file's page."))]


def register(app: typer.Typer) -> None:
    ticket = typer.Typer(no_args_is_help=True, help=_("Tickets on paper."))
    ticket.command("print", help=_("Prints a ticket; every further print says that it is a duplicate."))(
        print_ticket
    )
    ticket.command("jobs", help=_("Papers that are not out, or may not be."))(jobs)
    ticket.command("drop", help=_("A paper that waits, or asks, is not wanted."))(drop)
    ticket.command("verify", help=_("Is it what the silo signed? From its QR code, without a network."))(
        ticket_verify.verify
    )
    ticket.command("key", help=_("The public key that mills and auditors verify tickets with."))(
        ticket_verify.key
    )
    app.add_typer(ticket, name="ticket")


def print_ticket(
    number: NumberArgument, config: ConfigOption, by: ByOption, printer: PrinterOption = None,
    pdf: PdfOption = None, paper: PaperOption = "A5", campaign: CampaignOption = None, pin: PinOption = None,
) -> None:  # fmt: skip
    job = print_or_write(
        config, f"/tickets/{number}", in_name_of(by, pin, "Silo-Operator"), pdf,
        to_print={"printer": printer, "campaign": campaign}, to_write={"paper": paper, "campaign": campaign},
    )  # fmt: skip
    if pdf is None:
        _tell(job, _("Ticket {number} goes to the printer {printer}."))
    else:
        _tell(job, _("Ticket {number} is written."))


def jobs(config: ConfigOption, as_json: JsonOption = False) -> None:
    for job in ask(config, "GET", "/print-jobs"):
        if as_json:
            out(job)
            continue
        said = job["reason"]["message"] if job["reason"] else ""
        show("  ".join(filter(None, (job["id"], job["number"], job["printer"], job["state"], said))))


def drop(
    job: Annotated[str, typer.Argument(metavar="JOB", help=_("As `silo ticket jobs` names it."))],
    config: ConfigOption, by: ByOption, pin: PinOption = None,
) -> None:  # fmt: skip
    headers = in_name_of(by, pin, "Silo-Operator")
    out(ask(config, "POST", f"/print-jobs/{segment(job)}/drop", headers=headers))


def _tell(job: dict[str, Any], said: str) -> None:
    tell(said.format(number=job["number"], printer=job["printer"]))
    if job["is_duplicate"]:
        tell(_("It says DUPLICATA: this ticket was printed before."))
    out(job)
