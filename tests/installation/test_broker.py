"""Who may say and hear what at the box's broker: by the rules that are written, and by a real broker."""

import getpass
import queue
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from drivers.simulated.mosquitto import available
from station.installation.broker import FOLDER, Broker, User, broker_of
from station.site.read import load_settings
from tests.cli.rig import free_port
from tests.installation.rig import nir_at, write_site

MQTT = '\n[mqtt]\nbroker = "mqtt://state@127.0.0.1:{port}"\npassword_file = "state.password"\n'


def brokered(folder: Path, port: int = 1883) -> Broker:
    file = write_site(folder, nir=nir_at(port))
    file.write_text(file.read_text() + MQTT.format(port=port))
    return broker_of(load_settings(file), file, here=lambda _host: True)


def password(user: User) -> str:
    return f"password of {user.name}"


def test_each_device_has_its_own_topics_and_the_station_hears_all(tmp_path: Path) -> None:
    assert brokered(tmp_path).rights().split("\n\n")[1:] == [
        "user state\ntopic write silo/beaulieu/#\ntopic write homeassistant/#",
        "user silo\ntopic read silo/nir",
        "user nir\ntopic write silo/nir\n",
    ]


def test_a_serial_bridge_hears_its_commands(tmp_path: Path) -> None:
    tasmota = (
        'driver = "tasmota"\nport = "mqtt://silo@127.0.0.1/tele/b1/+"\npassword_file = "broker.password"'
    )
    file = write_site(tmp_path, nir=tasmota)
    file.write_text(
        file.read_text().replace('driver = "json-nir"\n', "") + 'settings = { driver = "json-nir" }\n'
    )
    rights = broker_of(load_settings(file), file, here=lambda _host: True).rights()
    assert "user nir\ntopic read cmnd/b1/#\ntopic write tele/b1/+\ntopic write stat/b1/#" in rights
    assert "user silo\ntopic read tele/b1/+\ntopic read stat/b1/#\ntopic write cmnd/b1/#" in rights


def test_a_broker_elsewhere_is_none_of_ours(tmp_path: Path) -> None:
    file = write_site(tmp_path)
    broker = broker_of(load_settings(file), file, here=lambda _host: False)
    assert broker == Broker((), ())


@pytest.mark.parametrize(
    ("nir", "found"),
    [
        ('port = "mqtt://127.0.0.1/silo/nir"', ("instruments[2].port", "broker_user")),
        ('port = "mqtt://silo:x@127.0.0.1/silo/nir"', ("instruments[2].port", "broker_user")),
        ('port = "mqtt://silo@127.0.0.1/silo/nir"', ("instruments[2].port", "broker_password")),
        (
            'port = "mqtt://silo@127.0.0.1/silo/nir"\npassword_file = "$CREDENTIALS_DIRECTORY/b"',
            ("instruments[2].port", "broker_password"),
        ),
        (
            'port = "mqtt://nir@127.0.0.1/silo/nir"\npassword_file = "b"',
            ("instruments", "broker_same_user"),
        ),
    ],
)
def test_an_address_without_user_or_password_file_is_named(
    tmp_path: Path, nir: str, found: tuple[str, str]
) -> None:
    file = write_site(tmp_path, nir=nir)
    problems = broker_of(load_settings(file), file, here=lambda _host: True).problems
    assert [(problem.where, problem.code) for problem in problems] == [found]


def test_the_same_passwords_write_the_same_file(tmp_path: Path) -> None:
    broker = brokered(tmp_path)
    assert broker.passwords(password) == broker.passwords(password)
    assert broker.passwords(password) != broker.passwords(lambda _user: "other")


@pytest.fixture
def mosquitto(tmp_path: Path) -> Iterator[int]:
    """The port of a real broker with what the installation writes."""
    program = available()
    if program is None:
        pytest.skip("no broker: apt-get install -y mosquitto")
    port = free_port()
    broker = brokered(tmp_path, port)
    configuration = broker.configuration().replace(f"{FOLDER}/", f"{tmp_path}/")
    texts = {
        "silo.conf": f"user {getpass.getuser()}\n{configuration}",
        "silo.acl": broker.rights(),
        "silo.passwords": broker.passwords(password),
    }
    for name, text in texts.items():
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o600)
    quiet = subprocess.DEVNULL
    process = subprocess.Popen([program, "-c", tmp_path / "silo.conf"], stdout=quiet, stderr=quiet)
    try:
        _wait_for(port)
        yield port
    finally:
        process.terminate()
        process.wait(timeout=10)


def _wait_for(port: int) -> None:
    end = time.monotonic() + 10
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except ConnectionRefusedError:
            assert time.monotonic() < end, "the broker does not start"
            time.sleep(0.01)
        else:
            return


@contextmanager
def connected(port: int, user: str | None, secret: str | None = None) -> Iterator[tuple[Client, str]]:
    """A client, and what the broker answered to it."""
    answers: queue.Queue[str] = queue.Queue()
    client = Client(CallbackAPIVersion.VERSION2)
    client.on_connect = lambda _client, _data, _flags, reason, _properties: answers.put(str(reason))
    if user is not None:
        client.username_pw_set(user, secret)
    client.connect("127.0.0.1", port)
    client.loop_start()
    try:
        yield client, answers.get(timeout=10)
    finally:
        client.disconnect()
        client.loop_stop()


@pytest.mark.parametrize(
    ("user", "secret", "answer"),
    [
        (None, None, "Not authorized"),
        ("nir", "guessed", "Not authorized"),
        ("stranger", "password of stranger", "Not authorized"),
        ("nir", "password of nir", "Success"),
        ("silo", "password of silo", "Success"),
    ],
)
def test_nobody_connects_without_the_right_password(
    mosquitto: int, user: str | None, secret: str | None, answer: str
) -> None:
    with connected(mosquitto, user, secret) as (_, answered):
        assert answered == answer


def say(port: int, topic: str, payload: bytes) -> None:
    """The NIR says something; returns when the broker has dealt with it."""
    dealt_with: queue.Queue[None] = queue.Queue()
    with connected(port, "nir", "password of nir") as (nir, _):
        nir.on_publish = lambda *_: dealt_with.put(None)
        nir.on_disconnect = lambda *_: dealt_with.put(None)  # Debian's broker hangs up on who may not
        nir.publish(topic, payload, qos=1)
        dealt_with.get(timeout=10)


def test_a_device_is_heard_on_its_topic_and_on_no_other_ones(mosquitto: int) -> None:
    heard: queue.Queue[tuple[str, bytes]] = queue.Queue()
    is_subscribed: queue.Queue[None] = queue.Queue()
    with connected(mosquitto, "silo", "password of silo") as (station, _):
        station.on_subscribe = lambda *_: is_subscribed.put(None)
        station.on_message = lambda _client, _data, message: heard.put((message.topic, message.payload))
        station.subscribe("#", qos=1)
        is_subscribed.get(timeout=10)
        say(mosquitto, "silo/beaulieu/status", b"forged")
        say(mosquitto, "silo/nir", b"measured")
        assert heard.get(timeout=10) == ("silo/nir", b"measured")
