"""A burst ended by Enter is a barcode; everything else is typing, in its order."""

from hypothesis import given
from hypothesis import strategies as st

from tests.ui.terminal import HandClock
from ui.tui.scanner import GAP_S, LONGEST, SHORTEST, KeyOutcome, Scanner

FAST, SLOW = GAP_S / 5, GAP_S * 2


def feed(
    scanner: Scanner[str], clock: HandClock, keys: list[tuple[str, float]]
) -> tuple[list[str], list[str]]:
    """Keys with the pause before each; the keys that came through, and the scans."""
    typed: list[str] = []
    scans: list[str] = []
    for key, pause in keys:
        clock.now += pause
        outcome: KeyOutcome[str] = scanner.enter() if key == "\r" else scanner.character(key, key)
        typed += outcome.release
        if outcome.scan is not None:
            scans.append(outcome.scan)
        elif not outcome.held:
            typed.append(key)
    clock.now += SLOW
    typed += scanner.pause().release
    return typed, scans


def new() -> tuple[Scanner[str], HandClock]:
    clock = HandClock()
    return Scanner(clock), clock


@given(st.text("AB0123456789-._", min_size=SHORTEST, max_size=LONGEST))
def test_a_burst_ended_by_enter_is_a_scan_and_no_key_comes_through(barcode: str) -> None:
    scanner, clock = new()
    keys = [(barcode[0], SLOW), *((c, FAST) for c in barcode[1:]), ("\r", FAST)]
    assert feed(scanner, clock, keys) == ([], [barcode])


@given(st.lists(st.tuples(st.sampled_from("abcq1\r"), st.floats(GAP_S, 2)), max_size=30))
def test_what_a_person_types_comes_through_as_typed(keys: list[tuple[str, float]]) -> None:
    scanner, clock = new()
    assert feed(scanner, clock, keys) == ([key for key, _ in keys], [])


@given(st.lists(st.tuples(st.sampled_from("ab1\r"), st.floats(0, 0.2)), max_size=60))
def test_no_character_is_lost_doubled_or_turned_round(keys: list[tuple[str, float]]) -> None:
    scanner, clock = new()
    typed, scans = feed(scanner, clock, keys)
    wanted = [key for key, _ in keys if key != "\r"]
    assert sorted([key for key in typed if key != "\r"] + [c for scan in scans for c in scan]) == sorted(
        wanted
    )


def test_a_short_burst_is_typing() -> None:
    scanner, clock = new()
    assert feed(scanner, clock, [("a", SLOW), ("b", FAST), ("\r", FAST)]) == (["a", "b", "\r"], [])


def test_typing_before_a_scan_is_not_part_of_it() -> None:
    scanner, clock = new()
    keys = [("x", SLOW), ("1", SLOW), *((c, FAST) for c in "2345"), ("\r", FAST)]
    assert feed(scanner, clock, keys) == (["x"], ["12345"])


def test_keys_are_held_until_the_gap_has_passed() -> None:
    scanner, clock = new()
    scanner.character("a", "a")
    assert scanner.pause() == KeyOutcome(held=True)
    clock.now += SLOW
    assert scanner.pause() == KeyOutcome(release=("a",))
    assert not scanner.is_holding


def test_an_arrow_releases_what_was_typed_before_it() -> None:
    scanner, _ = new()
    scanner.character("a", "a")
    assert scanner.other() == KeyOutcome(release=("a",))
