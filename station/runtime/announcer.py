"""Tells the broker how the station and its devices are. It holds nobody up, and nobody waits for it.

Retained topics are said again after each connection; what happened while the broker was away stays in the
ledger and is not said later.
"""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from urllib.parse import unquote, urlsplit

import structlog
from sqlmodel import Session, col, select

from drivers.reading import Analyte
from drivers.transport import MqttAnnouncer, Presence
from station.runtime.announcement import OFFLINE, ONLINE, Message, Topics
from station.runtime.live import DeviceLive
from station.site.credentials import Credentials
from station.site.file import SiteSettings
from station.store import audit, queries
from station.store.engine import Ledger
from station.store.tables import AuditEvent, Reading, Weighing

TICK_S = 1.0
NO_CREDENTIALS = Credentials()

log = structlog.get_logger(__name__)


class Announcer:
    """Start with `running()`. `problem` says why the broker does not take the state."""

    def __init__(
        self, settings: SiteSettings, ledger: Ledger, live: Callable[[], list[DeviceLive]],
        credentials: Credentials = NO_CREDENTIALS,
    ) -> None:  # fmt: skip
        assert settings.mqtt is not None  # made only where the site file names a broker
        site, mqtt = settings.site, settings.mqtt
        self._topics = Topics(site.id, site.name, mqtt.discovery_prefix if mqtt.discovery else None)
        parts = urlsplit(credentials.complete(mqtt.broker))
        self._link = MqttAnnouncer(
            parts.hostname or "",
            parts.port or 1883,
            Presence(self._topics.status, lambda _ms: ONLINE, lambda _ms: OFFLINE),
            client_id=f"silo-{site.id}-state",
            username=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password) if parts.password else None,
        )
        self._ledger, self._live = ledger, live
        self._analytes: dict[str, set[Analyte]] = {}
        for analyte, ports in settings.order.items():
            for port in ports:
                self._analytes.setdefault(port, set()).add(analyte)
        self._wake, self._stop = threading.Event(), threading.Event()
        self._kept: dict[str, Message] = {}
        self._states: dict[str, str] = {}
        self._connection, self._seq = 0, 0

    @property
    def broker(self) -> str:
        return self._link.broker

    @property
    def problem(self) -> str | None:
        return self._link.problem

    @contextmanager
    def running(self) -> Iterator[None]:
        with self._ledger.read() as tx:
            self._seq = audit.last_seq(tx)
            for message in self._last_results(tx):
                self._kept[message.topic] = message
        forget = self._ledger.on_commit(self._wake.set)
        self._link.start()
        thread = threading.Thread(target=self._run, name="announcer")
        thread.start()
        try:
            yield
        finally:
            forget()
            self._stop.set()
            self._wake.set()
            thread.join(timeout=5)
            self._link.stop()

    def _run(self) -> None:
        while not self._stop.is_set():
            self._wake.wait(TICK_S)
            self._wake.clear()
            self.announce_once()

    def announce_once(self) -> None:
        """Say what changed since the last time, and all that is retained after a new connection."""
        if self._link.problem is None and self._link.connections != self._connection:
            self._connection = self._link.connections
            log.info("announcing", broker=self.broker, topic=self._topics.status)
            for message in tuple(self._kept.values()):
                self._link.say(message.topic, message.payload, retain=True)
        live = {device.id: device for device in self._live()}
        self._tell_events(live)
        for device in live.values():
            self._tell_device(device)

    def _tell_device(self, device: DeviceLive) -> None:
        before = self._states.get(device.id)
        self._states[device.id] = device.state
        self._keep(self._topics.device_status(device))
        if before is not None and before != device.state:
            self._say(self._topics.state_event(device, before))
        analytes = self._analytes.setdefault(
            device.id, {Analyte.WEIGHT} if device.category == "weighbridge" else set()
        )
        for message in self._topics.discovery(device, sorted(analytes)):
            self._keep(message)

    def _tell_events(self, live: Mapping[str, DeviceLive]) -> None:
        with self._ledger.read() as tx:
            for row in audit.events_after(tx, self._seq):
                self._seq = row.seq or self._seq
                port = row.data.get("port")
                if isinstance(port, str) and port in live:
                    self._tell_result(tx, row)
                    self._say(self._topics.event(row, port))

    def _tell_result(self, tx: Session, row: AuditEvent) -> None:
        if row.kind == "reading_received" and row.subject_id:
            reading = tx.get_one(Reading, row.subject_id)
            self._note_analytes(reading)
            self._keep(self._topics.reading(reading))
        elif row.kind == "weighing_taken" and row.subject_id:
            self._keep(self._topics.weighing(tx.get_one(Weighing, row.subject_id)))

    def _last_results(self, tx: Session) -> Iterator[Message]:
        """The last result of every device, from before the start."""
        for device in self._live():
            reading = tx.exec(
                select(Reading).where(Reading.port_id == device.id).order_by(col(Reading.seq).desc()).limit(1)
            ).first()
            if reading is not None:
                self._note_analytes(reading)
                yield self._topics.reading(reading)
            weighing = queries.last_weighing_of(tx, device.id)
            if weighing is not None:
                yield self._topics.weighing(weighing)

    def _note_analytes(self, reading: Reading) -> None:
        if reading.port_id:
            self._analytes.setdefault(reading.port_id, set()).update(Analyte(name) for name in reading.values)

    def _keep(self, message: Message) -> None:
        """Say it where it differs, and again after each connection."""
        if self._kept.get(message.topic) != message:
            self._kept[message.topic] = message
            self._say(message)

    def _say(self, message: Message) -> None:
        self._link.say(message.topic, message.payload, retain=message.retain)
