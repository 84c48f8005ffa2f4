"""What the driver tests share: a clock, waiting on a condition, a driver running in a thread."""

import threading
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from types import MappingProxyType

from drivers.backoff import Backoff
from drivers.delivery import Delivery
from drivers.driver import Driver
from drivers.registry import make_protocol, make_transport

AT = datetime(2026, 7, 14, 10, 3, 22, tzinfo=UTC)
LATER = datetime(2026, 7, 14, 10, 3, 23, tzinfo=UTC)


def now() -> datetime:
    return datetime.now(UTC)


def wait_until(condition: Callable[[], object], seconds: float = 10.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"waited {seconds} s in vain"
        threading.Event().wait(0.01)


class Running:
    """A driver in its own thread; what it delivers collects in `got`."""

    def __init__(
        self,
        kind: str,
        url: str,
        *,
        confirm: bool = True,
        settings: Mapping[str, str] = MappingProxyType({}),
        **options: object,
    ) -> None:
        options.setdefault("backoff", Backoff(0.02, 0.1))
        self.driver = Driver(
            "device-1",
            protocol := make_protocol(kind, settings),
            make_transport(url, protocol, name="device-1"),
            clock=now,
            **options,
        )
        self.got: list[Delivery] = []
        self.stop = threading.Event()
        self._confirm = confirm
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> "Running":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop.set()
        self._thread.join(5)
        assert not self._thread.is_alive()

    @property
    def state(self) -> str:
        return self.driver.health().state

    def weights(self) -> list[float | None]:
        return [d.reading.weight_kg for d in self.got if d.reading]

    def errors(self) -> list[str]:
        return [d.error.reason for d in self.got if d.error]

    def _run(self) -> None:
        for delivery in self.driver.deliveries(self.stop):
            self.got.append(delivery)
            if self._confirm:
                self.driver.confirm(delivery)
