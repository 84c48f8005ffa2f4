"""Standing policies for models."""

from typing import Annotated

import typer

from station.cli.counter import ask, in_name_of
from station.cli.options import ConfigOption, PinOption, WhyOption
from station.cli.say import _, out, tell

ManagerOption = Annotated[str, typer.Option(help=_("The manager who approves it; the PIN is asked."))]


def commands(model: typer.Typer) -> None:
    """Adds `silo model policy`."""
    policy = typer.Typer(no_args_is_help=True, help=_("When the station may promote and roll back itself."))
    policy.command("approve", help=_("A manager approves a standing policy."))(approve)
    policy.command("show", help=_("The policies that hold, as JSON lines."))(show)
    policy.command("withdraw", help=_("Nothing is automatic any more."))(withdraw)
    model.add_typer(policy, name="policy")


def approve(
    task: str, species: str, config: ConfigOption, by: ManagerOption,
    captures: Annotated[int, typer.Option(help=_("Promote after so many captures seen by both models ..."))],
    days: Annotated[float, typer.Option(help=_("... and so many days in shadow ..."))],
    share_within: Annotated[
        float, typer.Option(help=_("... when every class's mean difference is surely within this share ..."))
    ],
    abstention_within: Annotated[
        float, typer.Option(help=_("... and at most this share of the captures was refused."))
    ],
    rollback_abstention: Annotated[
        float, typer.Option(help=_("Roll back when more than this share of the last captures is refused ..."))
    ],
    rollback_unfamiliar: Annotated[
        float, typer.Option(help=_("... or the middle share of unfamiliar kernels is over this."))
    ],
    rollback_captures: Annotated[int, typer.Option(help=_("How many captures are the last ones."))] = 30,
    pin: PinOption = None,
    why: WhyOption = "",
) -> None:  # fmt: skip
    terms = {
        "captures": captures, "days": days, "share_within": share_within,
        "abstention_within": abstention_within, "rollback_captures": rollback_captures,
        "rollback_abstention": rollback_abstention, "rollback_unfamiliar": rollback_unfamiliar,
    }  # fmt: skip
    body = {"task": task, "species": species, "terms": terms, "why": why}
    ask(config, "POST", "/models/policies", body, headers=in_name_of(by, pin))
    tell(
        _("The policy of {name} for {task} and {species} holds.").format(name=by, task=task, species=species)
    )


def show(config: ConfigOption) -> None:
    for row in ask(config, "GET", "/models/policies"):
        out(row)


def withdraw(
    task: str,
    species: str,
    config: ConfigOption,
    by: ManagerOption,
    pin: PinOption = None,
    why: WhyOption = "",
) -> None:
    body = {"task": task, "species": species, "why": why}
    ask(config, "POST", "/models/policies/withdraw", body, headers=in_name_of(by, pin))
    tell(_("No policy holds for {task} and {species} any more.").format(task=task, species=species))
