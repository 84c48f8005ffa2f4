"""The site's devices, shown live, and what a person does to one."""

import threading
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta

from drivers.health import DeviceHealth
from drivers.reading import Flag
from drivers.transport import ErrorCode
from station.grain.remarks import is_verified
from station.receival.measuring.instruments import Plugged, plugged
from station.runtime.intake import Intake
from station.runtime.live import Coded, DeviceLive
from station.runtime.ports import Ports
from station.store.engine import Ledger

# A line lost so often within ten minutes is taken by somebody else, or its cable is loose.
OFTEN = 3
# What was said of a message stays to be read for a while, also when the next one was right.
STAYS = timedelta(minutes=10)
_STAYING = (ErrorCode.NOT_UNDERSTOOD, ErrorCode.OUT_OF_TURN)
# So long a person is told that messages were dropped.
TOLD_FOR = timedelta(hours=1)


class Devices:
    """The devices as a screen shows them, asked from any thread. `port_ids` are in the site file's order."""

    def __init__(
        self,
        port_ids: Sequence[str],
        ports: Ports,
        intake: Intake,
        ledger: Ledger,
        clock: Callable[[], datetime],
        day: Callable[[datetime], date],
    ) -> None:
        self._port_ids = port_ids
        self._ports = ports
        self._intake = intake
        self._ledger = ledger
        self._clock = clock
        self._day = day
        self._plugged: dict[str, Plugged] = {}
        self._is_stale = threading.Event()
        self._is_stale.set()
        ledger.on_commit(self._is_stale.set)

    def live(self) -> list[DeviceLive]:
        now = self.plugged()
        return [self._live(port_id, now[port_id]) for port_id in self._port_ids]

    def plugged(self) -> dict[str, Plugged]:
        """Which instrument is where; read again only after a commit."""
        if self._is_stale.is_set():
            self._is_stale.clear()
            with self._ledger.read() as tx:
                self._plugged = plugged(tx)
        return self._plugged

    def new_sample(self, port_id: str) -> None:
        """Take its next result for a new sample's, even if it equals the last one."""
        self._intake.driver(port_id).expect_new_sample()

    def settle_zero(self, port_id: str) -> None:
        """What stands on this bridge is nothing to weigh, as a person says."""
        self._intake.settle_zero(port_id)

    def not_at_zero(self) -> list[str]:
        """The names of the bridges on which a load came before they had shown zero."""
        now = self.plugged()
        return [
            now[port_id].instrument.name for port_id in self._port_ids if self._intake.not_at_zero(port_id)
        ]

    def replug(self, port_id: str) -> None:
        """Read the port from now on as what is plugged in there needs it."""
        self._intake.exchange(port_id, self._ports.driver(port_id))

    def unverified(self) -> list[str]:
        """The names of the instruments whose verification has expired."""
        return [live.name for live in self.live() if not live.is_verified]

    def unsettled(self) -> list[str]:
        """The names of the instruments whose numbers may be of several sizes."""
        return [live.name for live in self.live() if live.open_ways]

    def dropped(self) -> list[str]:
        """The names of the instruments of which messages were dropped within the last hour."""
        now = self.plugged()
        return [now[port_id].instrument.name for port_id in self._port_ids if self._dropped(port_id)]

    def _error(self, port_id: str, health: DeviceHealth) -> Coded | None:
        """A device is not silent because nobody listens to it."""
        wrong, intake = _wrong(health, self._clock()), self._intake.standing()
        if intake.stands and health.state == "silent":
            return "intake_stands", {"count": intake.waiting, "moved_at": intake.moved_at}
        return wrong or self._dropped(port_id)

    def _dropped(self, port_id: str) -> Coded | None:
        gap = self._intake.gap(port_id)
        if gap is None or not timedelta(0) <= self._clock() - gap.last_at <= TOLD_FOR:
            return None
        port = self._intake.driver(port_id).health().address
        return "device_overrun", {"port": port, "count": gap.messages, "text": ""}

    def _live(self, port_id: str, present: Plugged) -> DeviceLive:
        driver, instrument = self._intake.driver(port_id), present.instrument
        health = driver.health()
        weight = self._intake.live_weight(port_id) if health.state == "live" else None
        return DeviceLive(
            id=port_id,
            name=instrument.name,
            kind=driver.protocol.kind,
            category=driver.protocol.category,
            serial_number=instrument.serial_number,
            port=health.address,
            state=health.state,
            since=health.since,
            last_heard=health.last_heard,
            frames=health.frames,
            bad_frames=health.bad_frames,
            weight_kg=weight.weight_kg if weight else None,
            weight_stable=Flag.STABLE in weight.flags if weight else None,
            error=self._error(port_id, health),
            asset_tag=instrument.asset_tag,
            verified_until=instrument.verified_until,
            is_verified=is_verified(instrument, self._day(self._clock())),
            plugged_since=present.assignment.from_at,
            repeats=driver.repeats,
            open_ways=tuple(driver.open_ways),
            not_at_zero=self._intake.not_at_zero(port_id),
            plugged=present,
        )


def _wrong(health: DeviceHealth, now: datetime) -> Coded | None:
    """What a person should look at: why the device is not live, that its line will not stay, or what of its
    messages was not understood."""
    where = {"port": health.address, "count": health.losses, "text": ""}
    if health.losses >= OFTEN:
        return "device_lost_often", where
    if health.state == "silent":
        return "device_idle", where
    if health.state == "live" and health.notice is not None:
        return f"device_{health.notice.code.value}", {**where, "text": health.notice.text}
    error = health.last_error
    if error is None:
        return None
    stays = error.code in _STAYING and timedelta(0) <= now - error.at < STAYS
    if health.state in ("live", "starting") and not stays:
        return None
    return f"device_{error.code.value}", {**where, "text": error.text}
