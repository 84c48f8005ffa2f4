"""The list of what is sent becomes CSV without formulas, and labels."""

from station.export.sample_papers import csv_text, labels_pdf


def test_what_a_spreadsheet_would_calculate_is_text() -> None:
    rows = [["=1+1", "A1"], ["@SUM(A1)", "-2"], ['a;"b"', "+33"]]
    assert csv_text(rows, ";") == '\'=1+1;A1\r\n\'@SUM(A1);\'-2\r\n"a;""b""";\'+33\r\n'


def test_labels_fill_pages_of_twenty_four() -> None:
    labels = [(f"E{n:05d}-0", ("blé tendre", "S1")) for n in range(25)]
    assert labels_pdf(labels).count(b"/Type /Page\n") == 2
    assert labels_pdf([]).startswith(b"%PDF")
