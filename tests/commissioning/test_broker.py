"""Devices behind a broker: a board that must be woken, a node that must be born again, plain results."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from drivers.reading import Analyte, Reading
from drivers.registry import make_transport
from drivers.simulated.gac2100 import SimulatedGac2100
from drivers.simulated.line import MqttLine
from drivers.simulated.mosquitto import Mosquitto, available
from drivers.simulated.nir import SimulatedNir
from drivers.simulated.sparkplug import ConnectedEdgeNode, EdgeNode
from drivers.simulated.tasmota import TasmotaLine
from station.commissioning.candidates import candidates, place_of
from station.commissioning.contest import CandidateTrial, Contest
from station.commissioning.recording import keep_recording, replay_recording
from station.commissioning.search import Listener

pytestmark = pytest.mark.skipif(not available(), reason="no broker: apt-get install -y mosquitto")
AT = datetime(2026, 7, 14, 10, 3, 22, tzinfo=UTC)
STEPS = 100


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    with Mosquitto(tmp_path / "broker") as running:
        yield running


def listen(url: str, act: Callable[[int], object]) -> tuple[Contest, CandidateTrial]:
    """Listens while the device acts once a step, until somebody has read something twice."""
    contest = Contest(lambda: AT, candidates(place=place_of(url)))
    transport = make_transport(url, name="commission", passing=True)
    transport.open()
    listener = Listener(transport, contest, lambda: AT)
    try:
        for step in range(STEPS):
            listener.step()
            act(step)
            best = next(iter(contest.ranking()), None)
            if best and best.readings >= 2:
                return contest, best
    finally:
        transport.close()
    raise AssertionError(f"nothing was read of {bytes(contest.data)!r}")


def keep(contest: Contest, best: CandidateTrial, folder: Path) -> int:
    contest.note_quiet()
    candidate, data = best.candidate, contest.recording(best)
    port = "mqtt://me:hunter2@broker/topic"
    count = keep_recording(folder, "it", data, candidate.kind, candidate.settings, port, AT)
    assert "hunter2" not in (folder / "it.json").read_text()
    assert replay_recording(folder, "it") is None
    return count


def test_a_tasmota_board_is_woken_and_the_kind_behind_it_found(broker: Mosquitto, tmp_path: Path) -> None:
    board = TasmotaLine("127.0.0.1", broker.port, "bridge-1")
    gac = SimulatedGac2100(board)
    url = f"mqtt://127.0.0.1:{broker.port}/tele/bridge-1/+"
    contest, best = listen(url, lambda n: gac.print_record(f"S{n}", 12.0, 76.5, 24.0, "BLE", AT))
    board.close()
    assert dict(best.candidate.settings) == {"driver": "gac2100-csv01"}
    assert best.last is not None
    assert best.last.values[Analyte.MOISTURE].value == 12.0
    assert keep(contest, best, tmp_path) == best.readings


def test_a_sparkplug_node_is_told_to_be_born_again_and_read_by_its_profile(
    broker: Mosquitto, tmp_path: Path
) -> None:
    node = EdgeNode("silo", "edge-1", "nir-1")
    node.births(AT)  # before anybody listened
    connected = ConnectedEdgeNode(node, "127.0.0.1", broker.port, "silo", "edge-1")

    def act(step: int) -> None:
        connected.obey_one(AT)
        connected.send(node.result({"Result/Id": f"r{step}", "Result/Moisture": 13.1}, AT))

    contest, best = listen(f"mqtt://127.0.0.1:{broker.port}/spBv1.0/silo/+/edge-1/#", act)
    connected.close()
    assert best.candidate.label == "sparkplug profile=nir"
    assert connected.rebirths > 0
    assert isinstance(best.last, Reading)
    assert best.last.values[Analyte.MOISTURE].value == 13.1
    assert keep(contest, best, tmp_path) > 0


def test_plain_results_are_read_as_they_are(broker: Mosquitto, tmp_path: Path) -> None:
    line = MqttLine("127.0.0.1", broker.port, "silo/nir/result")
    nir = SimulatedNir(line)
    url = f"mqtt://127.0.0.1:{broker.port}/silo/nir/result"
    contest, best = listen(url, lambda n: nir.send_result(f"S{n}", "soft_wheat", {Analyte.PROTEIN: 11.4}, AT))
    line.close()
    assert (best.candidate.label, best.refused_count) == ("json-nir", 0)
    assert keep(contest, best, tmp_path) == best.readings
