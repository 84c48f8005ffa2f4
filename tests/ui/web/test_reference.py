"""A manager keeps the lists on their page; what another program owns is only shown there."""

from dataclasses import replace

from station.acts.desk import Masters
from station.receival.masters.contract_standing import contract_numbered
from station.store.tables import Contract
from tests.silo_rig import Silo
from tests.ui.web.rig import Text, make_readers, pages_of

SAID = {"number": "2026-7", "supplier": "EARL Dupont", "species": "orge", "tonnes": "12,5"}


def held(silo: Silo) -> Contract | None:
    with silo.desk.ledger.read() as tx:
        return contract_numbered(tx, "2026-7", silo.desk.policy.campaign)


def test_an_entry_is_added_changed_and_retired(silo: Silo) -> None:
    make_readers(silo)
    marc = pages_of(silo).reader("Marc", "fr")
    page = Text(marc.get("/reference").text)
    assert "Référentiel" in page.words
    form = {"form_token": page.fields["form_token"]}
    assert marc.post("/reference/contracts", data={**form, **SAID}).status_code == 303
    shown = marc.get("/reference/contracts").text
    for words in ("2026-7", "EARL Dupont", "12,500", "orge"):
        assert words in shown
    assert marc.post("/reference/contracts", data={**form, **SAID, "tonnes": "20"}).status_code == 303
    row = held(silo)
    assert row is not None
    assert (row.tonnes, row.ended_at, row.by) == (20.0, None, "marc")
    assert marc.post("/reference/contracts/retire", data={**form, "entry": "2026-7"}).status_code == 303
    row = held(silo)
    assert row is not None
    assert row.ended_at is not None


def test_what_is_wrong_is_said_and_nothing_is_written(silo: Silo) -> None:
    make_readers(silo)
    marc = pages_of(silo).reader("Marc", "fr")
    form = {"form_token": Text(marc.get("/reference").text).fields["form_token"]}
    wrong = marc.post("/reference/contracts", data={**form, **SAID, "species": "avoine"})
    assert wrong.status_code == 409
    assert "Refusé : espèce : « avoine » n'est pas une espèce de ce site" in Text(wrong.text).words
    empty = marc.post("/reference/contracts", data={**form, **SAID, "number": ""})
    assert empty.status_code == 409
    assert held(silo) is None


def test_every_list_has_its_page_and_file(silo: Silo) -> None:
    make_readers(silo)
    silo.arrive("AB-123-CD")
    marc = pages_of(silo).reader()
    for name in ("contracts", "suppliers", "vehicles", "varieties", "orders", "buyers", "carriers"):
        assert marc.get(f"/reference/{name}").status_code == 200
    assert "AB-123-CD" in marc.get("/reference/vehicles?format=csv").text
    assert marc.get("/reference/prices").status_code in (404, 422)


def test_a_list_of_another_program_is_only_shown(silo: Silo) -> None:
    silo.desk = replace(silo.desk, masters=Masters(reference="erp"))
    make_readers(silo)
    marc = pages_of(silo).reader("Marc", "fr")
    page = marc.get("/reference").text
    assert "le logiciel de la coopérative" in page
    assert 'action="/reference/contracts"' not in page
    form = {"form_token": Text(marc.get("/plan").text).fields["form_token"]}
    assert marc.post("/reference/contracts", data={**form, **SAID}).status_code == 409
    assert held(silo) is None
