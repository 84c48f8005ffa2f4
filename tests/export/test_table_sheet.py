"""Tables on A4 pages."""

from station.export.table_sheet import SheetTable, tables_pdf

HEAD = ["N°", "Place", "Espèce", "Code", "Motif"]
LONG = [[f"E{n:05d}", "A01", "blé tendre", "S1", "tiré au sort " * 6] for n in range(60)]


def pages(pdf: bytes) -> int:
    return pdf.count(b"/Type /Page\n")


def test_a_long_table_goes_on_on_a_second_page_and_is_the_same_each_time() -> None:
    table = SheetTable(HEAD, LONG, (3, 3, 3, 3, 8))
    pdf = tables_pdf("À envoyer", [table])
    assert pdf.startswith(b"%PDF")
    assert pages(pdf) >= 2
    assert tables_pdf("À envoyer", [table]) == pdf


def test_several_short_tables_share_a_page() -> None:
    tables = [SheetTable(HEAD, LONG[:3], (3, 3, 3, 3, 8), title=f"Tableau {n}") for n in range(4)]
    assert pages(tables_pdf("Rappel", tables, ["Exercice de rappel."])) == 1


def test_a_table_without_rows_has_its_head() -> None:
    assert pages(tables_pdf("Rappel", [SheetTable(HEAD, [], (1, 1, 1, 1, 1), title="Vide")])) == 1
