"""Certificates come out of a spreadsheet: right rows are entered, wrong ones told by their line."""

from sqlmodel import select

from station.receival.masters.certificate_files import read_certificates
from station.receival.masters.certificate_import import import_certificates
from station.store.tables import Certificate
from tests.silo_rig import MARC, Silo
from ui.words.row_errors import row_error

FILE = """Apporteur;N° apporteur;Engagement;Numéro;Organisme;Du;Au\r
EARL Dupont;;bio;FR-BIO-01/77;Certipaq;01/01/2026;31/12/2026\r
;;sustainability;2BS-1;;2026-01-01;2026-12-31\r
earl dupont;;Durable;2BS-2;;2026-01-01;2026-12-31\r
GAEC Inconnu;;bio;1;;2026-01-01;2026-12-31\r
EARL Dupont;;équitable;1;;2026-01-01;2026-12-31\r
EARL Dupont;;bio;1;;2026-02-30;2026-12-31\r
EARL Dupont;;bio;1;;2026-12-31;2026-01-01\r
\r
EARL Dupont;;bio;FR-BIO-01/77;Certipaq;01/01/2026;31/12/2026\r
"""


def held(silo: Silo) -> list[tuple[str, str]]:
    with silo.desk.ledger.read() as tx:
        return sorted((row.claim, row.number) for row in tx.exec(select(Certificate)))


def test_a_dry_run_says_the_same_and_writes_nothing(silo: Silo) -> None:
    before = held(silo)
    tried = import_certificates(silo.desk, FILE, MARC, silo.clock(), dry_run=True)
    assert held(silo) == before
    taken = import_certificates(silo.desk, FILE, MARC, silo.clock(), dry_run=False)
    assert tried == taken
    assert held(silo) == sorted([*before, ("organic", "FR-BIO-01/77"), ("sustainability", "2BS-2")])
    again = import_certificates(silo.desk, FILE, MARC, silo.clock(), dry_run=False)
    assert (again.added, again.known) == (0, 3)
    respelled = FILE.replace("FR-BIO-01/77;Certipaq", "fr bio 01 77;")
    otherwise = import_certificates(silo.desk, respelled, MARC, silo.clock(), dry_run=False)
    assert (otherwise.added, otherwise.known) == (0, 3)


def test_a_wrong_row_is_told_by_its_line(silo: Silo) -> None:
    taken = import_certificates(silo.desk, FILE, MARC, silo.clock(), dry_run=True)
    assert (taken.added, taken.known) == (2, 1)
    assert [(one.line, one.code) for one in taken.errors] == [
        (3, "field_empty"), (5, "supplier_unknown"), (6, "claim_unknown"), (7, "no_day"),
        (8, "dates_reversed"),
    ]  # fmt: skip
    said = [row_error(one.line, one.code, one.params, "fr") for one in taken.errors]
    assert said[0] == "ligne 3 : la colonne « apporteur » est vide"
    assert said[3] == "ligne 7 : valable du : « 2026-02-30 » n'est pas une date"


def test_a_supplier_is_found_by_its_number_too(silo: Silo) -> None:
    text = "supplier number,claim,number,valid from,valid until\nF0012,seed,1,2026-01-01,2026-12-31\n"
    assert import_certificates(silo.desk, text, MARC, silo.clock(), dry_run=True).added == 1


def test_a_file_without_its_columns_is_refused_as_a_whole() -> None:
    rows, errors = read_certificates("a;b\n1;2\n")
    assert (rows, [(one.line, one.code) for one in errors]) == ([], [(None, "columns_missing")])
    assert "engagement" in row_error(None, errors[0].code, errors[0].params, "fr")
    assert [one.code for one in read_certificates('claim,number\n"a')[1]] == ["columns_missing"]
