"""After each fault of a line: seconds from the moment it works again to the next good reading."""

import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.machine import percentile
from drivers.driver import Driver
from drivers.reading import Analyte
from drivers.registry import make_protocol, make_transport
from drivers.simulated.line import MqttLine, PtyLine, TcpLine
from drivers.simulated.mosquitto import Mosquitto, available
from drivers.simulated.nir import SimulatedNir
from drivers.simulated.toledo import message

REPEATS = 5
AWAY_S = 3.0
LONGEST_S = 30.0
_NOISE = bytes(range(33, 127)) * 4


class Listener:
    """One driver in a thread; `after` waits for a good reading later than an instant."""

    def __init__(self, kind: str, address: str) -> None:
        self._driver = Driver(kind, make_protocol(kind), make_transport(address, name=kind), clock=_now)
        self._heard = 0.0
        self._good = threading.Condition()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def after(self, begin: float) -> float:
        """Seconds from `begin` (monotonic) to the next good reading."""
        with self._good:
            if not self._good.wait_for(lambda: self._heard > begin, LONGEST_S):
                raise TimeoutError(f"nothing was read for {LONGEST_S} s")
            return self._heard - begin

    def open(self) -> None:
        """Waits until the line is: a broker keeps nothing for who has not subscribed yet."""
        end = time.monotonic() + LONGEST_S
        while self._driver.health().state != "live":
            if time.monotonic() > end:
                raise TimeoutError(f"the line was not open within {LONGEST_S} s")
            time.sleep(0.05)

    def close(self) -> None:
        self._driver.close()
        self._thread.join()

    def _run(self) -> None:
        for delivery in self._driver.deliveries(threading.Event()):
            self._driver.confirm(delivery)
            if delivery.reading is not None:
                with self._good:
                    self._heard = time.monotonic()
                    self._good.notify_all()


def reconnecting() -> dict[str, Any]:
    """By fault: the middle and the longest of five times. Includes the driver's pause between attempts."""
    found = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with _bridge_on_pty(folder / "bridge") as (pty, listener):
            found["cable_pulled_and_plugged"] = _times(listener, pty.disconnect, pty.plug)
            found["silence"] = _times(listener, _sending.clear, _sending.set)
            found["garbage"] = _times(listener, lambda: _garbage(pty), lambda: None)
        with _bridge_on_converter() as (converter, listener):
            found["connection_cut"] = _times(listener, converter.disconnect, lambda: None, away_s=0.0)
            found["converter_restarted"] = _times(listener, converter.go_down, converter.listen)
        if available():
            found["broker_restarted"] = _broker(folder)
    return found


_sending = threading.Event()


@contextmanager
def _bridge_on_pty(link: Path) -> Iterator[tuple[PtyLine, Listener]]:
    line = PtyLine(link)
    with _speaking(line):
        listener = Listener("toledo-continuous", f"serial:{link}")
        try:
            yield line, listener
        finally:
            listener.close()
    line.close()


@contextmanager
def _bridge_on_converter() -> Iterator[tuple[TcpLine, Listener]]:
    line = TcpLine()
    with _speaking(line):
        listener = Listener("toledo-continuous", f"tcp:127.0.0.1:{line.port}")
        try:
            yield line, listener
        finally:
            listener.close()
    line.close()


@contextmanager
def _speaking(line: PtyLine | TcpLine) -> Iterator[None]:
    """28 messages a second while `_sending` is set."""
    stop = threading.Event()

    def run() -> None:
        while not stop.wait(1 / 28):
            if _sending.is_set():
                line.write(message(43120))

    _sending.set()
    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _times(
    listener: Listener, break_it: Callable[[], None], mend_it: Callable[[], None], away_s: float = AWAY_S
) -> dict[str, float]:
    seconds = []
    for _ in range(REPEATS):
        listener.after(time.monotonic())
        break_it()
        time.sleep(away_s)
        begin = time.monotonic()
        mend_it()
        seconds.append(listener.after(begin))
    return _summed(seconds)


def _garbage(line: PtyLine) -> None:
    """Two seconds of what a wrong baud rate looks like, instead of messages."""
    _sending.clear()
    for _ in range(20):
        line.write(_NOISE)
        time.sleep(0.1)
    _sending.set()


def _broker(folder: Path) -> dict[str, float]:
    """From the restart of the broker to a result that a gateway sends as soon as it can."""
    seconds = []
    with Mosquitto(folder / "broker") as broker:
        line = MqttLine("127.0.0.1", broker.port, "silo/nir-1")
        listener, nir = Listener("json-nir", f"mqtt://127.0.0.1:{broker.port}/silo/nir-1"), SimulatedNir(line)
        try:
            listener.open()
            for n in range(REPEATS):
                nir.send_result(f"S{n}", "BLE", {Analyte.MOISTURE: 13.0}, _now())
                listener.after(0.0)
                broker.stop()
                time.sleep(AWAY_S)
                begin = time.monotonic()
                broker.start()
                nir.send_result(f"R{n}", "BLE", {Analyte.MOISTURE: 13.0}, _now())
                seconds.append(listener.after(begin))
        finally:
            listener.close()
            line.close()
    return _summed(seconds)


def _summed(seconds: list[float]) -> dict[str, float]:
    return {"p50_s": round(percentile(seconds, 0.5), 2), "max_s": round(max(seconds), 2)}


def _now() -> datetime:
    return datetime.now(UTC)
