"""Over HTTP a manager keeps the lists; the terminal asks for contracts and stored tares."""

from dataclasses import replace

from tests.api.rig import Counter, ok, problem

FILE = "Contrat;Apporteur;Espèce;Tonnage\n2026-1;EARL Dupont;blé tendre;60\n2026-2;X;orge;1\n"


def test_a_manager_takes_a_list_and_anybody_sees_what_is_left(counter: Counter) -> None:
    with counter.client() as anne, counter.client("marc", "fr") as marc:
        body = {"text": FILE, "dry_run": True}
        problem(anne.post("/reference/contracts/file", json=body), 403, "not_allowed")
        for dry_run in (True, False):
            taken = ok(marc.post("/reference/contracts/file", json=body | {"dry_run": dry_run}))
            assert (taken["added"], taken["changed"], taken["known"]) == (1, 0, 0)
            assert [one["message"] for one in taken["errors"]] == [
                "ligne 3 : aucun apporteur n'a le nom ou le numéro « X »"
            ]
            listed = ok(anne.get("/contracts", params={"supplier": "earl dupont"}))
            assert [one["number"] for one in listed] == ([] if dry_run else ["2026-1"])
        assert (listed[0]["remaining_t"], listed[0]["species"]) == (60.0, "soft_wheat")
        said = ok(marc.get("/reference/contracts"))
        assert said["master"] == "station"
        assert said["text"].splitlines()[1] == "2026-1;EARL Dupont;;soft_wheat;;;60;2026;"
        again = ok(marc.post("/reference/contracts/file", json={"text": said["text"]}))
        assert (again["known"], again["errors"]) == (1, [])


def test_an_entry_is_retired_once(counter: Counter) -> None:
    with counter.client("marc") as marc:
        ok(marc.post("/reference/contracts/file", json={"text": FILE}))
        assert marc.post("/reference/contracts/retire", json={"name": "2026 1"}).status_code == 204
        problem(marc.post("/reference/contracts/retire", json={"name": "2026-1"}), 404, "unknown_entry")
        assert ok(marc.get("/contracts", params={"supplier": "EARL Dupont"})) == []
        problem(marc.post("/reference/suppliers/retire", json={"name": "EARL Dupont"}), 404, "unknown_entry")


def test_a_variety_is_offered_until_it_is_retired(counter: Counter) -> None:
    text = "species,variety\nsoft_wheat,Chevignon\nsoft_wheat,Winner\n"
    with counter.client("marc") as marc:
        ok(marc.post("/reference/varieties/file", json={"text": text}))
        known = ok(marc.get("/varieties", params={"species": "soft_wheat"}))
        assert [one["name"] for one in known] == ["Chevignon", "Winner"]
        assert marc.post("/reference/varieties/retire", json={"name": known[0]["id"]}).status_code == 204
        assert [one["name"] for one in ok(marc.get("/varieties"))] == ["Winner"]


def test_a_stored_tare_closes_a_visit_where_the_site_uses_them(counter: Counter) -> None:
    silo = counter.silo
    done = silo.receive("AB-123-CD")
    with counter.client() as anne:
        body = {"weighing_id": done.weighing.id}
        problem(anne.post("/tares", json=body), 409, "no_stored_tares")
        context = counter.app.state.context
        counter.app.state.context = replace(context, desk=replace(context.desk, stored_tare_days=30))
        tare = ok(anne.post("/tares", json=body), 201)
        assert (tare["plate"], tare["kg"], tare["counts"]) == ("AB-123-CD", 15_240, True)
        visit = silo.arrive("AB-123-CD")
        silo.confirm(43_120, visit, "first")
        silo.measure_well(visit)
        silo.decide(silo.loads(visit)[0])
        assert ok(anne.get(f"/visits/{visit.id}/stored-tare"))["id"] == tare["id"]
        used = ok(anne.post(f"/visits/{visit.id}/stored-tare", json={"tare_id": tare["id"]}))
        assert (used["weighing"]["rule"], used["tickets"][0]["net_kg"]) == ("stored_tare", 27_880)
        assert ok(anne.get("/tares")) == [tare]
        ended = ok(anne.post(f"/tares/{tare['id']}/end"))
        assert ok(anne.get("/tares")) == []
        problem(anne.post(f"/tares/{ended['id']}/end"), 404, "unknown_tare")


def test_a_load_names_its_contract(counter: Counter) -> None:
    load = {"species": "soft_wheat", "contract": "2026-1", "barcode": "S77001"}
    arrival = {"plate": "ZZ-999-ZZ", "supplier": "EARL Dupont", "loads": [load]}
    with counter.client() as anne, counter.client("marc") as marc:
        problem(anne.post("/visits", json=arrival), 404, "contract_unknown")
        ok(marc.post("/reference/contracts/file", json={"text": FILE}))
        visit = ok(anne.post("/visits", json=arrival), 201)
        assert ok(anne.get(f"/loads/{visit['loads'][0]['id']}"))["contract"] == "2026-1"
