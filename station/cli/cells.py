"""The cells: grain out, to another cell, what was counted, and what moved."""

from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from station.cli import shipments
from station.cli.counter import ask, in_name_of, segment
from station.cli.options import ConfigOption, DespiteOption, PinOption, kg_of, kg_or_none, typed_number
from station.cli.say import LANGUAGE, Exit, _, fail, out, tell
from ui.words.i18n import translator
from ui.words.vocabulary import short_site_name


def register(app: typer.Typer) -> None:
    cell = typer.Typer(no_args_is_help=True, help=_("What leaves the cells, and what moved there."))
    cell.command("out", help=_("Grain left the site out of a cell."))(move_out)
    cell.command("transfer", help=_("Grain went from one cell into another."))(transfer)
    cell.command("correct", help=_("A manager records what was counted in a cell."))(correct)
    cell.command("clean-grain", help=_("The grain of a cell was cleaned: its waste leaves."))(clean_grain)
    cell.command("dry", help=_("Grain was dried: water leaves, dry matter stays."))(dry)
    cell.command("ventilate", help=_("A cell was ventilated."))(ventilate)
    cell.command("clean", help=_("An empty cell was cleaned: it may take any grain again."))(clean)
    cell.command("treat", help=_("A cell, a load or a line was treated."))(treat)
    cell.command("flush", help=_("A line was flushed: oilseeds may go through it again."))(flush)
    cell.command("lines", help=_("What each line carries, as JSON lines."))(show_lines)
    cell.command("treatments", help=_("The register of treatments, newest first, as JSON lines."))(
        register_of
    )
    cell.command("movements", help=_("What moved in and out of a cell, newest first, as JSON lines."))(show)
    app.add_typer(cell, name="cell")


CellId = Annotated[str, typer.Argument(metavar="CELL", help=_("The cell's id in the site file."))]
ToCell = Annotated[str, typer.Argument(metavar="TO", help=_("The id of the cell that takes it."))]
Tonnes = Annotated[
    float, typer.Argument(metavar="TONNES", parser=typed_number, help=_("How much, in tonnes."))
]
ReasonOption = Annotated[str, typer.Option(help=_("Why, as it will be read later."))]
PaperOption = Annotated[str, typer.Option(help=_("Number of the paper that goes with it."))]
ByOption = Annotated[str, typer.Option(help=_("The operator or manager who records it; the PIN is asked."))]
ManagerOption = Annotated[str, typer.Option(help=_("The manager who records it; the PIN is asked."))]
RegimeOption = Annotated[
    str | None, typer.Option(help=_("owned, deposit, on_behalf or service; else the site's."))
]
OrganisationOption = Annotated[
    str | None, typer.Option(help=_("Which organisation's grain; else the site's."))
]


def move_out(
    cell: CellId,
    tonnes: Tonnes,
    config: ConfigOption,
    by: ByOption,
    reason: Annotated[str, typer.Option(help=_("Why, as it will be read later; needed without --to."))] = "",
    paper: PaperOption = "",
    to: Annotated[str | None, typer.Option(metavar="SITE", help=_("The own silo that it goes to."))] = None,
    plate: Annotated[str, typer.Option(help=_("The vehicle's plate, with --to."))] = "",
    trailer: Annotated[str, typer.Option(help=_("The trailer's plate."))] = "",
    driver: Annotated[str, typer.Option(help=_("Who drives."))] = "",
    carrier: Annotated[str, typer.Option(help=_("Which firm carries it."))] = "",
    species: Annotated[str | None, typer.Option(help=_("Where the cell does not say it."))] = None,
    weighings: Annotated[
        tuple[str, str] | None,
        typer.Option(metavar="EMPTY FULL", help=_("Ids of the two weighings that it rests on.")),
    ] = None,
    regime: RegimeOption = None,
    organisation: OrganisationOption = None,
    despite: DespiteOption = None,
    pin: PinOption = None,
) -> None:
    body = {
        "kg": kg_of(tonnes), "reason": reason, "paper_number": paper, "regime": regime,
        "organisation": organisation, "weighings": weighings, "despite_kg": kg_or_none(despite),
        "despite_remarks": despite is not None,
    }  # fmt: skip
    if to is None:
        _record(config, cell, {"kind": "out", **body}, by, pin)
    else:
        road = {"to": to, "plate": plate, "trailer": trailer, "driver": driver, "carrier": carrier}
        shipments.ship(config, {"cell": cell, "species": species, **body, **road}, by, pin)


def transfer(
    cell: CellId,
    to_cell: ToCell,
    tonnes: Tonnes,
    config: ConfigOption,
    reason: ReasonOption,
    by: ByOption,
    paper: PaperOption = "",
    regime: RegimeOption = None,
    organisation: OrganisationOption = None,
    despite: DespiteOption = None,
    pin: PinOption = None,
) -> None:
    body = {
        "kind": "transfer", "to_cell": to_cell, "kg": kg_of(tonnes), "reason": reason, "paper_number": paper,
        "regime": regime, "organisation": organisation, "despite_kg": kg_or_none(despite),
    }  # fmt: skip
    _record(config, cell, body, by, pin)


def correct(
    cell: CellId,
    counted: Annotated[
        float,
        typer.Argument(metavar="TONNES", parser=typed_number, help=_("How much was counted, in tonnes.")),
    ],
    config: ConfigOption,
    reason: ReasonOption,
    by: ManagerOption,
    paper: PaperOption = "",
    despite: DespiteOption = None,
    pin: PinOption = None,
) -> None:
    body = {
        "kind": "correction", "kg": kg_of(counted), "reason": reason, "paper_number": paper,
        "despite_kg": kg_or_none(despite),
    }  # fmt: skip
    _record(config, cell, body, by, pin)


NoteOption = Annotated[str, typer.Option("--reason", help=_("A word about it, as it will be read later."))]
MeasuredOption = Annotated[
    float | None, typer.Option(parser=typed_number, help=_("In percent, as measured afterwards."))
]


def clean_grain(
    cell: CellId,
    waste: Annotated[
        float,
        typer.Argument(metavar="TONNES", parser=typed_number, help=_("How much waste left, in tonnes.")),
    ],
    config: ConfigOption,
    by: ByOption,
    impurities: MeasuredOption = None,
    broken: MeasuredOption = None,
    reason: NoteOption = "",
    paper: PaperOption = "",
    despite: DespiteOption = None,
    pin: PinOption = None,
) -> None:
    body = {
        "kind": "grain_cleaning", "kg": kg_of(waste), "impurities": impurities, "broken": broken,
        "reason": reason, "paper_number": paper, "despite_kg": kg_or_none(despite),
    }  # fmt: skip
    _record(config, cell, body, by, pin)


def dry(
    cell: CellId,
    tonnes: Tonnes,
    config: ConfigOption,
    by: ByOption,
    moisture_from: Annotated[float, typer.Option("--from", parser=typed_number, help=_("Moisture before."))],
    moisture_to: Annotated[float, typer.Option("--to", parser=typed_number, help=_("Moisture after."))],
    into: Annotated[str | None, typer.Option(metavar="CELL", help=_("The cell that takes it."))] = None,
    measured: Annotated[
        float | None, typer.Option(parser=typed_number, help=_("Tonnes that came out by the scale."))
    ] = None,
    reason: NoteOption = "",
    paper: PaperOption = "",
    despite: DespiteOption = None,
    pin: PinOption = None,
) -> None:
    body = {
        "kind": "drying", "kg": kg_of(tonnes), "moisture_from": moisture_from, "moisture_to": moisture_to,
        "measured_kg": kg_or_none(measured), "to_cell": into, "reason": reason,
        "paper_number": paper, "despite_kg": kg_or_none(despite),
    }  # fmt: skip
    _record(config, cell, body, by, pin)


def ventilate(
    cell: CellId,
    hours: Annotated[float, typer.Argument(metavar="HOURS", parser=typed_number, help=_("How long."))],
    config: ConfigOption,
    by: ByOption,
    celsius: Annotated[
        float | None, typer.Option(parser=typed_number, help=_("The grain's temperature afterwards."))
    ] = None,
    reason: NoteOption = "",
    pin: PinOption = None,
) -> None:
    body = {"kind": "ventilation", "hours": hours, "celsius": celsius, "reason": reason}
    _record(config, cell, body, by, pin)


def clean(
    cell: CellId, config: ConfigOption, by: ByOption, reason: NoteOption = "", pin: PinOption = None
) -> None:
    _record(config, cell, {"kind": "cell_cleaning", "reason": reason}, by, pin)


def treat(
    target: Annotated[
        str,
        typer.Argument(
            metavar="CELL|LINE|LOAD",
            help=_("What was treated; a load by its ticket's number or its sample's barcode."),
        ),
    ],
    product: Annotated[str, typer.Argument(metavar="PRODUCT", help=_("The product, as its label says."))],
    dose: Annotated[float, typer.Argument(metavar="DOSE", parser=typed_number, help=_("How much of it."))],
    unit: Annotated[str, typer.Argument(metavar="UNIT", help=_("The dose's unit, as ml/t or g/m3."))],
    config: ConfigOption,
    by: ByOption,
    at: Annotated[
        Literal["cell", "line", "load"] | None,
        typer.Option(help=_("Which of them the target is, where a cell and a line have one name.")),
    ] = None,
    substance: Annotated[str, typer.Option(help=_("Its active substance, unless the site lists it."))] = "",
    kind: Annotated[
        Literal["insecticide", "fumigation"] | None, typer.Option(help=_("How it was put on."))
    ] = None,
    reason: NoteOption = "",
    pin: PinOption = None,
) -> None:
    body = {
        "product": product, "dose": dose, "unit": unit, "substance": substance, "treatment": kind,
        "reason": reason,
    }  # fmt: skip
    kind_of_target = at or _kind_of(config, target)
    if kind_of_target == "cell":
        _record(config, target, {"kind": "treatment", **body}, by, pin)
    else:
        out(_post(config, f"/{kind_of_target}s/{segment(target)}/treatments", body, by, pin))


def _kind_of(config: Path, target: str) -> str:
    """Find out whether a cell or a line is named so; else it is a load."""
    names = {
        "cell": {row["cell"] for row in ask(config, "GET", "/plan")},
        "line": {row["id"] for row in ask(config, "GET", "/lines")},
    }
    found = [kind for kind, known in names.items() if target in known]
    if len(found) > 1:
        both = _("{name} is a cell and a line: say which, {options}.")
        fail(both.format(name=target, options="--at cell, --at line"), Exit.USAGE)
    return found[0] if found else "load"


def flush(
    line: Annotated[str, typer.Argument(metavar="LINE", help=_("The line's id in the site file."))],
    config: ConfigOption,
    reason: ReasonOption,
    by: ByOption,
    pin: PinOption = None,
) -> None:
    out(_post(config, f"/lines/{segment(line)}/flush", {"reason": reason}, by, pin))


def show_lines(config: ConfigOption) -> None:
    for row in ask(config, "GET", "/lines"):
        out(row)


def register_of(
    config: ConfigOption, limit: Annotated[int, typer.Option(help=_("At most so many."))] = 50
) -> None:
    for row in ask(config, "GET", "/treatments", params={"limit": limit}):
        out(row)


def _post(config: Path, path: str, body: dict[str, Any], by: str, pin: str | None) -> Any:
    return ask(config, "POST", path, body, headers=in_name_of(by, pin, "Silo-Operator"))


def show(
    cell: CellId,
    config: ConfigOption,
    limit: Annotated[int, typer.Option(help=_("At most so many."))] = 50,
    before: Annotated[int | None, typer.Option(help=_("Only those before this seq: the next page."))] = None,
) -> None:
    asked = {"limit": limit} | ({"before": before} if before is not None else {})
    for row in ask(config, "GET", _at(cell), params=asked):
        out(row)


def _record(config: Path, cell: str, body: dict[str, Any], by: str, pin: str | None) -> None:
    headers = in_name_of(by, pin, "Silo-Operator")
    rows = ask(config, "POST", _at(cell), body, headers=headers)
    for row in rows:
        content = translator(LANGUAGE).tonnes(row["content_kg"] / 1000)
        name = short_site_name("cell", row["cell"], LANGUAGE)
        tell(_("Cell {cell} holds {tonnes} now.").format(cell=name, tonnes=content))
        out(row)
    _tell_flags(config, {row["cell"] for row in rows})


def _tell_flags(config: Path, moved: set[str]) -> None:
    """Say what these cells honour no more, and what else is to be known of them."""
    for line in ask(config, "GET", "/plan"):
        if line["cell"] in moved and line["flags"]:
            name = short_site_name("cell", line["cell"], LANGUAGE)
            t = translator(LANGUAGE)
            tell(t.named(name, t.listed(one["message"] for one in line["flags"])))


def _at(cell: str) -> str:
    return f"/cells/{segment(cell)}/movements"
