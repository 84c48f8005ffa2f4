"""What waits is taken device by device in turn, and one that stands still says since when."""

import threading
from datetime import timedelta

from station.runtime.live import Standing
from station.runtime.waiting import Waiting
from tests.silo_rig import START


def filled(**items: str) -> Waiting[str]:
    waiting = Waiting[str]()
    for device, names in items.items():
        for name in names:
            waiting.put(device, name, 10, lambda: False)
    return waiting


def taken(waiting: Waiting[str]) -> str:
    names = ""
    while turn := waiting.next(0):
        device, name = turn
        names += name
        waiting.done(device)
    return names


def test_the_devices_take_turns_and_each_ones_messages_keep_their_order() -> None:
    assert taken(filled(nir="abcd", bridge="1", gac="xy")) == "a1xbycd"


def test_a_message_is_not_gone_before_it_is_done() -> None:
    waiting = filled(nir="a")
    assert waiting.next(0) == waiting.next(0) == ("nir", "a")
    assert not waiting.is_empty()
    waiting.done("nir")
    assert waiting.next(0) is None
    assert waiting.is_empty()


def test_a_device_without_room_waits_for_it_and_no_other_one_does() -> None:
    waiting = filled(nir="a")
    has_put = threading.Event()

    def put() -> None:
        waiting.put("nir", "b", 1, lambda: False)
        has_put.set()

    thread = threading.Thread(target=put)
    thread.start()
    waiting.put("bridge", "1", 1, lambda: False)
    assert waiting.next(0) == ("nir", "a")
    assert not has_put.wait(0.1)
    waiting.done("nir")
    assert has_put.wait(10)
    thread.join()
    assert taken(waiting) == "1b"


def test_who_waits_for_room_in_vain_goes_when_that_is_over_and_leaves_nothing() -> None:
    waiting = filled(nir="a")
    waiting.put("nir", "b", 1, lambda: True)
    assert taken(waiting) == "a"


def test_what_finds_no_room_is_not_kept() -> None:
    waiting = Waiting[str]()
    assert [waiting.offer("bridge", name, 2) for name in "abc"] == [True, True, False]
    assert taken(waiting) == "ab"


def test_it_stands_when_nothing_was_done_for_long_and_says_since_when() -> None:
    seconds = [100.0]
    waiting = Waiting[str](lambda: seconds[0])
    assert waiting.standing(START) == Standing()
    seconds[0] += 60  # nothing waits: that is no standing still
    for name in "abc":
        waiting.put("nir", name, 10, lambda: False)
    seconds[0] += 9
    assert waiting.standing(START) == Standing(3, START - timedelta(seconds=9))
    seconds[0] += 2
    assert waiting.standing(START) == Standing(3, START - timedelta(seconds=11), stands=True)
    waiting.done("nir")
    assert waiting.standing(START) == Standing(2, START)
