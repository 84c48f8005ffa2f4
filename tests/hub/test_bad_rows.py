"""Rows that a hub cannot take wait in quarantine, each with its reason; their neighbours are applied."""

import json
import zlib
from typing import Any

import pytest
from sqlalchemy import text

from station.hub.own import EVENTS
from station.hub.writing import FOREIGN
from station.post import bag
from station.post.bag import Head
from station.post.wire import Signed, enveloped
from station.store import schema
from station.store.ids import new_id
from tests.hub.hub_rig import KEY, Headquarters, Station
from tests.post.post_rig import HUB, START

pytestmark = pytest.mark.long

POLICY = "INSERT INTO site_policy (sha256, content, at) VALUES ('a', :content, '2026-07-20 08:00:00')"


@pytest.fixture
def station(headquarters: Headquarters) -> Station:
    station = headquarters.station()
    station.post.settle()
    return station


def brought(station: Station, *lines: str) -> None:
    """A bag as no station of ours would write it."""
    post = station.post
    last = post.received()[-1]
    head = Head(
        station=post.station, epoch=last["epoch"], number=last["number"] + 1, previous=last["sha256"],
        from_seq=1, to_seq=1, revision=schema.head(), at=START.isoformat(),
    )  # fmt: skip
    assert post.give(bag.facts_of(head, bag.packed(lines)), None).status == 200
    post.apply_all()


def pit(key: str, name: str = "good") -> str:
    return bag.written("pit", json.dumps({"id": key, "name": name}))


def reasons(station: Station) -> dict[str, str]:
    return {row["key"]: row["code"] for row in station.post.quarantine()}


def kinds(headquarters: Headquarters) -> list[str]:
    with headquarters.engine.connect() as connection:
        return list(connection.execute(HUB.tables[EVENTS].select()).mappings().all())


CELL = {"id": "c1", "name": "c", "claims": [], "role": "normal", "open": True, "capacity_kg": 9e5}


def cell(**other: Any) -> str:
    return json.dumps(CELL | other)


BAD = {
    "NUL": ("pit", '{"id":"NUL","name":"a\\u0000b"}'),
    "number for text": ("pit", '{"id":"number for text","name":7}'),
    "nothing": ("pit", '{"id":"nothing","name":null}'),
    "half a surrogate": ("pit", '{"id":"half a surrogate","name":"\\ud800"}'),
    "10 MB text": ("pit", json.dumps({"id": "10 MB text", "name": "x" * 10_000_000})),
    "NaN": ("cell", cell(id="NaN", capacity_kg=float("nan"))),
    "text for number": ("cell", cell(id="text for number", capacity_kg="9e5")),
    "beyond a double": ("cell", cell(id="beyond a double").replace("900000.0", "1e999")),
    "NaN in JSON": ("cell", cell(id="NaN in JSON", claims=[float("nan")])),
    "10 MB JSON": ("cell", cell(id="10 MB JSON", claims=["x" * 10_000_000])),
    "text for yes": ("cell", cell(id="text for yes", open="yes")),
}


def test_each_bad_row_waits_and_its_neighbours_are_applied(station: Station) -> None:
    lines = [
        line for key, (table, row) in BAD.items() for line in (bag.written(table, row), pit(f"beside {key}"))
    ]
    brought(station, *lines)
    assert set(station.post.rows_there()["pit"]) == {(f"beside {key}",) for key in BAD}
    assert station.post.rows_there()["cell"] == {}
    assert set(reasons(station)) == {f'["{key}"]' for key in BAD}
    station.post.ledger.close()


def test_what_is_no_line_waits_too(station: Station) -> None:
    brought(station, pit("p0"), "[" * 5000, "nonsense", '["w","pit"]', pit("p9"))
    assert set(station.post.rows_there()["pit"]) == {("p0",), ("p9",)}
    assert [row["code"] for row in station.post.quarantine()] == ["unreadable"] * 3
    station.post.ledger.close()


def test_a_head_that_no_station_writes_is_no_bag(station: Station) -> None:
    post, last = station.post, station.post.received()[-1]
    for wrong in ({"revision": "a\0b"}, {"number": 2**40}, {"parts": 0}, {"epoch": "e" * 1000}):
        head = {
            "station": post.station, "epoch": last["epoch"], "number": 2, "previous": last["sha256"],
            "from_seq": 1, "to_seq": 1, "revision": "0001", "at": "",
        } | wrong  # fmt: skip
        facts = json.dumps(head).encode() + b"\n" + bag.packed([])
        answer = sent(station, "/hub/v1/stations/beaulieu/bags/2", enveloped(facts, None), 2)
        assert (answer.status_code, answer.json()["reason"]) == (422, "wrong_bag"), wrong
    assert len(post.received()) == 1
    post.ledger.close()


def test_numbers_out_of_range_wait(station: Station) -> None:
    event = {"seq": 1, "at": START.isoformat(), "kind": "x", "data": {}, "hash": "ab" * 32}
    large = [json.dumps(event | {"seq": number}) for number in (2**31, 2**63, 10**30)]
    brought(station, pit("p0"), *(bag.written("audit_event", row) for row in large))
    assert set(station.post.rows_there()["audit_event"]) == {(2**31,)}, "64 bits, as SQLite's"
    assert len(station.post.quarantine()) == 2
    station.post.ledger.close()


def test_what_waits_is_listed_shown_and_taken_once_it_can_be(
    headquarters: Headquarters, station: Station
) -> None:
    with headquarters.engine.begin() as connection:
        connection.execute(text("ALTER TABLE pit ADD CONSTRAINT short CHECK (length(name) < 4)"))
    brought(station, pit("p1", "longer"), pit("p2", "ok"))
    assert reasons(station) == {'["p1"]': "refused"}
    listed = headquarters.run("quarantine", "list", "--json")
    told = json.loads(listed.stdout)
    assert (listed.exit_code, told["station"], told["table"]) == (1, "beaulieu", "pit")
    shown = headquarters.run("quarantine", "show", str(told["id"]))
    assert json.loads(shown.stdout)["line"] == '{"id": "p1", "name": "longer"}'
    assert headquarters.run("quarantine", "retry").exit_code == 1
    with headquarters.engine.begin() as connection:
        connection.execute(text("ALTER TABLE pit DROP CONSTRAINT short"))
    assert headquarters.run("quarantine", "retry", str(told["id"])).exit_code == 0
    assert station.post.rows_there()["pit"][("p1",)]["name"] == "longer"
    assert headquarters.run("quarantine", "list").exit_code == 0
    station.post.ledger.close()


def test_of_one_identifier_with_two_contents_the_first_stays_and_both_are_shown(
    headquarters: Headquarters, station: Station
) -> None:
    station.post.sql(POLICY, content='{"a":1}')
    station.post.settle()
    station.post.sql("UPDATE site_policy SET content = :content", content='{"a":2}')
    station.post.sql("INSERT INTO pit (id, name) VALUES ('p1', 'beside')")
    station.post.settle()
    assert station.post.rows_there()["site_policy"][("a",)]["content"] == {"a": 1}
    assert ("p1",) in station.post.rows_there()["pit"]
    (waits,) = station.post.quarantine()
    shown = json.loads(headquarters.run("quarantine", "show", str(waits["id"])).stdout)
    assert json.loads(shown["there"])["content"] == {"a": 1}
    assert json.loads(shown["line"])["content"] == {"a": 2}
    assert headquarters.run("quarantine", "retry", str(waits["id"])).exit_code == 1
    station.post.ledger.close()


def test_another_stations_identifier_is_refused_with_an_alarm(
    headquarters: Headquarters, station: Station
) -> None:
    """A box was copied to another silo, or speaks for it."""
    other = headquarters.station("orval")
    shared = new_id(START)
    insert = "INSERT INTO supplier (id, name, name_key) VALUES (:id, :name, :name)"
    station.post.sql(insert, id=shared, name="AA-1")
    station.post.settle()
    other.post.sql(insert, id=shared, name="ZZ-9")
    other.post.sql(insert, id=new_id(START), name="BB-2")
    other.post.settle()
    assert station.post.rows_there()["supplier"][(shared,)]["name"] == "AA-1"
    assert {row["name"] for row in other.post.rows_there()["supplier"].values()} == {"BB-2"}
    (waits,) = [row for row in other.post.quarantine() if row["code"] == FOREIGN]
    shown = json.loads(headquarters.run("quarantine", "show", str(waits["id"])).stdout)
    assert (json.loads(shown["there"])["name"], json.loads(shown["line"])["name"]) == ("AA-1", "ZZ-9")
    (alarm,) = [event for event in kinds(headquarters) if event["kind"] == FOREIGN]
    assert (alarm["station"], alarm["data"]["of"], alarm["data"]["key"]) == ("orval", "beaulieu", shared)
    assert headquarters.run("quarantine", "retry", str(waits["id"])).exit_code == 1
    for one in (station, other):
        one.post.ledger.close()


def test_two_silos_have_the_same_names_of_their_own(headquarters: Headquarters, station: Station) -> None:
    other = headquarters.station("orval")
    for one in (station, other):
        one.post.sql("INSERT INTO pit (id, name) VALUES ('p1', 'pit 1')")
        one.post.settle()
        assert ("p1",) in one.post.rows_there()["pit"]
        one.post.ledger.close()
    assert station.post.quarantine() == []


def bomb(head: bytes) -> bytes:
    """A head, and a gigabyte of spaces in a megabyte: a chunk that is repeated whole."""
    packing = zlib.compressobj(9)
    begun = packing.compress(b"")
    chunk = packing.compress(b" " * 1_000_000) + packing.flush(zlib.Z_FULL_FLUSH)
    return head + b"\n" + begun + chunk * 1000


def sent(station: Station, path: str, body: bytes, number: int = 1, epoch: str = "e1") -> Any:
    signed = Signed("POST", path, epoch, number, body)
    return station.line.post(path, content=body, headers=signed.headers(KEY))


def test_a_bomb_is_refused_before_it_is_unpacked(station: Station) -> None:
    facts, _ = station.post.folder.read("e1", 1)
    body = enveloped(bomb(facts.split(b"\n", 1)[0]), b"")
    assert len(body) < 8_000_000
    answer = sent(station, "/hub/v1/stations/beaulieu/bags/2", body, 2)
    assert (answer.status_code, answer.json()["reason"]) == (413, "too_large"), answer.json()
    assert len(station.post.received()) == 1
    station.post.ledger.close()


def test_a_path_that_leads_elsewhere_leads_nowhere(station: Station) -> None:
    facts, people = station.post.folder.read("e1", 1)
    for name in ("..", "%2e%2e", "..%2f..%2fetc", "beaulieu%00"):
        path = f"/hub/v1/stations/{name}/bags/1"
        assert station.line.post(path, content=enveloped(facts, people)).status_code in (404, 405), name
    assert len(station.post.received()) == 1
    station.post.ledger.close()


def test_an_old_bag_played_back_is_had_and_nothing_is_written(station: Station) -> None:
    facts, people = station.post.folder.read("e1", 1)
    path = "/hub/v1/stations/beaulieu/bags/1"
    before, rows = station.post.received(), station.post.rows_there()
    answer = sent(station, path, enveloped(facts, people))
    assert (answer.status_code, answer.json()["have"]) == (200, 1)
    assert (station.post.received(), station.post.rows_there()) == (before, rows)
    assert not station.post.apply()
    station.post.ledger.close()


def test_a_full_database_says_so_and_the_station_keeps_its_bag(
    headquarters: Headquarters, station: Station
) -> None:
    fill = (
        "CREATE FUNCTION fill() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION "
        "'could not extend file: No space left on device' USING ERRCODE = '53100'; END $$; "
        "CREATE TRIGGER full_disk BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION fill()"
    )
    station.post.acknowledge()
    station.post.sql("INSERT INTO pit (id, name) VALUES ('p1', 'a')")
    station.post.seal()
    with headquarters.engine.begin() as connection:
        connection.execute(text(fill.format(table="hub_bag")))
    station.poster.turn()
    assert station.poster.facts().bags == 1
    assert "507" in station.poster.facts().unreachable
    with headquarters.engine.begin() as connection:
        connection.execute(text("DROP TRIGGER full_disk ON hub_bag"))
        connection.execute(
            text("CREATE TRIGGER full_disk BEFORE INSERT ON pit FOR EACH ROW EXECUTE FUNCTION fill()")
        )
    station.minutes(2)
    assert station.poster.facts().bags == 0
    with pytest.raises(Exception, match="No space left"):
        station.post.apply_all()
    assert station.post.quarantine() == [], "a full disk is no fault of a row"
    with headquarters.engine.begin() as connection:
        connection.execute(text("DROP TRIGGER full_disk ON pit"))
    station.post.apply_all()
    assert station.post.rows_here() == station.post.rows_there()
    station.post.ledger.close()
