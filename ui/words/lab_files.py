"""Why something of a laboratory's file is not taken, in the reader's language."""

from collections.abc import Mapping
from typing import Any

from ui.words.i18n import N_, translator
from ui.words.parameters import parameter_texts
from ui.words.reasons import message

PROBLEMS: Mapping[str, str] = {
    # the whole file
    "empty_file": N_("the file is empty"),
    "no_text": N_("the file is no text: has it another format than the profile says?"),
    "wrong_encoding": N_("the file is not written in {encoding}: check the profile's encoding"),
    "too_large": N_("the file has {size_mb} MB, and at most {most_mb} are read: split it"),
    "too_large_unpacked": N_("the workbook unpacks to {size_mb} MB, at most {most_mb} are read: split it"),
    "too_many_rows": N_("the file has more than {most} rows: split it"),
    "too_many_columns": N_("the file has more than {most} columns: delete the empty ones"),
    "rows_beyond_the_end": N_(
        "the workbook says that it ends with row {end}, but row {row} holds a value: open it in the "
        "spreadsheet program and save it anew"
    ),
    "no_workbook": N_("the file cannot be read as a workbook (.xlsx): {text}"),
    "no_titles": N_("no row holds the column titles {titles}"),
    "no_column": N_("the column {column} is missing, or its title stands twice"),
    "no_laboratory": N_("neither the row nor the profile says which laboratory measured it"),
    "no_results": N_("the file holds no result"),
    "broken_line": N_("line {at} cannot be cut into cells ({text})"),
    "no_astm": N_("the file holds no ASTM message"),
    "damaged_frame": N_("a frame is damaged: let the laboratory send the file again"),
    "unfinished_message": N_("the last message has no end: let the laboratory send the file again"),
    # one row
    "merged_cells": N_("cells of this row are merged: split them, each with its own value"),
    "long_row": N_("the row has {cells} cells, the titles {columns_count}"),
    "no_parameter": N_("the row names no parameter"),
    "unknown_parameter": N_("the profile does not know the parameter {text}"),
    "no_barcode": N_("the row names no sample"),
    "rounded_barcode": N_("the spreadsheet program has rounded the sample's number to {text}: type it anew"),
    "told_twice": N_("{column} of {barcode} stands in line {first_line} with other contents"),
    "not_final": N_("the result is not final (status {text})"),
    # one cell
    "no_number": N_("{column}: “{text}” is no number"),
    "unclear_number": N_("{column}: “{text}” may have thousands or decimals: set decimal in the profile"),
    "no_result_in_cell": N_("{column}: the cell holds {text}: calculate and save the workbook"),
    "not_detected_without_limit": N_("{column}: “{text}” without its limit: it must say below which value"),
    "no_unit": N_("{column}: neither the file nor the profile says the unit"),
    "unknown_unit": N_("{column}: “{unit}” is no unit of {analyte}"),
    "unknown_basis": N_("{column}: “{text}” is no known basis"),
    "bases_differ": N_("{column}: its basis is said twice and otherwise"),
    "no_nitrogen_factor": N_("{column}: “{text}” is no nitrogen factor"),
    "no_uncertainty": N_("{column}: “{text}” is no uncertainty"),
    "no_date": N_("“{text}” is no day"),
    "unclear_date": N_("“{text}” may be two days: set dates in the profile"),
}


def lab_file_problem(line: int | None, code: str, params: Mapping[str, Any], language: str) -> str:
    """Write the reason with its line before it, where it has one. Never raises."""
    t = translator(language)
    template = PROBLEMS.get(code)
    if template is None:
        text = message(code, params, language)
    else:
        words = parameter_texts(params, t)
        for name in ("size", "most"):
            if isinstance(params.get(name), int):
                words[f"{name}_mb"] = t.number(params[name] / 1e6, 0)
        text = t.gettext(template).format_map(words)
    return t.gettext(N_("line {line}: {problem}")).format(line=line, problem=text) if line else text
