"""The parts of a station that need no thread: its ledger, clock, ports and shelves, and the counter on them.

The running station adds its devices and workers (`app`); a command on a closed data folder asks the counter
as it is here, so that each act is written once.
"""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from drivers.catalogue import catalogue
from station import kernel_time
from station.acts.desk import Desk
from station.api.context import Context
from station.backup.standing import why_no_station
from station.clock import StationClock, scaled
from station.receival.clocks.clock_acts import recorded_tail
from station.receival.clocks.timekeeper import Timekeeper
from station.runtime.bundles import FOLDER
from station.runtime.installer import Installer
from station.runtime.live import HealthFacts
from station.runtime.ports import Ports
from station.site.file import SiteSettings
from station.site.policy import (
    asking_of,
    keeping_of,
    masters_of,
    policy_of,
    printers_of,
    treatments_of,
    watching_of,
)
from station.site.read import trusted_keys
from station.store import queries
from station.store.blobs import Blobs
from station.store.engine import Ledger
from station.store.errors import LedgerFault, LedgerForeign, opening
from ui.words.i18n import use_zone


@dataclass(frozen=True, slots=True)
class Parts:
    """`file` is the site file, `settings` what it says; `photos` and `bundles` lie in the data folder."""

    file: Path
    settings: SiteSettings
    desk: Desk
    clock: StationClock
    timekeeper: Timekeeper
    ports: Ports
    photos: Blobs
    bundles: Blobs

    def has_served(self) -> bool:
        """Tell whether the site file was ever loaded, as each start does."""
        with self.desk.ledger.read() as tx:
            return queries.has_cell(tx)

    def installer(self) -> Installer:
        """Takes bundles signed with the keys that the site file trusts. Raises SettingsError for one that
        cannot be read."""
        return Installer(self.desk, self.bundles, trusted_keys(self.settings, self.file))

    def context(self, admin_token: str) -> Context:
        """What the counter of a closed station is given: no device is live, and nobody waits to be woken.
        Trusted keys are read when a bundle comes: no other act needs them."""
        return Context(
            desk=self.desk,
            blobs=self.photos,
            clock=self.clock,
            timekeeper=self.timekeeper,
            live=list,
            health=lambda: HealthFacts("off"),
            admin_token=admin_token,
            wake_vision=lambda: None,
            new_sample=lambda _port_id: None,
            settle_zero=lambda _port_id: None,
            check_wiring=self.ports.check,
            replug=lambda _port_id: None,
            drivers=catalogue,
            install_model=lambda *given: self.installer().install(*given),
            trusted_keys=lambda: trusted_keys(self.settings, self.file),
            sign_in_lasts=timedelta(hours=self.settings.server.sign_in_hours),
        )


@contextmanager
def open_parts(
    file: Path, settings: SiteSettings, *, start: datetime | None = None, speed: float = 1.0
) -> Iterator[Parts]:
    """Holds the data folder until the block ends. `start` and `speed` make a simulated site's clock.

    Raises LedgerError."""
    use_zone(settings.site.timezone)
    with open_ledger(file, settings) as ledger:
        with opening(ledger.folder):
            clock = _clock(ledger, start, speed)
            rules = keeping_of(settings), watching_of(settings), asking_of(settings)
            freinte = settings.shipments.freinte_percent
            desk = Desk(
                ledger, policy_of(settings), *rules, freinte_percent=freinte,
                treatments=treatments_of(settings), printers=printers_of(settings),
                masters=masters_of(settings), badges=settings.badges,
                stored_tare_days=settings.weighing.stored_tare_days,
                observes=settings.site.mode == "observe",
            )  # fmt: skip
            parts = Parts(
                file,
                settings,
                desk,
                clock,
                Timekeeper(desk, clock, kernel_time.boot()),
                Ports(settings, file, ledger, clock),
                Blobs(ledger.folder / "photos"),
                Blobs(ledger.folder / FOLDER),
            )
        yield parts


@contextmanager
def open_ledger(file: Path, settings: SiteSettings) -> Iterator[Ledger]:
    """Holds the data folder until the block ends. Raises LedgerError, also for the ledger of another site."""
    with closing(Ledger(file.parent / settings.site.data)) as ledger:
        with ledger.read() as tx:
            theirs = queries.site_of(tx)
        if theirs not in (None, settings.site.id):
            raise LedgerForeign(
                LedgerFault.OF_ANOTHER_SITE, file=str(ledger.file), theirs=theirs, ours=settings.site.id
            )
        if taken_over := why_no_station(ledger.folder):
            ledger.refuse_writing(taken_over)
        yield ledger


def _clock(ledger: Ledger, start: datetime | None, speed: float) -> StationClock:
    """It goes on from the last event, or from what that stands on."""
    with ledger.read() as tx:
        recorded = queries.last_event_at(tx)
        tail = recorded_tail(tx, kernel_time.boot(), kernel_time.ticks())
    if start is not None:
        return scaled(max(start, recorded) if recorded else start, speed)
    return StationClock(
        ticks=kernel_time.ticks, synchronised=kernel_time.is_synchronised, not_before=recorded, tail=tail
    )
