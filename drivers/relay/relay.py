"""Share one port between two programs: the legacy weighing program and the station.

    device <-> port <-> relay <-> legacy program      every byte, both ways
                              --> station             every byte; back only with `station_may_write`

A process of its own, so that either program may restart without the other noticing. One thread, nothing
that waits: a program which does not read loses its own oldest bytes and nobody else's.
"""

import select
import threading
from collections.abc import Callable
from datetime import datetime
from typing import Any

from drivers.relay.ends import End
from drivers.relay.port import Port

# A pseudo-terminal does not tell when a program opens it: we look.
TICK_S = 0.05


class Relay:
    def __init__(
        self,
        port: Port,
        legacy: End,
        station: End,
        *,
        station_may_write: bool = False,
        clock: Callable[[], datetime],
    ) -> None:
        self._port, self._legacy, self._station = port, legacy, station
        self._station_may_write = station_may_write
        self._ignored_bytes = 0
        self._started_at = clock()

    def run(self, stop: threading.Event, on_status: Callable[[dict[str, Any]], None]) -> None:
        """Run until `stop`; `on_status` is called after every step with the status."""
        try:
            while not stop.is_set():
                self.step(TICK_S)
                on_status(self.status())
        finally:
            for end in (self._port, self._legacy, self._station):
                end.close()

    def step(self, timeout: float) -> None:
        """Wait for something to happen, at most `timeout` seconds, and pass on what came."""
        self._port.keep_open()
        ready = self._ready(timeout)
        if data := self._port.hear():
            self._legacy.tell(data)
            self._station.tell(data)
        self._port.flush()
        for data in self._legacy.look(ready):
            self._port.tell(data)
        for data in self._station.look(ready):
            if self._station_may_write:
                self._port.tell(data)
            else:
                self._ignored_bytes += len(data)

    def status(self) -> dict[str, Any]:
        """Return everything a person asks about a relay, as JSON values."""
        port, error = self._port, self._port.error
        return {
            "started": self._started_at.isoformat(),
            "port": {
                "address": port.describe(),
                "state": "open" if port.is_open else "down",
                "since": port.since.isoformat(),
                "last_heard": port.last_heard.isoformat() if port.last_heard else None,
                "bytes_from_device": port.received_bytes,
                "bytes_to_device": port.sent_bytes,
                "dropped_to_device": port.to_device.dropped_bytes,
                "opens": port.opens,
                "error": {"code": error.code.value, "text": str(error)}
                if error and not port.is_open
                else None,
            },
            "legacy": _end_status(self._legacy),
            "station": {
                **_end_status(self._station),
                "may_write": self._station_may_write,
                "ignored_bytes": self._ignored_bytes,
            },
        }

    def _ready(self, timeout: float) -> set[int]:
        poll = select.poll()
        descriptor = self._port.descriptor()
        if descriptor is not None:
            writing = select.POLLOUT if len(self._port.to_device) else 0
            poll.register(descriptor, select.POLLIN | writing)
        for end in (self._legacy, self._station):
            for fd, events in end.poll_events():
                poll.register(fd, events)
        return {fd for fd, _ in poll.poll(timeout * 1000)}


def _end_status(end: End) -> dict[str, Any]:
    return {
        "address": end.describe(),
        "clients": len(end.clients),
        "waiting_bytes": sum(len(client.backlog) for client in end.clients),
        "dropped_bytes": end.dropped_bytes + sum(client.backlog.dropped_bytes for client in end.clients),
    }
