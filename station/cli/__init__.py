"""The command line `silo`: every stage of the flow alone on files, the service, and its care.

Results go to standard output (JSON lines where `--json`), messages to standard error. Exit codes:
0 done, 1 a negative answer, 2 usage or missing file, 3 configuration, 4 device or network, 5 ledger damaged
or unreadable (starting again does not help), 75 busy or full (starting again may help).
"""

import sys

import typer

from station.cli import (
    alibi,
    approve,
    asked_corrections,
    backup,
    card,
    cells,
    certificates,
    clock,
    commission,
    compare,
    control,
    corrections,
    day,
    devices,
    disputes,
    export,
    forget,
    forms,
    install,
    instruments,
    lab,
    lot,
    measurements,
    model,
    observe,
    outbound,
    people,
    plan,
    post,
    reference,
    replay,
    restore,
    revisions,
    rules,
    samples,
    service,
    shipments,
    simulated_erp,
    spreads,
    stages,
    tickets,
    trace,
    usage,
    version,
)
from station.cli.hub import commands as hub
from station.cli.say import _

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help=_("Silo Station: receives grain at a silo, from arrival to ticket, with or without a network."),
)
for register in (
    service.register,
    stages.register,
    devices.register,
    simulated_erp.register,
    forget.register,
    people.register,
    approve.register,
    instruments.register,
    model.register,
    lab.register,
    measurements.register,
    samples.register,
    corrections.register,
    forms.register,
    asked_corrections.register,
    spreads.register,
    disputes.register,
    control.register,
    rules.register,
    replay.register,
    revisions.register,
    cells.register,
    plan.register,
    day.register,
    observe.register,
    alibi.register,
    certificates.register,
    reference.register,
    shipments.register,
    outbound.register,
    tickets.register,
    trace.register,
    lot.register,
    clock.register,
    export.register,
    commission.register,
    compare.register,
    card.register,
    backup.register,
    restore.register,
    install.register,
    hub.register,
    post.register,
    version.register,
):
    register(app)


def main() -> None:
    sys.exit(usage.run(app))
