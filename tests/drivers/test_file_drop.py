import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.decode import decode
from drivers.errors import FrameError, SettingError
from drivers.file_drop.file_drop import FileDrop
from drivers.generic.profile import SHIPPED, find_profile
from drivers.kind import DriverFaultFrame, read_frame
from drivers.reading import Analyte, Basis, Flag, Frame, Reading
from drivers.simulated.exports import csv_file, xlsx_file, xml_file
from tests.drivers.rig import AT
from tests.drivers.test_framing import CUTS, pieces

TITLES = ["Sample Number", "Product", "Date", "Time", "Moisture", "Protein", "Test Weight"]
ROW = ["S000123", "WHEAT", "14/07/2026", "10:03:22", "13.1", "11.4", "77.2"]
BOOK = ["Sample", "Measured at", "Moisture %", "Hagberg s"]
MOMENT = datetime(2026, 7, 14, 10, 3, 22)  # noqa: DTZ001
NAMES = sorted(path.stem for path in (SHIPPED / "files").glob("*.toml"))


def read(data, profile):
    """Readings and reasons of a file."""
    results = list(decode([data], "file-drop", {"profile": profile}, at=AT))
    readings = [result for result in results if isinstance(result, Reading)]
    return readings, [result.reason for result in results if isinstance(result, FrameError)]


def numbers(reading):
    return {analyte.value: value.value for analyte, value in reading.values.items()}


def test_a_csv_export_with_a_block_above_its_titles_becomes_one_reading_per_row():
    readings, reasons = read(csv_file(TITLES, [ROW, ["S000124", *ROW[1:]]]), "foss-results")
    assert reasons == []
    assert [reading.sample_id for reading in readings] == ["S000123", "S000124"]
    first = readings[0]
    assert numbers(first) == {"moisture": 13.1, "protein": 11.4, "test_weight": 77.2}
    assert first.values[Analyte.PROTEIN].basis is Basis.AS_IS
    assert (first.device_time, first.product, first.driver) == (MOMENT, "WHEAT", "file-drop")
    assert first.extra["commissioned"] is False
    assert len(first.extra["file"]) == 64


def test_a_blank_cell_was_not_measured_and_dashes_were_measured_badly():
    ((blank, dashes), reasons) = read(
        csv_file(TITLES, [[*ROW[:5], "", ROW[6]], [*ROW[:5], "---", ROW[6]]]), "foss-results"
    )
    assert reasons == []
    assert "protein" not in numbers(blank)
    assert numbers(dashes)["protein"] is None
    assert Flag.ERROR in dashes.flags


def test_decimal_commas_and_titles_in_another_case_are_read():
    titles = [title.upper().replace(" ", "  ") for title in TITLES]
    ((reading,), _) = read(csv_file(titles, [[*ROW[:4], "13,1", "11,4", "77,2"]]), "foss-results")
    assert numbers(reading)["moisture"] == 13.1


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (ROW[:6], "6 fields instead of 7"),
        ([*ROW, "1"], "8 fields instead of 7"),
        ([*ROW[:4], "wet", *ROW[5:]], "'wet' is not a number"),
        ([*ROW[:4], "", "", ""], "no value in it"),
        (["S\x07", *ROW[1:]], "sample_id is too long or has unprintable"),
    ],
)
def test_a_row_that_cannot_be_read_is_refused_and_the_others_are_not(row, reason):
    readings, reasons = read(csv_file(TITLES, [ROW, row, ["S000125", *ROW[1:]]]), "foss-results")
    assert [reading.sample_id for reading in readings] == ["S000123", "S000125"]
    assert len(reasons) == 1
    assert reason in reasons[0]


def test_rows_that_hold_no_sample_are_skipped_without_a_word():
    titles = [*TITLES, "Sample Type"]
    readings, reasons = read(csv_file(titles, [[*ROW, "Check"], [*ROW, "sample"]]), "foss-results")
    assert (len(readings), reasons) == (1, [])


@pytest.mark.parametrize(
    ("data", "profile", "reason"),
    [
        (b"", "foss-results", "the file is empty"),
        (b"a;b;c\r\n1;2;3\r\n", "foss-results", "no row holds the column titles Sample Number, Product"),
        (csv_file(TITLES, []), "foss-results", "no result in it"),
        (csv_file([*TITLES, "moisture"], [[*ROW, "1"]]), "foss-results", "stands twice"),
        (csv_file(TITLES, [ROW]).replace(b"WHEAT", b"BL\xc9"), "foss-results", "not utf-8 at byte"),
        (csv_file(TITLES, [ROW]).replace(b"WHEAT", b'"WHEAT'), "foss-results", "line 4"),
        (b"PK\x03\x04 half a workbook", "xlsx-results", "not a workbook"),
        (csv_file(TITLES, [ROW]), "xlsx-results", "not a workbook"),
        (b"<Results><Sample id='1'>", "xml-results", "not well-formed XML"),
        (b"<Results></Results>", "xml-results", "no element 'Sample'"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><Results/>', "xml-results", "declares a document type"),
    ],
)
def test_a_file_that_is_none_is_refused_as_a_whole_with_one_reason(data, profile, reason):
    readings, reasons = read(data, profile)
    assert readings == []
    assert len(reasons) == 1
    assert reason in reasons[0]


def test_a_workbook_gives_numbers_dates_and_texts_and_refuses_a_formula_without_result():
    data = xlsx_file(
        BOOK,
        [
            ["S1", MOMENT, 13.1, 250],
            ["S2", datetime(2026, 7, 15), "12,5", None],  # noqa: DTZ001
            ["S3", MOMENT, "=A1+1", 250],
            [None, None, None, None],
            ["S4", MOMENT, 0.1 + 0.2, "---"],
        ],
    )
    readings, reasons = read(data, "xlsx-results")
    assert [(reading.sample_id, numbers(reading)) for reading in readings] == [
        ("S1", {"moisture": 13.1, "falling_number": 250.0}),
        ("S2", {"moisture": 12.5}),
        ("S4", {"moisture": 0.3, "falling_number": None}),
    ]
    assert readings[0].device_time == MOMENT
    assert readings[1].device_time == datetime(2026, 7, 15)  # noqa: DTZ001
    assert reasons == ["'#FORMULA' is not a number"]


def test_an_xml_export_is_read_by_paths_whatever_its_namespace():
    data = xml_file(
        [
            ("S1", "2026-07-14T10:03:22", {"Moisture": 13.1, "Protein": 12.5}),
            ("S2", "2026-07-14T10:05:00", {"Moisture": None}),
            ("S3", "2026-07-14T10:06:00", {"Protein": 12.5}),
        ]
    )
    readings, reasons = read(data, "xml-results")
    assert [(reading.sample_id, numbers(reading)) for reading in readings] == [
        ("S1", {"moisture": 13.1, "protein": 12.5}),
        ("S2", {"moisture": None}),
    ]
    assert readings[0].values[Analyte.PROTEIN].basis is Basis.DRY_MATTER
    assert reasons == ["Parameter[@Name='Moisture']/Value stands 0 times"]


def test_the_same_result_in_a_later_and_longer_export_has_the_same_identity():
    (early, _), (late, _) = (
        read(csv_file(TITLES, rows), "foss-results") for rows in ([ROW], [["S000122", *ROW[1:]], ROW])
    )
    assert early[0].identity == late[1].identity != late[0].identity


def test_a_row_without_the_fields_that_tell_it_is_known_by_its_file_and_place():
    row = ["", *ROW[1:]]
    (two, _) = read(csv_file(TITLES, [row, row]), "foss-results")
    (again, _) = read(csv_file(TITLES, [row, row]), "foss-results")
    (other, _) = read(csv_file(TITLES, [row, ROW]), "foss-results")
    assert len({reading.identity for reading in [*two, *again, other[0]]}) == 3


@given(CUTS)
def test_a_recording_cut_anywhere_is_the_same_file(cuts):
    kind = FileDrop({"profile": "foss-results"})
    data = csv_file(TITLES, [ROW, ROW[:5]])
    whole, cut = kind.framer(), kind.framer()
    for part in pieces(data, cuts):
        assert cut.feed(part, AT) == []
    assert whole.feed(data, AT) == []
    assert cut.finish(AT) == whole.finish(AT)


@given(
    name=st.sampled_from(NAMES),
    spot=st.integers(0, 5000),
    damage=st.binary(max_size=5),
    size=st.integers(0, 200),
)
def test_a_damaged_file_gives_readings_or_reasons_and_never_a_mistake(name, spot, damage, size):
    kind = KINDS[name]
    data = FILES[name]
    spot %= len(data)
    framer = kind.framer()
    framer.feed(data[:spot] + damage + data[spot + size :], AT)
    for frame in framer.finish(AT):
        assert not isinstance(read_frame(kind, frame), DriverFaultFrame)


@given(
    st.one_of(
        st.binary(max_size=60),
        st.dictionaries(st.text(max_size=4), st.integers() | st.text()).map(json.dumps).map(str.encode),
    )
)
def test_any_bytes_in_place_of_a_row_give_a_reason_and_never_a_mistake(data):
    outcome = read_frame(KINDS["foss-results"], Frame(data, AT))
    assert isinstance(outcome, FrameError)
    assert not isinstance(outcome, DriverFaultFrame)


@given(st.lists(st.tuples(st.integers(1, 9999), st.integers(0, 600), st.integers(0, 600)), max_size=6))
def test_what_the_simulator_exports_in_any_format_is_what_is_read(results):
    texts = [[f"S{n}", "W", "14/07/2026", "10:03:22", f"{m / 10}", f"{p / 10}", ""] for n, m, p in results]
    samples = [
        (f"S{n}", "2026-07-14T10:03:22", {"Moisture": m / 10, "Protein": p / 10}) for n, m, p in results
    ]
    wanted = [(f"S{n}", {"moisture": m / 10, "protein": p / 10}) for n, m, p in results]
    for data, profile in ((csv_file(TITLES, texts), "foss-results"), (xml_file(samples), "xml-results")):
        readings, reasons = read(data, profile)
        assert [(reading.sample_id, numbers(reading)) for reading in readings] == wanted
        assert len(reasons) == (0 if results else 1)


@pytest.mark.parametrize("name", NAMES)
def test_every_shipped_file_profile_waits_for_commissioning(name):
    head = KINDS[name].profile.head
    assert (head.commissioned, head.category) == (False, "analyzer")
    assert head.evidence in ("none", "synthetic")
    text = (SHIPPED / "files" / f"{name}.toml").read_text()
    assert "TO BE COMMISSIONED ON SITE" in text or "SYNTHETIC" in text


@pytest.mark.parametrize(
    ("name", "old", "new", "why"),
    [
        ("foss-results", 'format = "csv"', 'format = "pdf"', r"\[file\] format: 'pdf' is not possible"),
        ("foss-results", 'separator = ";"', 'separator = ""', r"\[file\] separator"),
        ("foss-results", 'moisture = "Moisture"', "", "gives no field 'moisture'.*it gives id, product"),
        (
            "foss-results",
            'optional = ["kind"',
            'optional = ["sort"',
            r"\[columns\] optional: 'sort' is no field",
        ),
        (
            "foss-results",
            'category = "analyzer"',
            'category = "weighbridge"',
            "a result file is of an analyzer",
        ),
        ("foss-results", "[skip.kind]", "[skip.sort]", "'sort' is no field of"),
        ("foss-results", "[skip.kind]", "[framing]\nend = 'line'\n[skip.kind]", r"\[framing\]: is not known"),
        ("xml-results", 'id = "@id"', 'id = "//*[1]"', r"\[columns\] id: '//\*\[1\]' is no path"),
        ("xml-results", 'row = "Sample"', "", r"\[file\] row: is missing"),
        ("xlsx-results", 'decimal = "either"', 'decimal = "comma"', "cells of a workbook hold numbers"),
    ],
)
def test_a_wrong_file_profile_names_file_section_and_key(tmp_path, name, old, new, why):
    text = (SHIPPED / "files" / f"{name}.toml").read_text()
    assert old in text
    path = tmp_path / "drop.toml"
    path.write_text(text.replace(old, new, 1))
    with pytest.raises(SettingError, match=f"drop.toml: .*{why}"):
        FileDrop({"profile": str(path)})


KINDS = {name: FileDrop({"profile": name}) for name in NAMES}
FILES = {
    "foss-results": csv_file(TITLES, [ROW] * 3),
    "xlsx-results": xlsx_file(BOOK, [["S1", MOMENT, 13.1, 250]] * 3),
    "long-results": csv_file(
        ["Sample", "Measured", "Parameter", "Result", "Unit"],
        [["S1", "14/07/2026 10:03:22", name, "13.1", "%"] for name in ("Moisture", "Protein", "Moisture")],
    ),
    "xml-results": xml_file([("S1", "2026-07-14T10:03:22", {"Moisture": 13.1})] * 3),
}


def test_the_arrival_time_of_a_row_is_that_of_its_file():
    later = datetime(2026, 8, 1, tzinfo=UTC)
    framer = KINDS["foss-results"].framer()
    framer.feed(FILES["foss-results"], AT)
    assert {frame.at for frame in framer.finish(later)} == {later}


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("", ("*.xlsx",)),
        ('names = "NIR_*.XLSX"', ("nir_*.xlsx",)),
        ('names = ["a*.xlsx", "b.bak"]', ("a*.xlsx", "b.bak")),
    ],
)
def test_a_profile_names_the_files_that_are_the_instruments(tmp_path, line, names):
    assert FileDrop({"profile": str(_named(tmp_path, line))}).profile.shape.names == names


@pytest.mark.parametrize("pattern", ["*", "*.*", "", "../*.csv", "result*", "*.[a-z]*", "a/b.csv"])
def test_a_pattern_that_might_be_any_file_is_refused(tmp_path, pattern):
    with pytest.raises(SettingError, match="must say how the files' names end"):
        FileDrop({"profile": str(_named(tmp_path, f'names = "{pattern}"'))})


def _named(folder, line):
    file = folder / "nir.toml"
    text = find_profile("xlsx-results", "files").read_text()
    file.write_text(text.replace('format = "xlsx"', f'format = "xlsx"\n{line}'))
    return file
