"""Roll-outs on a page: how far each is, and who steers it."""

from typing import Any

from httpx2 import Response
from sqlalchemy import insert, select

from station.hub import roll_outs
from station.hub.documents import New, keep
from station.hub.down_tables import ROLL_OUTS
from station.hub.identity import key_of
from station.hub.own import EVENTS
from station.hub.roll_outs import Ring, Rule
from station.hub.tables import DIGEST, PLACE, STATION
from tests.silo_rig import START
from tests.ui.web.harvest import HOSTILE
from tests.ui.web.hub.rig import NORTH, SOUTH, HubPages, words_of

PACK = New("rule_pack", f"wheat {HOSTILE}", b"first")


def begun(hub: HubPages) -> int:
    """The pack goes to the north first."""
    tables = hub.quarters.tables
    with hub.quarters.engine.begin() as connection:
        roll_outs.put_in_ring(connection, tables, NORTH, Ring.PILOT, "Marie", START)
        sha256 = keep(connection, tables, PACK, "Marie", START)
        key = key_of(connection, tables)
        return roll_outs.begin(connection, tables, key, PACK.kind, sha256, Rule(), "Marie", START, HOSTILE)


def says(hub: HubPages, station: str, state: str, code: str = "") -> None:
    row: dict[str, Any] = {
        STATION: station, "number": 1, "kind": PACK.kind, "name": PACK.name, "sha256": PACK.sha256, "size": 5,
        "by": "Marie", "more": {}, "state": state, "code": code, "params": {}, "heard_at": START,
        "state_at": START, PLACE: 1, DIGEST: "",
    }  # fmt: skip
    with hub.quarters.engine.begin() as connection:
        connection.execute(insert(hub.quarters.tables.tables["down_document"]).values(row))


def state_of(hub: HubPages) -> tuple[str, int, str]:
    table = hub.quarters.tables.tables[ROLL_OUTS]
    with hub.quarters.engine.connect() as connection:
        state, ring, why = connection.execute(select(table.c.state, table.c.ring, table.c.why)).one()
    return state, ring, why


def test_the_page_says_how_far_each_ring_and_station_is(hub: HubPages) -> None:
    number = begun(hub)
    says(hub, NORTH, "refused", "unknown_kind")
    client = hub.reader("technician")
    listed = client.get("/roll-outs")
    assert f'href="/roll-outs/{number}"' in listed.text
    page = client.get(f"/roll-outs/{number}")
    for answer in (listed, page):
        assert answer.status_code == 200
        assert "<script" not in answer.text
    words = words_of(page.text)
    assert "its release does not know this kind" in words
    assert "not offered yet" in words
    rows = client.get(f"/roll-outs/{number}?format=csv&table=rings").text.splitlines()
    assert [row.split(",")[1:] for row in rows[1:]] == [
        ["is open", "1", "1", "0", "1"], ["not yet", "0", "0", "0", "0"], ["not yet", "1", "0", "0", "0"],
    ]  # fmt: skip


def test_a_person_widens_stops_and_takes_back_by_name(hub: HubPages) -> None:
    number = begun(hub)
    client = hub.reader("technician", name="Zoé")

    def act(what: str, **fields: str) -> Response:
        return client.post(f"/roll-outs/{number}/{what}", data={"form_token": hub.token_of(client), **fields})

    assert act("widen", ring="pilot").status_code == 303
    assert state_of(hub)[1] in (Ring.SOME, Ring.ALL)
    again = act("widen", ring="pilot")  # the same button a second time
    assert again.status_code == 409
    assert "moved on" in again.text
    assert act("stop").status_code == 422  # without a reason
    assert act("stop", reason=f"odd {HOSTILE}").status_code == 303
    assert state_of(hub)[::2] == ("stopped", f"odd {HOSTILE}")
    assert act("stop", reason="again").status_code == 409
    assert act("back", reason="worse").status_code == 303
    assert state_of(hub)[::2] == ("back", "worse")
    assert act("back", reason="worse").status_code == 409
    assert act("stop", reason="a\u202eb").status_code == 422
    with hub.quarters.engine.connect() as connection:
        events = hub.quarters.tables.tables[EVENTS]
        query = select(events.c.kind, events.c.by).where(events.c.kind.like("roll_out%"))
        told = {(kind, by) for kind, by in connection.execute(query) if by != "Marie"}
    assert told == {("roll_out_widened", "Zoé"), ("roll_out_stopped", "Zoé"), ("roll_out_back", "Zoé")}


def test_nobody_else_steers_one(hub: HubPages) -> None:
    number = begun(hub)
    some = hub.reader("technician", scope=[SOUTH])
    page = some.get(f"/roll-outs/{number}")
    assert page.status_code == 200
    assert NORTH not in words_of(page.text)
    assert "/stop" not in page.text
    for client in (
        some,
        hub.reader("quality"),
        hub.reader("logistics"),
        hub.reader("silo_manager", scope=[NORTH]),
    ):
        data = {"form_token": hub.token_of(client), "reason": "I like to"}
        assert client.post(f"/roll-outs/{number}/stop", data=data).status_code == 403
    client = hub.reader("director")
    assert client.post(f"/roll-outs/{number}/stop", data={"reason": "no token"}).status_code == 403
    assert state_of(hub)[0] == "running"


def test_what_there_is_not_is_not_found(hub: HubPages) -> None:
    client = hub.reader("technician")
    assert client.get("/roll-outs/7").status_code == 404
    assert client.get("/roll-outs/x").status_code == 422
    data = {"form_token": hub.token_of(client), "reason": "x"}
    assert client.post("/roll-outs/7/stop", data=data).status_code == 404


def test_the_page_says_how_stations_voted_and_what_it_waits_for(hub: HubPages) -> None:
    number = begun(hub)
    client = hub.reader("technician")
    words = words_of(client.get(f"/roll-outs/{number}").text)
    assert "Waits for" in words
    assert "Silo north: it does not run there yet" in words
    table = hub.quarters.tables.tables["vote"]
    row = {
        STATION: NORTH, "number": 1, "kind": PACK.kind, "sha256": PACK.sha256, "day": START.date(),
        "verdict": "no", "loads": 40, "regraded": 9, "at": START, PLACE: 1, DIGEST: "",
        "reasons": [{"code": "most_regraded", "params": {"share": 0.225, "limit": 0.1}}],
    }  # fmt: skip
    with hub.quarters.engine.begin() as connection:
        connection.execute(insert(table).values(row))
    words = words_of(client.get(f"/roll-outs/{number}").text)
    assert "22.5% of the loads would change grade; at most 10.0% may 40 9" in words
    some = hub.reader("technician", scope=[SOUTH])
    assert "north" not in words_of(some.get(f"/roll-outs/{number}").text)
