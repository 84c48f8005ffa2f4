"""`silo compare`: who was right, from a CSV file of pairs or from a silo's ledger."""

from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from station.cli import compare_ledger
from station.cli.file_words import end_of
from station.cli.options import SinceOption, UntilOption, span, typed_number
from station.cli.say import LANGUAGE, Exit, _, fail, out, show

if TYPE_CHECKING:
    from station.lab.samples import Columns, Samples


def register(app: typer.Typer) -> None:
    app.command(
        "compare", help=_("Pairs of values of two methods (CSV) to bias, limits, lines and a verdict.")
    )(compare)


def compare(
    test: Annotated[str, typer.Option(help=_("Column of the method in question."))],
    reference: Annotated[str, typer.Option(help=_("Column of the method that it is compared with."))],
    pairs: Annotated[Path | None, typer.Argument(help=_("CSV file with a row per sample."))] = None,
    third: Annotated[str | None, typer.Option(help=_("Column of a third method: who errs most?"))] = None,
    group: Annotated[
        str | None, typer.Option(help=_("Column with groups: phone model, silo, campaign."))
    ] = None,
    limit: Annotated[
        list[float] | None,
        typer.Option(
            parser=typed_number, metavar="X", help=_("A level at which the bias matters; repeatable.")
        ),
    ] = None,
    more_limits: Annotated[
        list[float] | None,
        typer.Argument(
            parser=typed_number, metavar="X ...", help=_("Further levels behind --limit."), hidden=True
        ),
    ] = None,
    error_ratio: Annotated[
        float | None,
        typer.Option(
            parser=typed_number,
            metavar="R",
            help=_("var(error of reference) / var(error of test), if known."),
        ),
    ] = None,
    permitted: Annotated[
        float | None,
        typer.Option(parser=typed_number, metavar="D", help=_("Permitted difference: asks for a verdict.")),
    ] = None,
    replicates: Annotated[
        bool, typer.Option("--replicates", help=_("Rows of one sample are repeated readings."))
    ] = False,
    sample: Annotated[
        str | None, typer.Option(help=_("Column that names the sample, with --replicates."))
    ] = None,
    config: Annotated[
        Path | None,
        typer.Option(
            help=_("The site file: its ledger, not a CSV file; methods are phone, machine, lab, customer.")
        ),
    ] = None,
    analyte: Annotated[str, typer.Option(help=_("With --config: what is compared."))] = "",
    since: SinceOption = None,
    until: UntilOption = None,
    species: Annotated[str | None, typer.Option(help=_("With --config: of this species alone."))] = None,
    basis: Annotated[str | None, typer.Option(help=_("With --config: only values on this basis."))] = None,
    by_mass: Annotated[
        bool, typer.Option("--by-mass", help=_("With --config: a photo's shares by estimated mass."))
    ] = False,
    conf: Annotated[float, typer.Option(metavar="C", help=_("Confidence of the intervals."))] = 0.95,
    as_json: Annotated[bool, typer.Option("--json", help=_("JSON on standard output."))] = False,
) -> None:
    from station.lab.comparison import Question
    from station.lab.comparison import compare as compare_samples
    from station.lab.samples import Columns
    from station.lab.verdict import Verdict
    from ui.words.comparisons import comparison_text

    more = more_limits or []
    if config is not None and pairs is not None:  # a level behind --limit
        pairs, more = None, [typed_number(str(pairs)), *more]
    levels = _levels(limit or [], more)
    _refuse_senseless(levels, error_ratio, permitted, conf)
    ledger = None
    if config is not None:
        asked = compare_ledger.asked_of(
            analyte, (test, reference, third), group=group, basis=basis, by_mass=by_mass
        )
        ledger = compare_ledger.read(config, asked, {**span(since, until), "species": species})
        samples = ledger.samples
    elif pairs is None:
        fail(_("say which pairs: a CSV file, or --config with --analyte"), Exit.USAGE)
    else:
        columns = Columns(test, reference, third, group, sample)
        samples = _samples(pairs, columns, replicates=replicates or sample is not None)
    question = Question(tuple(levels), error_ratio, permitted, conf)
    comparison = compare_samples(samples, question)
    said = [(statement.code, statement.params) for statement in comparison.statements]
    result = comparison.as_dict(comparison_text(said, LANGUAGE))
    if ledger is not None:
        result = ledger.named(result)
    if as_json:
        out(result)
    else:
        _tell(result)
    agrees = comparison.verdict in (None, Verdict.AGREES)
    raise typer.Exit(Exit.DONE if agrees else Exit.NEGATIVE)


def _levels(limits: list[float], more: list[float]) -> list[float]:
    """Numbers behind a `--limit X` are levels too; without it they mean nothing."""
    if more and not limits:
        fail(_("{value}: a level stands behind --limit").format(value=more[0]), Exit.USAGE)
    return [*limits, *more]


def _refuse_senseless(
    limits: list[float], error_ratio: float | None, permitted: float | None, conf: float
) -> None:
    for level in limits:
        if not isfinite(level):
            fail(_("--limit {value}: it has to be a number").format(value=level), Exit.USAGE)
    if not 0 < conf < 1:
        fail(_("--conf {value}: a confidence lies between 0 and 1").format(value=conf), Exit.USAGE)
    if error_ratio is not None and not 0 < error_ratio < float("inf"):
        fail(_("--error-ratio {value}: it has to be above 0").format(value=error_ratio), Exit.USAGE)
    if permitted is not None and not 0 < permitted < float("inf"):
        fail(_("--permitted {value}: it has to be above 0").format(value=permitted), Exit.USAGE)


def _samples(file: Path, columns: "Columns", *, replicates: bool) -> "Samples":
    from dataclasses import replace

    from station.lab.pairs import PairsError, header_of, read_pairs
    from station.lab.samples import sample_column, samples_of
    from ui.words.comparisons import pairs_problem

    try:
        data = file.read_bytes()
        if replicates and columns.sample is None:
            header = header_of(data, [*columns.numeric, *columns.textual])
            columns = replace(columns, sample=sample_column(header, columns))
        return samples_of(read_pairs(data, columns.numeric, columns.textual), columns)
    except OSError as error:
        end_of(file, error)
    except PairsError as error:
        fail(f"{file}: {pairs_problem(error.code, error.params, LANGUAGE)}", Exit.USAGE)


def _tell(result: dict[str, Any]) -> None:
    """The sentence, and the numbers one a line under their names."""
    show(result["sentence"])
    for name, value in result.items():
        if name in ("sentence", "verdict") or value is None:
            continue
        parts = value.items() if isinstance(value, dict) else [("", value)]
        for part, found in parts:
            show(f"  {f'{name}.{part}' if part else name}: {_short(found)}")


def _short(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_short, value)) + "]"
    if isinstance(value, dict):
        return ", ".join(f"{name} {_short(part)}" for name, part in value.items())
    return str(value)
