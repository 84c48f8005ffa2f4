"""Lists of reference data come out of a spreadsheet: wrong rows are told by line and column."""

from dataclasses import replace

import pytest
from sqlmodel import select

from station.acts.desk import Masters
from station.acts.refusals import Conflict, Fault, NotAllowed
from station.receival.masters.contract_standing import contract_numbered
from station.receival.masters.reference_files import LISTINGS, read_list, write_list
from station.receival.masters.reference_import import Taken, import_list
from station.receival.masters.table_files import RowRefused, text_of
from station.store.tables import Buyer, Contract, OutboundOrder, Supplier, Variety, Vehicle
from tests.silo_rig import ANNE, MARC, Silo
from ui.words.row_errors import row_error

SUPPLIERS = "Nom;Numéro\r\nEARL Dupont;F0012\r\nGAEC de la Haie;F0002\r\n;F0003\r\ngaec de la haie;F0002\r\n"
CONTRACTS = (
    "Contrat;N° apporteur;Espèce;Variété;Engagements;Tonnage;Campagne\r\n"
    "2026-118;F0012;blé tendre;Chevignon;;120,5;\r\n"
    "2026-119;F0012;orge;;bio;40;2026\r\n"
    "2026-120;F0404;orge;;;40;\r\n"
    "2026-121;F0012;avoine;;;40;\r\n"
    "2026-122;F0012;orge;;;beaucoup;\r\n"
    "2026-123;F0012;orge;;équitable;4;\r\n"
)


def take(silo: Silo, kind: str, text: str, *, dry_run: bool = False) -> Taken:
    return import_list(silo.desk, kind, text, MARC, silo.clock(), dry_run=dry_run)


def said(taken: Taken, language: str = "fr") -> list[str]:
    return [row_error(one.line, one.code, one.params, language) for one in taken.errors]


def contracts(silo: Silo) -> list[tuple[str, float | None, bool]]:
    with silo.desk.ledger.read() as tx:
        rows = tx.exec(select(Contract).order_by(Contract.seq))  # type: ignore[arg-type]
        return [(row.number, row.tonnes, row.ended_at is None) for row in rows]


def test_a_dry_run_says_the_same_and_writes_nothing(silo: Silo) -> None:
    tried = take(silo, "suppliers", SUPPLIERS, dry_run=True)
    with silo.desk.ledger.read() as tx:
        assert tx.exec(select(Supplier).where(Supplier.external_ref == "F0002")).first() is None
    assert tried == take(silo, "suppliers", SUPPLIERS)
    with silo.desk.ledger.read() as tx:
        assert (
            tx.exec(select(Supplier).where(Supplier.external_ref == "F0002")).one().name == "GAEC de la Haie"
        )


def test_twice_changes_nothing(silo: Silo) -> None:
    for kind, text in (("suppliers", SUPPLIERS), ("contracts", CONTRACTS)):
        first = take(silo, kind, text)
        again = take(silo, kind, text)
        assert set(again.did) == {"known"}
        assert again.did.total() == first.did.total()
        assert again.errors == first.errors
    assert contracts(silo) == [("2026-118", 120.5, True), ("2026-119", 40.0, True)]


def test_a_wrong_row_is_told_by_line_column_and_reason_in_both_languages(silo: Silo) -> None:
    suppliers = take(silo, "suppliers", SUPPLIERS)
    assert said(suppliers) == [
        "ligne 4 : la colonne « nom » est vide", "ligne 5 : déjà écrit à la ligne 3",
    ]  # fmt: skip
    taken = take(silo, "contracts", CONTRACTS)
    assert said(taken) == [
        "ligne 4 : aucun apporteur n'a le nom ou le numéro « F0404 »",
        "ligne 5 : espèce : « avoine » n'est pas une espèce de ce site",
        "ligne 6 : tonnes : « beaucoup » n'est pas un nombre de tonnes",
        "ligne 7 : « équitable » n'est pas un engagement de ce site",
    ]
    assert said(taken, "en")[1] == "line 5: species: “avoine” is no species of this site"


def test_what_changes_is_a_new_row_and_keeps_the_number_as_it_was_spelt(silo: Silo) -> None:
    take(silo, "suppliers", SUPPLIERS)
    take(silo, "contracts", CONTRACTS)
    more = "number,supplier,species,variety,tonnes\n2026 118,earl dupont,soft_wheat,Chevignon,150.25\n"
    assert take(silo, "contracts", more).did == {"changed": 1}
    assert contracts(silo)[0] == ("2026-118", 120.5, False)
    assert contracts(silo)[-1] == ("2026-118", 150.25, True)
    with silo.desk.ledger.read() as tx:
        row = contract_numbered(tx, "2026118", silo.desk.policy.campaign)
    assert row is not None
    assert (row.tonnes, row.by) == (150.25, "marc")


def test_a_supplier_is_renamed_by_its_number_and_a_name_keeps_its_number(silo: Silo) -> None:
    take(silo, "suppliers", SUPPLIERS)
    renamed = take(silo, "suppliers", "name,number\nEARL Dupont et fils,F0012\nGAEC de la Haie,F0009\n")
    assert renamed.did == {"changed": 1}
    assert said(renamed, "en") == ["line 3: name: “GAEC de la Haie” has the number F0002 already"]


def test_vehicles_name_trailer_supplier_and_species(silo: Silo) -> None:
    text = "Immatriculation;Remorque;Apporteur;Espèce\nZZ-111-AA;ZZ-222-BB;EARL Dupont;orge\nZZ-111-AA;;;\n"
    silo.arrive("AB-123-CD", supplier="EARL Dupont")
    taken = take(silo, "vehicles", text)
    assert (taken.did, [one.code for one in taken.errors]) == ({"added": 1}, ["key_twice"])
    with silo.desk.ledger.read() as tx:
        row = tx.exec(select(Vehicle).where(Vehicle.plate == "ZZ-111-AA")).one()
        assert row.species == "barley"
        assert tx.get_one(Vehicle, row.trailer_id or "").plate == "ZZ-222-BB"
    assert take(silo, "vehicles", text).did == {"known": 1}


def test_varieties_are_a_catalogue_for_each_species(silo: Silo) -> None:
    text = "Espèce;Variété\nblé tendre;Chevignon\nblé tendre;CHEVIGNON\norge;KWS Faro\n"
    taken = take(silo, "varieties", text)
    assert (taken.did, [one.line for one in taken.errors]) == ({"added": 2}, [3])
    with silo.desk.ledger.read() as tx:
        assert {row.id for row in tx.exec(select(Variety))} >= {"soft_wheat-chevignon", "barley-kwsfaro"}


def test_an_order_is_of_a_known_buyer(silo: Silo) -> None:
    orders = "Ordre;Acheteur;Espèce;Qualité;Tonnage\nE-1;Moulins du Loir;blé tendre;milling;500\n"
    assert said(take(silo, "orders", orders)) == [
        "ligne 2 : acheteur : aucun acheteur ne s'appelle « Moulins du Loir »"
    ]
    assert take(silo, "buyers", "Nom;Lieu\nMoulins du Loir;Vaas\n").did == {"added": 1}
    assert take(silo, "carriers", "Nom\nTransports Petit\n").did == {"added": 1}
    assert take(silo, "orders", orders).did == {"added": 1}
    with silo.desk.ledger.read() as tx:
        order, buyer = tx.exec(select(OutboundOrder)).one(), tx.exec(select(Buyer)).one()
    assert (order.buyer, order.tonnes, order.campaign) == (
        "Moulins du Loir",
        500.0,
        silo.desk.policy.campaign,
    )
    assert buyer.place == "Vaas"


def test_only_a_manager_and_only_where_the_station_is_master(silo: Silo) -> None:
    with pytest.raises(NotAllowed):
        import_list(silo.desk, "suppliers", SUPPLIERS, ANNE, silo.clock(), dry_run=True)
    silo.desk = replace(silo.desk, masters=Masters(reference="erp"))
    with pytest.raises(Conflict) as error:
        take(silo, "suppliers", SUPPLIERS)
    assert error.value.code is Fault.REFERENCE_ELSEWHERE


@pytest.mark.parametrize("kind", LISTINGS)
@pytest.mark.parametrize("language", ["fr", "en"])
def test_what_is_written_reads_back(kind: str, language: str) -> None:
    said = {name: f'{name} =é; "x"' for name in LISTINGS[kind].columns} | {"tonnes": 120.5}
    risky = dict.fromkeys(LISTINGS[kind].columns, "=1+1")
    text = write_list(kind, [said, risky], language)
    assert "\n=" not in text
    rows, errors = read_list(kind, text)
    assert errors == []
    wanted = {name: said[name] for name in LISTINGS[kind].columns}
    if "tonnes" in wanted:
        wanted["tonnes"] = "120,5" if language == "fr" else "120.5"
    assert [row.said for row in rows] == [wanted, risky]


def test_a_file_without_its_columns_is_refused_as_a_whole(silo: Silo) -> None:
    taken = take(silo, "contracts", "Contrat;Espèce\n1;orge\n")
    assert said(taken) == ["la première ligne ne nomme pas de colonne pour : apporteur"]


@pytest.mark.parametrize(
    ("kind", "text", "told"),
    [
        ("suppliers", "nom;nom\nA;B\n", ["la première ligne nomme deux colonnes pour : nom"]),
        ("suppliers", f"nom\n{'L' * 81}\n", ["ligne 2 : nom : plus de 80 caractères"]),
        ("suppliers", f"nom;numéro\nA;{'1' * 121}\n", ["ligne 2 : numéro : plus de 120 caractères"]),
        ("vehicles", "plaque\nMN-1!\nX\n", [
            "ligne 2 : immatriculation : « MN-1! » n'est pas une immatriculation",
            "ligne 3 : immatriculation : « X » n'est pas une immatriculation",
        ]),
        ("contracts", "numéro;apporteur;n° apporteur;espèce\nK1;GAEC Z;14;soft_wheat\n", [
            "ligne 2 : apporteur : « GAEC Z » n'a pas le numéro 14, qui est celui de GAEC W",
        ]),
    ],
)  # fmt: skip
def test_what_an_arrival_would_not_take_or_could_be_two_is_refused(
    silo: Silo, kind: str, text: str, told: list[str]
) -> None:
    take(silo, "suppliers", "nom;numéro\nGAEC Z;12\nGAEC W;14\n")
    assert [one.replace("\N{NO-BREAK SPACE}", " ") for one in said(take(silo, kind, text))] == told


def test_a_column_that_no_list_has_is_told_and_tabs_part_cells_too(silo: Silo) -> None:
    taken = take(silo, "suppliers", "nom\tadresse\tnuméro\nGAEC Z\true du Port\t12\n")
    assert (taken.did["added"], list(taken.unread)) == (1, ["adresse"])


@pytest.mark.parametrize("coding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_each_coding_of_a_spreadsheet_program_is_read(coding: str) -> None:
    assert text_of("nom;numéro\nSCEA Été;1\n".encode(coding)) == "nom;numéro\nSCEA Été;1\n"


@pytest.mark.parametrize("head", [b"PK\x03\x04", b"\xd0\xcf\x11\xe0"])
def test_a_workbook_is_no_table(head: bytes) -> None:
    with pytest.raises(RowRefused, match="is_workbook"):
        text_of(head + bytes(100))
