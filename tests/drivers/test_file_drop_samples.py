"""Several rows of a file that are one reading: one row per analyte, and samples measured more than once."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.errors import SettingError
from drivers.file_drop.file_drop import FileDrop
from drivers.generic.profile import SHIPPED
from drivers.reading import Analyte, Flag
from drivers.simulated.exports import Exporter, csv_file, xlsx_file
from tests.drivers.rig import AT, wait_until
from tests.drivers.test_file_drop import numbers, read
from tests.drivers.test_file_drop_folder import Station

LONG = (SHIPPED / "files" / "long-results.toml").read_text()
TITLES = ["Sample", "Measured", "Kind", "Parameter", "Result", "Unit"]
WIDE_TITLES = ["Sample", "Measured at", "Moisture %", "Hagberg s"]


def row(sample, parameter, result, unit="%", *, at="10:03:22", kind="Sub"):
    return [sample, f"14/07/2026 {at}", kind, parameter, result, unit]


EXPORT = [
    row("S1", "Moisture", "13.1"),
    row("S1", "Protein", "11.4"),
    row("S2", "Moisture", "14,0"),
    row("S1", "Moisture", "13.3", at="10:04:10"),
    row("S1", "Protein", "11.6", at="10:04:10"),
    row("S1", "Moisture", "99.9", at="10:04:11", kind="Average"),
    row("S1", "Starch", "64.0"),
]


@pytest.fixture
def profile(tmp_path):
    def write(old="", new="", text=LONG):
        assert old in text
        path = tmp_path / "long.toml"
        path.write_text(text.replace(old, new, 1))
        return str(path)

    return write


def test_the_export_of_the_profiles_head_becomes_the_reading_that_it_tells():
    lines = [line[6:].split(";") for line in LONG.splitlines() if line.startswith("#     ")]
    ((reading,), reasons) = read(csv_file(lines[0], lines[1:]), "long-results")
    assert reasons == []
    assert numbers(reading) == {"moisture": 13.2, "protein": 11.5}


def test_rows_of_one_sample_wherever_they_stand_are_one_reading_with_the_mean_of_its_sub_samples():
    readings, reasons = read(csv_file(TITLES, EXPORT), "long-results")
    assert reasons == []
    assert [(one.sample_id, numbers(one)) for one in readings] == [
        ("S1", {"moisture": 13.2, "protein": 11.5}),
        ("S2", {"moisture": 14.0}),
    ]
    first = readings[0]
    assert (first.device_time.minute, first.extra["replicates"]) == (4, 2)
    assert [fields["moisture"] for fields in first.extra["as_sent"]] == ["13.1", "13.3"]


@pytest.mark.parametrize(
    ("rule", "values"),
    [
        ("last", [{"moisture": 13.3, "protein": 11.6}]),
        ("each", [{"moisture": 13.1, "protein": 11.4}, {"moisture": 13.3, "protein": 11.6}]),
    ],
)
def test_of_a_sample_measured_twice_the_last_counts_or_each(profile, rule, values):
    chosen = profile('replicates = "mean"', f'replicates = "{rule}"')
    readings, reasons = read(csv_file(TITLES, EXPORT), chosen)
    assert reasons == []
    assert [numbers(one) for one in readings if one.sample_id == "S1"] == values
    assert len({one.identity for one in readings}) == len(readings)


def test_each_sub_sample_of_the_same_second_is_told_apart(profile):
    chosen = profile('replicates = "mean"', 'replicates = "each"')
    rows = [row("S1", "Moisture", "13.1")] * 3
    (readings, _), (again, _) = read(csv_file(TITLES, rows), chosen), read(csv_file(TITLES, rows), chosen)
    assert len({one.identity for one in readings}) == 3
    assert [one.identity for one in readings] == [one.identity for one in again]


def test_without_a_rule_for_them_sub_samples_are_refused(profile):
    chosen = profile('replicates = "mean"', "")
    readings, reasons = read(csv_file(TITLES, EXPORT), chosen)
    assert [one.sample_id for one in readings] == ["S2"]
    assert reasons == ["the same is told twice: [rows] replicates says what to do"]


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ([row("S1", "Protein", "11.4")], "without moisture"),
        ([row("S1", "Starch", "64")], "without moisture"),
        ([row("S1", "Moisture", "wet")], "'wet' is not a number"),
        ([row("S1", "Moisture", "13.1"), row("S1", "Moisture", "wet")], "'wet' is not a number"),
    ],
)
def test_a_sample_that_is_not_whole_is_refused_and_the_others_are_not(rows, reason):
    readings, reasons = read(csv_file(TITLES, [*rows, row("S2", "Moisture", "14.0")]), "long-results")
    assert [one.sample_id for one in readings] == ["S2"]
    assert reasons == [reason]


def test_a_row_that_might_be_of_any_sample_refuses_the_file():
    for bad in (["S1", "Moisture"], row("", "Moisture", "13.1")):
        readings, reasons = read(csv_file(TITLES, [*EXPORT, bad]), "long-results")
        assert readings == []
        assert len(reasons) == 1
        assert reasons[0].startswith("row 11: ")


def test_a_sub_sample_measured_badly_leaves_no_mean_and_an_unknown_unit_is_measured_badly():
    bad = [row("S1", "Moisture", "13.1"), row("S1", "Moisture", "---")]
    unknown = [row("S2", "Moisture", "13.1", "g/kg")]
    ((one, two), _) = read(csv_file(TITLES, [*bad, *unknown]), "long-results")
    assert numbers(one) == numbers(two) == {"moisture": None}
    assert Flag.ERROR in one.flags & two.flags


def test_an_analyte_that_one_sub_sample_lacks_has_the_mean_of_the_others():
    ((one,), _) = read(csv_file(TITLES, [*EXPORT[:2], row("S1", "Moisture", "13.3")]), "long-results")
    assert numbers(one) == {"moisture": 13.2, "protein": 11.4}


def test_rows_that_hold_all_analytes_are_sub_samples_in_a_workbook_too(profile):
    text = (SHIPPED / "files" / "xlsx-results.toml").read_text()
    chosen = profile("[numbers]", '[rows]\nsample = "id"\nreplicates = "mean"\n[numbers]', text)
    rows = [["S1", None, 13.1, 250], ["S2", None, 14, 300], ["S1", None, 13.3, None]]
    readings, reasons = read(xlsx_file(WIDE_TITLES, rows), chosen)
    assert reasons == []
    assert [(one.sample_id, numbers(one)) for one in readings] == [
        ("S1", {"moisture": 13.2, "falling_number": 250.0}),
        ("S2", {"moisture": 14.0, "falling_number": 300.0}),
    ]


def test_rows_of_one_sample_that_name_two_products_are_refused(profile):
    chosen = profile('sample_id = "id"', 'sample_id = "id"\nproduct = "kind"')
    rows = [row("S1", "Moisture", "13.1", kind=kind) for kind in ("WHEAT", "BARLEY")]
    assert read(csv_file(TITLES, rows), chosen)[1] == ["rows of one sample differ in kind: BARLEY, WHEAT"]


@given(st.lists(st.tuples(st.sampled_from("ABC"), st.integers(0, 600)), min_size=1, max_size=12))
def test_the_mean_of_a_sample_is_that_of_its_rows_in_any_order(results):
    rows = [row(sample, "Moisture", str(tenths / 10)) for sample, tenths in results]
    readings, reasons = read(csv_file(TITLES, rows), "long-results")
    assert reasons == []
    assert list(dict.fromkeys(sample for sample, _ in results)) == [one.sample_id for one in readings]
    for one in readings:
        mine = [tenths / 10 for sample, tenths in results if sample == one.sample_id]
        assert one.values[Analyte.MOISTURE].value == pytest.approx(sum(mine) / len(mine), abs=1e-6)


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ('sample = ["id"]', "", r"\[rows\] sample: is missing"),
        ('sample = ["id"]', 'sample = ["lot"]', r"\[rows\] sample: 'lot' is no field of \[columns\]"),
        ('replicates = "mean"', 'replicates = "median"', "allowed: refuse, mean, last, each"),
        ('value = "result"', "", r"\[rows\] value: is missing"),
        ('value = "result"', 'value = "number"', "'number' is no field"),
        ('unit = "unit"', "", "gives no field 'moisture_unit'"),
        ('protein = "Protein"', 'protein = "Moisture"', r"\[rows.parameters\] protein: 'Moisture' is also"),
        ('protein = "Protein"', 'kind = "Protein"', r"\[rows.parameters\] kind: is also a field"),
        ('optional = ["protein"', 'optional = ["oil"', "'oil' is no field of"),
        ('value = "result"', 'value = "result"\nrule = 1', r"\[rows\] rule: is not known here"),
    ],
)
def test_wrong_rows_of_a_profile_name_file_section_and_key(profile, old, new, why):
    with pytest.raises(SettingError, match=f"long.toml: .*{why}"):
        FileDrop({"profile": profile(old, new)})


def test_a_dropped_file_of_many_rows_becomes_whole_samples_and_a_note_names_the_rows(tmp_path):
    with Station(tmp_path, profile="long-results") as station:
        wait_until((tmp_path / "done").is_dir)
        data = csv_file(TITLES, [*EXPORT, row("S3", "Protein", "12.0"), row("S3", "Protein", "12.2")])
        exporter = Exporter(tmp_path)
        exporter.export("day.csv", data, AT, cut=len(data) // 2)
        exporter.go_on("day.csv", data)
        exporter.export("good.csv", csv_file(TITLES, EXPORT), AT)
        wait_until(lambda: len(list(tmp_path.glob("*/*.csv*"))) == 3)
    note = (tmp_path / "rejected" / "day.csv.reason.txt").read_text()
    assert note == "2 results taken, 1 refused\nrows 11, 12: without moisture\n"
    assert (tmp_path / "done" / "good.csv").exists()
    assert sorted(one.sample_id for one in station.readings()) == ["S1", "S1", "S2", "S2"]
    assert len({one.identity for one in station.readings()}) == 2
