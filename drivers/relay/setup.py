"""Make a relay that listens from its file; the port is opened when it runs."""

import time
from collections.abc import Callable
from datetime import datetime
from typing import cast

from drivers.backoff import DEFAULT_BACKOFF, Backoff
from drivers.errors import SettingError, TransportError
from drivers.redaction import redacted
from drivers.registry import make_transport
from drivers.relay.config import RelayConfig
from drivers.relay.ends import make_end
from drivers.relay.port import Port, WaitableTransport
from drivers.relay.relay import Relay
from drivers.transport import SerialTransport, TcpTransport


def make_relay(
    config: RelayConfig,
    *,
    clock: Callable[[], datetime],
    monotonic: Callable[[], float] = time.monotonic,
    backoff: Backoff = DEFAULT_BACKOFF,
) -> Relay:
    """Raise SettingError for an address that is none, TransportError where an end cannot be offered."""
    line = make_transport(config.port, name="relay")
    if not isinstance(line, SerialTransport | TcpTransport):
        raise SettingError(f"port = {redacted(config.port)!r}: a relay owns a serial: or tcp: address")
    port = Port(cast(WaitableTransport, line), clock=clock, monotonic=monotonic, backoff=backoff)
    legacy = make_end(config.legacy, limit=config.buffer_bytes, group=config.legacy_group)
    try:
        station = make_end(config.station, limit=config.buffer_bytes)
    except (TransportError, OSError):
        legacy.close()
        raise
    return Relay(port, legacy, station, station_may_write=config.station_may_write, clock=clock)
