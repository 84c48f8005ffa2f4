"""An instrument's message over a real broker: its texts are cleaned, its bytes stay, and nothing stops."""

import json

import pytest
from sqlmodel import select

from drivers.backoff import Backoff
from drivers.driver import Driver
from drivers.registry import make_protocol, make_transport
from drivers.simulated.mosquitto import Mosquitto, available
from drivers.transport import MqttPublisher
from station.grain.weighing import WeighingRule
from station.receival.arrivals.visits import NewLoad
from station.runtime.intake import Intake
from station.store.tables import Frame, Pairing, Reading
from tests.hostile import SENT, is_clean, kept_texts
from tests.runtime.dock import until
from tests.silo_rig import Silo

pytestmark = pytest.mark.skipif(not available(), reason="no broker: apt-get install -y mosquitto")


def message(number: int, char: str) -> bytes:
    said = {
        "id": f"r{number}{char}", "device": f"nir{char}", "time": "2026-07-14T10:03:22",
        "sample": f"S00{char}01", "product": f"{char}soft_wheat", "serial": f"A{char}1",
        "calibration": f"WH{char}", "values": {"protein": {"value": 11.4, "unit": "%", "basis": "as_is"}},
    }  # fmt: skip
    return json.dumps(said).encode()


def rows(silo: Silo, table: type) -> list:
    with silo.desk.ledger.read() as tx:
        return list(tx.exec(select(table)))


def test_what_an_instrument_says_is_kept_clean_and_its_bytes_as_they_came(silo: Silo, tmp_path) -> None:
    sent = [message(number, char) for number, char in enumerate(SENT)]
    silo.arrive("AB-123-CD", NewLoad("soft_wheat", barcode="S0001"))
    with Mosquitto(tmp_path / "broker") as broker:
        url = f"mqtt://127.0.0.1:{broker.port}/silo/+/result"
        driver = Driver(
            "nir", make_protocol("json-nir"), make_transport(url, name="nir"), clock=silo.clock,
            backoff=Backoff(0.02, 0.1),
        )  # fmt: skip
        intake = Intake(silo.desk, {"nir": driver}, tmp_path / "frames", WeighingRule(), silo.clock)
        with intake.running():
            until(lambda: driver.health().state == "live")
            topic = "silo/n\u200dir\u202e/result"
            publisher = MqttPublisher("127.0.0.1", broker.port, topic, client_id="gateway")
            for data in sent:
                assert publisher.publish(data)
            publisher.close()
            until(lambda: driver.health().frames + driver.health().bad_frames == len(sent))
            until(lambda: len(rows(silo, Reading)) == driver.health().frames)
    assert all(map(is_clean, kept_texts(silo.desk.ledger)))
    kept = {row.data for row in rows(silo, Frame)}
    assert kept <= set(sent)
    assert len(kept) == len(rows(silo, Reading)) == len(sent) - 1  # a NUL is refused with its message
    assert any(row.state == "paired" for row in rows(silo, Pairing))
