"""A laboratory's file gives results and reasons: every row is one or the other, and nothing fails."""

import io
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from drivers.checksums import sum8
from drivers.errors import SettingError
from station.lab.files.profile import LabProfile, read_lab_profile
from station.lab.files.read import read_lab_file
from station.lab.files.result import RowError
from station.lab.files.table import MOST_ROWS
from tests.draws import examples

EXAMPLES = Path(__file__).parents[3] / "examples" / "lab"
WIDE, LONG = (read_lab_profile(EXAMPLES / f"{name}.toml") for name in ("wide", "long"))
TITLES = "N° échantillon;N° rapport;Date;Protéines (%);Humidité;DON\n"
LONG_TITLES = [
    "Sample",
    "Report",
    "Date",
    "Parameter",
    "Result",
    "Unit",
    "Basis",
    "Method",
    "U (k=2)",
    "N factor",
]


def read(
    text: str, profile: LabProfile = WIDE, encoding: str = "utf-8"
) -> tuple[list[dict[str, Any]], list[RowError]]:
    results, errors = read_lab_file(text.encode(encoding), profile)
    return [result.as_dict() for result in results], errors


def codes(errors: list[RowError]) -> list[tuple[int | None, str]]:
    return [(error.line, error.code) for error in errors]


def workbook(*rows: list[Any], merge: str = "", sheet: str = "Sheet") -> bytes:
    book = Workbook()
    page = book.active
    assert page is not None
    page.title = sheet
    for row in rows:
        page.append(row)
    if merge:
        page.merge_cells(merge)
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


def profile_of(tmp_path: Path, text: str) -> LabProfile:
    file = tmp_path / "lab.toml"
    file.write_text(text, encoding="utf-8")
    return read_lab_profile(file)


def test_a_wide_file_gives_a_result_per_cell() -> None:
    results, errors = read(
        "Labo Sud\n\n" + TITLES + "b-1;R-7;14/07/2026;11,4;13,1;< 200\nB-2;R-7;14/07/2026;12,0;;\n"
    )
    assert not errors
    told = [
        tuple(one[key] for key in ("line", "barcode", "analyte", "value", "comparator")) for one in results
    ]
    assert told == [
        (4, "B-1", "protein", 11.4, ""), (4, "B-1", "moisture", 13.1, ""), (4, "B-1", "don", 200, "<"),
        (5, "B-2", "protein", 12.0, ""),
    ]  # fmt: skip
    assert results[0] == {
        "line": 4, "barcode": "B-1", "analyte": "protein", "value": 11.4, "comparator": "", "unit": "%",
        "basis": "dm", "method": "Dumas", "nitrogen_factor": 5.7, "uncertainty": 0.2, "citation": "",
        "report": "R-7", "lab_number": "", "laboratory": "Labo Sud",
        "reported_on": "2026-07-14", "waits_for": [],
    }  # fmt: skip


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("separator", [";", "\t", "|"])
def test_any_usual_encoding_and_separator_is_found(encoding: str, separator: str) -> None:
    text = (TITLES + "B-1;R;14/07/2026;11,4;13,1;20\n").replace(";", separator)
    results, errors = read(text, encoding=encoding)
    assert (len(results), errors) == (3, [])


def test_units_in_titles_and_cells_go_before_the_profile_s() -> None:
    results, errors = read(
        TITLES.replace("(%)", "[g/kg]").replace("DON", "DON (mg/kg)") + "B;R;;114,5;13,1 %;0,25\n"
    )
    assert not errors
    assert [one["value"] for one in results] == [11.45, 13.1, 250]


def test_a_basis_in_the_title_that_contradicts_the_profile_is_refused() -> None:
    _, errors = read(TITLES.replace("(%)", "(% tel quel)") + "B;R;;11,4;13,1;\n")
    assert codes(errors) == [(2, "bases_differ")]
    assert not read(TITLES.replace("(%)", "(% MS)") + "B;R;;11,4;13,1;\n")[1]


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (";R;;11,4;;", "no_barcode"),
        ("2,60E+12;R;;11,4;;", "rounded_barcode"),
        ("B;R;;traces;;", "no_number"),
        ("B;R;;114;;", "implausible_value"),
        ("B;R;99/99/2026;11,4;;", "no_date"),
        ("B;R;;1.140;;", "unclear_number"),
        ("B;R;;11,4 kg/hl;;", "unknown_unit"),
        ("B;R;;n.d.;;", "not_detected_without_limit"),
        ("B;R;;11;4;;;5", "long_row"),
    ],
)
def test_a_row_that_cannot_be_taken_has_a_line_and_a_reason(row: str, code: str) -> None:
    results, errors = read(TITLES + "A;R;;12,0;;\n" + row + "\n")
    assert codes(errors) == [(3, code)]
    assert [one["barcode"] for one in results] == ["A"]


def test_the_same_told_again_is_nothing_new_and_another_value_is_refused() -> None:
    results, errors = read(TITLES + "B;R;;11,4;;\nB;R;;11,4;;\nB;R;;11,5;;\n")
    assert len(results) == 1
    assert codes(errors) == [(4, "told_twice")]
    assert errors[0].params["first_line"] == 2


def test_two_reports_on_one_sample_are_two_words_of_the_laboratory() -> None:
    results, errors = read(TITLES + "B;R-1;;11,4;;\nB;R-2;;11,5;;\n")
    assert [(one["report"], one["value"]) for one in results] == [("R-1", 11.4), ("R-2", 11.5)]
    assert not errors


def test_the_laboratorys_own_number_and_what_an_uncertainty_is_stated_by_are_told(tmp_path: Path) -> None:
    profile = profile_of(
        tmp_path,
        """
        [file]
        format = "csv"
        laboratory = "Labo Est"
        decimal = "comma"
        [columns]
        barcode = "Échantillon"
        lab_number = "N° labo"
        citation = "Référence"
        [[analytes]]
        analyte = "don"
        names = ["DON"]
        unit = "µg/kg"
        uncertainty = 120
        citation = "EN 15791"
        """,
    )
    results, errors = read(
        "Échantillon;N° labo;Référence;DON\nB;E26-7;;600\nC;E26-8;essai circulaire 2025;700\n", profile
    )
    assert not errors
    assert [(one["lab_number"], one["uncertainty"], one["citation"]) for one in results] == [
        ("E26-7", 120, "EN 15791"),
        ("E26-8", 120, "essai circulaire 2025"),
    ]


def test_what_is_not_said_waits() -> None:
    data = workbook(
        LONG_TITLES,
        ["B-1", "R", "14/07/2026", "Protein", 11.4, "%", "dm", "Kjeldahl", 0.3, None],
        ["B-1", "R", "14/07/2026", "Crude protein", 11.1, "%", None, "NIR", None, 5.7],
        ["B-1", "R", "14/07/2026", "DON", "< 20", "ppb", None, "LC-MS", None, None],
    )
    results, errors = read_lab_file(data, LONG)
    assert not errors
    assert [result.waits_for for result in results] == [("nitrogen_factor",), ("basis",), ()]
    assert results[0].uncertainty == 0.3
    assert results[1].method == "NIR"


def test_a_long_file_names_parameters_that_nobody_knows() -> None:
    data = workbook(LONG_TITLES, ["B", "R", None, "Zeleny", 40, "ml"], ["B", "R", None, None, 40, "ml"],
                    ["B", "R", None, "Moisture", 13.1, None])  # fmt: skip
    assert codes(read_lab_file(data, LONG)[1]) == [
        (2, "unknown_parameter"),
        (3, "no_parameter"),
        (4, "no_unit"),
    ]


def test_a_formula_without_a_result_and_merged_cells_are_refused() -> None:
    good = ["B-1", "R", None, "Moisture", 13.1, "%"]
    formula = ["B-2", "R", None, "Moisture", "=12+1", "%"]
    data = workbook(
        ["Labo Nord"], LONG_TITLES, good, formula, ["B-3", *good[1:]], ["B-4", *good[1:]], merge="A5:A6"
    )
    results, errors = read_lab_file(data, LONG)
    assert [result.barcode for result in results] == ["B-1"]
    assert codes(errors) == [(4, "no_result_in_cell"), (5, "merged_cells"), (6, "merged_cells")]


def test_merged_cells_of_another_sheet_do_not_matter() -> None:
    book = Workbook()
    page = book.active
    assert page is not None
    for row in (LONG_TITLES, ["B-1", "R", None, "Moisture", 13.1, "%"]):
        page.append(row)
    book.create_sheet("Remarques").merge_cells("A1:C9")
    kept = io.BytesIO()
    book.save(kept)
    results, errors = read_lab_file(kept.getvalue(), LONG)
    assert (len(results), errors) == (1, [])


@pytest.mark.parametrize(
    ("data", "profile", "code"),
    [
        (b"", WIDE, "empty_file"),
        (b"a;b\n1;2\n", WIDE, "no_titles"),
        (b"PK\x03\x04 workbook", WIDE, "no_text"),
        (b"a\x00b", WIDE, "no_text"),
        (TITLES.replace("Humidité", "Eau").encode() + b"B;R;;11,4;;\n", WIDE, "no_column"),
        (TITLES.encode() + b'B;R;;"11,4;;\n', WIDE, "broken_line"),
        (TITLES.encode(), WIDE, "no_results"),
        (b"x" * 32_000_001, WIDE, "too_large"),
        (b"no workbook", LONG, "no_workbook"),
        (b"PK" + b"x" * 10_000_000, LONG, "too_large"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_as_a_whole(
    data: bytes, profile: LabProfile, code: str
) -> None:
    results, errors = read_lab_file(data, profile)
    assert not results
    assert codes(errors) == [(None, code)]


def test_a_zip_bomb_is_refused_before_it_is_unpacked() -> None:
    kept = io.BytesIO()
    with (
        zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as package,
        package.open("xl/worksheets/sheet1.xml", "w") as target,
    ):
        for _ in range(300):
            target.write(b" " * 1_000_000)
    assert len(kept.getvalue()) < 1_000_000
    assert codes(read_lab_file(kept.getvalue(), LONG)[1]) == [(None, "too_large_unpacked")]


ASTM = """
[file]
format = "astm"
laboratory = "Labo Est"
[[analytes]]
analyte = "protein"
names = ["PROT"]
basis = "dm"
nitrogen_factor = 5.7
[[analytes]]
analyte = "moisture"
names = ["H2O"]
"""
RECORDS = [
    b"H|\\^&|||Lab^1|||||||P|1|20260714", b"P|1", b"O|1|B-1", b"R|1|^^^PROT|11.4|%||N||F||||20260714100000",
    b"R|2|^^^H2O|< 5|%||N||F", b"R|3|^^^ASH^1|1.6|%||N||F", b"O|2|B-2", b"R|1|^^^PROT|12.0|%||N||P", b"L|1|N",
]  # fmt: skip


def framed(records: list[bytes]) -> bytes:
    found = b"\x05"
    for i, record in enumerate(records):
        body = b"%d" % ((i + 1) % 8) + record + b"\r\x03"
        found += b"\x02" + body + b"%02X\r\n" % sum8(body)
    return found + b"\x04"


def test_astm_records_are_read_bare_and_framed(tmp_path: Path) -> None:
    profile = profile_of(tmp_path, ASTM)
    for data in (b"\r".join(RECORDS) + b"\r", b"\r\n".join(RECORDS), framed(RECORDS)):
        results, errors = read_lab_file(data, profile)
        assert [(one.line, one.barcode, one.value, one.comparator) for one in results] == [
            (1, "B-1", 11.4, ""), (2, "B-1", 5.0, "<"),
        ]  # fmt: skip
        assert codes(errors) == [(3, "unknown_parameter"), (4, "not_final")]
        assert errors[0].params == {"text": "ASH^1"}
    assert str(results[0].reported_on) == "2026-07-14"


def test_astm_that_is_damaged_is_refused(tmp_path: Path) -> None:
    profile = profile_of(tmp_path, ASTM)
    for data, code in (
        (framed(RECORDS).replace(b"11.4", b"11.5"), "damaged_frame"),
        (b"\r".join(RECORDS[:-1]) + b"\r", "unfinished_message"),
        (b"nothing", "no_astm"),
    ):
        assert codes(read_lab_file(data, profile)[1]) == [(None, code)]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('[file]\nformat = "pdf"\n', "format"),
        ('[file]\nformat = "csv"\n[columns]\nreport = "R"\n', "barcode"),
        ('[file]\nformat = "csv"\nencoding = "klingon"\n', "encoding"),
        ('[file]\nformat = "csv"\n[columns]\nbarcode = "B"\n', "analytes"),
        ('[file]\nformat = "csv"\n[columns]\nbarcode = "B"\n[[analytes]]\nanalyte = "gold"\n', "gold"),
        (
            '[file]\nformat = "csv"\n[columns]\nbarcode = "B"\n[[analytes]]\nanalyte = "don"\nunit = "s"\n',
            "unit",
        ),
        ('[file]\nformat = "csv"\n[columns]\nbarcode = "B"\nvalue = "V"\n', "parameter"),
    ],
)
def test_a_profile_that_is_wrong_names_its_key(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(SettingError, match=says):
        profile_of(tmp_path, text)


@pytest.mark.long
def test_twenty_megabytes_are_read_or_refused() -> None:
    row = "B-{i};R-2026-0007;14/07/2026;11,4;13,1;< 200;" + "x" * 380 + "\n"
    titles = TITLES.replace("\n", ";Remarque\n")
    text = titles + "".join(row.format(i=i) for i in range(MOST_ROWS - 1))
    assert len(text) > 20_000_000
    results, errors = read(text)
    assert (len(results), errors) == (3 * (MOST_ROWS - 1), [])
    assert codes(read(text + row.format(i=0))[1]) == [(None, "too_many_rows")]


def with_sheet_part(old: bytes, new: bytes) -> bytes:
    """A workbook of two results, with a part of its first sheet's text replaced."""
    kept = io.BytesIO()
    rows = [[f"B-{i}", "R", None, "Moisture", 13.1, "%"] for i in (1, 2)]
    with (
        zipfile.ZipFile(io.BytesIO(workbook(LONG_TITLES, *rows))) as whole,
        zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as package,
    ):
        for name in whole.namelist():
            part = whole.read(name)
            package.writestr(name, re.sub(old, new, part) if name == "xl/worksheets/sheet1.xml" else part)
    return kept.getvalue()


def test_a_sheet_that_claims_all_cells_is_refused_at_once() -> None:
    data = with_sheet_part(rb'<dimension ref="[^"]*"', b'<dimension ref="A1:XFD1048576"')
    assert codes(read_lab_file(data, LONG)[1]) == [(None, "too_many_columns")]
    far = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    data = with_sheet_part(rb"</sheetData>", far)
    assert codes(read_lab_file(data, LONG)[1]) == [(None, "rows_beyond_the_end")]


def test_rows_beyond_the_declared_end_are_not_left_out_unseen() -> None:
    data = with_sheet_part(rb'<dimension ref="[^"]*"', b'<dimension ref="A1:J2"')
    assert codes(read_lab_file(data, LONG)[1]) == [(None, "rows_beyond_the_end")]


@settings(max_examples=examples(150), deadline=None)
@given(st.lists(st.lists(st.text(max_size=8), max_size=7), max_size=6), st.sampled_from(["utf-8", "utf-16"]))
def test_any_rows_under_the_titles_are_results_or_reasons(rows: list[list[str]], encoding: str) -> None:
    text = TITLES + "".join(";".join(row) + "\n" for row in rows)
    results, errors = read_lab_file(text.encode(encoding, "surrogatepass"), WIDE)
    assert all(isinstance(error, RowError) for error in errors)
    assert results or errors


@settings(max_examples=examples(40), deadline=None)
@given(st.binary(max_size=300), st.integers(0, 300), st.integers(0, 255))
def test_any_bytes_are_results_or_reasons(noise: bytes, place: int, byte: int) -> None:
    damaged = bytearray(workbook_of_one())
    damaged[place * len(damaged) // 301] = byte
    for data in (noise, bytes(damaged), TITLES.encode() + noise):
        for profile in (WIDE, LONG):
            results, errors = read_lab_file(data, profile)
            assert results or errors


def workbook_of_one(kept: list[bytes] = []) -> bytes:  # noqa: B006 - made once
    if not kept:
        kept.append(workbook(LONG_TITLES, ["B-1", "R", None, "Moisture", 13.1, "%"]))
    return kept[0]
