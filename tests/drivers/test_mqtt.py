"""The MQTT line against a real broker."""

import itertools
import threading
import time

import pytest
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from drivers.reading import Analyte
from drivers.registry import make_transport
from drivers.simulated.line import MqttLine
from drivers.simulated.mosquitto import Mosquitto, available
from drivers.simulated.nir import SimulatedNir
from drivers.transport import ErrorCode, LineDown, MqttPublisher, MqttTransport, mqtt, mqtt_link
from tests.drivers.rig import AT, Running, wait_until

pytestmark = pytest.mark.skipif(not available(), reason="no broker: apt-get install -y mosquitto")
TOPIC = "silo/nir-1/result"


@pytest.fixture
def broker(tmp_path):
    with Mosquitto(tmp_path / "broker") as running:
        yield running


@pytest.fixture
def quick_broker(tmp_path):
    with Mosquitto(tmp_path / "broker", saves_each=False) as running:
        yield running


@pytest.fixture
def nir(broker):
    line = MqttLine("127.0.0.1", broker.port, TOPIC)
    yield SimulatedNir(line)
    line.close()


def listen(broker, **options):
    return Running("json-nir", f"mqtt://127.0.0.1:{broker.port}/{TOPIC}", **options)


def send(nir, count):
    for _ in range(count):
        assert nir.send_result("S1", "soft_wheat", {Analyte.PROTEIN: 11.4}, AT).carried


def pour(broker, count, qos=1, first=0):
    """Publish so many results as fast as the broker takes them; return once it has."""
    sender = Client(CallbackAPIVersion.VERSION2, "gateway")
    sender.connect("127.0.0.1", broker.port)
    sender.loop_start()
    for sent in [
        sender.publish(TOPIC, b'{"id": "p%05d", "values": {}}' % n, qos) for n in range(first, first + count)
    ]:
        sent.wait_for_publish(30)
    sender.disconnect()
    sender.loop_stop()


def poured(count):
    return [f"p{n:05d}" for n in range(count)]


def names(running):
    return [d.reading.identity for d in running.got]


def test_messages_arrive_whole_and_once_when_they_are_confirmed(broker, nir):
    with listen(broker) as running:
        wait_until(lambda: running.state == "live")
        send(nir, 50)
        wait_until(lambda: len(running.got) == 50)
    with listen(broker) as again:
        wait_until(lambda: again.state == "live")
        send(nir, 1)
        wait_until(lambda: again.got)
    assert names(running) == [e.identity for e in nir.log.countable()][:50]
    assert names(again) == ["sim-000051"]
    assert not any(d.dup for d in running.got)


def test_for_a_passing_visitor_the_broker_keeps_nothing(broker, nir):
    url = f"mqtt://127.0.0.1:{broker.port}/{TOPIC}"
    visitor = make_transport(url, name="commission", passing=True)
    visitor.open()
    visitor.close()
    send(nir, 3)
    visitor.open()
    assert visitor.read(0.3) is None
    send(nir, 1)
    assert visitor.read(5.0) is not None
    visitor.close()


def test_messages_sent_while_the_station_is_away_are_kept_by_the_broker(broker, nir):
    with listen(broker) as running:
        wait_until(lambda: running.state == "live")
    send(nir, 10)
    with listen(broker) as running:
        wait_until(lambda: len(running.got) == 10)
    assert names(running) == [e.identity for e in nir.log.countable()]


def test_a_killed_broker_gives_again_what_was_not_confirmed_and_nothing_else(broker, nir, tmp_path):
    saved = tmp_path / "broker" / "mosquitto.db"
    with listen(broker) as first:
        wait_until(lambda: first.state == "live")
    send(nir, 6)
    with listen(broker, confirm=False) as running:
        wait_until(lambda: len(running.got) == 6)
        for delivery in running.got[:4]:
            running.driver.confirm(delivery)
        wait_until(lambda: b"sim-000004" not in saved.read_bytes())
        broker.kill()
        wait_until(lambda: running.state == "down")
        assert running.driver.health().last_error.code in (ErrorCode.BROKER_LOST, ErrorCode.REFUSED)
        del running.got[:]
        broker.start()
        wait_until(lambda: len(running.got) == 2)
        assert running.state == "live"
        for delivery in running.got:
            assert delivery.dup
            running.driver.confirm(delivery)
        send(nir, 1)
        wait_until(lambda: len(running.got) == 3)
    assert names(running) == ["sim-000005", "sim-000006", "sim-000007"]


def test_a_receipt_of_an_earlier_connection_is_void(broker, nir):
    with listen(broker, confirm=False) as running:
        wait_until(lambda: running.state == "live")
        send(nir, 1)
        wait_until(lambda: running.got)
        old = running.got[0]
        broker.stop()
        wait_until(lambda: running.state == "down")
        broker.start()
        wait_until(lambda: len(running.got) == 2)
        assert running.got[1].dup
        running.driver.confirm(old)
    with listen(broker) as again:
        wait_until(lambda: again.got)
    assert names(again) == ["sim-000001"]


def test_a_gateway_keeps_what_the_broker_did_not_take_and_sends_it_later(broker, tmp_path):
    saved = tmp_path / "broker" / "mosquitto.db"
    gateway = MqttPublisher("127.0.0.1", broker.port, TOPIC, client_id="gateway", timeout_s=1.0)
    with listen(broker) as running:
        wait_until(lambda: saved.exists() and TOPIC.encode() in saved.read_bytes())
        broker.kill()
        assert gateway.publish(b'{"id": "a", "values": {}}') is False
        assert gateway.publish(b'{"id": "b", "values": {}}') is False
        broker.start()
        assert gateway.flush()
        wait_until(lambda: {"a", "b"} <= set(names(running)))
    gateway.close()
    assert not gateway.unsent


def test_a_message_that_is_no_result_is_delivered_as_an_error_with_its_receipt(broker):
    gateway = MqttPublisher("127.0.0.1", broker.port, TOPIC, client_id="gateway")
    with listen(broker) as running:
        wait_until(lambda: running.state == "live")
        for payload in (b"", b"\xff", b"[1]", b'{"values": {}}'):
            assert gateway.publish(payload)
        wait_until(lambda: len(running.got) == 4)
    gateway.close()
    assert [d.error is not None for d in running.got] == [True, True, True, False]
    assert all(d.receipt for d in running.got)


@pytest.mark.parametrize(
    ("kind", "settings"),
    [
        ("json-nir", {}),
        ("gac2100-csv01", {}),
        ("toledo-continuous", {}),
        ("generic", {"profile": "st-weight"}),
    ],
)
def test_a_message_that_is_not_understood_is_an_error_of_its_device_whatever_the_kind(broker, kind, settings):
    gateway = MqttPublisher("127.0.0.1", broker.port, TOPIC, client_id="gateway")
    with Running(kind, f"mqtt://127.0.0.1:{broker.port}/{TOPIC}", settings=settings) as running:
        other = b'{"state": "ON", "linkquality": 120, "text": "' + b"x" * 200 + b'"}'
        wait_until(lambda: gateway.publish(other) and running.driver.health().bad_frames >= 3)
        wait_until(lambda: running.state == "fault")
        error = running.driver.health().last_error
    gateway.close()
    assert error.code is ErrorCode.NOT_UNDERSTOOD
    assert "check the address, the driver and the profile" in error.text


def test_a_broker_that_is_not_there_says_so(broker):
    broker.stop()
    line = MqttTransport("127.0.0.1", broker.port, TOPIC, client_id="x")
    with pytest.raises(LineDown, match="check that it runs") as refused:
        line.open()
    assert refused.value.code is ErrorCode.REFUSED
    line.close()


class Held(Running):
    """A consumer that takes nothing before it `may_take`."""

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.may_take = threading.Event()

    def _run(self):
        for delivery in self.driver.deliveries(self.stop):
            self.may_take.wait(30)
            self.got.append(delivery)
            self.driver.confirm(delivery)


@pytest.mark.parametrize("qos", [0, 1])
def test_a_full_queue_holds_the_broker_back_and_the_line_stays(quick_broker, qos, monkeypatch):
    """It is held longer than a broker waits for a client that says nothing."""
    monkeypatch.setattr(mqtt, "_KEEPALIVE_S", 2)
    monkeypatch.setattr(mqtt_link, "_KNOCK_S", 0.3)
    monkeypatch.setattr(mqtt_link, "INBOX", 20)
    with Held("json-nir", f"mqtt://127.0.0.1:{quick_broker.port}/{TOPIC}") as running:
        wait_until(lambda: running.state == "live")
        pour(quick_broker, 3000, qos)
        began = time.monotonic()
        wait_until(lambda: time.monotonic() - began > 4.5)
        running.may_take.set()
        wait_until(lambda: len(running.got) == 3000, 30)
        assert running.driver.health().losses == 0
        assert running.driver._transport._link.inbox.qsize() == 0
    assert names(running) == poured(3000)


def test_a_line_that_a_busy_machine_reads_slowly_is_not_taken_for_dead(quick_broker, monkeypatch):
    """The answer to a ping lies behind what waits, for longer than a ping may take.

    paho 2.1 dates a ping before it sends it, and judges the line by that date when it is put aside meanwhile.
    """
    monkeypatch.setattr(mqtt, "_KEEPALIVE_S", 2)
    monkeypatch.setattr(mqtt_link, "_KNOCK_S", 0.3)
    receive, ping = mqtt_link.MqttLink._receive, Client._send_pingreq
    monkeypatch.setattr(mqtt_link.MqttLink, "_receive", lambda *given: (time.sleep(0.005), receive(*given)))
    monkeypatch.setattr(Client, "_send_pingreq", lambda client: (time.sleep(0.05), ping(client)))
    with listen(quick_broker) as running:
        wait_until(lambda: running.state == "live")
        pour(quick_broker, 1200, qos=0)
        wait_until(lambda: len(running.got) == 1200, 60)
        assert running.driver.health().losses == 0
    assert names(running) == poured(1200)


def test_a_held_line_keeps_no_more_than_its_inbox(quick_broker, monkeypatch):
    monkeypatch.setattr(mqtt_link, "INBOX", 20)
    with Held("json-nir", f"mqtt://127.0.0.1:{quick_broker.port}/{TOPIC}") as running:
        wait_until(lambda: running.state == "live")
        pour(quick_broker, 500, qos=0)
        inbox = running.driver._transport._link.inbox
        wait_until(lambda: inbox.qsize() == 20)
        running.may_take.set()
        wait_until(lambda: len(running.got) == 500)


def test_a_held_line_is_closed_at_once_and_the_broker_keeps_what_was_not_confirmed(quick_broker, monkeypatch):
    monkeypatch.setattr(mqtt_link, "INBOX", 20)
    monkeypatch.setattr(mqtt_link, "_SETTLE_S", 60.0)
    with listen(quick_broker) as running:
        wait_until(lambda: running.state == "live")
    pour(quick_broker, 500)
    line = make_transport(f"mqtt://127.0.0.1:{quick_broker.port}/{TOPIC}", name="device-1")
    line.open()
    for chunk in itertools.islice(iter(lambda: line.read(1.0), None), 100):
        line.confirm(chunk.receipt)
    began = time.monotonic()
    line.close()
    assert time.monotonic() - began < 30.0, "the question behind what was not read is answered"
    with listen(quick_broker) as running:
        wait_until(lambda: len(running.got) == 400)
    assert names(running) == poured(500)[100:]
