import json
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.errors import FrameError, NoResult, NotUnderstood, SettingError
from drivers.gateway.json_paths import JsonPaths
from drivers.generic.profile import find_profile
from drivers.kind import read_frame
from drivers.reading import PLAUSIBLE, Analyte, Basis, Flag, Frame, Reading
from drivers.simulated.json_gateway import JsonGateway
from drivers.simulated.line import MqttLine, TcpLine
from drivers.simulated.mosquitto import Mosquitto, available
from drivers.transport import ErrorCode
from tests.drivers.rig import AT, Running, wait_until
from tests.drivers.test_framing import CUTS, pieces

NIR = {"profile": "nir-list"}
MESSAGE = {
    "type": "result",
    "id": 17,
    "at": "2026-07-14 10:03:22",
    "sample": {"code": "S000123"},
    "product": "Wheat",
    "results": [{"name": "Moisture", "value": 13.1}, {"name": "Protein", "value": 11.4}],
}


class Kept:
    def __init__(self):
        self.data = b""

    def write(self, data):
        self.data += data
        return True


def parse(message):
    return JsonPaths(NIR).parse(Frame(json.dumps(message).encode(), AT))


def with_paths(tmp_path, **paths):
    """The shipped profile with other paths."""
    text = find_profile("nir-list", "json").read_text()
    for name, path in paths.items():
        lines = [f'{name} = "{path}"' if line.startswith(f"{name} = ") else line for line in text.split("\n")]
        text = "\n".join(lines)
    file = tmp_path / "mine.toml"
    file.write_text(text)
    return {"profile": str(file)}


def test_the_message_of_the_profile_is_read_path_by_path():
    reading = parse(MESSAGE)
    assert {a: v.value for a, v in reading.values.items()} == {Analyte.MOISTURE: 13.1, Analyte.PROTEIN: 11.4}
    assert reading.values[Analyte.PROTEIN].basis is Basis.DRY_MATTER
    assert (reading.sample_id, reading.product) == ("S000123", "Wheat")
    assert reading.device_time == datetime(2026, 7, 14, 10, 3, 22)  # noqa: DTZ001
    assert reading.identity == parse(MESSAGE).identity != parse({**MESSAGE, "id": 18}).identity


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), max_size=4), CUTS)
def test_what_the_simulator_sends_is_what_is_read_however_the_bytes_are_cut(shares, cuts):
    line = Kept()
    gateway = JsonGateway(line, end=b"\n")
    sent = []
    for share, other in shares:
        low, high = PLAUSIBLE[Analyte.TEST_WEIGHT]
        values = {"moisture": round(share * 60, 3), "test_weight": round(low + other * (high - low), 3)}
        gateway.send_result("S1", "Wheat", values, AT)
        sent.append(values)
    kind = JsonPaths(NIR)
    framer = kind.framer()
    frames = [f for part in pieces(line.data, cuts) for f in framer.feed(part, AT)] + framer.finish(AT)
    assert [{a.value: v.value for a, v in kind.parse(f).values.items()} for f in frames] == sent


def test_null_is_measured_badly_and_an_absent_path_not_measured():
    reading = parse({**MESSAGE, "results": [{"name": "Protein", "value": None}]})
    assert reading.values[Analyte.PROTEIN].value is None
    assert Flag.ERROR in reading.flags
    assert Analyte.MOISTURE not in reading.values


def test_a_message_that_is_no_result_is_refused_with_the_reason():
    for message in ({"type": "alive"}, {}, {**MESSAGE, "results": [{"name": "Moisture", "value": [1]}]}):
        with pytest.raises(FrameError):
            parse(message)


@pytest.mark.parametrize("value", ["13,1x", True, "nan", 99, 1e300, "٣"])
def test_what_is_no_true_number_is_never_a_value(value):
    message = {**MESSAGE, "results": [{"name": "Moisture", "value": value}]}
    outcome = read_frame(JsonPaths(NIR), Frame(json.dumps(message).encode(), AT))
    assert isinstance(outcome, FrameError) or outcome.values[Analyte.MOISTURE].value is None


@given(st.binary(max_size=200))
def test_any_bytes_give_a_reading_or_a_reason(data):
    assert type(read_frame(JsonPaths(NIR), Frame(data, AT))) in (Reading, FrameError, NotUnderstood, NoResult)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(sorted(MESSAGE)), JSON))
def test_any_json_gives_a_reading_or_a_reason(changes):
    outcome = read_frame(JsonPaths(NIR), Frame(json.dumps({**MESSAGE, **changes}).encode(), AT))
    assert type(outcome) in (Reading, FrameError, NotUnderstood, NoResult)


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("results[1].value", {"results": [{}, {"value": 13.1}]}),
        ("a.b c.d", {"a": {"b c": {"d": 13.1}}}),
        ("[0]", None),
        ("list[name=Moisture %].list[0]", {"list": [{"name": "x"}, {"name": "Moisture %", "list": [13.1]}]}),
    ],
)
def test_a_path_leads_through_keys_positions_and_named_entries(tmp_path, path, message):
    kind = JsonPaths(with_paths(tmp_path, moisture=path))
    reading = kind.parse(Frame(json.dumps({**MESSAGE, **(message or {})}).encode(), AT))
    value = reading.values.get(Analyte.MOISTURE)
    assert (value.value if value else None) == (13.1 if message else None)


@pytest.mark.parametrize("path", ["", "a[", "a[x", "a..b", "[1"])
def test_a_path_that_cannot_be_read_names_file_section_and_key(tmp_path, path):
    with pytest.raises(SettingError, match=r"mine.toml.*\[paths\] moisture"):
        JsonPaths(with_paths(tmp_path, moisture=path))


@pytest.mark.skipif(not available(), reason="no broker: apt-get install -y mosquitto")
def test_results_come_through_a_real_broker_and_signs_of_life_are_no_results(tmp_path):
    with Mosquitto(tmp_path / "broker") as broker:
        line = MqttLine("127.0.0.1", broker.port, "plant/nir")
        gateway = JsonGateway(line)
        url = f"mqtt://127.0.0.1:{broker.port}/plant/nir"
        with Running("json-paths", url, settings=NIR) as running:
            wait_until(lambda: running.driver.health().state != "starting")
            gateway.send_sign_of_life()
            gateway.send_result("S1", "Wheat", {"moisture": 13.1, "protein": 11.4}, AT)
            wait_until(lambda: len(running.got) == 2)
        line.close()
    assert [d.reading.sample_id for d in running.got if d.reading] == ["S1"]


def test_messages_that_hold_no_result_are_an_error_only_until_one_did():
    line = TcpLine()
    other = json.dumps({**MESSAGE, "type": "heartbeat"}).encode() + b"\n"
    with Running("json-paths", f"tcp:127.0.0.1:{line.port}", settings=NIR) as running:
        wait_until(lambda: line.write(other) and running.state == "fault")
        assert running.driver.health().last_error.code is ErrorCode.NO_RESULT
        assert "[where]" in running.driver.health().last_error.text
        wait_until(lambda: line.write(json.dumps(MESSAGE).encode() + b"\n") and running.state == "live")
        bad = running.driver.health().bad_frames
        wait_until(lambda: line.write(other) and running.driver.health().bad_frames > bad + 3)
        assert running.state == "live"
        wait_until(lambda: line.write(b'{"type": "result"}\n') and running.state == "fault")
        assert running.driver.health().last_error.code is ErrorCode.NOT_UNDERSTOOD
    line.close()
