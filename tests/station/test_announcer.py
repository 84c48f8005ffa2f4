"""The station's own state on a real broker: retained, with a will, and never in anybody's way."""

import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from drivers.simulated.mosquitto import Mosquitto, available
from drivers.transport import MqttTransport
from station.runtime.announcer import Announcer
from station.runtime.live import DeviceLive
from station.setting_problems import SettingsError
from station.site.read import load_settings
from tests.silo_rig import GOOD, START, Silo

pytestmark = pytest.mark.skipif(not available(), reason="no broker: apt-get install -y mosquitto")
EXAMPLE = Path(__file__).parents[2] / "examples" / "site.toml"
BRIDGE = DeviceLive("bridge", "Bridge", "toledo-continuous", "weighbridge", "TB-1", "/dev/x", "live", START)
GAC = replace(BRIDGE, id="gac", name="GAC 2100", kind="gac2100-csv01", category="analyzer")


@dataclass
class Ear:
    """A client that hears what a wildcard brings."""

    port: int
    heard: list[tuple[str, bytes]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._silo = MqttTransport("127.0.0.1", self.port, "silo/#", client_id="ear-silo")
        self._home = MqttTransport("127.0.0.1", self.port, "homeassistant/#", client_id="ear-home")
        for transport in (self._silo, self._home):
            transport.open()

    def until(self, topic: str, holds: Any = lambda _payload: True) -> Any:
        """The payload of a message on this topic that `holds`."""
        end = time.monotonic() + 10
        while time.monotonic() < end:
            for name, payload in self.heard:
                if name == topic and holds(_value(payload)):
                    return _value(payload)
            for transport in (self._silo, self._home):
                chunk = transport.read(0.05)
                if chunk is not None:
                    transport.confirm(chunk.receipt)
                    self.heard.append((chunk.topic or "", chunk.data))
        raise AssertionError(f"{topic} was not heard; heard {[name for name, _ in self.heard]}")

    def forget(self) -> None:
        self.heard.clear()

    def close(self) -> None:
        self._silo.close()
        self._home.close()


def _value(payload: bytes) -> Any:
    return json.loads(payload) if payload.startswith(b"{") else payload.decode()


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    with Mosquitto(tmp_path / "broker") as running:
        yield running


def announcer_of(silo: Silo, tmp_path: Path, port: int, live: list[DeviceLive]) -> Announcer:
    text = EXAMPLE.read_text(encoding="utf-8").replace(
        "[products]", f'[mqtt]\nbroker = "mqtt://127.0.0.1:{port}"\n\n[products]'
    )
    (tmp_path / "site.toml").write_text(text, encoding="utf-8")
    return Announcer(load_settings(tmp_path / "site.toml"), silo.desk.ledger, lambda: list(live))


def test_state_results_and_events_are_said_and_the_end_too(
    silo: Silo, tmp_path: Path, broker: Mosquitto
) -> None:
    live = [BRIDGE, GAC]
    announcer = announcer_of(silo, tmp_path, broker.port, live)
    with announcer.running():
        ear = Ear(broker.port)
        assert ear.until("silo/beaulieu/status") == "online"
        assert ear.until("silo/beaulieu/gac/status")["state"] == "live"
        row = silo.measure("gac", GOOD, "S1")
        said = ear.until("silo/beaulieu/gac/reading")
        assert (said["id"], said["values"]["moisture"]["value"]) == (row.id, 13.6)
        assert ear.until("silo/beaulieu/gac/event")["kind"] == "reading_received"
        silo.weigh(43_120)
        assert ear.until("silo/beaulieu/bridge/reading")["values"]["weight"]["value"] == 43_120
        live[1] = replace(GAC, state="down")
        changed = ear.until("silo/beaulieu/gac/event", lambda event: event["kind"] == "state_changed")
        assert (changed["from"], changed["to"]) == ("live", "down")
        ear.forget()
    assert ear.until("silo/beaulieu/status") == "offline"
    ear.close()


def test_who_comes_later_hears_the_last_of_everything(silo: Silo, tmp_path: Path, broker: Mosquitto) -> None:
    silo.measure("gac", GOOD, "S1")
    with announcer_of(silo, tmp_path, broker.port, [GAC]).running():
        ear = Ear(broker.port)
        assert ear.until("silo/beaulieu/gac/reading")["barcode"] == "S1"
        ear.close()


def test_home_assistant_finds_the_devices_and_their_values(
    silo: Silo, tmp_path: Path, broker: Mosquitto
) -> None:
    with announcer_of(silo, tmp_path, broker.port, [BRIDGE, GAC]).running():
        ear = Ear(broker.port)
        moisture = ear.until("homeassistant/sensor/silo_beaulieu_gac/moisture/config")
        assert moisture["state_topic"] == "silo/beaulieu/gac/reading"
        assert moisture["availability_topic"] == "silo/beaulieu/status"
        assert moisture["unit_of_measurement"] == "%"
        weight = ear.until("homeassistant/sensor/silo_beaulieu_bridge/weight/config")
        assert (weight["device_class"], weight["device"]["serial_number"]) == ("weight", "TB-1")
        ear.until("homeassistant/binary_sensor/silo_beaulieu_gac/connected/config")
        ear.close()


def test_a_broker_that_is_away_holds_nobody_up_and_is_told_of(
    silo: Silo, tmp_path: Path, broker: Mosquitto
) -> None:
    broker.stop()
    announcer = announcer_of(silo, tmp_path, broker.port, [GAC])
    begin = time.monotonic()
    with announcer.running():
        silo.measure("gac", GOOD, "S1")
        assert time.monotonic() - begin < 2
        assert announcer.problem is not None
        broker.start()
        ear = Ear(broker.port)
        assert ear.until("silo/beaulieu/status") == "online"
        assert ear.until("silo/beaulieu/gac/reading")["barcode"] == "S1"
        assert announcer.problem is None
        ear.close()
        broker.kill()
        end = time.monotonic() + 10
        while announcer.problem is None:
            assert time.monotonic() < end
            threading.Event().wait(0.05)


@pytest.mark.parametrize("address", ["http://x", "mqtt://", "mqtt://host/topic", "127.0.0.1", "mqtt://h:x"])
def test_a_broker_that_is_no_address_is_refused(silo: Silo, tmp_path: Path, address: str) -> None:
    text = EXAMPLE.read_text(encoding="utf-8").replace(
        "[products]", f'[mqtt]\nbroker = "{address}"\n[products]'
    )
    (tmp_path / "site.toml").write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError, match=r"mqtt\.broker"):
        load_settings(tmp_path / "site.toml")
