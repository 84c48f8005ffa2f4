"""The silos' pages of comparisons, at headquarters: over all silos for who sees all, of the own one else."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import delete, insert, select

from station.headquarters.comparisons import Comparing
from station.hub.database import TABLES
from station.hub.own import STATIONS
from station.hub.photo_tables import PHOTOS
from tests.headquarters.silo_of_values import ANALYTE, SiloOfValues
from tests.silo_rig import START
from tests.ui.web.hub.rig import NORTH, SOUTH, HubPages, words_of
from tests.ui.web.rig import Text

ASKED = f"analyte={ANALYTE}&species=soft_wheat&period=campaign"
ALL = ("/pair", "/three-ways", "/who-was-right", "/groups")
OF_A_SILO = ("/watch", "/fairness")


@pytest.fixture(scope="module")
def compared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HubPages]:
    """Two silos' phones, of which one reads high and the other low."""
    hub, folder = HubPages.begin(), tmp_path_factory.mktemp("silos")
    stations = TABLES.tables[STATIONS]
    with hub.quarters.engine.begin() as connection:
        connection.execute(delete(stations).where(stations.c.id.in_((NORTH, SOUTH))))
    silos = [
        SiloOfValues.begin(folder, hub.quarters.engine, name, bias=bias)
        for name, bias in (("arbois", -0.6), ("beaulieu", 0.6))
    ]
    Comparing(hub.quarters.engine, TABLES, ANALYTE, hub.clock()).run()
    yield hub
    for one in silos:
        one.silo.desk.ledger.close()


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_page_has_an_answer(compared: HubPages, language: str) -> None:
    client = compared.reader("quality", language=language, name=f"Zoé {language}")
    for path in (*ALL, *OF_A_SILO):
        page = client.get(path)
        assert page.status_code == 200, path
        assert "Nothing has been compared" not in page.text
        assert "Rien n'a" not in page.text
    assert "Arbois" in client.get(f"/groups?{ASKED}&pair=phone-lab").text


def test_over_all_silos_each_is_a_group(compared: HubPages) -> None:
    client = compared.reader("quality", name="Luc")
    found = words_of(client.get(f"/groups?{ASKED}&pair=phone-lab&source=").text)
    assert "By silo" in found
    assert "Arbois · Galaxy A54 2" in found


def test_a_load_of_who_was_right_leads_to_its_evidence(compared: HubPages) -> None:
    client = compared.reader("quality", name="Léa")
    page = client.get(f"/who-was-right?{ASKED}").text
    for silo in ("Arbois", "Beaulieu"):
        assert f'<td data-label="Silo">{silo}</td>' in page
    links = Text(page).links
    assert {one.split("/")[2] for one in links if one.startswith("/sites/")} == {"arbois", "beaulieu"}
    of_one = Text(client.get(f"/who-was-right?{ASKED}&silo=arbois").text).links
    assert {one.split("/")[2] for one in of_one if one.startswith("/sites/")} == {"arbois"}


def test_links_keep_the_silo(compared: HubPages) -> None:
    client = compared.reader("quality", name="Max")
    links = Text(client.get("/pair?silo=beaulieu").text).links
    own = [one for one in links if one.startswith("/pair?")]
    assert own
    assert all("silo=beaulieu" in one for one in own)


def test_a_manager_of_one_silo_sees_no_other(compared: HubPages) -> None:
    client = compared.reader("silo_manager", scope=["arbois"])
    for path in (*ALL, *OF_A_SILO):
        for asked in ("", "?silo=", "?silo=beaulieu", f"?silo=beaulieu&{ASKED}"):
            page = client.get(path + asked)
            assert page.status_code == 200, path
            assert "eaulieu" not in words_of(page.text)
    assert "Arbois" in client.get("/pair").text


def test_logistics_and_technicians_have_no_comparisons(compared: HubPages) -> None:
    for role in ("logistics", "technician"):
        assert compared.reader(role).get("/groups").status_code == 403


def test_the_evidence_of_a_load_says_what_was_measured_and_decided(compared: HubPages) -> None:
    client = compared.reader("quality", name="Ana")
    table = TABLES.tables["decision"]
    with compared.quarters.engine.connect() as connection:
        query = select(table.c.load_id).where(table.c.station == "arbois")
        load = connection.execute(query).scalars().first()
    page = client.get(f"/sites/arbois/loads/{load}")
    found = words_of(page.text)
    assert page.status_code == 200
    for words in ("EARL Dupont", "Decided on", "as proposed", "protein 10.40 %", "Net 27,880"):
        assert words in found, words
    assert client.get(f"/sites/beaulieu/loads/{load}").status_code == 404
    assert client.get("/sites/arbois/loads/nothing").status_code == 404
    other = compared.reader("silo_manager", scope=["beaulieu"])
    assert other.get(f"/sites/arbois/loads/{load}").status_code == 404


def test_a_photo_is_shown_once_it_has_come_whole_and_to_no_other_silo(compared: HubPages) -> None:
    """The rows of the capture come before the photo's bytes."""
    link, sha = "/sites/arbois/loads/", "ab" * 32
    with compared.quarters.engine.begin() as connection:
        samples = TABLES.tables["sample"]
        query = select(samples.c.id, samples.c.load_id).where(samples.c.station == "arbois")
        sample, load = connection.execute(query).first() or ("", "")
        common = {"station": "arbois", "post_place": 1, "post_digest": ""}
        for name, row in (
            ("pairing", {
                "id": "p1", "item_kind": "capture", "item_id": "c1", "sample_id": sample, "state": "paired",
                "code": "barcode", "params": {}, "at": START, "seq": 1, "current": True,
            }),
            ("photo", {
                "capture_id": "c1", "position": 0, "sha256": sha, "size": 3, "media_type": "image/jpeg",
            }),
        ):  # fmt: skip
            connection.execute(insert(TABLES.tables[name]).values({**common, **row}))
    client = compared.reader("quality", name="Eva")
    assert "1 photo is not here yet." in words_of(client.get(link + load).text)
    assert client.get(f"{link}{load}/photos/{sha}").status_code == 404
    compared.app.state.quarters = replace(compared.quarters, photo={sha: b"jpg"}.get)
    with compared.quarters.engine.begin() as connection:
        connection.execute(insert(TABLES.tables[PHOTOS]).values(sha256=sha, size=3, at=START))
    assert f"{link}{load}/photos/{sha}" in client.get(link + load).text
    assert client.get(f"{link}{load}/photos/{sha}").content == b"jpg"
    other = compared.reader("silo_manager", scope=["beaulieu"], name="Bo")
    assert other.get(f"{link}{load}/photos/{sha}").status_code == 404
