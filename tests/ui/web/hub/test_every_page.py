"""Every page of headquarters: for its roles, in its scope, with a form's token, its names as text."""

import pytest
from fastapi.routing import APIRoute
from sqlalchemy import update

from station.headquarters.people import HubRole
from station.hub.own import STATIONS
from tests.ui.web.harvest import HOSTILE
from tests.ui.web.hub.rig import NORTH, SOUTH, HubPages
from tests.ui.web.hub.test_quarantine import hold
from ui.web.hub.app import _ROOMS
from ui.web.hub.navigation import HEADQUARTERS

OURS, THEIRS = f"Northern house {HOSTILE}", f"Southern house {HOSTILE}"
ROUTES = [one for room in _ROOMS for one in room.router.routes if isinstance(one, APIRoute)]
LISTS = sorted(
    {one.path for one in ROUTES if "GET" in (one.methods or ()) and "{" not in one.path} - {"/", "/login"}
)
POSTS = sorted({one.path for one in ROUTES if "POST" in (one.methods or ())})


@pytest.fixture
def named(hub: HubPages) -> HubPages:
    """Each station has a name that a browser must not believe, and a row in quarantine."""
    stations = hub.quarters.tables.tables[STATIONS]
    with hub.quarters.engine.begin() as connection:
        for id_, name in ((NORTH, OURS), (SOUTH, THEIRS)):
            connection.execute(update(stations).where(stations.c.id == id_).values(name=name))
    for station in (NORTH, SOUTH):
        hold(hub, station)
    return hub


def test_the_menu_names_each_page_once() -> None:
    paths = [entry.path for entry in HEADQUARTERS.entries]
    assert sorted(paths) == sorted(set(paths))


def test_who_sees_one_station_reads_nothing_of_another_on_any_page(named: HubPages) -> None:
    client = named.reader("director", *(one for one in HubRole if one != "director"), scope=[NORTH])
    for path in LISTS:
        for form in ("", "?format=csv"):
            text = client.get(path + form, follow_redirects=True).text
            assert "Southern house" not in text, path
            assert SOUTH not in text, path


def test_a_name_is_text_on_every_page_and_in_both_languages(named: HubPages) -> None:
    for language in ("fr", "en"):
        client = named.reader("director", language=language, name=f"Zoé {language} {HOSTILE}")
        for path in LISTS:
            answer = client.get(path, follow_redirects=True)
            assert answer.status_code == 200, path
            assert "<script" not in answer.text, path
            assert f'lang="{language}"' in answer.text[:60], path


def test_each_page_is_for_the_roles_of_its_entry(named: HubPages) -> None:
    for role in HubRole:
        scope = [NORTH] if role is HubRole.SILO_MANAGER else None
        client = named.reader(role, scope=scope)
        for path in LISTS:
            entry = HEADQUARTERS.entry_of(path)
            assert entry is not None, path
            assert (client.get(path).status_code == 403) == (role not in entry.roles), (role, path)


@pytest.mark.parametrize("path", POSTS)
def test_no_form_does_anything_without_its_token_or_for_nobody(named: HubPages, path: str) -> None:
    number = path.replace("{number}", "1").replace("{station}", NORTH)
    client = named.reader("director")
    for token in ({}, {"form_token": "x"}):
        assert client.post(number, data=token).status_code == 403
    stranger = named.stranger()
    form = {"form_token": named.app.state.sessions.token_for(stranger.get("/login").cookies["silo-visitor"])}
    if path not in ("/login", "/logout"):
        answer = stranger.post(number, data=form)
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/login")
