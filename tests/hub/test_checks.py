"""`silo hub check` names what is wrong and what to do; `/metrics` has the stations' numbers."""

import json
import socket
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, text

from station.hub.counter import create_counter
from station.hub.database import TABLES
from station.hub.requests import Hub
from station.hub.settings import load_hub_settings
from tests.hub.hub_rig import Headquarters, Station
from tests.post.post_rig import START

pytestmark = pytest.mark.long

EXAMPLE = Path(__file__).parents[2] / "examples" / "hub.toml"

FAILED = "INSERT INTO procrastinate_jobs (queue_name, task_name, status) VALUES ('q', 'rebuild', 'failed')"
WAITS = (
    'INSERT INTO hub_quarantine (station, place, "table", key, line, digest, code, why, at, ended_how) '
    "VALUES ('beaulieu', 1, 'pit', '[]', '', '', '{code}', '{why}', now(), '')"
)


@pytest.fixture
def station(headquarters: Headquarters) -> Iterator[Station]:
    station = headquarters.station()
    station.poster.turn()
    station.post.apply_all()
    yield station
    station.post.ledger.close()


def changed(headquarters: Headquarters, statement: str) -> None:
    with headquarters.engine.begin() as connection:
        connection.execute(text(statement))


def problems(headquarters: Headquarters) -> set[str]:
    done = headquarters.run("check", "--json")
    return {json.loads(line)["problem"] for line in done.stdout.splitlines()}


def in_order(headquarters: Headquarters) -> None:
    changed(headquarters, "INSERT INTO procrastinate_workers DEFAULT VALUES")
    changed(headquarters, "UPDATE hub_station SET seen_at = now(), alive = '{}'")


def test_a_hub_in_order_says_so(headquarters: Headquarters, station: Station) -> None:
    in_order(headquarters)
    done = headquarters.run("check")
    assert (done.exit_code, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("problem", "statement"),
    [
        ("no_worker", "DELETE FROM procrastinate_workers"),
        ("jobs_failed", FAILED),
        ("fork", "UPDATE hub_station SET forked = true"),
        ("silent", "UPDATE hub_station SET seen_at = now() - interval '1 hour'"),
        ("silent", "UPDATE hub_station SET seen_at = NULL"),
        ("station_clock", """UPDATE hub_station SET alive = '{"clock_offset_s": -7200.5}'"""),
        ("station_older", """UPDATE hub_station SET alive = '{"schema": "0000"}'"""),
        ("parked", "UPDATE hub_bag SET state = 'parked'"),
        ("quarantine", WAITS.format(code="x", why="")),
        ("foreign_id", WAITS.format(code="foreign_id", why="orval")),
        (
            "differs",
            "INSERT INTO hub_event (at, kind, station, by, data) "
            """VALUES (now(), 'differs', 'beaulieu', '', '{"table": "pit", "key": "[1]"}')""",
        ),
    ],
)  # fmt: skip
def test_each_problem_is_named(
    headquarters: Headquarters, station: Station, problem: str, statement: str
) -> None:
    in_order(headquarters)
    changed(headquarters, statement)
    assert problem in problems(headquarters)
    done = headquarters.run("check")
    assert done.exit_code == 1
    assert done.stderr


def test_a_database_without_tables_and_none_at_all_are_told_apart(empty: Engine, tmp_path: Path) -> None:
    bare = Headquarters.begin(empty, tmp_path)
    assert problems(bare) == {"no_shape"}
    bare.config.write_text('database = "postgresql://silo@127.0.0.1:1/none"\n', encoding="utf-8")
    assert bare.run("check").exit_code == 4
    bare.config.write_text('database = "mysql://x"\nsecret = 1\n', encoding="utf-8")
    done = bare.run("check")
    assert done.exit_code == 3
    assert "database" in done.stderr
    assert "secret" in done.stderr


@pytest.mark.parametrize(
    "words",
    [
        ("stations",), ("quarantine", "list"), ("quarantine", "show", "1"), ("quarantine", "retry"),
        ("prove", "x"), ("rebuild", "x"), ("revoke", "x", "--by", "Marc"), ("settle", "x", "--by", "Marc"),
        ("dataset", "--species", "soft_wheat"),
    ],
    ids=" ".join,
)  # fmt: skip
def test_a_command_on_a_database_without_tables_says_what_makes_them(
    empty: Engine, tmp_path: Path, words: tuple[str, ...]
) -> None:
    done = Headquarters.begin(empty, tmp_path).run(*words)
    assert (done.exit_code, "silo hub serve makes it" in done.stderr) == (1, True)


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("postgresql://h:port/silo", 3), ("postgresql://127.0.0.1:1/silo?nonsense=1", 3),
        ("postgresql://nobody@127.0.0.1:1/silo", 4),
    ],
)  # fmt: skip
def test_a_wrong_address_is_said_in_one_line(headquarters: Headquarters, address: str, code: int) -> None:
    headquarters.config.write_text(f'database = "{address}"\n', encoding="utf-8")
    done = headquarters.run("stations")
    assert (done.exit_code, len(done.stderr.splitlines())) == (code, 1), done.stderr
    assert "\\n" not in done.stderr


def test_a_hub_that_cannot_listen_says_where(headquarters: Headquarters) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        content = headquarters.config.read_text().replace("port = 0", f"port = {port}")
        headquarters.config.write_text(content, encoding="utf-8")
        done = headquarters.run("serve")
    assert (done.exit_code, f"127.0.0.1:{port}" in done.stderr) == (4, True)


def test_a_photo_store_that_cannot_be_written_is_named(headquarters: Headquarters, station: Station) -> None:
    in_order(headquarters)
    (headquarters.folder / "taken").write_text("a file", encoding="utf-8")
    file = headquarters.config
    file.write_text(file.read_text().replace("file:photos", "file:taken"), encoding="utf-8")
    assert problems(headquarters) == {"photo_store"}


def test_the_example_can_be_used() -> None:
    assert load_hub_settings(EXAMPLE).port == 8400


def test_metrics_are_there_where_the_file_opts_in(headquarters: Headquarters, station: Station) -> None:
    hub = Hub(headquarters.engine, TABLES, lambda: START)
    assert TestClient(create_counter(hub)).get("/metrics").status_code == 404
    word = {
        "owed": 7, "photo_bytes_owed": 12, "clock_offset_s": -3.5, "at": START.isoformat(),
        "models": ["ab" * 32], "oldest_at": (START - timedelta(hours=1)).isoformat(),
        "series": {"silo_accepting": 1.0, "silo_nonsense": 3},
    }  # fmt: skip
    station.client.alive("e1", 100, word)
    changed(headquarters, "UPDATE hub_bag SET state = 'received'")
    told = TestClient(create_counter(hub, has_metrics=True)).get("/metrics").text
    for line in (
        "hub_quarantine_rows 0.0",
        'hub_apply_lag_bags{station="beaulieu"} 1.0',
        'silo_bags_owed{station="beaulieu"} 7.0',
        'silo_photos_owed_bytes{station="beaulieu"} 12.0',
        'silo_clock_offset_seconds{station="beaulieu"}',
        'silo_oldest_owed_seconds{station="beaulieu"} 3600.0',
        'silo_accepting{station="beaulieu"} 1.0',
        'silo_model_active{sha256="' + "ab" * 32,
    ):
        assert line in told, told
    assert "nonsense" not in told


def test_what_is_owed_grows_old_by_the_clock_that_is_there(
    headquarters: Headquarters, station: Station
) -> None:
    """Also where the station's is months away."""
    there = START - timedelta(days=138)
    word = {"at": there.isoformat(), "oldest_at": (there - timedelta(seconds=90)).isoformat()}
    station.client.alive("e1", 100, word)
    hub = Hub(headquarters.engine, TABLES, lambda: START + timedelta(seconds=10))
    told = TestClient(create_counter(hub, has_metrics=True)).get("/metrics").text
    assert 'silo_oldest_owed_seconds{station="beaulieu"} 100.0' in told


def test_a_word_of_nonsense_breaks_neither_list_nor_numbers(
    headquarters: Headquarters, station: Station
) -> None:
    word = {
        "owed": "many", "oldest_at": 7, "models": 3, "series": [], "release": {}, "running": 1,
        "schema": None, "clock_offset_s": "late", "changes": True, "photos_owed_bytes": None,
    }  # fmt: skip
    station.client.alive("e1", 101, word)
    hub = Hub(headquarters.engine, TABLES, lambda: START)
    assert TestClient(create_counter(hub, has_metrics=True)).get("/metrics").status_code == 200
    assert headquarters.run("stations").exit_code == 0
    assert headquarters.run("check").exit_code == 1
