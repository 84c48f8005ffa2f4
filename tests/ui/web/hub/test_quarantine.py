"""Rows that could not be taken, on a page: why, beside what is there, and tried again."""

import json
from typing import Any

import pytest
from sqlalchemy import insert, select

from station.hub.own import QUARANTINE
from station.hub.tables import DIGEST, PLACE, STATION
from tests.silo_rig import START
from tests.ui.web.harvest import HOSTILE
from tests.ui.web.hub.rig import NORTH, SOUTH, HubPages, words_of


def hold(hub: HubPages, station: str, **over: Any) -> int:
    """A row of a pit, which can be taken now."""
    row = {
        "station": station, "place": 1, "table": "pit", "key": '["p1"]', "digest": "", "why": HOSTILE,
        "line": json.dumps({"id": "p1", "name": f"pit {HOSTILE}"}), "code": "refused", "at": START,
    }  # fmt: skip
    with hub.quarters.engine.begin() as connection:
        table = hub.quarters.tables.tables[QUARANTINE]
        query = insert(table).returning(table.c.id).values({**row, **over})
        return int(connection.execute(query).scalar_one())


def waiting(hub: HubPages) -> list[str]:
    with hub.quarters.engine.connect() as connection:
        table = hub.quarters.tables.tables[QUARANTINE]
        query = select(table.c.station).where(table.c.ended_at.is_(None)).order_by(table.c.id)
        return list(connection.execute(query).scalars())


def test_a_row_is_listed_shown_and_tried_again(hub: HubPages) -> None:
    good, bad = hold(hub, NORTH), hold(hub, NORTH, line='{"id":7}', key="[7]")
    client = hub.reader("technician")
    for address in ("/quarantine", f"/quarantine/{good}"):
        answer = client.get(address)
        assert answer.status_code == 200
        assert "<script" not in answer.text
    assert "refused by the database" in words_of(client.get("/quarantine").text)
    data = {"form_token": hub.token_of(client)}
    assert client.post(f"/quarantine/{bad}/retry", data=data).status_code == 409
    assert client.post(f"/quarantine/{good}/retry", data=data).headers["location"] == "/quarantine"
    assert client.get(f"/quarantine/{good}").status_code == 404
    assert client.post(f"/quarantine/{good}/retry", data=data).status_code == 404
    assert waiting(hub) == [NORTH]


def test_all_are_tried_again_at_once_and_it_is_said_how_many_were_taken(hub: HubPages) -> None:
    for key in ("p1", "p2", 7):
        hold(hub, SOUTH, key=json.dumps([key]), line=json.dumps({"id": key, "name": "pit"}))
    client = hub.reader("technician", language="en")
    answer = client.post("/quarantine/retry", data={"form_token": hub.token_of(client)})
    assert "taken: 2 of 3" in words_of(answer.text)


def test_another_stations_row_is_neither_seen_nor_tried(hub: HubPages) -> None:
    theirs = hold(hub, SOUTH)
    client = hub.reader("technician", scope=[NORTH])
    data = {"form_token": hub.token_of(client)}
    assert SOUTH not in words_of(client.get("/quarantine").text)
    assert client.get(f"/quarantine/{theirs}").status_code == 404
    assert client.post(f"/quarantine/{theirs}/retry", data=data).status_code == 404
    assert "taken: 0 of 0" in words_of(client.post("/quarantine/retry", data=data).text)
    assert waiting(hub) == [SOUTH]


@pytest.mark.parametrize(("scope", "is_seen"), [(None, True), ([NORTH], False)])
def test_what_is_there_of_another_station_is_for_who_sees_it(
    hub: HubPages, scope: list[str] | None, is_seen: bool
) -> None:
    """The identifier of the north's row is the south's already."""
    with hub.quarters.engine.begin() as connection:
        row = {STATION: SOUTH, "id": "p1", "name": "the secret pit", PLACE: 1, DIGEST: ""}
        connection.execute(insert(hub.quarters.tables.tables["pit"]).values(row))
    number = hold(hub, NORTH, code="foreign_id", why=SOUTH)
    client = hub.reader("technician", scope=scope)
    assert ("the secret pit" in client.get(f"/quarantine/{number}").text) == is_seen
