import struct
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.errors import FrameError, NotUnderstood, SettingError
from drivers.gateway import protobuf
from drivers.gateway.sparkplug import Sparkplug
from drivers.gateway.sparkplug_payload import (
    DOUBLE,
    FLOAT,
    INT32,
    INT64,
    Metric,
    Payload,
    decode_payload,
    encode_payload,
)
from drivers.gateway.sparkplug_record import pack, read_topic
from drivers.generic.profile import find_profile
from drivers.kind import InstrumentFaultFrame, read_frame
from drivers.reading import Analyte, Frame, Reading
from drivers.simulated.mosquitto import Mosquitto, available
from drivers.simulated.sparkplug import METRICS as NODES_METRICS
from drivers.simulated.sparkplug import ConnectedEdgeNode, EdgeNode
from drivers.transport import Chunk, MqttTransport
from tests.drivers.rig import AT, Running, now, wait_until
from tests.drivers.test_framing import CUTS, pieces

NIR = {"profile": "nir"}
FIRST = {"Result/Id": "1", "Result/Sample": "S1", "Result/Product": "Wheat", "Result/Moisture": 13.1}


def at(minutes):
    return AT + timedelta(minutes=minutes)


class Host:
    """The station's side of the conversation, by hand."""

    def __init__(self, **settings):
        self.kind = Sparkplug({**NIR, **settings})
        self.talk = self.kind.dialogue()
        self.talk.start(0.0)

    def hear(self, *messages, now=0.0):
        frames = []
        for topic, payload in messages:
            units = self.talk.hear(Chunk(payload, whole=True, topic=topic), AT, now)
            frames += [frame for unit in units for frame in unit.frames]
        return self.read(frames)

    def note_quiet(self, now):
        return self.read([frame for unit in self.talk.note_quiet(AT, now) for frame in unit.frames])

    def read(self, frames):
        return [read_frame(self.kind, frame) for frame in frames]

    def asked(self):
        return [say.topic for say in self.talk.take_says(0.0)]


def moistures(outcomes):
    return [o.values[Analyte.MOISTURE].value for o in outcomes if isinstance(o, Reading)]


@pytest.fixture
def node():
    return EdgeNode("silo", "edge", "nir")


SCALARS = st.one_of(
    st.integers(-(2**31), 2**31 - 1).map(lambda n: (INT32, n)),
    st.integers(-(2**63), 2**63 - 1).map(lambda n: (INT64, n)),
    st.floats(allow_nan=False, width=64).map(lambda x: (DOUBLE, x)),
    st.text(max_size=20).map(lambda text: (12, text)),
    st.booleans().map(lambda flag: (11, flag)),
)
METRICS = st.builds(
    lambda name, alias, stamp, scalar, old: Metric(name, alias, stamp, scalar[0], old, False, scalar[1]),
    st.none() | st.text(max_size=20),
    st.none() | st.integers(0, 2**64 - 1),
    st.none() | st.integers(0, 2**64 - 1),
    SCALARS,
    st.booleans(),
)


@given(st.none() | st.integers(0, 2**64 - 1), st.none() | st.integers(0, 255), st.lists(METRICS, max_size=5))
def test_a_payload_comes_back_as_it_was_written(stamp, seq, metrics):
    payload = Payload(stamp, seq, tuple(metrics))
    assert decode_payload(encode_payload(payload)) == payload


@given(st.binary(max_size=100))
def test_any_bytes_are_a_payload_or_a_reason(data):
    try:
        payload = decode_payload(data)
    except ValueError:
        return
    assert all(isinstance(metric, Metric) for metric in payload.metrics)


def test_the_bytes_of_a_metric_are_those_of_the_published_field_numbers():
    data = encode_payload(Payload(5, 7, (Metric("ab", 3, 9, 10, value=1.5),)))
    metric = b"\x0a\x02ab" + b"\x10\x03" + b"\x18\x09" + b"\x20\x0a" + b"\x69" + struct.pack("<d", 1.5)
    assert data == b"\x08\x05" + b"\x12" + bytes([len(metric)]) + metric + b"\x18\x07"


def test_unknown_fields_and_kinds_are_skipped():
    extra = protobuf.field(8, b"meta", protobuf.BYTES) + protobuf.field(17, b"set", protobuf.BYTES)
    data = protobuf.field(2, protobuf.field(1, b"x", protobuf.BYTES) + extra, protobuf.BYTES)
    data += protobuf.field(4, b"uuid", protobuf.BYTES) + protobuf.field(99, 5)
    assert decode_payload(data) == Payload(metrics=(Metric("x"),))


def test_a_float_is_the_decimal_that_was_meant():
    data = encode_payload(Payload(metrics=(Metric("x", datatype=FLOAT, value=11.4),)))
    assert decode_payload(data).metrics[0].value == 11.4


@pytest.mark.parametrize("topic", ["", "x", "spBv1.0/g/NCMD/e", "spBv1.0/g/DDATA/e", "spBv1.0/g/NDATA/e/d"])
def test_a_topic_that_carries_no_data_is_not_listened_to(topic):
    assert read_topic(topic) is None


def test_after_births_a_result_by_alias_is_read_with_its_names(node):
    host = Host()
    assert host.hear(*node.births(at(0))) == []
    (reading,) = host.hear(node.result({**FIRST, "Result/Protein": 11.4}, at(1)))
    assert moistures([reading]) == [13.1]
    assert (reading.sample_id, reading.product) == ("S1", "Wheat")
    assert reading.device_time == at(1).replace(tzinfo=None)
    assert (reading.extra["source"], reading.extra["historical"]) == ("silo/edge/nir", False)
    assert host.asked() == []


def test_a_result_includes_what_did_not_change_since_the_last_one(node):
    host = Host()
    host.hear(*node.births(at(0)), node.result(FIRST, at(1)))
    (reading,) = host.hear(node.result({**FIRST, "Result/Id": "2"}, at(2)))
    assert moistures([reading]) == [13.1]
    assert reading.sample_id == "S1"


def test_values_of_a_birth_are_no_result(node):
    host = Host()
    node.result(FIRST, at(1))
    assert host.hear(*node.births(at(2))) == []


def test_data_before_a_birth_wait_for_it_and_then_are_read_in_order(node):
    host = Host()
    node.births(at(0))
    data = [
        node.result({**FIRST, "Result/Id": str(n), "Result/Moisture": 10.0 + n}, at(n)) for n in (1, 2, 3)
    ]
    assert host.hear(*data) == []
    assert host.asked() == ["spBv1.0/silo/NCMD/edge"]
    assert moistures(host.hear(*node.births(at(4)))) == [11.0, 12.0, 13.0]
    assert moistures(host.hear(node.result({**FIRST, "Result/Id": "9"}, at(5)))) == [13.1]


def test_a_gap_asks_for_a_rebirth_and_nothing_is_read_by_the_old_names(node):
    host = Host()
    host.hear(*node.births(at(0)), node.result(FIRST, at(1)))
    node.result({**FIRST, "Result/Id": "2"}, at(2))
    assert host.hear(node.result({**FIRST, "Result/Id": "3", "Result/Moisture": 15.0}, at(3))) == []
    assert host.asked() == ["spBv1.0/silo/NCMD/edge"]
    assert moistures(host.hear(*node.births(at(4)))) == [15.0]


def test_an_alias_that_means_something_else_after_the_rebirth_is_refused(node):
    host = Host()
    host.hear(*node.births(at(0)), node.result(FIRST, at(1)))
    node.result({**FIRST, "Result/Id": "2"}, at(2))
    host.hear(node.result({**FIRST, "Result/Id": "3", "Result/Moisture": 15.0}, at(3)))
    other = EdgeNode("silo", "edge", "nir", first_alias=101)
    (outcome,) = host.hear(*other.births(at(4)))
    assert isinstance(outcome, FrameError)
    assert "alias" in outcome.reason


def test_without_a_birth_what_was_held_is_given_up_with_its_reason_and_asked_for_again(node):
    host = Host()
    node.births(at(0))
    host.hear(node.result(FIRST, at(1)))
    assert len(host.asked()) == 1
    assert host.note_quiet(10.0) == []
    assert len(host.asked()) == 1
    (outcome,) = host.note_quiet(31.0)
    assert "named by no birth" in outcome.reason


def test_historical_results_are_read_one_by_one_in_the_order_of_their_times(node):
    host = Host()
    host.hear(*node.births(at(0)))
    batch = [({**FIRST, "Result/Id": str(n), "Result/Moisture": 10.0 + n}, at(-n)) for n in (1, 2, 3)]
    readings = host.hear(node.results(batch, historical=True))
    assert moistures(readings) == [13.0, 12.0, 11.0]
    assert [r.device_time for r in readings] == [at(-n).replace(tzinfo=None) for n in (3, 2, 1)]
    assert all(r.extra["historical"] for r in readings)


def test_a_result_sent_again_from_history_has_the_identity_it_had(node):
    host = Host()
    whole = {**FIRST, "Result/Protein": 11.4, "Result/Test weight": 78.0}
    (live,) = host.hear(*node.births(at(0)), node.result(whole, at(1)))
    (again,) = host.hear(node.results([(whole, at(1))], historical=True))
    assert live.identity == again.identity
    (other,) = host.hear(node.results([(whole, at(2))], historical=True))
    assert other.identity != live.identity


def test_a_null_is_measured_badly(node):
    host = Host()
    host.hear(*node.births(at(0)), node.result(FIRST, at(1)))
    (reading,) = host.hear(node.result({**FIRST, "Result/Id": "2", "Result/Moisture": None}, at(2)))
    assert reading.values[Analyte.MOISTURE].value is None


def test_a_death_is_a_fault_until_the_next_birth_and_an_old_will_is_not(node):
    host = Host()
    host.hear(*node.births(at(0)))
    assert host.hear(EdgeNode("silo", "edge", "nir", bd_seq=200).will) == []
    (death,) = host.hear(node.will)
    assert isinstance(death, InstrumentFaultFrame)
    assert "offline" in str(death)
    assert host.hear(node.result(FIRST, at(1))) == []
    assert host.asked() == ["spBv1.0/silo/NCMD/edge"]
    assert isinstance(Host().hear(*node.births(at(0)), node.death_of_device(at(1)))[0], InstrumentFaultFrame)


def test_the_same_message_twice_is_taken_once_and_sequence_numbers_wrap(node):
    host = Host()
    host.hear(*node.births(at(0)))
    data = node.result(FIRST, at(1))
    assert len(host.hear(data, data)) == 1
    ids = [node.result({**FIRST, "Result/Id": str(n)}, at(n)) for n in range(2, 302)]
    assert len(host.hear(*ids)) == 300
    assert host.asked() == []


def test_what_is_held_is_bounded(node):
    host = Host()
    node.births(at(0))
    for n in range(600):
        host.hear(node.result({**FIRST, "Result/Id": str(n)}, at(n)))
    assert sum(len(one.held) for one in host.talk._nodes.values()) == 256


def day(node):
    messages = [*node.births(at(0))]
    messages += [
        node.result({**FIRST, "Result/Id": str(n), "Result/Moisture": 10.0 + n}, at(n)) for n in range(5)
    ]
    return b"".join(pack(topic, payload) for topic, payload in messages)


@given(CUTS, st.binary(max_size=20).filter(lambda b: b"s" not in b))
def test_a_recording_is_read_however_it_is_cut_and_garbage_between_is_noise(cuts, garbage):
    kind = Sparkplug(NIR)
    framer = kind.framer()
    data = garbage + day(EdgeNode("silo", "edge", "nir"))
    frames = [f for part in pieces(data, cuts) for f in framer.feed(part, AT)] + framer.finish(AT)
    assert moistures([read_frame(kind, frame) for frame in frames]) == [10.0, 11.0, 12.0, 13.0, 14.0]
    assert framer.noise == len(garbage)


@given(st.data())
def test_damaged_recordings_give_readings_or_reasons(data):
    kind = Sparkplug(NIR)
    framer = kind.framer()
    raw = bytearray(day(EdgeNode("silo", "edge", "nir")))
    for spot in data.draw(st.lists(st.integers(0, len(raw) - 1), max_size=5)):
        raw[spot] ^= data.draw(st.integers(1, 255))
    for frame in framer.feed(bytes(raw), AT) + framer.finish(AT):
        assert isinstance(read_frame(kind, frame), Reading | FrameError)


@given(st.binary(max_size=120))
def test_any_bytes_give_a_reading_or_a_reason(data):
    assert isinstance(read_frame(Sparkplug(NIR), Frame(data, AT)), Reading | FrameError)
    assert isinstance(
        read_frame(Sparkplug(NIR), Frame(pack("spBv1.0/g/DDATA/e/d", data), AT)), Reading | FrameError
    )


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ('trigger = "Result/Id"', 'trigger = "Other"', "trigger"),
        ('"Result/Sample" = "sample"', '"Result/Sample" = "id"', "two metrics"),
        ('"Result/Sample" = "sample"', "", "'sample' is filled by nothing"),
    ],
)
def test_a_wrong_profile_names_what_is_wrong(tmp_path, old, new, why):
    file = tmp_path / "mine.toml"
    file.write_text(find_profile("nir", "sparkplug").read_text().replace(old, new))
    with pytest.raises(SettingError, match=why):
        Sparkplug({"profile": str(file)})


@pytest.mark.parametrize("topic", ["spBv1.0/STATE/north", "spBv1.0/silo/NCMD/edge", "spBv1.0/silo/DCMD/e/d"])
def test_what_is_said_to_others_is_no_error(topic):
    assert Host().hear((topic, b"x")) == []


@pytest.mark.parametrize(
    ("topic", "payload", "advice"),
    [
        ("factory/line/1", b"12", "subscribe"),
        ("spBv1.0/silo/NDATA/edge/nir", b"", "subscribe"),
        ("", b"x", "subscribe"),
        ("spBv1.0/silo/DDATA/edge/nir", b"\xff", "subscribe"),
    ],
)
def test_what_is_no_message_of_a_node_is_refused_with_what_to_do(topic, payload, advice):
    (outcome,) = Host().hear((topic, payload))
    assert isinstance(outcome, NotUnderstood)
    assert advice in outcome.reason


def renamed(tmp_path, *names):
    """The shipped profile for a node that names its metrics otherwise."""
    text = find_profile("nir", "sparkplug").read_text()
    for name in names:
        text = text.replace(f'"{name}"', f'"Other/{name}"')
    file = tmp_path / "mine.toml"
    file.write_text(text)
    return str(file)


def test_a_node_that_names_none_of_the_profiles_metrics_is_an_error_that_tells_its_names(node, tmp_path):
    host = Host(profile=renamed(tmp_path, *NODES_METRICS))
    assert host.hear(*node.births(at(0))) == []
    (outcome,) = host.hear(node.result(FIRST, at(1)))
    assert isinstance(outcome, NotUnderstood)
    assert "Result/Moisture" in outcome.reason
    assert "[metrics]" in outcome.reason


def test_a_trigger_that_no_birth_names_is_an_error(node, tmp_path):
    host = Host(profile=renamed(tmp_path, "Result/Id"))
    host.hear(*node.births(at(0)))
    (outcome,) = host.hear(node.result(FIRST, at(1)))
    assert "trigger Other/Result/Id" in outcome.reason


def test_other_metrics_of_a_node_that_names_the_profiles_are_no_error(node):
    host = Host()
    host.hear(*node.births(at(0)))
    payload = Payload(None, node._next(), (Metric("Room/Temperature", datatype=DOUBLE, value=21.0),))
    assert host.hear(("spBv1.0/silo/DDATA/edge/nir", encode_payload(payload))) == []


@pytest.mark.skipif(not available(), reason="no broker: apt-get install -y mosquitto")
def test_a_node_at_a_real_broker_is_born_again_when_told_and_its_death_is_seen(tmp_path):
    with Mosquitto(tmp_path / "broker") as broker:
        node = EdgeNode("silo", "edge", "nir")
        edge = ConnectedEdgeNode(node, "127.0.0.1", broker.port, "silo", "edge")
        node.births(now())
        url = f"mqtt://127.0.0.1:{broker.port}/spBv1.0/silo/+/edge/#?sparkplug_host=north"
        with Running("sparkplug", url, settings=NIR) as running:
            wait_until(lambda: running.state == "live")
            edge.send(node.result(FIRST, now()))
            wait_until(lambda: edge.obey_one(now()))
            wait_until(lambda: len(running.got) == 1)
            assert running.got[0].reading.sample_id == "S1"
            edge.close()
            wait_until(lambda: running.state == "fault")
            host = MqttTransport("127.0.0.1", broker.port, "spBv1.0/STATE/north", client_id="other")
            host.open()
            assert b'"online": true' in host.read(5.0).data
            host.close()
    assert edge.rebirths == 1
    assert datetime.now(UTC) > running.got[0].frame.at
