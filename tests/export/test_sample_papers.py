"""The list of what is sent becomes CSV without formulas, a sheet and labels."""

from station.export.sample_papers import csv_text, labels_pdf, sheet_pdf


def test_what_a_spreadsheet_would_calculate_is_text() -> None:
    rows = [["=1+1", "A1"], ["@SUM(A1)", "-2"], ['a;"b"', "+33"]]
    assert csv_text(rows, ";") == '\'=1+1;A1\r\n\'@SUM(A1);\'-2\r\n"a;""b""";\'+33\r\n'


def test_a_long_sheet_goes_on_on_a_second_page_and_is_the_same_each_time() -> None:
    rows = [[f"E{n:05d}", "A01", "blé tendre", "S1", "tiré au sort " * 6] for n in range(60)]
    head = ["N°", "Place", "Espèce", "Code", "Motif"]
    pdf = sheet_pdf("À envoyer", head, rows, (3, 3, 3, 3, 8))
    assert pdf.startswith(b"%PDF")
    assert pdf.count(b"/Type /Page\n") >= 2
    assert sheet_pdf("À envoyer", head, rows, (3, 3, 3, 3, 8)) == pdf


def test_labels_fill_pages_of_twenty_four() -> None:
    labels = [(f"E{n:05d}-0", ("blé tendre", "S1")) for n in range(25)]
    assert labels_pdf(labels).count(b"/Type /Page\n") == 2
    assert labels_pdf([]).startswith(b"%PDF")
