"""Why a row of a file that a person or a program gives is not taken, in the reader's language."""

from collections.abc import Mapping
from typing import Any

from ui.words.i18n import N_, translator
from ui.words.parameters import parameter_texts
from ui.words.problems import problem

COLUMNS: Mapping[str, str] = {
    "supplier": N_("supplier"),
    "claim": N_("claim"),
    "number": N_("number"),
    "valid_from": N_("valid from"),
    "valid_until": N_("valid until"),
    "cell": N_("cell"),
    "target_t": N_("target, t"),
    "supplier_number": N_("supplier number"),
    "name": N_("name"),
    "plate": N_("plate"),
    "trailer": N_("trailer"),
    "species": N_("species"),
    "variety": N_("variety"),
    "claims": N_("claims"),
    "tonnes": N_("tonnes"),
    "buyer": N_("buyer"),
    "id": N_("identifier"),
    "sealed_number": N_("sealed number"),
    "date": N_("date"),
    "kg": N_("kg"),
}
ROW_ERRORS: Mapping[str, str] = {
    "columns_missing": N_("the first line names no column for: {columns}"),
    "columns_twice": N_("the first line names two columns for: {columns}"),
    "is_workbook": N_("this is a workbook: save its sheet as CSV"),
    "cell_too_long": N_("{column}: more than {limit} characters"),
    "no_plate": N_("{column}: “{text}” is no plate"),
    "supplier_other": N_("{column}: “{text}” has not the number {number}, which is {name}'s"),
    "not_csv": N_("the file cannot be cut into cells ({text})"),
    "not_json": N_("the file is not whole, or is no JSON"),
    "not_utf8": N_("the file is not written in UTF-8"),
    "file_not_readable": N_("the station's user may not read the file: see to its rights"),
    "file_too_large": N_("the file has more than {limit} bytes: split it"),
    "field_wrong": N_("the field “{column}” is missing, unknown or not written as it should be"),
    "too_many_rows": N_("the file has more than {limit} rows: split it"),
    "field_empty": N_("nothing stands in the column “{column}”"),
    "claim_unknown": N_("“{text}” is no claim of this site"),
    "supplier_unknown": N_("no supplier is named or numbered “{text}”"),
    "no_day": N_("{column}: “{text}” is no day"),
    "no_kg": N_("“{text}” is no number of kilograms"),
    "no_sealed_number": N_("“{text}” is no sealed number"),
    "no_tonnes": N_("{column}: “{text}” is no number of tonnes"),
    "cell_unknown": N_("the site has no cell “{text}”"),
    "species_unknown": N_("{column}: “{text}” is no species of this site"),
    "buyer_unknown": N_("{column}: no buyer is named “{text}”"),
    "key_twice": N_("the same stands in line {other} already"),
    "key_used": N_("{column}: “{text}” is another one's"),
    "name_numbered": N_("{column}: “{text}” has the number {number} already"),
    "cell_twice": N_("cell “{text}” stands in an earlier line"),
}


def row_error(line: int | None, code: str, params: Mapping[str, Any], language: str) -> str:
    """Write the reason with its line before it, where it has one. Never raises."""
    t = translator(language)
    template = ROW_ERRORS.get(code)
    if template is None:
        title = problem(code, params, language)[0]
        text = title[:1].lower() + title[1:]
    else:
        words = parameter_texts(params, t)
        if "column" in params:
            words["column"] = _column(params["column"], t.gettext)
        if "columns" in params:
            words["columns"] = ", ".join(_column(one, t.gettext) for one in params["columns"])
        text = t.gettext(template).format_map(words)
    return t.gettext(N_("line {line}: {problem}")).format(line=line, problem=text) if line else text


def _column(name: str, gettext: Any) -> str:
    return str(gettext(COLUMNS[name])) if name in COLUMNS else name
