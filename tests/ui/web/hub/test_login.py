"""Who may open a page of headquarters, for how long, and from which form."""

from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from station.headquarters import people
from station.headquarters.page_key import page_key
from tests.ui.web.hub.rig import NORTH, HubPages
from tests.ui.web.rig import Text
from ui.web.sessions import SESSION

PASSWORD = "correct horse battery"


def sign_in(client: TestClient, name: str, password: str, **over: str) -> Response:
    form = Text(client.get("/login").text).fields
    return client.post("/login", data={**form, "name": name, "password": password, **over})


def test_the_right_password_lets_in_and_a_new_one_ends_it(hub: HubPages) -> None:
    hub.person("Zoé", "technician")
    people.set_password(hub.quarters, "zoe", PASSWORD, "test")
    client = hub.stranger()
    answer = sign_in(client, " Zoé ", PASSWORD, to="/stations")
    assert (answer.status_code, answer.headers["location"]) == (303, "/stations")
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert client.get("/stations").status_code == 200
    people.set_password(hub.quarters, "Zoé", PASSWORD + "!", "test")
    assert client.get("/stations").headers["location"].startswith("/login")


def test_a_wrong_password_says_the_same_as_a_wrong_name_and_makes_wait(hub: HubPages) -> None:
    hub.person("Zoé", "technician")
    hub.person("Luc", "director")  # has none
    people.set_password(hub.quarters, "Zoé", PASSWORD, "test")
    client, told = hub.stranger(), set()
    for name in ("Zoé", "Nobody", "Luc"):
        answer = sign_in(client, name, "guess")
        assert answer.status_code == 401
        told.add(answer.text.replace(name, "*").split("<form")[0])
    assert len(told) == 1
    for _ in range(4):
        assert sign_in(client, "Zoé", "guess").status_code == 401
    answer = sign_in(client, "Zoé", PASSWORD)
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "60")
    hub.clock.pass_(seconds=61)
    assert sign_in(client, "Zoé", PASSWORD).status_code == 303


def test_every_copy_counts_the_same_guesses_and_knows_the_same_cookies(hub: HubPages) -> None:
    from ui.web.hub.app import create_hub_pages

    other = HubPages(create_hub_pages(hub.quarters), hub.quarters, hub.clock)
    person = hub.person("Zoé", "technician")
    for copy in (hub, other, hub, other, hub):
        assert sign_in(copy.stranger(), "Zoé", "guess").status_code == 401
    assert sign_in(other.stranger(), "Zoé", "guess").status_code == 429
    client = hub.client_of(person)
    client.app = other.app
    assert other.stranger().get("/stations").status_code == 303
    theirs = other.stranger()
    theirs.cookies.set(SESSION, client.cookies[SESSION])
    assert theirs.get("/stations").status_code == 200


def test_a_session_ends_with_its_hours_and_with_its_person(hub: HubPages) -> None:
    one, other = hub.reader("technician", name="Zoé"), hub.reader("director", name="Luc")
    assert one.get("/stations").status_code == 200
    people.remove_person(hub.quarters, "Zoé", "test")
    assert one.get("/stations").headers["location"].startswith("/login")
    hub.clock.pass_(hours=12)
    assert other.get("/").headers["location"] == "/login?to=%2F"
    hub.clock.now -= timedelta(days=2)
    assert other.get("/").headers["location"] == "/login?to=%2F"  # from the future


def test_a_role_that_is_taken_away_is_gone_with_the_next_page(hub: HubPages) -> None:
    client = hub.reader("technician", name="Zoé")
    people.set_roles(hub.quarters, "Zoé", ["quality"], "test")
    assert client.get("/stations").status_code == 403


def test_a_forged_cookie_is_nobodys(hub: HubPages) -> None:
    client = hub.reader("director")
    good = client.cookies[SESSION]
    for cookie in (good[:-2], good + "x", "", "a.b", good.swapcase()):
        client.cookies.set(SESSION, cookie)
        assert client.get("/").headers["location"].startswith("/login")


def test_a_form_without_its_token_does_nothing(hub: HubPages) -> None:
    stranger, reader = hub.stranger(), hub.reader("director")
    mine = Text(stranger.get("/login").text).fields["form_token"]
    for token in ("", "x", "é", mine[:-1]):
        answer = stranger.post("/login", data={"name": "Zoé", "password": PASSWORD, "form_token": token})
        assert answer.status_code == 403
        assert reader.post("/logout", data={"form_token": token}).status_code == 403
    assert reader.post("/logout", data={"form_token": mine}).status_code == 403  # another reader's
    answer = reader.post("/logout", data={"form_token": hub.token_of(reader)})
    assert answer.status_code == 303
    assert answer.headers["set-cookie"].startswith(f'{SESSION}="";')


def test_every_page_that_is_served_is_for_somebody(hub: HubPages) -> None:
    """A room whose pages no entry of the table has is shown to nobody."""
    anybodys = {"/", "/login", "/logout", "/language/{language}"}
    front = hub.app.state.front
    assert {path for path in hub.app.state.served if front.navigation.entry_of(path) is None} == anybodys


def test_a_page_of_another_role_is_refused_and_not_in_the_menu(hub: HubPages) -> None:
    client = hub.reader("technician", language="en")
    links = Text(client.get("/stations").text).links
    for entry in hub.app.state.front.navigation.entries:
        if entry.path in hub.app.state.served:
            assert (entry.path in links) == ("technician" in entry.roles)
            assert client.get(entry.path).status_code == (200 if "technician" in entry.roles else 403)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_language_is_the_browsers_until_another_is_chosen(hub: HubPages, language: str) -> None:
    client = hub.stranger(language)
    assert f'lang="{language}"' in client.get("/login").text[:60]
    other = "en" if language == "fr" else "fr"
    client.get(f"/language/{other}?to=/login")
    assert f'lang="{other}"' in client.get("/login").text[:60]


def test_the_name_of_the_house_and_of_a_person_are_text_and_no_markup() -> None:
    hostile = "<script>alert(1)</script>\"'&"
    pages = HubPages.begin(name=hostile)
    client = pages.reader("silo_manager", scope=[NORTH], name=hostile)
    for answer in (pages.stranger().get("/login"), client.get("/stations")):
        assert answer.status_code == 200
        assert "<script" not in answer.text
        assert "&lt;script&gt;" in answer.text


def test_the_cookies_key_is_not_the_hubs_own(hub: HubPages) -> None:
    from station.hub.identity import key_of

    with hub.quarters.engine.begin() as connection:
        seed = key_of(connection, hub.quarters.tables).private_bytes_raw().hex()
    assert page_key(hub.quarters) == page_key(hub.quarters)
    assert seed not in page_key(hub.quarters)
