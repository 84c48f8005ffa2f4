"""Whatever bytes a device sends, what is read of them holds nothing that cannot be seen."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.analyzer.json_nir import JsonNir
from drivers.decode import decode
from drivers.errors import FrameError
from drivers.health import HealthKeeper
from drivers.kind import DriverFaultFrame, read_frame
from drivers.reading import Frame, Reading
from drivers.transport.base import ErrorCode
from drivers.transport.folder import DroppedFile
from tests.drivers.fuzz_targets import AT, TARGETS, Target
from tests.drivers.test_json_nir import MESSAGE
from tests.hostile import HIDDEN, SENT, any_text, is_clean


def texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from (text for pair in value.items() for part in pair for text in texts(part))
    elif isinstance(value, list | tuple):
        yield from (text for part in value for text in texts(part))


def kept_of(reading: Reading) -> list[str]:
    """All of a reading that becomes a row, its frame's bytes apart."""
    told = {**reading.as_dict(), "identity": reading.identity}
    del told["raw"]
    return list(texts(told))


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
@given(st.data())
def test_a_message_with_anything_in_it_gives_clean_texts_or_none(target: Target, data: st.DataObject) -> None:
    char = data.draw(st.sampled_from(SENT))
    sent = data.draw(
        st.sampled_from([char.encode(), char.encode("latin-1", "replace"), ascii(char).encode()])
    )
    at = data.draw(st.integers(0, len(target.message)))
    message = target.message[:at] + sent + target.message[at:]
    for result in decode([message], target.kind, target.settings, at=AT):
        if isinstance(result, Reading):
            assert all(map(is_clean, kept_of(result)))


@given(any_text, any_text)
def test_a_json_message_is_cleaned_field_by_field(text: str, key: str) -> None:
    message = {
        **MESSAGE,
        "sample": text,
        "product": text,
        "id": text or "1",
        "serial": text,
        "calibration": text,
    }
    frame = Frame(json.dumps({**message, key: text}).encode(), AT)
    reading = read_frame(JsonNir(), frame)
    if isinstance(reading, FrameError):
        assert not isinstance(reading, DriverFaultFrame)
        return
    assert all(map(is_clean, kept_of(reading)))
    assert reading.frame.data == frame.data


@pytest.mark.parametrize("char", HIDDEN, ids=ascii)
def test_a_reading_is_cleaned_whoever_makes_it(char: str) -> None:
    reading = Reading(
        "x", "analysis", Frame(b"x", AT), {}, sample_id=f"S{char}1", product=f"{char}", serial=f"A{char}",
        identity=f"id{char}", extra={f"k{char}": [f"v{char}"]},
    )  # fmt: skip
    assert all(map(is_clean, kept_of(reading)))
    assert reading.sample_id in ("S1", "S 1")
    assert reading.product is None
    assert replace(reading, driver="y").identity == reading.identity != "id"


def test_two_messages_that_differ_by_what_cannot_be_seen_stay_two() -> None:
    ids = {Reading("x", "analysis", Frame(b"x", AT), {}, identity=f"id{char}").identity for char in HIDDEN}
    assert len(ids) == len(HIDDEN)


@given(any_text)
def test_what_is_told_of_a_device_is_clean(text: str) -> None:
    health = HealthKeeper("nir", "tcp:1", clock=lambda: AT, silent_after_s=None)
    health.note_down(ErrorCode.PORT_LOST, text)
    error = health.read().last_error
    assert error is not None
    assert is_clean(error.text)


@given(st.lists(any_text, max_size=3))
def test_the_note_beside_a_refused_file_has_a_line_for_each_reason(refusals: list[str]) -> None:
    note = DroppedFile("a.csv", (1, 1, 1), 0, refusals).reason()
    assert all(map(is_clean, note.split("\n")))
    assert note.count("\n") == 1 + len(refusals)
    note.encode()
