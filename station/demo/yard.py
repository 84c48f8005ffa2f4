"""The simulated world around the station: a bridge, two analyzers, and the vehicles between them.

Every instrument speaks bytes on a line of its own (pseudo-terminal, TCP converter, MQTT broker) and keeps
a log of what it sent. Pauses are seconds of the site's clock.
"""

import asyncio
import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import datetime
from pathlib import Path

from drivers.reading import Analyte
from drivers.simulated.emission import Emission
from drivers.simulated.gac2100 import SimulatedGac2100
from drivers.simulated.line import Line, MqttLine, PtyLine, TcpLine
from drivers.simulated.mosquitto import Mosquitto, available
from drivers.simulated.nir import SimulatedNir
from drivers.simulated.toledo import ToledoBridge, ToledoFault, ToledoSender, message
from drivers.transport import MqttTransport
from station.demo.scripts import Print
from station.demo.site import SITE_ID, InstrumentAddresses

TOPIC = "silo/nir"
SETTLE_S = 3.0
SOON_S = 30.0  # the longest the simulated bridge may take to show zero, real seconds
# A second of the indicator: the weighing rule wants several zeros, over half a second.
ZEROS = 8
DAMAGE = (ToledoFault.NOISE, ToledoFault.HALF, ToledoFault.GLUED, ToledoFault.WRONG_CHECKSUM)


class Yard:
    """`open_yard` makes it. `stands` is the weight of every vehicle that stood on the bridge."""

    def __init__(
        self, bridge: ToledoBridge, sender: ToledoSender, watch: "ZeroWatch", gac: SimulatedGac2100,
        nir: SimulatedNir, ports: InstrumentAddresses, *, clock: Callable[[], datetime], speed: float,
        seed: int,
    ) -> None:  # fmt: skip
        self.ports = ports
        self.stands: list[int] = []
        self._bridge, self._sender, self._watch = bridge, sender, watch
        self._gac, self._nir = gac, nir
        self._clock, self._speed = clock, speed
        self._random = random.Random(seed)

    async def pause(self, site_seconds: float) -> None:
        await asyncio.sleep(site_seconds / self._speed)

    async def drive_on(self, kg: int) -> None:
        """A vehicle of `kg` comes onto the bridge and stays until `drive_off`; one frame gets damaged."""
        self._sender.inject(self._random.choice(DAMAGE))
        self.stands.append(kg)
        self._bridge.drive_on(kg)
        await self.pause(SETTLE_S)

    async def drive_off(self) -> None:
        """Returns once the bridge has shown zero for a while. Raises TimeoutError when it never does."""
        self._watch.zero_sent.clear()
        self._bridge.drive_off()
        wait_s = SOON_S + SETTLE_S / self._speed
        if not await asyncio.to_thread(self._watch.zero_sent.wait, wait_s):
            raise TimeoutError("the simulated bridge does not come back to zero")

    async def silence_bridge(self, site_seconds: float) -> None:
        """The indicator says nothing for a while."""
        self._sender.inject(ToledoFault.SILENCE, site_seconds)
        await self.pause(site_seconds)

    async def print_result(self, result: Print) -> float:
        """Sends one result; returns when it left, in seconds of `time.perf_counter`."""
        left = time.perf_counter()
        await asyncio.to_thread(self._print, result)
        return left

    def analyses(self) -> dict[str, list[Emission]]:
        """Returns what each analyzer sent whole, by instrument of the site."""
        return {"gac": self._gac.log.countable(), "nir": self._nir.log.countable()}

    def _print(self, result: Print) -> None:
        at = self._clock()
        if result.device == "nir":
            self._nir.send_result(result.barcode, result.product, result.values, at)
            return
        values = result.values
        self._gac.print_record(
            result.barcode or "", values[Analyte.MOISTURE], values[Analyte.TEST_WEIGHT],
            values[Analyte.TEMPERATURE], result.product, at,
        )  # fmt: skip
        self._gac.print_control_record(at)


class ZeroWatch:
    """The bridge's line, watched for an empty bridge at rest, said often enough to be believed."""

    def __init__(self, line: Line) -> None:
        self.zero_sent = threading.Event()
        self._line = line
        self._zero = message(0, increment=2, pad=" ")
        self._zeros = 0

    def write(self, data: bytes) -> bool:
        carried = self._line.write(data)
        self._zeros = self._zeros + 1 if carried and self._zero in data else 0
        if self._zeros >= ZEROS:
            self.zero_sent.set()
        return carried

    def disconnect(self) -> None:
        self._line.disconnect()

    def close(self) -> None:
        self._line.close()


@contextmanager
def open_yard(
    folder: Path, *, clock: Callable[[], datetime], speed: float, seed: int, site: str = SITE_ID
) -> Iterator[Yard]:
    """Starts every simulated instrument of a site; their files lie in `folder`. Stops them in reverse."""
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        pty = stack.enter_context(closing(PtyLine(folder / "bridge")))
        converter = stack.enter_context(closing(TcpLine()))
        nir_line, end, nir_port = _nir_line(stack, folder, site)
        ports = InstrumentAddresses(
            f"serial:{pty.path}?baud=9600", f"tcp:127.0.0.1:{converter.port}", nir_port
        )
        bridge, watch = ToledoBridge(increment_kg=20, settle_s=SETTLE_S), ZeroWatch(pty)
        sender = ToledoSender(bridge, watch, clock=clock, speed=speed, seed=seed)
        stack.callback(sender.stop)
        sender.start()
        gac, nir = SimulatedGac2100(converter), SimulatedNir(nir_line, end=end)
        yield Yard(bridge, sender, watch, gac, nir, ports, clock=clock, speed=speed, seed=seed)


def _nir_line(stack: ExitStack, folder: Path, site: str) -> tuple[Line, bytes, str]:
    """Starts a private broker where mosquitto is installed, else JSON lines over TCP; line, line end,
    address."""
    if available() is None:
        lines = stack.enter_context(closing(TcpLine()))
        return lines, b"\n", f"tcp:127.0.0.1:{lines.port}"
    broker = stack.enter_context(Mosquitto(folder / "mosquitto"))
    _introduce_station("127.0.0.1", broker.port, site)
    line = stack.enter_context(closing(MqttLine("127.0.0.1", broker.port, TOPIC)))
    return line, b"", f"mqtt://127.0.0.1:{broker.port}/{TOPIC}"


def _introduce_station(host: str, port: int, site: str) -> None:
    """Makes the station known at the broker, as an installer does before an instrument may speak:
    from then on the broker keeps what the station has not taken."""
    known = MqttTransport(host, port, TOPIC, client_id=f"{site}-nir")
    known.open()
    known.close()
