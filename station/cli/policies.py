"""Standing policies for models: through the running station, else on its closed data folder."""

from typing import Annotated, Any

import typer

from station.cli.people import act_on, valid
from station.cli.releases import ConfigOption, PinOption, WhyOption, seen
from station.cli.say import _, now, out, tell

ByOption = Annotated[str, typer.Option(help=_("The manager who approves it; the PIN is asked."))]


def commands(model: typer.Typer) -> None:
    """Adds `silo model policy`."""
    policy = typer.Typer(no_args_is_help=True, help=_("When the station may promote and roll back itself."))
    policy.command("approve", help=_("A manager approves a standing policy."))(approve)
    policy.command("show", help=_("The policies that hold, as JSON lines."))(show)
    policy.command("withdraw", help=_("Nothing is automatic any more."))(withdraw)
    model.add_typer(policy, name="policy")


def approve(
    task: str, species: str, config: ConfigOption, by: ByOption,
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
    from station.api.schemas import PolicyByIn
    from station.models import policies
    from station.models.terms import Terms
    from station.receival.people import manager_with_pin

    terms = {
        "captures": captures, "days": days, "share_within": share_within,
        "abstention_within": abstention_within, "rollback_captures": rollback_captures,
        "rollback_abstention": rollback_abstention, "rollback_unfamiliar": rollback_unfamiliar,
    }  # fmt: skip
    named = {"by": by, "pin": _pin(by, pin)}
    body = valid(PolicyByIn, {"task": task, "species": species, "terms": terms, "why": why, **named})

    def on_ledger(desk: Any) -> None:
        actor = manager_with_pin(desk, body.by, body.pin)
        given = Terms.from_dict(body.terms.model_dump())
        policies.approve(desk, (task, species), given, actor, why, now())

    act_on(config, lambda call: call("POST", "/admin/models/policies", body.model_dump()), on_ledger)
    tell(
        _("The policy of {name} for {task} and {species} holds.").format(name=by, task=task, species=species)
    )


def show(config: ConfigOption) -> None:
    from station.api.views.models import policies

    for row in act_on(
        config,
        lambda call: call("GET", "/admin/models/policies", None),
        lambda desk: seen(desk, policies),
    ):
        out(row)


def withdraw(
    task: str, species: str, config: ConfigOption, by: ByOption, pin: PinOption = None, why: WhyOption = ""
) -> None:
    from station.api.schemas import WithdrawByIn
    from station.models import policies
    from station.receival.people import manager_with_pin

    named = {"by": by, "pin": _pin(by, pin)}
    body = valid(WithdrawByIn, {"task": task, "species": species, "why": why, **named})

    def on_ledger(desk: Any) -> None:
        actor = manager_with_pin(desk, body.by, body.pin)
        policies.withdraw(desk, (task, species), actor, why, now())

    act_on(config, lambda call: call("POST", "/admin/models/policies/withdraw", body.model_dump()), on_ledger)
    tell(_("No policy holds for {task} and {species} any more.").format(task=task, species=species))


def _pin(by: str, pin: str | None) -> str:
    return pin or str(typer.prompt(_("PIN of {name}").format(name=by), hide_input=True))
