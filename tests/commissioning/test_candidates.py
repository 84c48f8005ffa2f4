"""What each driver makes of a device's bytes, and which line settings are right."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from drivers.generic.controls import visible_text
from drivers.simulated.line import PtyLine
from drivers.simulated.toledo import message
from drivers.transport import Chunk, LineDown
from station.commissioning.candidates import Candidate, candidates, questions, without_asking
from station.commissioning.contest import Contest
from station.commissioning.magnitude import never_settled, next_question
from station.commissioning.ports import COMMON, LineSettings, places, serial_ports
from station.commissioning.search import try_addresses

AT = datetime(2026, 7, 14, 10, 3, 22, tzinfo=UTC)
GAC = b" ,29/03/22,14:20:14,11.9,70.7,30.3,28.9,29.7,BLE,S/N: 0000-00000, 2, 895,2305, 303,070815\r\n"


def contest() -> Contest:
    return Contest(lambda: AT, candidates())


@pytest.mark.parametrize(("data", "kind"), [(message(43_120), "toledo-continuous"), (GAC, "gac2100-csv01")])
def test_the_right_driver_reads_everything_and_comes_first(data: bytes, kind: str) -> None:
    heard = contest()
    for _ in range(3):
        heard.hear(Chunk(data))
    heard.note_quiet()
    best = heard.ranking()[0]
    assert (best.candidate.kind, best.score, best.readings, best.refused_count) == (kind, 1.0, 3, 0)
    assert bytes(heard.data) == data * 3


def test_a_variant_is_named_where_only_it_reads_the_device() -> None:
    heard = contest()
    for _ in range(3):
        heard.hear(Chunk(message(43_120, spaced=True)))
    assert dict(heard.ranking()[0].candidate.settings) == {"form": "extra_space"}


def test_no_count_of_bytes_chooses_how_large_a_number_is() -> None:
    """An empty bridge is read at 100 % either way, and a head without unit by every unit."""
    for data, settings in ((message(0, decimals=-1), {}), (b"\x02   43120G\x03", {})):
        heard = contest()
        for _ in range(3):
            heard.hear(Chunk(data))
        best = heard.ranking()[0]
        assert (dict(best.candidate.settings), best.score) == (settings, 1.0)
    assert not any("unit" in one.settings and one.kind == "rinstrum" for one in candidates())


def test_a_loaded_reading_asks_what_it_is_and_an_empty_bridge_cannot() -> None:
    heard = contest()
    for _ in range(3):
        heard.hear(Chunk(message(0, decimals=-1)))
    empty = heard.ranking()[0]
    assert next_question(empty, {}) is None
    assert never_settled(empty) == ["fixed_zero", "expanded"]
    heard.hear(Chunk(message(1696, decimals=-1)))
    loaded = heard.ranking()[0]
    question = next_question(loaded, {})
    assert question is not None
    assert question.setting == "fixed_zero"
    assert question.numbers == {"in_digits": [("weight", 1696.0)], "appended": [("weight", 16_960.0)]}
    assert question.sent.endswith("001696000000<CR>" + visible_text(message(1696, decimals=-1)[-1:]))
    assert next_question(loaded, {"fixed_zero": "appended"}) is None
    assert never_settled(loaded) == []


def test_garbage_is_read_by_nobody_and_kept() -> None:
    heard = contest()
    heard.hear(Chunk(bytes(range(128, 160)) * 20))
    heard.note_quiet()
    assert heard.ranking() == []
    assert len(heard.data) == 640


def test_every_candidate_is_there_once_with_the_profiles() -> None:
    labels = [candidate.label for candidate in candidates()]
    assert len(labels) == len(set(labels))
    assert {"toledo-continuous", "st-gs", "generic profile=precia-molen"} <= set(labels)


def test_an_indicator_that_spoke_by_itself_is_not_asked_later() -> None:
    assert dict(without_asking(Candidate("nci-scp01")).settings) == {"poll": "none"}
    assert dict(without_asking(Candidate("toledo-continuous")).settings) == {}
    asked = questions(candidates())
    assert len({question for question, _ in asked}) == len(asked) > 3


def test_a_folder_without_adapters_has_no_ports(tmp_path: Path) -> None:
    assert serial_ports(tmp_path / "nothing") == []
    (tmp_path / "usb-FTDI_1-if00-port0").touch()
    assert serial_ports(tmp_path) == [str(tmp_path / "usb-FTDI_1-if00-port0")]


@contextmanager
def speaking(line: PtyLine, data: bytes) -> Iterator[None]:
    """The device sends ten times a second."""
    ended = threading.Event()

    def send() -> None:
        while not ended.wait(0.05):
            line.write(data)

    thread = threading.Thread(target=send)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def test_the_first_setting_that_is_understood_ends_the_search(tmp_path: Path) -> None:
    line = PtyLine(tmp_path / "port")
    with speaking(line, message(43_120)):
        heard = list(
            try_addresses(places(f"serial:{line.path}"), lambda: AT, candidates(), ask=False, seconds=3)
        )
    line.close()
    assert [one.label for one in heard] == ["9600 8N1"]
    assert heard[0].is_enough


def test_a_silent_indicator_is_asked(tmp_path: Path) -> None:
    line = PtyLine(tmp_path / "port")
    ended = threading.Event()

    def answer() -> None:
        while not ended.wait(0.01):
            if b"SI\r\n" in line.take():
                line.write(b"S S      43120 kg\r\n")

    thread = threading.Thread(target=answer)
    thread.start()
    heard = list(
        try_addresses(
            places(f"serial:{line.path}?baud=9600"), lambda: AT, candidates(), ask=True, seconds=0.2
        )
    )
    ended.set()
    thread.join()
    line.close()
    assert heard[0].best is not None
    assert heard[0].best.candidate.kind == "mt-sics"
    assert heard[0].poll == (b"SI\r\n", 0.25)


def test_line_settings_that_a_port_cannot_do_are_told_and_the_search_goes_on(tmp_path: Path) -> None:
    line = PtyLine(tmp_path / "port")
    lines = [LineSettings(9600, 8, "N", 1), LineSettings(9600, 7, "E", 1), LineSettings(4800, 8, "N", 1)]
    addresses = [(one.address(str(line.path)), str(one)) for one in lines]
    heard = list(try_addresses(addresses, lambda: AT, candidates(), ask=False, seconds=0.2))
    line.close()
    assert [(one.label, one.problem is None) for one in heard] == [
        ("9600 8N1", True), ("9600 7E1", False), ("4800 8N1", True)
    ]  # fmt: skip
    with pytest.raises(LineDown, match="does not exist"):
        next(try_addresses(addresses, lambda: AT, candidates(), ask=False, seconds=0.2))


def test_settings_make_an_address() -> None:
    assert LineSettings(4800, 7, "E", 1).address("/dev/x") == "serial:/dev/x?baud=4800&bits=7&parity=E&stop=1"
    assert len(set(COMMON)) == len(COMMON)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("9600-8N1", "9600 8N1"), ("4800 7e1", "4800 7E1"), ("2400,7,O,2", "2400 7O2"),
        ("19200", "19200 8N1"),
        ("9600-9N1", None), ("9601", None), ("", None), ("usb0", None), ("9600 8N1 x", None),
    ],
)  # fmt: skip
def test_line_settings_are_typed_as_they_are_spoken(text: str, read: str | None) -> None:
    settings = LineSettings.parse(text)
    assert (None if settings is None else str(settings)) == read


def test_an_unknown_device_ends_the_search_at_the_setting_that_makes_text_of_it(tmp_path: Path) -> None:
    line = PtyLine(tmp_path / "port")
    with speaking(line, b"N7|  43120|tonnage|A\r\n"):
        heard = list(
            try_addresses(places(f"serial:{line.path}"), lambda: AT, candidates(), ask=False, seconds=3)
        )
    line.close()
    assert [(one.label, one.is_enough, one.legible.readable) for one in heard] == [("9600 8N1", True, 1.0)]
