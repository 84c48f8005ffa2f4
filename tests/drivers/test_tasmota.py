import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.errors import FrameError, NotUnderstood, SettingError
from drivers.gateway.tasmota_result import received_data
from drivers.kind import read_frame
from drivers.reading import Analyte, Flag, Reading
from drivers.registry import make_protocol
from drivers.simulated.gac2100 import SimulatedGac2100
from drivers.simulated.mosquitto import Mosquitto, available
from drivers.simulated.tasmota import TasmotaLine
from drivers.simulated.toledo import message
from drivers.transport import Chunk, ErrorCode, MqttTransport
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
    first, other, last = (read_frame(protocol, frame) for frame in frames)
    assert [first.weight_kg, last.weight_kg] == [0.2456, 0.0002]
    assert isinstance(other, NotUnderstood)


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


TEXT = st.lists(
    st.sampled_from(["ST,GS,   245.6 g", 'a "quoted" word', "/ISK5\\2M550", "{x}", "\x02T\x03", "é°"]),
    min_size=1,
    max_size=4,
)


@given(TEXT, st.sampled_from(["\r\n", "\n", "\r"]), st.sampled_from(["SSerialReceived", "SerialReceived"]))
def test_what_a_board_says_without_escaping_is_taken_as_it_stands(lines, end, key):
    text = "".join(line + end for line in lines).encode("latin-1")
    for form in (b'{"%b":"%b"}', b'{"%b":{"Data":"%b"}}', b' { "%b" : "%b" } \r\n'):
        assert received_data((form % (key.encode(), text)).strip(), as_hex=False) == text


@given(st.binary(max_size=60).map(lambda data: data.hex().encode()), st.booleans())
def test_hex_digits_may_stand_without_quotes(digits, quoted):
    value = b'"%b"' % digits if quoted else digits
    message = b'{"SSerialReceived":%b}' % value
    assert received_data(message, as_hex=True) == bytes.fromhex(digits.decode())


def test_a_json_object_of_the_instrument_is_what_it_sent():
    message = b'{"SSerialReceived":{"values":{"moisture":{"value":13.1,"unit":"%"}}}}'
    board = Board(driver="json-nir", data="text", line_end="lf")
    assert board.hear("tele/b/RESULT", message) == []
    ((frame,),) = (unit.frames for unit in board.talk.note_quiet(AT, 1.0))
    assert board.kind.parse(frame).values[Analyte.MOISTURE].value == 13.1


@pytest.mark.parametrize("glue", [b"", b"\n", b"\r\n", b" \n \n"])
@pytest.mark.parametrize("escape", [True, False])
def test_several_messages_in_one_payload_are_read_one_by_one(glue, escape):
    lines = [b"ST,GS,   245.6 g\r\n", b"ST,GS,     0.2 g\r\nST,GS,     0.4 g\r\n"]
    messages = [wrap(line, as_hex=False) if escape else b'{"SerialReceived":"%b"}' % line for line in lines]
    board = Board(driver="st-gs", data="text")
    frames = board.hear("tele/b/RESULT", glue.join(messages) + glue)
    frames += [f for u in board.talk.note_quiet(AT, 1.0) for f in u.frames]
    assert [board.kind.parse(frame).weight_kg for frame in frames] == [0.2456, 0.0002, 0.0004]


@given(CUTS)
def test_a_recording_with_raw_line_ends_is_read_however_it_is_cut(cuts):
    protocol = kind(driver="st-gs", data="text")
    framer = protocol.framer()
    data = b'{"SerialReceived":"ST,GS,   245.6 g\r\n\r\nST,"}\r\n{"SerialReceived":"GS,     0.2 g\r\n"}\r\n'
    frames = [f for part in pieces(data, cuts) for f in framer.feed(part, AT)] + framer.finish(AT)
    assert [protocol.parse(frame).weight_kg for frame in frames] == [0.2456, 0.0002]
    assert framer.noise == 0


def test_a_board_whose_instrument_is_at_its_own_port_is_told_by_the_command_of_that_port():
    board = Board(driver="mt-sics", data="text", port="console")
    board.hear("tele/b/LWT", b"Online")
    assert board.says() == [("cmnd/b/SerialSend5", b"0D"), ("cmnd/b/SerialSend5", b"53490D0A")]
    board = Board(driver="mt-sics", data="text", wake="off")
    board.hear("tele/b/SERIALRECEIVED", b'{"SerialReceived":"S S     100.00 g\r\n"}')
    assert board.says(1.0) == [("cmnd/b/SerialSend5", b"53490D0A")]


@pytest.mark.parametrize(
    ("topic", "message", "advice"),
    [
        ("tele/b/RESULT", b"{}", "SerialDelimiter"),
        ("tele/b/RESULT", b'{"POWER":"OFF"}', "SerialDelimiter"),
        ("tele/b/RESULT", b'{"SSerialReceived":{"Data":1}}', "set data = text"),
        ("tele/b/RESULT", b'{"SSerialReceived":{"Data":"zz"}}', "set data = text"),
        ("tele/b/RESULT", b'{"SSerialReceived":"2A', "SerialDelimiter"),
        ("tele/b/RESULT", b"\xff", "SerialDelimiter"),
        ("tele/b/RESULT", wrap(b"\r" * 3000), "more than 4096"),
        ("tele/b/LWT", b"gone", "subscribe"),
        ("homeassistant/sensor/x/config", b"{}", "subscribe"),
        ("x", wrap(b"\r"), "subscribe"),
    ],
)
def test_what_is_not_understood_is_handed_on_and_refused_with_what_to_do(topic, message, advice):
    board = Board()
    (frame,) = board.hear(topic, message)
    outcome = read_frame(board.kind, frame)
    assert isinstance(outcome, NotUnderstood)
    assert advice in outcome.reason
    assert message in frame.data


@pytest.mark.parametrize(
    ("topic", "message"),
    [
        ("tele/b/STATE", b'{"Time":"x"}'),
        ("tele/b/INFO1", b'{"Info1":{}}'),
        ("stat/b/RESULT", b'{"SSerialSend":"Done"}'),
        ("stat/b/POWER", b"ON"),
        ("cmnd/b/SSerialSend5", b"0D"),
    ],
)
def test_what_a_board_tells_of_itself_is_no_error(topic, message):
    board = Board()
    assert board.hear(topic, message) == []
    assert board.talk.noise == 0


@pytest.mark.skipif(not available(), reason="no broker: apt-get install -y mosquitto")
def test_a_board_that_escapes_nothing_is_read_and_what_it_cannot_mean_is_told(tmp_path):
    with Mosquitto(tmp_path / "broker") as broker:
        board = TasmotaLine("127.0.0.1", broker.port, "bridge-1", key="SerialReceived", escape=False)
        gac = SimulatedGac2100(board)
        url = f"mqtt://127.0.0.1:{broker.port}/tele/bridge-1/+"
        settings = {"driver": "gac2100-csv01", "data": "text", "port": "console"}
        with Running("tasmota", url, settings=settings) as running:
            wait_until(lambda: gac.print_record("S1", 12.0, 76.5, 24.0, "BLE", AT).carried)
            wait_until(lambda: running.got)
            assert running.got[0].reading.sample_id == "S1"
            other = MqttTransport("127.0.0.1", broker.port, "none", client_id="other")
            other.open()
            other.publish("tele/bridge-1/RESULT", b'{"SSerialReceived":')
            wait_until(lambda: running.state == "fault")
            error = running.driver.health().last_error
            assert (error.code, "SerialDelimiter" in error.text) == (ErrorCode.NOT_UNDERSTOOD, True)
            wait_until(lambda: gac.print_record("S2", 12.0, 76.5, 24.0, "BLE", AT).carried)
            wait_until(lambda: running.state == "live")
            other.close()
        board.close()
