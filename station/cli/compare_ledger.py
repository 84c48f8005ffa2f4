"""The pairs of `silo compare --config`: of the flat record of a running station, or of its closed folder."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from station.cli.counter import ask_all, counter
from station.cli.say import LANGUAGE, Exit, _, fail

if TYPE_CHECKING:
    from station.lab.ledger_pairs import Asked, Values
    from station.lab.samples import Samples


@dataclass(frozen=True, slots=True)
class LedgerPairs:
    """`barcodes` by the samples' lines."""

    samples: "Samples"
    values: "Values"
    barcodes: list[str]

    def named(self, result: dict[str, Any]) -> dict[str, Any]:
        """Return the result with what its values are, and with its outliers' samples."""
        from ui.words.ledger_pairs import values_text

        values = self.values.as_dict()
        for outlier in result["outliers"]:
            outlier["sample"] = self.barcodes[outlier["line"]]
        sentence = f"{values_text(values, LANGUAGE)} {result['sentence']}"
        return {**result, "values": values, "sentence": sentence}


def asked_of(
    analyte: str, methods: tuple[str, str, str | None], *, group: str | None, basis: str | None, by_mass: bool
) -> "Asked":
    from station.lab.ledger_pairs import GROUPS, METHODS, Asked

    if not analyte:
        fail(_("--analyte: say what is compared"), Exit.USAGE)
    for method in methods:
        if method not in (None, *METHODS):
            _refuse(method, METHODS)
    if len(set(methods)) < len(methods):
        fail(_("a method is compared with another one"), Exit.USAGE)
    if group not in (None, *GROUPS):
        _refuse(group, GROUPS)
    test, reference, third = methods
    return Asked(analyte, test, reference, third, group, basis, by_mass)


def _refuse(word: str | None, known: tuple[str, ...]) -> None:
    fail(_("{word}: one of {known}").format(word=word, known=", ".join(known)), Exit.USAGE)


def read(config: Path, asked: "Asked", chosen: dict[str, str | None]) -> LedgerPairs:
    """Ends the command where the ledger gives no comparison."""
    from station.lab.ledger_pairs import ledger_pairs
    from station.lab.pairs import PairsError
    from ui.words.ledger_pairs import ledger_problem

    params = {name: value for name, value in chosen.items() if value is not None}
    params |= {"analyte": asked.analyte, "test": asked.test, "limit": "500"}
    beside = [method for method in asked.methods if method != asked.test]
    with counter(config) as asking:
        rows = list(ask_all(asking, "/measurements", {**params, "beside": beside}))
    try:
        return LedgerPairs(*ledger_pairs(rows, asked))
    except PairsError as error:
        fail(ledger_problem(error.code, error.params, LANGUAGE), Exit.NEGATIVE)
