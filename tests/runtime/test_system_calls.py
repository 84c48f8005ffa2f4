"""The order of writes, syncs and answers of a real station, as the operating system saw it.

Nothing here trusts the product's own account, nor that SQLite does what its settings say.
"""

from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from drivers.simulated.gac2100 import SimulatedGac2100
from drivers.simulated.line import TcpLine
from drivers.simulated.toledo import message
from station.demo.run import START
from station.demo.setup import PERSON, PIN, make_tokens
from station.demo.site import InstrumentAddresses, write_site
from station.demo.station_process import StationProcess
from tests.api.rig import JPEG, accept, arrival, offered, ok, upload
from tests.runtime.dock import until
from tests.system_calls import Call, calls_of, first, synced, traced, why_not

SERIAL = "77777-77777"  # of the moisture meter: in no other row than those of its records
CAPTURE = str(uuid4())
SECONDS = 60.0
STANDING_S = 1.0  # equal readings arrive over half a second at least

UNTRACEABLE = why_not()
pytestmark = [
    pytest.mark.skipif(UNTRACEABLE is not None, reason=UNTRACEABLE or "apt-get install -y strace"),
    pytest.mark.long,
    pytest.mark.timeout(300),  # a station that is traced, on cores that others use too
]


@dataclass(frozen=True)
class Trace:
    """Every call of a station that took in one load, from arrival to ticket."""

    calls: list[Call]

    def journalled(self, device: str, text: str, *, before: Call) -> Call:
        """The last write of such a frame to the device's journal before a call."""
        found = [
            call for call in self.calls
            if call.name == "write" and f"/frames/{device}/" in call.file and text in call.text
            and call.ended < before.began
        ]  # fmt: skip
        assert found, f"{text} is not in the journal of {device} when its row is committed"
        return found[-1]

    def committed(self, *words: str) -> Call:
        """The first write to the write-ahead log with these words."""
        return first(self.calls, lambda call: _is_log(call) and all(word in call.text for word in words))

    def answered(self, request: str, *, after: int = -1) -> Call:
        """The answer to the first such request."""
        asked = first(self.calls, lambda call: call.name == "recvfrom" and request in call.text, after=after)
        return first(
            self.calls,
            lambda call: call.name in ("sendto", "sendmsg") and call.file == asked.file,
            after=asked.ended,
        )


def _is_log(call: Call) -> bool:
    return call.name in ("write", "pwrite64") and call.file.endswith("/ledger.db-wal")


@pytest.fixture(scope="module")
def trace(tmp_path_factory: pytest.TempPathFactory) -> Trace:
    folder = tmp_path_factory.mktemp("traced")
    with closing(TcpLine()) as bridge, closing(TcpLine()) as meter:
        nowhere = "tcp:127.0.0.1:9"
        ports = InstrumentAddresses(f"tcp:127.0.0.1:{bridge.port}", f"tcp:127.0.0.1:{meter.port}", nowhere)
        site = write_site(folder, ports)
        site.write_text(site.read_text() + "\n[vision]\nenabled = false\n")
        station = StationProcess(site, folder / "station.log", speed=1.0, start=START)
        station._command = traced(station._command, folder / "trace")
        with station:
            take_a_load(station, bridge, SimulatedGac2100(meter, serial=SERIAL))
    return Trace(calls_of(folder / "trace"))


def take_a_load(station: StationProcess, bridge: TcpLine, meter: SimulatedGac2100) -> None:
    keys = make_tokens(station.url, station.admin_token, "en")
    with client(station, keys.terminal) as desk, client(station, keys.phone) as phone:
        signed = ok(desk.post("/sign-in", json={"name": PERSON, "pin": PIN}))
        desk.headers["Silo-Person"] = signed["token"]
        visit = ok(desk.post("/visits", json=arrival("AB-123-CD", "S1")), 201)
        load_id = visit["loads"][0]["id"]
        weigh(desk, bridge, 43_120)
        meter.print_record("S1", 13.6, 77.4, 25.0, "BLE TENDRE", START)
        until(lambda: ok(desk.get(f"/loads/{load_id}"))["readings"], SECONDS)
        ok(upload(phone, JPEG, id_=CAPTURE), 201)
        accept(desk, load_id)
        weigh(desk, bridge, 15_240)


def client(station: StationProcess, token: str) -> httpx2.Client:
    headers = {"Authorization": f"Bearer {token}", "Accept-Language": "en"}
    return httpx2.Client(
        base_url=f"{station.url}/api/v1", headers=headers, timeout=SECONDS, trust_env=False, verify=False
    )


def stand(bridge: TcpLine, kg: int) -> None:
    """The indicator says this weight for a while."""
    end = monotonic() + STANDING_S

    def said_long_enough() -> bool:
        bridge.write(message(kg))
        return monotonic() > end

    until(said_long_enough)


def weigh(desk: httpx2.Client, bridge: TcpLine, kg: int) -> Any:
    """The vehicle's weight is taken by the rule and confirmed as the station preselects it."""
    stand(bridge, 0)
    stand(bridge, kg)
    until(lambda: ok(desk.get("/weighings", params={"state": "offered"})), SECONDS)
    weighing = offered(desk)
    chosen = {name: weighing["preselected"][name] for name in ("visit_id", "role", "load_ids")}
    return ok(desk.post(f"/weighings/{weighing['id']}/confirm", json=chosen))


@pytest.mark.parametrize("kg", [43_120, 15_240])
def test_the_frame_of_a_weighing_is_synced_before_its_row_is_written(trace: Trace, kg: int) -> None:
    row = trace.committed("weighing_taken", f"{kg}.0")
    frame = trace.journalled("bridge", f"{kg:06d}", before=row)
    assert synced(trace.calls, frame.file, after=frame, before=row)


def test_the_frame_of_an_analysis_is_synced_before_its_row_is_written(trace: Trace) -> None:
    row = trace.committed(SERIAL)
    frame = trace.journalled("gac", SERIAL, before=row)
    assert synced(trace.calls, frame.file, after=frame, before=row)


def test_a_photo_is_synced_then_named_then_its_row_synced_then_the_upload_answered(trace: Trace) -> None:
    row = trace.committed(CAPTURE)
    answer = trace.answered("POST /api/v1/captures")
    named = first(trace.calls, lambda call: call.name == "rename" and "/photos/" in call.text)
    (half,) = {call.file for call in trace.calls if call.name == "write" and "/photos/" in call.file}
    written = [call for call in trace.calls if call.name == "write" and call.file == half][-1]
    assert f'"{half}"' in named.text
    assert synced(trace.calls, half, after=written, before=named)
    assert synced(trace.calls, str(Path(half).parent), after=named, before=row)
    assert synced(trace.calls, "/ledger.db-wal", after=row, before=answer)
    assert "201 Created" in answer.text


def test_a_ticket_is_synced_before_the_answer_that_hands_it_out(trace: Trace) -> None:
    row = trace.committed("ticket_issued")
    answer = trace.answered("/confirm", after=trace.answered("/confirm").ended)
    assert synced(trace.calls, "/ledger.db-wal", after=row, before=answer)
    assert "200 OK" in answer.text
