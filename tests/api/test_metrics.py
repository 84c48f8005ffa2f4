"""Prometheus reads the station where the site file opts in: here without a token, elsewhere with one."""

from dataclasses import replace
from datetime import timedelta

import httpx2
import pytest
from fastapi.testclient import TestClient
from prometheus_client.parser import text_string_to_metric_families

from station.api.metrics import written
from station.api.series import series_now
from station.http_server import with_pages
from station.hub.metrics import READY
from station.runtime.live import BackupFacts, DeviceLive, HealthFacts, PostFacts
from tests.api.rig import ADMIN_TOKEN, Counter, served

SERIES = {
    "silo_accepting", "silo_bags_owed", "silo_oldest_owed_seconds", "silo_photos_owed_bytes",
    "silo_days_of_room_left", "silo_clock_offset_seconds", "silo_device_last_heard_seconds",
    "silo_proposal_seconds", "silo_exceptions_open", "silo_model_active", "silo_backup_age_seconds",
    "silo_restore_proved_age_seconds",
}  # fmt: skip


@pytest.fixture
def watched(unserved: Counter) -> Counter:
    unserved.app.state.context = replace(unserved.context(), metrics=written)
    return unserved


def asking(counter: Counter, host: str = "127.0.0.1") -> TestClient:
    return TestClient(with_pages(counter.app, counter.context()), client=(host, 4711))


def series(text: str) -> dict[str, dict[tuple[str, ...], float]]:
    """By family: the value by what its labels say, and by the end of its name."""
    return {
        family.name: {
            (one.name.removeprefix(family.name), *one.labels.values()): one.value for one in family.samples
        }
        for family in text_string_to_metric_families(text)
    }


def test_every_series_has_its_number(watched: Counter) -> None:
    now = watched.silo.clock()
    post = PostFacts(
        bags=3, oldest_at=now - timedelta(hours=2), room_days=41.5, offset_s=-7.0, photo_bytes=12_000
    )
    backup = BackupFacts(now - timedelta(minutes=5), now - timedelta(hours=9))
    watched.health[0] = HealthFacts("ready", post=post, backup=backup)
    watched.live.append(
        DeviceLive("bridge", "Bridge", "x", "weighbridge", None, "tcp:1", "live", now, last_heard=now)
    )
    watched.silo.receive("AB-123-CD")
    watched.silo.measure("gac", {"moisture": 13.6}, "S9999")
    answer = asking(watched).get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    found = series(answer.text)
    assert found.keys() == SERIES
    assert found["silo_accepting"] == {("",): 1}
    assert found["silo_bags_owed"] == {("",): 3}
    assert found["silo_oldest_owed_seconds"][("",)] == pytest.approx(7_200, abs=5)
    assert found["silo_days_of_room_left"] == {("",): 41.5}
    assert found["silo_clock_offset_seconds"] == {("",): -7}
    assert found["silo_photos_owed_bytes"] == {("",): 12_000}
    assert found["silo_exceptions_open"] == {("",): 1}
    assert found["silo_device_last_heard_seconds"][("", "bridge")] < 5
    assert found["silo_restore_proved_age_seconds"][("",)] == pytest.approx(9 * 3600, abs=5)
    proposals = found["silo_proposal_seconds"]
    assert proposals[("_count",)] == proposals[("_bucket", "+Inf")] > 0
    assert proposals[("_bucket", "0.005")] <= proposals[("_bucket", "5.0")]


def test_what_a_station_does_not_have_has_no_number(watched: Counter) -> None:
    found = series(asking(watched).get("/metrics").text)
    assert not {"silo_bags_owed", "silo_backup_age_seconds"} & found.keys()


def test_the_word_to_headquarters_brings_the_same_numbers(watched: Counter) -> None:
    now = watched.silo.clock()
    watched.health[0] = HealthFacts("ready", backup=BackupFacts(now - timedelta(minutes=5), None))
    told = series_now(watched.context())
    assert told.keys() == {"silo_accepting", "silo_exceptions_open", "silo_backup_age_seconds"}
    assert told["silo_backup_age_seconds"] == pytest.approx(300, abs=5)
    assert told.keys() < set(READY)


def test_a_station_that_refuses_says_so(watched: Counter) -> None:
    watched.health[0] = HealthFacts("ready", (("intake_waits_for_disk", {}),))
    assert series(asking(watched).get("/metrics").text)["silo_accepting"] == {("",): 0}


@pytest.mark.parametrize("path", ["/metrics", "/api/v1/metrics"])
def test_a_program_on_this_machine_needs_no_token_and_nobody_elsewhere_does_without(
    watched: Counter, path: str
) -> None:
    assert asking(watched).get(path).status_code == 200
    assert asking(watched, "10.0.0.9").get(path).status_code == 401
    handed_on = {"X-Forwarded-For": "10.0.0.9"}
    assert asking(watched).get(path, headers=handed_on).status_code == 401
    for token in (watched.tokens.terminal, ADMIN_TOKEN):
        named = {"Authorization": f"Bearer {token}"}
        assert asking(watched, "10.0.0.9").get(path, headers=named).status_code == 200
    phone = {"Authorization": f"Bearer {watched.tokens.phone}"}
    assert asking(watched, "10.0.0.9").get(path, headers=phone).status_code == 403


def test_who_does_not_opt_in_has_no_such_page(unserved: Counter) -> None:
    assert asking(unserved).get("/metrics").status_code == 404


def test_it_is_served_on_a_socket(watched: Counter) -> None:
    with served(watched) as running, httpx2.Client(base_url=running.url, verify=False) as client:
        assert "silo_accepting 1.0" in client.get("/api/v1/metrics").text
