"""Read a laboratory's file: every row is taken or refused with its line and reason, nothing is guessed."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from drivers.reading import UNIT_OF, Analyte, Basis, default_basis, needs_basis
from drivers.text import LONGEST_NAME, clean_text
from station.grain.plausible import why_not
from station.lab.files.astm import astm_rows
from station.lab.files.cells import Measure, read_barcode, read_date, read_measure, read_number
from station.lab.files.profile import AnalyteColumn, LabProfile
from station.lab.files.result import FileResult, Refused, RowError
from station.lab.files.table import Sheet, Title, open_sheet, plain
from station.lab.files.units import basis_named, factor_to, split_unit

_FACTORS = (5.0, 7.0)  # of any nitrogen factor of grain
_Known = dict[tuple[str, Analyte, Basis | None, str, str, str], FileResult]


@dataclass(frozen=True, slots=True)
class Cell:
    """One analyte's cell of one row: its text, the unit in its title, and the row's other fields."""

    line: int
    column: AnalyteColumn
    text: str
    unit: str
    fields: dict[str, str]


def read_lab_file(data: bytes, profile: LabProfile) -> tuple[list[FileResult], list[RowError]]:
    """Return what the file says, and what of it is not taken. It raises nothing."""
    results: list[FileResult] = []
    errors: list[RowError] = []
    first: _Known = {}
    try:
        for cell in _cells(data, profile):
            if isinstance(cell, RowError):
                errors.append(cell)
                continue
            try:
                result = _result(cell, profile)
                if result is not None and _is_new(result, first):
                    results.append(result)
            except Refused as refused:
                params = {"column": cell.column.names[0], **refused.params}
                errors.append(RowError(cell.line, refused.code, params))
    except Refused as refused:
        return [], [RowError(None, refused.code, refused.params)]
    if not results and not errors:
        errors.append(RowError(None, "no_results"))
    return results, errors


def _is_new(result: FileResult, first: _Known) -> bool:
    """Tell whether the file says this for the first time. Refused where it says something else again."""
    key = (result.barcode, result.analyte, result.basis, result.laboratory, result.report, result.lab_number)
    known = first.setdefault(key, result)
    if known is result:
        return True
    if replace(result, line=known.line) == known:
        return False
    raise Refused("told_twice", barcode=result.barcode, first_line=known.line)


def _cells(data: bytes, profile: LabProfile) -> Iterator[Cell | RowError]:
    if profile.form == "astm":
        yield from _astm_cells(data, profile)
        return
    needed = [{plain(profile.columns["barcode"])}]
    if profile.is_long:
        needed += [{plain(profile.columns[name])} for name in ("parameter", "value")]
    else:
        needed.append({plain(name) for column in profile.analytes for name in column.names})
    sheet = open_sheet(data, profile, needed)
    places = _places(sheet, profile)
    wide = [] if profile.is_long else list(_analyte_places(sheet, profile))
    named = {plain(name): column for column in reversed(profile.analytes) for name in column.names}
    for line, cells in sheet.lines:
        if not any(cell.strip() for cell in cells):
            continue
        if line in sheet.merged:
            yield RowError(line, "merged_cells")
        elif any(cell.strip() for cell in cells[sheet.width :]):
            yield RowError(line, "long_row", {"cells": len(cells), "columns_count": sheet.width})
        else:
            fields = {name: _cell(cells, title) for name, title in places.items()}
            if profile.is_long:
                yield _of_parameter(line, fields, named)
            for column, title in wide:
                yield Cell(line, column, _cell(cells, title), title.unit, fields)


def _of_parameter(line: int, fields: dict[str, str], named: dict[str, AnalyteColumn]) -> Cell | RowError:
    name = plain(fields["parameter"])
    if name in named:
        return Cell(line, named[name], fields["value"], "", fields)
    if name:
        return RowError(line, "unknown_parameter", {"text": clean_text(fields["parameter"], 60)})
    return RowError(line, "no_parameter")


def _places(sheet: Sheet, profile: LabProfile) -> dict[str, Title]:
    """Return the columns of the fields. Refused where one is missing."""
    places = {}
    for name, title in profile.columns.items():
        if plain(title) not in sheet.titles:
            raise Refused("no_column", column=title)
        places[name] = sheet.titles[plain(title)]
    return places


def _analyte_places(sheet: Sheet, profile: LabProfile) -> Iterator[tuple[AnalyteColumn, Title]]:
    for column in profile.analytes:
        title = next(
            (sheet.titles[plain(name)] for name in column.names if plain(name) in sheet.titles), None
        )
        if title is not None:
            yield column, title
        elif not column.is_optional:
            raise Refused("no_column", column=column.names[0])


def _cell(cells: list[str], title: Title) -> str:
    return cells[title.place].strip() if title.place < len(cells) else ""


def _astm_cells(data: bytes, profile: LabProfile) -> Iterator[Cell | RowError]:
    known = {name: column for column in profile.analytes for name in column.names}
    for row in astm_rows(data):
        if isinstance(row, RowError):
            yield row
        elif row.code in known:
            fields = {"barcode": row.sample, "unit": row.unit, "date": row.day}
            yield Cell(row.line, known[row.code], row.value, "", fields)
        else:
            yield RowError(row.line, "unknown_parameter", {"text": clean_text(row.code, 60)})


def _result(cell: Cell, profile: LabProfile) -> FileResult | None:
    """Return what a cell says; None where nothing was measured. Refused."""
    measure = read_measure(cell.text, profile.decimal)
    if measure is None:
        return None
    column, fields = cell.column, cell.fields
    analyte = column.analyte
    unit, written_basis = split_unit(measure.unit or fields.get("unit", "") or cell.unit or column.unit)
    factor = _factor(analyte, unit)
    basis = _basis(column, fields.get("basis", ""), written_basis)
    value = round(measure.value * factor, 9)
    refused = why_not(analyte, value, basis or (Basis.AS_IS if needs_basis(analyte) else None))
    if refused is not None:
        raise Refused(refused.code.value, **refused.params)
    nitrogen = _nitrogen_factor(column, fields.get("nitrogen_factor", ""), profile.decimal)
    waits = [] if basis or not needs_basis(analyte) else ["basis"]
    if analyte == Analyte.PROTEIN and nitrogen is None:
        waits.append("nitrogen_factor")
    return FileResult(
        line=cell.line,
        barcode=read_barcode(fields.get("barcode", "")),
        analyte=analyte,
        value=value,
        comparator=measure.comparator,
        unit=UNIT_OF[analyte],
        basis=basis,
        method=clean_text(fields.get("method", "") or column.method, LONGEST_NAME),
        nitrogen_factor=nitrogen,
        uncertainty=_uncertainty(measure, column, fields.get("uncertainty", ""), factor, profile.decimal),
        citation=clean_text(fields.get("citation", "") or column.citation, LONGEST_NAME),
        report=clean_text(fields.get("report", ""), LONGEST_NAME),
        lab_number=clean_text(fields.get("lab_number", ""), LONGEST_NAME),
        laboratory=clean_text(fields.get("laboratory", "") or profile.laboratory, LONGEST_NAME),
        reported_on=read_date(fields.get("date", ""), profile.dates),
        waits_for=tuple(waits),
    )


def _factor(analyte: Analyte, unit: str) -> float:
    if not unit:
        raise Refused("no_unit")
    factor = factor_to(analyte, unit)
    if factor is None:
        raise Refused("unknown_unit", unit=unit[:40], analyte=analyte.value)
    return factor


def _basis(column: AnalyteColumn, text: str, written: Basis | None) -> Basis | None:
    """Return the basis that the row says, by its own column or beside the unit, else the profile. Refused."""
    if not needs_basis(column.analyte):
        return default_basis(column.analyte)
    said = basis_named(text) if text else None
    if text and said is None:
        raise Refused("unknown_basis", text=text[:40])
    bases = {basis for basis in (said, written, column.basis) if basis is not None}
    if len(bases) > 1 and (said is None or (written or said) != said):
        raise Refused("bases_differ", bases=sorted(bases))
    return said or written or column.basis


def _nitrogen_factor(column: AnalyteColumn, text: str, decimal: str) -> float | None:
    if column.analyte != Analyte.PROTEIN:
        return None
    if not text:
        return column.nitrogen_factor
    factor = read_number(text, decimal)
    if not _FACTORS[0] <= factor <= _FACTORS[1]:
        raise Refused("no_nitrogen_factor", text=text[:40])
    return factor


def _uncertainty(
    measure: Measure, column: AnalyteColumn, text: str, factor: float, decimal: str
) -> float | None:
    """Return the uncertainty as stated: in the cell, in its own column, or once for all by the profile, which
    says it in the analyte's own unit."""
    if measure.uncertainty is not None:
        return round(measure.uncertainty * factor, 9)
    stated = read_measure(text.strip().lstrip("±").strip(), decimal)
    if stated is None:
        return column.uncertainty
    if stated.value < 0 or stated.comparator:
        raise Refused("no_uncertainty", text=text[:40])
    return round(stated.value * (_factor(column.analyte, stated.unit) if stated.unit else factor), 9)
