"""The light box with real workers: every active model judges, shadows follow, what breaks is replaced."""

import shutil
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from station.grain.reasons import Code
from station.models import acts as models
from station.models import releases
from station.receival.arrivals.visits import NewLoad
from station.receival.measuring import claims
from station.receival.measuring.captures import StoredPhoto, receive_capture
from station.runtime import light_box, shadows
from station.runtime.bundles import checked
from station.runtime.light_box import LightBox
from station.runtime.shadows import Shadows
from station.store import evidence
from station.store.errors import DiskFull, LedgerFault
from station.vision.bundle import parse_bundle
from tests.api.rig import wait_until
from tests.model_rig import Models, shipped_version
from tests.silo_rig import Silo, photos_of_load
from tests.vision import tiny

pytestmark = pytest.mark.long

SHIPPED = shipped_version()
SECONDS = 60.0


@pytest.fixture
def shelf(silo: Silo) -> Models:
    made = Models.at(silo)
    made.ship()
    return made


@pytest.fixture
def box(shelf: Models, monkeypatch: pytest.MonkeyPatch) -> Iterator[LightBox]:
    """Not running: the test takes each step."""
    monkeypatch.setattr(light_box, "RESTART_PAUSE_S", 0.0)
    made = LightBox(shelf.silo.desk, shelf.photos, shelf.bundles, shelf.silo.clock, answer_timeout_s=SECONDS)
    made.follow()
    yield made
    for worker in made._workers.values():
        worker.close()


@pytest.fixture
def trial(shelf: Models) -> Iterator[Shadows]:
    made = Shadows(shelf.silo.desk, shelf.photos, shelf.bundles, shelf.silo.clock, answer_timeout_s=SECONDS)
    yield made
    made._close()


def test_a_promoted_model_judges_the_next_capture_and_a_rolled_back_one_no_more(
    shelf: Models, box: LightBox, trial: Shadows
) -> None:
    second = shelf.install("2")
    captures = [shelf.photograph()]
    assert box.inspect_one()
    assert trial.judge_one()
    assert not trial.judge_one()
    models.promote(shelf.silo.desk, second.name, "2", shelf.by())
    box.follow()
    captures.append(shelf.photograph())
    assert box.inspect_one()
    models.roll_back(shelf.silo.desk, second.task, "wheat", shelf.by())
    box.follow()
    captures.append(shelf.photograph())
    assert box.inspect_one()
    assert not box.inspect_one()
    assert [shelf.inspections(one) for one in captures] == [
        {SHIPPED: (True, False), "2": (True, True)}, {"2": (True, False)}, {SHIPPED: (True, False)},
    ]  # fmt: skip
    assert [shelf.state(one) for one in captures] == ["inspected"] * 3


def test_models_of_two_tasks_are_active_at_once_and_each_judges_the_capture(
    shelf: Models, box: LightBox
) -> None:
    """The second one is a tiny regression: what it says is shown and moves nothing."""
    silo, data = shelf.silo, tiny.packed("kernel")
    load = silo.loads(silo.arrive("AB-123-CD", NewLoad("soft_wheat", barcode="S1")))[0]
    shelf.bundles.put(data)
    second = models.install(silo.desk, checked(parse_bundle(data)), shelf.by())
    models.promote(silo.desk, second.name, second.version, shelf.by())
    box.follow()
    capture = shelf.photograph(barcode="S1")
    assert box.inspect_one()
    assert not box.inspect_one()
    assert shelf.inspections(capture) == {SHIPPED: (True, False), second.version: (True, False)}
    with silo.desk.ledger.read() as tx:
        codes = {reason.code for reason in photos_of_load(tx, load.id)}
    assert codes == {Code.PHOTO_SHARES, Code.PHOTO_UNSEEN, Code.PHOTO_NUMBER}


def test_a_killed_worker_is_replaced_and_the_capture_is_inspected_once(shelf: Models, box: LightBox) -> None:
    (worker,) = box._workers.values()
    assert worker._process is not None
    worker._process.kill()
    capture = shelf.photograph()
    assert box.inspect_one()
    assert shelf.inspections(capture) == {}
    assert box.inspect_one()
    assert shelf.inspections(capture) == {SHIPPED: (True, False)}


def test_a_capture_claimed_before_a_crash_is_judged_once_by_each_model(shelf: Models, box: LightBox) -> None:
    capture = shelf.photograph()
    assert claims.claim_capture(shelf.silo.desk, shelf.silo.clock()) is not None  # and then the power fails
    assert not box.inspect_one()
    claims.release_claims(shelf.silo.desk)
    assert box.inspect_one()
    assert shelf.inspections(capture) == {SHIPPED: (True, False)}


def test_a_damaged_photo_is_not_judged_until_the_right_bytes_came_again(shelf: Models, box: LightBox) -> None:
    capture = shelf.photograph()
    with shelf.silo.desk.ledger.read() as tx:
        (photo,) = evidence.photos_of(tx, capture.id)
    path = shelf.photos.path(photo.sha256)
    right = path.read_bytes()
    path.write_bytes(right[:-1])
    while box.inspect_one():
        pass
    assert (shelf.state(capture), shelf.inspections(capture)) == ("no_model", {})
    shelf.photos.put(right)
    stored = StoredPhoto(photo.sha256, photo.size, photo.media_type)
    receive_capture(shelf.silo.desk, capture.id, {}, [stored], shelf.phone, shelf.silo.clock())
    assert box.inspect_one()
    assert shelf.inspections(capture) == {SHIPPED: (True, False)}


def test_a_full_disk_ends_no_thread_and_the_capture_is_judged_when_there_is_room(
    shelf: Models, box: LightBox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(light_box, "IDLE_S", 0.05)
    died: list[object] = []
    monkeypatch.setattr(threading, "excepthook", died.append)
    capture, refused = shelf.photograph(), threading.Event()
    real = light_box.captures.record_inspection

    def refuse(*given: Any, **how: Any) -> None:
        """The claim was recorded, what the model says is not."""
        monkeypatch.setattr(light_box.captures, "record_inspection", real)
        refused.set()
        raise DiskFull(LedgerFault.DISK_FULL, folder="data")

    monkeypatch.setattr(light_box.captures, "record_inspection", refuse)
    with box.running():
        wait_until(lambda: refused.is_set() and bool(shelf.inspections(capture)), seconds=SECONDS)
    assert shelf.inspections(capture) == {SHIPPED: (True, False)}
    assert died == []


def test_a_models_file_that_holds_another_model_does_not_judge(shelf: Models, box: LightBox) -> None:
    second = shelf.install("2")
    models.promote(shelf.silo.desk, second.name, "2", shelf.by())
    with shelf.silo.desk.ledger.read() as tx:
        (shipped,) = [row for row in releases.releases(tx) if row.sha256 != second.sha256]
    shutil.copy(shelf.bundles.path(shipped.sha256), shelf.bundles.path(second.sha256))
    box.follow()
    assert shelf.active() == SHIPPED


def test_where_the_active_model_does_not_run_the_one_before_it_goes_on(shelf: Models, box: LightBox) -> None:
    second = shelf.install("2")
    models.promote(shelf.silo.desk, second.name, "2", shelf.by())
    shelf.break_(second)
    box.follow()
    assert shelf.active() == SHIPPED
    capture = shelf.photograph()
    assert box.inspect_one()
    assert shelf.inspections(capture) == {SHIPPED: (True, False)}
    with shelf.silo.desk.ledger.read() as tx:
        last = releases.last_act(tx, second.sha256)
    assert last is not None
    assert (last.act, last.by) == ("rolled_back", None)
    assert "not a model bundle" in last.why


def test_without_one_before_it_the_capture_is_left_and_the_station_says_so(
    shelf: Models, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(light_box, "RESTART_PAUSE_S", 0.0)
    with shelf.silo.desk.ledger.read() as tx:
        (shipped,) = releases.releases(tx)
    shelf.break_(shipped)
    box = LightBox(shelf.silo.desk, shelf.photos, shelf.bundles, shelf.silo.clock)
    box.follow()
    assert (box.state, "not a model bundle" in box.problem) == ("off", True)
    capture = shelf.photograph()
    while box.inspect_one():
        pass
    assert (shelf.state(capture), shelf.active()) == ("no_model", SHIPPED)


def test_a_broken_shadow_is_set_aside_with_its_reason_and_the_active_model_goes_on(
    shelf: Models, box: LightBox, trial: Shadows
) -> None:
    broken = shelf.install("2")
    shelf.break_(broken)
    captures = [shelf.photograph() for _ in range(shadows.FAILURES)]
    while box.inspect_one():
        pass
    while trial.judge_one():
        pass
    assert [shelf.inspections(one) for one in captures] == [{SHIPPED: (True, False)}] * len(captures)
    with shelf.silo.desk.ledger.read() as tx:
        ((row, act),) = releases.set_aside(tx)
    assert (row.version, "not a model bundle" in act.why) == ("2", True)


def test_a_hanging_shadow_is_ended_and_only_its_own_inspection_is_missing(
    shelf: Models, box: LightBox, trial: Shadows
) -> None:
    import os
    import signal

    shelf.install("2")
    first = shelf.photograph()
    assert box.inspect_one()
    assert trial.judge_one()
    assert trial._worker is not None
    assert trial._worker.pid is not None
    os.kill(trial._worker.pid, signal.SIGSTOP)
    trial._worker.answer_timeout_s = 0.3
    second = shelf.photograph()
    assert box.inspect_one()
    assert trial.judge_one()
    assert shelf.inspections(second) == {SHIPPED: (True, False)}
    assert trial.judge_one()  # a fresh worker
    assert (
        shelf.inspections(second) == shelf.inspections(first) == {SHIPPED: (True, False), "2": (True, True)}
    )


def test_an_idle_shadows_worker_is_ended_and_comes_back_for_the_next_capture(
    shelf: Models, box: LightBox, trial: Shadows, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shadows, "IDLE_S", 0.2)
    shelf.install("2")
    with trial.running():
        for _ in range(2):
            capture = shelf.photograph()
            assert box.inspect_one()
            trial.wake()
            wait_until(lambda: "2" in shelf.inspections(capture), seconds=SECONDS)  # noqa: B023
            wait_until(lambda: trial._worker is None, seconds=SECONDS)
