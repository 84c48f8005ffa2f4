"""What a laboratory's file says: results, and what of it cannot be taken, each with its line and reason."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from drivers.reading import Analyte, Basis, Unit


@dataclass(frozen=True, slots=True)
class FileResult:
    """One value as the laboratory reports it, in the analyte's own unit.

    `comparator` "<" or ">" says that the value is a limit, not a measurement. `uncertainty` is as stated, in
    the same unit, `citation` by what; `lab_number` is the laboratory's own of the sample. `waits_for` names
    what the file leaves open (basis, nitrogen_factor): such a result is kept and used for nothing until a
    person has said it."""

    line: int
    barcode: str
    analyte: Analyte
    value: float
    comparator: str
    unit: Unit
    basis: Basis | None
    method: str
    nitrogen_factor: float | None
    uncertainty: float | None
    citation: str
    report: str
    lab_number: str
    laboratory: str
    reported_on: date | None
    waits_for: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        return {
            "line": self.line,
            "barcode": self.barcode,
            "analyte": self.analyte.value,
            "value": self.value,
            "comparator": self.comparator,
            "unit": self.unit.value,
            "basis": self.basis.value if self.basis else None,
            "method": self.method,
            "nitrogen_factor": self.nitrogen_factor,
            "uncertainty": self.uncertainty,
            "citation": self.citation,
            "report": self.report,
            "lab_number": self.lab_number,
            "laboratory": self.laboratory,
            "reported_on": self.reported_on.isoformat() if self.reported_on else None,
            "waits_for": list(self.waits_for),
        }


@dataclass(frozen=True, slots=True)
class RowError:
    """Why something of a file is not taken, as a code with its parameters. `line` counts from 1 as a person
    does (in ASTM: result records); None is the whole file."""

    line: int | None
    code: str
    params: dict[str, Any] = field(default_factory=dict)


class Refused(Exception):
    """It ends the reading of a cell, or of the whole file, with a code and its parameters."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code, params)
        self.code, self.params = code, params
