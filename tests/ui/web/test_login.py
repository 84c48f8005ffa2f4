"""Who may open a page, for how long, and from which form."""

from fastapi.testclient import TestClient
from httpx2 import Response
from sqlmodel import select

from station.receival.persons import people
from station.store.tables import AuditEvent, Person
from tests.ui.web.rig import Pages, Text
from ui.web.sessions import SESSION, local_path

PASSWORD = "correct horse battery"


def sign_in(client: TestClient, name: str, password: str, **over: str) -> Response:
    form = Text(client.get("/login").text).fields
    return client.post("/login", data={**form, "name": name, "password": password, **over})


def test_the_right_password_lets_in_and_a_new_one_ends_it(pages: Pages) -> None:
    desk, clock = pages.silo.desk, pages.silo.clock
    people.set_password(desk, "Marc", PASSWORD, clock())
    client = pages.stranger()
    answer = sign_in(client, " Marc ", PASSWORD, to="/people")
    assert (answer.status_code, answer.headers["location"]) == (303, "/people")
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert "secure" not in cookie  # over https it is: below
    assert "Marc" in client.get("/login?to=/nowhere", follow_redirects=True).text
    people.set_password(desk, "Marc", PASSWORD + "!", clock())
    assert client.get("/").headers["location"].startswith("/login")
    assert "Secure" in TestClient(pages.app, base_url="https://silo").get("/login").headers["set-cookie"]
    with desk.ledger.read() as tx:
        events = tx.exec(select(AuditEvent.kind, AuditEvent.by, AuditEvent.terminal)).all()
    assert ("signed_in", "marc", "page testclient") in events


def test_a_wrong_password_says_the_same_as_a_wrong_name_and_makes_wait(pages: Pages) -> None:
    people.set_password(pages.silo.desk, "Marc", PASSWORD, pages.silo.clock())
    _take_password(pages, "ines")
    client = pages.stranger()
    told = set()
    for name in ("Marc", "Nobody", "Ines"):  # Ines has none
        answer = sign_in(client, name, "guess")
        assert answer.status_code == 401
        told.add(answer.text.replace(name, "*").split("<form")[0])
    assert len(told) == 1
    for _ in range(4):
        assert sign_in(client, "Marc", "guess").status_code == 401
    answer = sign_in(client, "Marc", PASSWORD)
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "60")
    assert SESSION not in client.cookies


def test_a_session_ends_with_its_hours_and_with_its_person(pages: Pages) -> None:
    marc, anne = pages.reader("Marc"), pages.reader("Anne")
    assert marc.get("/").status_code == 303
    assert not marc.get("/").headers["location"].startswith("/login")
    people.remove_person(pages.silo.desk, "Anne", pages.silo.clock())
    assert anne.get("/").headers["location"].startswith("/login")
    pages.silo.clock.pass_(hours=12)
    assert marc.get("/").headers["location"] == "/login?to=%2F"


def test_a_forged_cookie_is_nobodys(pages: Pages) -> None:
    client = pages.reader("Marc")
    good = client.cookies[SESSION]
    for cookie in (good[:-2], good + "x", "", "a.b", good.swapcase()):
        client.cookies.set(SESSION, cookie)
        assert client.get("/").headers["location"].startswith("/login")
    _take_password(pages, "marc")
    client.cookies.set(SESSION, good)
    assert client.get("/").headers["location"].startswith("/login")


def _take_password(pages: Pages, person_id: str) -> None:
    with pages.silo.desk.ledger.write() as tx:
        person = tx.get_one(Person, person_id)
        person.password_hash = None
        tx.add(person)


def test_a_form_without_its_token_does_nothing(pages: Pages) -> None:
    stranger, marc = pages.stranger(), pages.reader()
    mine = Text(stranger.get("/login").text).fields["form_token"]
    for token in ("", "x", "é", mine[:-1]):
        answer = stranger.post("/login", data={"name": "Marc", "password": PASSWORD, "form_token": token})
        assert answer.status_code == 403
        assert marc.post("/logout", data={"form_token": token}).status_code == 403
    assert marc.post("/logout", data={"form_token": mine}).status_code == 403  # another reader's
    token = pages.app.state.sessions.token_for(marc.cookies[SESSION])
    answer = marc.post("/logout", data={"form_token": token})
    assert answer.status_code == 303
    assert answer.headers["set-cookie"].startswith(f'{SESSION}="";')


def test_signing_in_goes_on_at_this_station_only() -> None:
    assert local_path("/loads?q=a b") == "/loads?q=a b"
    for text in ("//elsewhere", "/\\elsewhere", "https://elsewhere", "", "loads", "/a\nb"):
        assert local_path(text) == "/"


def test_every_answer_has_the_headers_and_no_page_is_kept(pages: Pages) -> None:
    marc = pages.reader()
    for answer in (
        marc.get("/"), marc.get("/login"), marc.get("/nowhere"), pages.stranger().get("/login"),
        marc.post("/login"), marc.get("/static/pages.css"),
    ):  # fmt: skip
        policy = answer.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; style-src 'self'")
        assert "unsafe" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["x-frame-options"] == "DENY"
    assert pages.stranger().get("/login").headers["cache-control"] == "no-store"


def test_the_language_is_the_persons_until_another_is_chosen(pages: Pages) -> None:
    with pages.silo.desk.ledger.write() as tx:
        person = tx.get_one(Person, "marc")
        person.language = "fr"
        tx.add(person)
    client = pages.reader("Marc", "en")
    assert '<html lang="fr">' in client.get("/nowhere").text
    answer = client.get("/language/en?to=/people")
    assert answer.headers["location"] == "/people"
    assert '<html lang="en">' in client.get("/nowhere").text
    assert client.get("/language/xx?to=//elsewhere").headers["location"] == "/"
