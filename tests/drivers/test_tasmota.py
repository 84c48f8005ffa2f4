import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.errors import FrameError, SettingError
from drivers.kind import read_frame
from drivers.reading import Flag, Frame, Reading
from drivers.registry import make_protocol
from drivers.simulated.gac2100 import SimulatedGac2100
from drivers.simulated.mosquitto import Mosquitto, available
from drivers.simulated.tasmota import TasmotaLine
from drivers.simulated.toledo import message
from drivers.transport import Chunk, ErrorCode
from tests.drivers.rig import AT, Running, wait_until
from tests.drivers.test_framing import CUTS, pieces

TOLEDO = {"driver": "toledo-continuous", "data": "hex"}


def wrap(piece, *, as_hex=True):
    text = piece.hex() if as_hex else piece.decode("latin-1")
    return json.dumps({"SSerialReceived": {"Data": text}}).encode()


def kind(**settings):
    return make_protocol("tasmota", {**TOLEDO, **settings})


class Board:
    """A conversation with a board, by hand."""

    def __init__(self, **settings):
        self.kind = kind(**settings)
        self.talk = self.kind.dialogue()
        self.talk.start(0.0)

    def hear(self, topic, data, now=0.0):
        return [f for u in self.talk.hear(Chunk(data, whole=True, topic=topic), AT, now) for f in u.frames]

    def says(self, now=0.0):
        return [(say.topic, say.data) for say in self.talk.take_says(now)]


@given(st.lists(st.integers(0, 3000).map(lambda n: n * 20), max_size=5), CUTS)
def test_the_bytes_inside_are_read_by_the_kind_inside_however_the_board_cuts_them(weights, cuts):
    board = Board()
    data = b"".join(message(weight) for weight in weights)
    frames = [f for part in pieces(data, cuts) for f in board.hear("tele/b/RESULT", wrap(part))]
    frames += [f for u in board.talk.note_quiet(AT, 1.0) for f in u.frames]
    readings = [board.kind.parse(frame) for frame in frames]
    assert [reading.weight_kg for reading in readings] == weights
    assert all(r.driver == "tasmota" and r.extra["inner"] == "toledo-continuous" for r in readings)


@given(st.integers(4, 9), st.integers(0, 7))
def test_a_flipped_bit_inside_never_changes_a_value(spot, bit):
    data = bytearray(message(43_120))
    data[spot] ^= 1 << bit
    protocol = kind(**{"inner.checksum": "on"})
    framer = protocol.framer()
    frames = framer.feed(wrap(bytes(data)) + b"\n", AT) + framer.finish(AT)
    assert not [o for o in (read_frame(protocol, frame) for frame in frames) if isinstance(o, Reading)]


@given(st.lists(st.binary(max_size=40), max_size=5), st.sampled_from(["text", "hex"]))
def test_any_messages_give_readings_or_reasons(messages, data):
    board = Board(data=data)
    for payload in messages:
        for topic in ("tele/b/RESULT", "tele/b/STATE", "tele/b/LWT", "x"):
            for frame in board.hear(topic, payload):
                assert isinstance(read_frame(board.kind, frame), Reading | FrameError)


def test_a_recording_of_messages_is_read_line_by_line():
    protocol = kind(driver="st-gs", data="text")
    framer = protocol.framer()
    text = (
        b'{"SSerialReceived":{"Data":"ST,GS,   245.6 g\\r\\nST,"}}\n{"Time":"x"}\n{"SSerialReceived":"GS,   '
    )
    text += b'0.2 g\\r\\n"}\n'
    frames = framer.feed(text, AT) + framer.finish(AT)
    assert [protocol.parse(frame).weight_kg for frame in frames] == [0.2456, 0.0002]
    assert framer.noise == len(b'{"Time":"x"}\r')


def test_a_line_end_that_the_board_cuts_off_is_put_back():
    board = Board(driver="st-gs", data="text", line_end="crlf")
    (frame,) = board.hear("tele/b/RESULT", wrap(b"ST,GS,   245.6 g", as_hex=False))
    assert frame.data == b"ST,GS,   245.6 g\r\n"


def test_a_board_that_comes_online_is_told_to_send_once_so_that_it_listens():
    board = Board()
    assert board.hear("tele/b/LWT", b"Online") == []
    assert board.says() == [("cmnd/b/SSerialSend5", b"0D")]
    assert board.says() == []
    quiet = Board(wake="off")
    quiet.hear("tele/b/LWT", b"Online")
    assert quiet.says() == []


def test_a_kind_inside_that_must_be_asked_is_asked_through_the_board():
    board = Board(driver="mt-sics", data="text", wake="off")
    assert board.says(0.0) == []
    board.hear("tele/b/LWT", b"Online")
    ((topic, asked),) = board.says(1.0)
    assert topic == "cmnd/b/SSerialSend5"
    assert bytes.fromhex(asked.decode()).endswith(b"\r\n")
    assert board.says(1.0) == []


def test_half_a_message_before_a_pause_is_given_up():
    board = Board()
    assert board.hear("tele/b/RESULT", wrap(message(20)[:9])) == []
    frames = board.hear("tele/b/RESULT", wrap(message(40) + b"\x02 "), 5.0)
    assert [board.kind.parse(frame).weight_kg for frame in frames] == [40.0]


@pytest.mark.parametrize(
    "settings", [{"driver": ""}, {"driver": "astm"}, {"driver": "none"}, {"inner.x": "1"}]
)
def test_a_kind_that_cannot_be_carried_is_refused(settings):
    with pytest.raises(SettingError):
        kind(**settings)


def test_category_and_silence_are_those_of_the_kind_inside():
    assert kind().category == "weighbridge"
    assert kind(driver="gac2100-csv01").category == "analyzer"
    assert kind().silent_after_s == 5.0


@pytest.mark.skipif(not available(), reason="no broker: apt-get install -y mosquitto")
def test_an_instrument_behind_a_board_is_read_through_a_real_broker_and_its_loss_is_told(tmp_path):
    with Mosquitto(tmp_path / "broker") as broker:
        board = TasmotaLine("127.0.0.1", broker.port, "bridge-1")
        gac = SimulatedGac2100(board)
        url = f"mqtt://127.0.0.1:{broker.port}/tele/bridge-1/+"
        units = {"inner.test_weight_unit": "kg/hl", "inner.temperature_unit": "C"}
        settings = {"driver": "gac2100-csv01", "data": "text", **units}
        with Running("tasmota", url, settings=settings) as running:
            wait_until(lambda: gac.print_record("S1", 12.0, 76.5, 24.0, "BLE", AT).carried)
            wait_until(lambda: running.got)
            assert running.got[0].reading.sample_id == "S1"
            assert Flag.ERROR not in running.got[0].reading.flags
            board.disconnect()
            wait_until(lambda: running.state == "fault")
            assert running.driver.health().last_error.code is ErrorCode.INSTRUMENT_FAULT
            assert "offline" in running.driver.health().last_error.text
            board.plug()
            wait_until(lambda: running.state == "live")
            wait_until(lambda: gac.print_record("S2", 12.0, 76.5, 24.0, "BLE", AT).carried)
            wait_until(lambda: [d.reading.sample_id for d in running.got if d.reading] == ["S1", "S2"])
        board.close()


def test_what_holds_no_serial_data_is_noise():
    for text in (b"{}", b'{"SSerialReceived":{"Data":1}}', b'{"SSerialReceived":{"Data":"zz"}}', b"\xff"):
        board = Board()
        assert board.hear("tele/b/RESULT", text) == []
        assert board.talk.noise == len(text)
    assert isinstance(read_frame(kind(), Frame(b"", AT)), FrameError)
