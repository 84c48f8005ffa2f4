"""Signing in with the organisation's accounts: what counts as proof, and who gets in."""

from collections.abc import Iterator, Mapping
from typing import Any

import jwt
import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import select

from station.headquarters import people
from station.headquarters.people import HubRole, Said
from station.headquarters.provider import Provider
from station.hub.person_tables import PERSONS
from station.hub.settings import OidcSettings, Role
from tests.ui.web.hub.provider_rig import CLIENT, SECRET, SmallProvider, key_number, published, small_provider
from tests.ui.web.hub.rig import NORTH, HubPages
from tests.ui.web.hub.test_login import PASSWORD, sign_in
from ui.web.hub.app import create_hub_pages
from ui.web.sessions import SESSION

ROLES: dict[str, Role] = {"techs": "technician", "chiefs": "director", "silos": "silo_manager"}


@pytest.fixture
def provider(hub: HubPages) -> Iterator[SmallProvider]:
    with small_provider(hub.clock().timestamp()) as running:
        yield running


def pages_with(hub: HubPages, provider: SmallProvider, roles: Mapping[str, Role] = ROLES) -> HubPages:
    settings = OidcSettings(
        issuer=provider.issuer, client_id=CLIENT, address="https://hub.test", roles_claim="access.groups",
        roles=dict(roles),
    )  # fmt: skip
    app = create_hub_pages(hub.quarters, Provider(settings, SECRET, hub.clock))
    return HubPages(app, hub.quarters, hub.clock)


@pytest.fixture
def pages(hub: HubPages, provider: SmallProvider) -> HubPages:
    return pages_with(hub, provider)


def browser(pages: HubPages) -> TestClient:
    client = pages.stranger()
    client.base_url = client.base_url.copy_with(scheme="https", host="hub.test")
    return client


def come_back(
    pages: HubPages, provider: SmallProvider, groups: Any = (), **over: str
) -> tuple[TestClient, Response]:
    client = browser(pages)
    begun = client.get("/provider?to=/stations")
    assert begun.status_code == 303, begun.text
    cookie = begun.headers["set-cookie"].lower()
    assert all(word in cookie for word in ("httponly", "samesite=lax", "secure", "path=/provider/back"))
    back = provider.signed_in(begun.headers["location"])
    provider.claims.setdefault("access", {"groups": list(groups)})
    return client, client.get("/provider/back", params={**back, **over})


def persons(hub: HubPages) -> list[tuple[str, list[str], list[str] | None]]:
    table = hub.quarters.tables.tables[PERSONS]
    with hub.quarters.engine.connect() as connection:
        query = select(table.c.name, table.c.roles, table.c.scope).where(table.c.active).order_by(table.c.at)
        return [tuple(row) for row in connection.execute(query)]  # type: ignore[misc]


def test_an_unknown_person_with_a_mapped_role_gets_in_and_keeps_one_row(
    pages: HubPages, provider: SmallProvider
) -> None:
    client, answer = come_back(pages, provider, ["staff", "techs"])
    assert answer.status_code == 200
    assert 'content="0; url=/stations"' in answer.text
    assert (
        "samesite=strict"
        in next(one for one in answer.headers.get_list("set-cookie") if one.startswith(SESSION)).lower()
    )
    assert client.get("/stations").status_code == 200
    assert persons(pages) == [("Zoé", ["technician"], None)]
    provider.claims = {"access": {"groups": ["chiefs"]}, "name": "Zoé Martin"}
    _, answer = come_back(pages, provider)
    assert answer.status_code == 200
    assert persons(pages) == [("Zoé", ["director"], None)]


def test_who_has_no_role_there_does_not_get_in_known_or_not(pages: HubPages, provider: SmallProvider) -> None:
    assert come_back(pages, provider, ["staff"])[1].status_code == 403
    assert persons(pages) == []
    provider.claims = {"access": {"groups": "techs"}}
    assert come_back(pages, provider)[1].status_code == 200
    provider.claims = {"access": "techs"}
    client, answer = come_back(pages, provider)
    assert answer.status_code == 403
    assert SESSION not in client.cookies


def test_a_silos_manager_sees_no_station_until_somebody_says_which(
    pages: HubPages, provider: SmallProvider
) -> None:
    client, _ = come_back(pages, provider, ["silos"])
    assert persons(pages) == [("Zoé", ["silo_manager"], [])]
    assert NORTH not in client.get("/stations").text
    people.set_scope(pages.quarters, "Zoé", [NORTH], "test")
    assert NORTH in client.get("/stations").text
    provider.claims = {}
    come_back(pages, provider, ["silos"])
    assert persons(pages) == [("Zoé", ["silo_manager"], [NORTH])]


def test_who_was_removed_stays_out_until_the_account_is_given_anew(
    pages: HubPages, provider: SmallProvider
) -> None:
    client, _ = come_back(pages, provider, ["techs"])
    people.remove_person(pages.quarters, "Zoé", "test")
    assert client.get("/stations").status_code == 303
    assert come_back(pages, provider, ["techs"])[1].status_code == 403
    said = Said("Zoé M.", ["quality"], subject=f"{provider.issuer} u-1")
    people.add_person(pages.quarters, said, "test")
    assert come_back(pages, provider, ["techs"])[1].status_code == 200
    assert persons(pages) == [("Zoé M.", ["technician"], None)]


def test_without_a_mapping_only_whom_headquarters_knows_gets_in(
    hub: HubPages, provider: SmallProvider
) -> None:
    pages = pages_with(hub, provider, {})
    assert come_back(pages, provider, ["techs"])[1].status_code == 403
    people.add_person(hub.quarters, Said("Zoé", ["technician"], subject=f"{provider.issuer} u-1"), "test")
    client, answer = come_back(pages, provider)
    assert answer.status_code == 200
    assert client.get("/stations").status_code == 200
    provider.claims["sub"] = "u-2"
    assert come_back(pages, provider)[1].status_code == 403


def test_a_local_account_of_the_same_name_is_another_person(pages: HubPages, provider: SmallProvider) -> None:
    pages.person("Zoé", "director")
    people.set_password(pages.quarters, "Zoé", PASSWORD, "test")
    come_back(pages, provider, ["techs"])
    assert persons(pages) == [("Zoé", ["director"], None), ("Zoé (2)", ["technician"], None)]
    page = browser(pages)
    assert "/provider?to=" in page.get("/login").text
    assert sign_in(page, "Zoé", PASSWORD).status_code == 303


WRONG: dict[str, dict[str, Any]] = {
    "another issuer": {"iss": "https://elsewhere.test"},
    "another audience": {"aud": "mail"},
    "several audiences and no party": {"aud": [CLIENT, "mail"]},
    "another party": {"aud": [CLIENT, "mail"], "azp": "mail"},
    "another nonce": {"nonce": "x"},
    "no nonce": {"nonce": None},
    "no subject": {"sub": None},
    "an empty subject": {"sub": ""},
    "no end": {"exp": None},
    "no beginning": {"iat": None},
    "words for times": {"exp": "tomorrow"},
}


@pytest.mark.parametrize("name", WRONG)
def test_a_token_that_is_not_ours_proves_nothing(pages: HubPages, provider: SmallProvider, name: str) -> None:
    provider.claims = dict(WRONG[name])
    client, answer = come_back(pages, provider, ["chiefs"])
    assert answer.status_code == 403
    assert SESSION not in client.cookies
    assert persons(pages) == []


@pytest.mark.parametrize(("seconds", "status"), [(-3600, 403), (3600, 403), (299 + 50, 200), (0, 200)])
def test_a_token_holds_for_its_time_by_the_hubs_clock(
    pages: HubPages, provider: SmallProvider, seconds: int, status: int
) -> None:
    provider.now -= seconds
    assert come_back(pages, provider, ["chiefs"])[1].status_code == status


def test_a_signature_counts_only_by_a_published_key(pages: HubPages, provider: SmallProvider) -> None:
    good = provider.key
    provider.key = key_number(1)  # another one under the same name
    assert come_back(pages, provider, ["chiefs"])[1].status_code == 403
    provider.key_id = "k2"
    assert come_back(pages, provider, ["chiefs"])[1].status_code == 403
    provider.keys.append(published(provider.key, "k2"))
    pages.clock.pass_(seconds=61)  # a key that is new is asked for again, once a minute
    provider.now = pages.clock().timestamp()
    assert come_back(pages, provider, ["chiefs"])[1].status_code == 200
    provider.key, provider.key_id = good, ""
    assert come_back(pages, provider, ["chiefs"])[1].status_code == 403  # which of the two


def test_a_token_that_is_not_signed_or_by_a_shared_secret_proves_nothing(
    pages: HubPages, provider: SmallProvider
) -> None:
    provider.keys.append({"kty": "oct", "kid": "k3", "k": "c2VjcmV0" * 8})
    claims = {
        "iss": provider.issuer,
        "aud": CLIENT,
        "sub": "u",
        "iat": provider.now,
        "exp": provider.now + 99,
    }
    for token in (
        jwt.encode(claims, None, "none", {"kid": "k1"}),
        jwt.encode(claims, "secret" * 8, "HS256", {"kid": "k3"}),
        jwt.encode(claims, "secret" * 8, "HS256", {"kid": "k1"}),
        "no.token.at-all",
        "é",
    ):
        provider.token = token
        assert come_back(pages, provider, ["chiefs"])[1].status_code == 403


def test_what_comes_back_belongs_to_the_browser_that_went(pages: HubPages, provider: SmallProvider) -> None:
    client, answer = come_back(pages, provider, ["chiefs"], state="another")
    assert answer.status_code == 403
    assert come_back(pages, provider, ["chiefs"], code="another")[1].status_code == 403
    assert come_back(pages, provider, ["chiefs"], code="")[1].status_code == 403
    assert come_back(pages, provider, ["chiefs"], state="é")[1].status_code == 403
    back = provider.signed_in(client.get("/provider").headers["location"])
    assert browser(pages).get("/provider/back", params=back).status_code == 403  # without the cookie
    pages.clock.pass_(minutes=11)
    assert client.get("/provider/back", params=back).status_code == 403  # too late
    assert persons(pages) == []


def test_what_is_to_come_next_is_of_headquarters_only(pages: HubPages, provider: SmallProvider) -> None:
    client = browser(pages)
    back = provider.signed_in(client.get("/provider?to=https://elsewhere.test/").headers["location"])
    provider.claims = {"access": {"groups": ["chiefs"]}}
    assert 'content="0; url=/"' in client.get("/provider/back", params=back).text


def test_a_provider_that_is_away_or_another_stops_nobody_with_a_password(
    pages: HubPages, provider: SmallProvider
) -> None:
    provider.places["issuer"] = "https://elsewhere.test"
    client = browser(pages)
    answer = client.get("/provider")
    assert answer.status_code == 503
    assert "password" in answer.text
    provider.places = {"issuer": provider.issuer, "token_endpoint": "ftp://x"}
    assert client.get("/provider").status_code == 503
    provider.places = {}
    assert client.get("/provider").status_code == 503
    assert client.get("/login").status_code == 200


def test_a_name_from_elsewhere_is_cleaned(pages: HubPages, provider: SmallProvider) -> None:
    provider.claims = {"name": "<b>Zo\u202eé</b>\n" + "x" * 200}
    client, answer = come_back(pages, provider, ["techs"])
    assert answer.status_code == 200
    page = client.get("/stations").text
    assert "<b>" not in page
    assert "\u202e" not in page


def test_without_a_provider_there_is_no_such_page(hub: HubPages) -> None:
    assert hub.stranger().get("/provider").status_code == 404
    assert hub.stranger().get("/provider/back?code=x&state=y").status_code == 404
    assert "/provider" not in hub.stranger().get("/login").text


def test_the_hubs_file_knows_the_roles_and_takes_only_what_is_encrypted() -> None:
    assert set(HubRole) == set(Role.__args__)  # type: ignore[attr-defined]
    good = {"issuer": "https://id.test/r", "client_id": "silo", "address": "https://hub.test"}
    OidcSettings.model_validate(good)
    for wrong in ({"issuer": "http://id.test"}, {"address": "http://hub.test"}, {"roles": {"x": "king"}}):
        with pytest.raises(ValueError, match="validation error"):
            OidcSettings.model_validate(good | wrong)
