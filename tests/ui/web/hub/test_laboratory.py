"""A laboratory's file is brought to headquarters on a page, and what waits is matched there."""

from typing import Any

from fastapi.testclient import TestClient
from httpx2 import Response

from tests.headquarters.lab_rig import PROFILE, lab_file, put, rows
from tests.ui.web.hub.rig import NORTH, SOUTH, HubPages, words_of


def furnished(hub: HubPages) -> None:
    with hub.quarters.engine.begin() as connection:
        for station, barcode in ((NORTH, "S1"), (NORTH, "S2"), (SOUTH, "S2")):
            put(connection, "sample", station, id=f"{station}-{barcode}", barcode=barcode)


def brought(hub: HubPages, client: TestClient, data: bytes, profile: str = PROFILE, **also: str) -> Response:
    files = {"file": ("results.csv", data), "profile": ("labo.toml", profile)}
    form = {"form_token": hub.token_of(client), **also}
    return client.post("/laboratory", data=form, files=files)


def kept(hub: HubPages) -> list[Any]:
    with hub.quarters.engine.connect() as connection:
        return rows(connection)


def test_a_file_is_brought_and_a_person_says_which_silos_sample_it_is(hub: HubPages) -> None:
    furnished(hub)
    ines = hub.reader("quality", name="Inès")
    answer = brought(hub, ines, lab_file("S1;R1;11,5", "S2;R1;12,5"))
    assert answer.status_code == 200
    assert "for the silos: 1, waiting: 1" in words_of(answer.text)
    assert "several silos have a sample of this number (north, south)" in words_of(answer.text)
    (waits,) = [row for row in kept(hub) if row["state"] == "waiting"]
    form = {"form_token": hub.token_of(ines), "to": SOUTH}
    wrong = ines.post(f"/laboratory/{waits['id']}/match", data={**form, "sample": "S9"})
    assert (wrong.status_code, "no sample S9" in words_of(wrong.text)) == (422, True)
    right = ines.post(f"/laboratory/{waits['id']}/match", data={**form, "sample": "S2"})
    assert (right.status_code, right.headers["location"]) == (303, "/laboratory")
    assert [(row["station"], row["state"], row["by"]) for row in kept(hub)] == [
        (NORTH, "sent", "Inès"), (SOUTH, "sent", "Inès"),
    ]  # fmt: skip
    again = ines.post(f"/laboratory/{waits['id']}/match", data={**form, "sample": "S2"})
    assert again.status_code == 422
    csv = ines.get("/laboratory?format=csv").text
    assert "Labo Sud,R1" in csv


def test_a_try_records_nothing_and_says_so_in_french(hub: HubPages) -> None:
    furnished(hub)
    ines = hub.reader("quality", language="fr")
    answer = brought(hub, ines, lab_file("S1;R1;11,5"), dry_run="true")
    assert "Rien n'a été enregistré" in words_of(answer.text)
    assert kept(hub) == []


def test_hostile_files_and_profiles_say_what_is_wrong(hub: HubPages) -> None:
    ines = hub.reader("quality")
    for data, profile, said in (
        (b"\0\1\2" * 99, PROFILE, "no text"),
        (lab_file("S1;R1;=1+1"), PROFILE, "no number"),
        (lab_file("S1;R1;1"), "[file]", "labo.toml"),
        (lab_file("S1;R1;1"), "\xff", "labo.toml"),
    ):
        answer = brought(hub, ines, data, profile)
        assert (answer.status_code, said in words_of(answer.text)) == (422, True), words_of(answer.text)
    large = brought(hub, ines, b"a;b\n" * 9_000_000)
    assert large.status_code == 413
    assert kept(hub) == []


def test_who_sees_some_silos_only_reads_theirs_and_brings_nothing(hub: HubPages) -> None:
    furnished(hub)
    brought(hub, hub.reader("quality"), lab_file("S1;R1;11,5", "S2;R1;12,5"))
    of_south = hub.reader("silo_manager", scope=[SOUTH])
    page = of_south.get("/laboratory")
    assert (page.status_code, "S1" in words_of(page.text)) == (200, False)
    assert "S1" in words_of(hub.reader("silo_manager", scope=[NORTH]).get("/laboratory").text)
    assert brought(hub, of_south, lab_file("S1;R1;11,9")).status_code == 403
    assert hub.reader("technician").get("/laboratory").status_code == 403
    assert len(kept(hub)) == 2
