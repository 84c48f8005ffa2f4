"""A profile says how a laboratory's files are read. One file of TOML for each laboratory's layout:

    [file]
    format = "csv"                  or "xlsx", "astm"
    laboratory = "Labo Sud"         where no column names it
    separator = ";"                 csv; without it the one that shows most of the columns
    encoding = "cp1252"             csv; without it UTF-8 or UTF-16 by their marks, UTF-8, else cp1252
    sheet = "Résultats"             xlsx; without it the first
    decimal = "comma"               or "point", or "either": then 1,234 is unclear and refused
    dates = "day_first"             or "month_first", "year_first"; without it 03/04/2026 is unclear
    [columns]                       field = column title
    barcode = "N° échantillon"      needed; also report, date, laboratory, method, basis, uncertainty,
                                    citation, nitrogen_factor, unit, lab_number (its own of the sample)
    parameter = "Paramètre"         one row per analyte: what names it,
    value = "Résultat"              and its value; without both each analyte has a column of its own
    [[analytes]]
    analyte = "protein"
    names = ["Protéines"]           column title, text of the parameter, or ASTM test code
    unit = "%"                      as the laboratory writes it; a unit in title, cell or column goes before
    basis = "dm"                    where no column says it
    method = "Dumas"
    nitrogen_factor = 5.7
    uncertainty = 0.2
    citation = "ISO 16634-2, reproducibility"    what the uncertainty is stated by
    optional = true                 its column may be missing

A title may carry its unit: `Protéines (%)` is the column `Protéines`. What neither file nor profile says of
basis and nitrogen factor stays open, and the result waits.
"""

from dataclasses import dataclass
from pathlib import Path

from drivers.generic.tables import Table, read_toml
from drivers.reading import Analyte, Basis, is_known
from station.lab.files.units import factor_to

FORMATS = ("csv", "xlsx", "astm")
DECIMALS = ("comma", "point", "either")
DATES = ("day_first", "month_first", "year_first")
FIELDS = (
    "barcode", "report", "date", "laboratory", "method", "basis", "uncertainty", "citation",
    "nitrogen_factor", "unit", "lab_number", "parameter", "value",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class AnalyteColumn:
    """How one analyte is found, and what the laboratory says of it once for all."""

    analyte: Analyte
    names: tuple[str, ...]
    unit: str
    basis: Basis | None
    method: str
    nitrogen_factor: float | None
    uncertainty: float | None
    citation: str
    is_optional: bool


@dataclass(frozen=True, slots=True)
class LabProfile:
    form: str
    laboratory: str
    separator: str
    encoding: str
    sheet: str | None
    decimal: str
    dates: str
    columns: dict[str, str]
    analytes: tuple[AnalyteColumn, ...]

    @property
    def is_long(self) -> bool:
        """Tell whether each row holds one analyte, which a parameter names."""
        return "parameter" in self.columns


def read_lab_profile(path: Path) -> LabProfile:
    """SettingError names file, section and key."""
    whole = read_toml(path)
    table = whole.table("file", required=True)
    form = table.choice("format", FORMATS)
    separator, encoding = table.text("separator", ""), table.text("encoding", "")
    if len(separator) > 1 or (separator and separator in "\r\n\"'"):
        raise table.error("separator", f"{separator!r} must be one character")
    if encoding and not _is_encoding(encoding):
        raise table.error("encoding", f"{encoding!r} is no encoding")
    profile = LabProfile(
        form=form,
        laboratory=table.text("laboratory", ""),
        separator=separator,
        encoding=encoding,
        sheet=table.text("sheet") if table.has("sheet") else None,
        decimal=table.choice("decimal", DECIMALS, "either"),
        dates=table.choice("dates", ("", *DATES), ""),
        columns=_columns(whole, form),
        analytes=_analytes(whole),
    )
    table.refuse_unread()
    whole.refuse_unread()
    return profile


def _is_encoding(name: str) -> bool:
    try:
        return bool("é".encode(name))
    except (LookupError, UnicodeEncodeError):
        return False


def _columns(whole: Table, form: str) -> dict[str, str]:
    table = whole.table("columns")
    columns = {name: table.text(name) for name in FIELDS if table.has(name)}
    table.refuse_unread()
    if form != "astm" and "barcode" not in columns:
        raise table.error("barcode", "is missing: which column names the sample?")
    if ("parameter" in columns) != ("value" in columns):
        raise table.error("parameter", "parameter and value come together")
    for name, title in columns.items():
        if not title.strip():
            raise table.error(name, "must be a column title")
    return columns


def _analytes(whole: Table) -> tuple[AnalyteColumn, ...]:
    found = [_analyte(table) for table in whole.tables("analytes")]
    if not found:
        raise whole.error("analytes", "is missing: which analytes does the file hold?")
    return tuple(found)


def _analyte(table: Table) -> AnalyteColumn:
    name = table.text("analyte")
    if not is_known(name):
        raise table.error("analyte", f"{name!r} is no analyte")
    unit = table.text("unit", "")
    if unit and factor_to(Analyte(name), unit) is None:
        raise table.error("unit", f"{unit!r} is no unit of {name}")
    basis = table.choice("basis", tuple(Basis)) if table.has("basis") else None
    column = AnalyteColumn(
        analyte=Analyte(name),
        names=table.texts("names"),
        unit=unit,
        basis=Basis(basis) if basis else None,
        method=table.text("method", ""),
        nitrogen_factor=table.number("nitrogen_factor", 5, 7) if table.has("nitrogen_factor") else None,
        uncertainty=table.number("uncertainty", 0, 1e6) if table.has("uncertainty") else None,
        citation=table.text("citation", ""),
        is_optional=table.flag("optional", default=False),
    )
    table.refuse_unread()
    return column
