"""Devices that say nothing by themselves: ASTM waits for its ENQ to be answered, Modbus to be polled."""

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from drivers.analyzer.astm import Astm, unmapped_tests
from drivers.analyzer.astm_link import ACK, ENQ, EOT, NAK
from drivers.driver import Driver
from drivers.errors import SettingError
from drivers.gateway.modbus_wire import Query
from drivers.magnitude import ways_of
from drivers.reading import Analyte
from drivers.registry import make_protocol, make_transport
from drivers.simulated.astm import AstmInstrument, link_frames, result_message
from drivers.simulated.line import PtyLine, TcpLine, TwoWayLine
from drivers.simulated.modbus import ModbusDevice, float_registers
from drivers.transport import Chunk
from station.commissioning.answers import LineAnswers
from station.commissioning.candidates import Candidate, candidates, questions, questions_for
from station.commissioning.contest import Contest
from station.commissioning.recording import keep_recording, replay_recording
from station.commissioning.search import Attempt, Listener, try_addresses

AT = datetime(2026, 7, 14, 10, 3, 22, tzinfo=UTC)
RESULTS = {"PROT": ("11.4", "%"), "moisture": ("13.1", "%")}
FLOAT = Query(1, 4, 0, 3)


def clock() -> datetime:
    return AT


@contextmanager
def in_a_thread(act: Callable[[], object]) -> Iterator[None]:
    thread = threading.Thread(target=act)
    thread.start()
    try:
        yield
    finally:
        thread.join(20)


def search(address: str, entries: list[Candidate], *, seconds: float = 3.0, ask: bool = True) -> Attempt:
    (heard,) = try_addresses([(address, "here")], clock, entries, ask=ask, seconds=seconds)
    return heard


def test_an_enquiry_that_comes_alone_is_answered_and_every_right_frame_after_it() -> None:
    answers = LineAnswers()
    frames = link_frames(result_message("S1", RESULTS, AT))
    damaged = frames[1][:4] + b"#" + frames[1][5:]
    assert answers.hear(ENQ, AT, 0.0) == ACK
    assert answers.is_waiting
    assert [answers.hear(one, AT, 0.1) for one in (frames[0], damaged, *frames[1:])] == [
        ACK, NAK, *[ACK] * (len(frames) - 1)
    ]  # fmt: skip
    assert answers.hear(EOT, AT, 0.2) == b""
    assert not answers.is_waiting


@pytest.mark.parametrize("data", [b"\x02  43120 kg\x03", b"x\x05", b"\x05\x05\x80", b"\x06", b""])
def test_nobody_else_is_answered(data: bytes) -> None:
    answers = LineAnswers()
    assert answers.hear(data, AT, 0.0) == b""
    assert not answers.is_waiting


def test_an_astm_instrument_is_recognised_by_one_message(tmp_path: Path) -> None:
    line = PtyLine(tmp_path / "port")
    instrument = AstmInstrument(line, ack_timeout_s=0.5)
    with in_a_thread(lambda: instrument.send("S1", RESULTS, AT)):
        heard = search(f"serial:{line.path}", candidates())
    line.close()
    assert len(instrument.log.all()) == 1
    assert heard.best is not None
    assert (heard.best.candidate.label, heard.waits_for_answers, heard.is_enough) == ("astm", True, True)
    assert heard.best.last is not None
    assert unmapped_tests(heard.best.last) == {"PROT": "11.4 %"}
    again = Astm({"tests": "PROT=protein:dm"}).parse(heard.best.last.frame)
    assert {analyte: value.value for analyte, value in again.values.items()} == {
        Analyte.PROTEIN: 11.4, Analyte.MOISTURE: 13.1
    }  # fmt: skip


def test_who_only_listens_says_nothing_at_all(tmp_path: Path) -> None:
    line = PtyLine(tmp_path / "port")
    instrument = AstmInstrument(line, ack_timeout_s=0.1)
    with in_a_thread(lambda: instrument.send("S1", RESULTS, AT)):
        heard = search(f"serial:{line.path}", candidates(), seconds=0.4, ask=False)
    line.close()
    assert heard.size > 0
    assert (heard.waits_for_answers, instrument.received) == (False, b"")


@contextmanager
def modbus(line: TwoWayLine, query: Query) -> Iterator[ModbusDevice]:
    device = ModbusDevice(line, query, float_registers(43_120))
    device.start()
    try:
        yield device
    finally:
        device.stop()


def test_a_modbus_device_is_found_by_the_shipped_map_that_it_answers_and_is_only_read(tmp_path: Path) -> None:
    line = PtyLine(tmp_path / "port")
    with modbus(line, FLOAT) as device:
        heard = search(f"serial:{line.path}", candidates(), seconds=1.0)
        assert device.answer_count
    line.close()
    assert heard.best is not None
    assert heard.best.candidate == Candidate("modbus", {"profile": "float-weight"})
    assert heard.best.last is not None
    assert (ways_of(heard.best.last)[0].values, heard.is_enough) == ({"weight": 43_120.0}, True)
    assert heard.poll == (FLOAT.request, 0.5)


@pytest.mark.parametrize("framing", ["tcp", "rtu"])
def test_on_the_network_both_framings_are_tried(framing: str) -> None:
    line = TcpLine()
    query = Query(3, 4, 0, 3, tcp=framing == "tcp")
    with modbus(line, query):
        heard = search(f"tcp:127.0.0.1:{line.port}", candidates(place="network", unit=3), seconds=1.0)
    line.close()
    assert heard.best is not None
    more = {"framing": "tcp"} if framing == "tcp" else {}
    assert dict(heard.best.candidate.settings) == {"profile": "float-weight", "unit": "3", **more}


def test_a_device_that_refuses_every_map_is_told_to_speak_modbus(tmp_path: Path) -> None:
    line = PtyLine(tmp_path / "port")
    with modbus(line, Query(1, 3, 0, 7)) as device:
        device.refuse = 2
        heard = search(f"serial:{line.path}", candidates(), seconds=1.0)
    line.close()
    assert heard.best is None
    assert heard.refusal is not None
    assert (
        heard.refusal.fault
        == "instrument fault: Modbus exception 2: no such register: check address and count of the profile"
    )
    assert heard.is_enough


def test_every_question_to_modbus_reads_and_none_can_be_taken_for_a_command_in_letters() -> None:
    entries = [one for one in candidates(place="network") if one.kind == "modbus"]
    assert len(entries) == 6
    for request, _ in questions(entries):
        body = request[6:] if request.startswith(b"\x00\x01\x00\x00") else request
        assert body[1] in (3, 4)
        assert not re.search(rb"[A-Za-z]", request)


def test_an_answer_is_read_by_the_map_that_asked_and_by_no_other() -> None:
    entries = [one for one in candidates() if one.kind == "modbus"]
    chosen = Candidate("modbus", {"profile": "float-weight"})
    assert len(questions_for(chosen, entries)) == 3
    contest = Contest(clock, entries)
    answer = FLOAT.response(float_registers(43_120))
    contest.hear(Chunk(answer), question=Query(1, 3, 0, 7).request)
    assert contest.ranking() == []
    contest.hear(Chunk(answer), question=FLOAT.request)
    (best,) = contest.ranking()
    assert (best.candidate, contest.recording(best)) == (chosen, answer)
    assert bytes(contest.data) == answer * 2


def test_maps_are_asked_in_turn_and_what_was_written_works_as_it_is(tmp_path: Path) -> None:
    line = TcpLine()
    entries = candidates(place="network")
    chosen = Candidate("modbus", {"profile": "float-weight"})
    contest = Contest(clock, entries)
    transport = make_transport(f"tcp:127.0.0.1:{line.port}")
    with modbus(line, FLOAT):
        transport.open()
        listener = Listener(transport, contest, clock, asks=questions_for(chosen, entries))
        listener.listen(1.8)
        transport.close()
        (best,) = contest.ranking()
        assert (best.candidate, best.score) == (chosen, 1.0)
        data, settings = contest.recording(best), best.candidate.settings
        assert keep_recording(tmp_path, "head", data, "modbus", settings, "tcp", AT) == best.readings > 0
        assert replay_recording(tmp_path, "head") is None
        compared = make_protocol("modbus", {**settings, "weight_unit": "kg"})
        again = Driver("head", compared, transport, clock=clock)
        delivery = next(again.deliveries(threading.Event()))
    line.close()
    assert delivery.reading is not None
    assert delivery.reading.weight_kg == 43_120.0


def test_profiles_of_the_site_are_candidates_by_what_they_describe(tmp_path: Path) -> None:
    shipped = Path(__file__).parents[2] / "drivers" / "profiles"
    for name, kind in (
        ("st-weight", "generic"),
        ("modbus/laumas-tlb", "modbus"),
        ("json/nir-list", "json-paths"),
    ):
        own = tmp_path / f"{kind}.toml"
        own.write_text((shipped / f"{name}.toml").read_text())
        assert Candidate(kind, {"profile": str(own)}) in candidates([own])
    own = tmp_path / "files.toml"
    own.write_text((shipped / "files" / "foss-results.toml").read_text())
    with pytest.raises(SettingError, match="it is for no line"):
        candidates([own])
    own.write_text("[framing]\n")
    with pytest.raises(SettingError, match=r"\[profile\]: is missing"):
        candidates([own])
