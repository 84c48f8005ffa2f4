"""The kernel is asked for its clock's standing, and asking ends nobody."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from station import kernel_time


@pytest.fixture(autouse=True)
def asked_anew() -> Iterator[None]:
    kernel_time._may_ask.cache_clear()
    kernel_time._told.cache_clear()
    yield
    kernel_time._may_ask.cache_clear()
    kernel_time._told.cache_clear()


def test_the_kernel_says_whether_its_clock_is_kept_right() -> None:
    assert kernel_time.is_synchronised() in (True, False, None)


def test_one_run_of_the_machine_has_one_name_and_seconds_that_rise() -> None:
    assert kernel_time.boot() == kernel_time.boot()
    before = kernel_time.ticks()
    assert kernel_time.ticks() >= before > 0


@pytest.mark.parametrize(("child", "may"), [("pass", True), ("import os; os.kill(os.getpid(), 31)", False)])
def test_under_a_filter_of_system_calls_a_child_asks_first(
    child: str, may: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    status = tmp_path / "status"
    status.write_text("Name:\tsilo\nSeccomp:\t2\n")
    monkeypatch.setattr(kernel_time, "_OWN", status)
    monkeypatch.setattr(kernel_time, "_ASK", child)
    assert kernel_time._may_ask() is may


@pytest.mark.parametrize(
    ("says", "is_synchronised"), [("b true", True), ("b false", False), ("no bus", None), (None, None)]
)
def test_who_may_not_ask_is_told_by_timedated(
    says: str | None, is_synchronised: bool | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a hardened unit, whose filter ends who asks the kernel."""
    monkeypatch.setattr(kernel_time, "_may_ask", cache(lambda: False))
    monkeypatch.setattr(kernel_time, "_TIMEDATED", ("echo", says) if says else ("/nowhere/busctl",))
    assert kernel_time.is_synchronised() is is_synchronised
