"""What every act at the desk needs: the ledger, the site's policy, and who acts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from drivers.reading import Analyte
from station.acts.durations import Durations
from station.acts.printers import Printer
from station.grain.asking import NEVER, PhotoRule
from station.grain.freinte import USUAL_PERCENT
from station.grain.identifiers import Regime
from station.store.engine import Ledger

# Up to four letters and a number of at most 12 figures: a plate is none, nor the EAN of a packet.
BARCODE_PATTERN = r"[A-Z]{0,4}[-.]?[0-9]{1,12}"


@dataclass(frozen=True, slots=True)
class SitePolicy:
    """The site's settings that decisions stand on, from the site file.

    `instrument_order` lists instrument ids, the preferred one first. `net_share` is the net part of a full
    vehicle's weight, used where its tare is not known (0 to 1). Nothing lighter than `minimum_kg` is a
    weighing. `products` maps a calibration or product name on an instrument to a species. `own_analytes`,
    `own_species` and `own_claims` are what the site adds to the shipped catalogues, as JSON values. `regime`
    and `organisation` hold for loads of which nothing else is said. `open_campaigns` are those that an
    arrival may name, `campaign` among them. `pairing` is what `PairingPolicy.read` reads, as JSON values.
    """

    site: str
    site_name: str
    campaign: str
    open_campaigns: tuple[str, ...] = ()
    barcode_pattern: str = BARCODE_PATTERN  # the whole barcode of a sample, whatever its case
    regime: str = Regime.OWNED.value
    organisation: str = ""
    language: str = "fr"
    timezone: str = ""
    day_starts: str = "04:00"  # the hour at which a collecting day begins, at the site
    pairing_window: timedelta = timedelta(minutes=15)
    pairing: Mapping[str, Any] = field(default_factory=dict)
    instrument_order: Mapping[Analyte, tuple[str, ...]] = field(default_factory=dict)
    net_share: float = 0.62
    minimum_kg: float = 500.0
    products: Mapping[str, str] = field(default_factory=dict)
    species: tuple[str, ...] = ()
    override_reasons: tuple[str, ...] = ()
    refusal_reasons: tuple[str, ...] = ()
    own_analytes: tuple[Mapping[str, Any], ...] = ()
    own_species: tuple[Mapping[str, Any], ...] = ()
    own_claims: tuple[Mapping[str, Any], ...] = ()

    @property
    def own_entries(self) -> tuple[Mapping[str, Any], ...]:
        return (*self.own_analytes, *self.own_species, *self.own_claims)

    def day(self, at: datetime) -> date:
        """The calendar day at the site, on which a verification is still valid or no more."""
        return at.astimezone(self._zone).date()

    def collecting_day(self, at: datetime) -> date:
        """The day whose trucks and samples an instant belongs to: a harvest night belongs to the day before.
        By law it is nothing; a ticket has its calendar date."""
        today = self.day(at)
        return today if at >= self.day_begins(today) else today - timedelta(days=1)

    def day_begins(self, day: date) -> datetime:
        """The instant at which a collecting day begins, which is when the one before it ends. An hour that
        comes twice begins it the first time, one that is left out an hour later."""
        hour = time.fromisoformat(self.day_starts)
        return datetime.combine(day, hour, tzinfo=self._zone).astimezone(UTC)

    def day_spans(self, day: date) -> tuple[datetime, datetime]:
        """The first instant of a collecting day, and the first that is of it no more."""
        return self.day_begins(day), self.day_begins(day + timedelta(days=1))

    def midnight(self, day: date) -> datetime:
        """The instant at which a calendar day begins at the site."""
        return datetime.combine(day, time.min, tzinfo=self._zone).astimezone(UTC)

    @property
    def _zone(self) -> tzinfo:
        return ZoneInfo(self.timezone) if self.timezone else UTC


@dataclass(frozen=True, slots=True)
class Keeping:
    """How the site keeps parts of its samples; no decision on a load stands on it. `places` are schemes of
    `station/grain/shelf.py`, none where places are not named. A load may be disputed for `dispute_days`;
    `random_share` is what of each sending is drawn, whatever is doubted."""

    places: tuple[str, ...] = ()
    parts: int = 1
    days: int = 180
    dispute_days: int = 15
    random_share: float = 0.3


@dataclass(frozen=True, slots=True)
class Watching:
    """What the site says of comparisons and controls; no decision on a load stands on it. `tolerance` is what
    two values of one sample may differ by, `permitted` what a bias may be, per analyte in its own unit."""

    tolerance: Mapping[Analyte, float] = field(default_factory=dict)
    permitted: Mapping[Analyte, float] = field(default_factory=dict)
    citation: str = ""
    control_every_days: int = 7
    expiry_warning_days: int = 30


@dataclass(frozen=True, slots=True)
class TreatmentProduct:
    """A product that the site treats grain with, as its label names it; `kind` insecticide or fumigation. The
    label allows `most` of it, in `unit` (None: nobody said)."""

    name: str
    substance: str
    kind: str
    most: float | None = None
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Masters:
    """Who is master of what, the station or the program of the co-operative; no decision on a load stands on
    it. `arrival`: "erp" opens a visit without a person's key. `ticket_number`: "erp" gives tickets (bons
    d'apport) their numbers. `legal_ticket`: the ticket of "erp" is the legal one, and ours is a weigh note.
    `reference`: who keeps suppliers and lists."""

    arrival: str = "station"
    ticket_number: str = "station"
    legal_ticket: str = "station"
    reference: str = "station"

    @property
    def issue_tickets_elsewhere(self) -> bool:
        return "erp" in (self.ticket_number, self.legal_ticket)


@dataclass(frozen=True, slots=True)
class Desk:
    """A stored tare counts for `stored_tare_days` after its weighing; None: the site uses none. `badges`
    tells the plate of each badge that drivers show."""

    ledger: Ledger
    policy: SitePolicy
    keeping: Keeping = Keeping()
    watching: Watching = Watching()
    asking: PhotoRule = NEVER
    freinte_percent: float = USUAL_PERCENT
    treatments: tuple[TreatmentProduct, ...] = ()
    printers: tuple[Printer, ...] = ()
    masters: Masters = Masters()
    stored_tare_days: int | None = None
    observes: bool = False  # records and proposes, and issues nothing
    badges: Mapping[str, str] = field(default_factory=dict)
    proposal_times: Durations = field(default_factory=Durations, compare=False)


@dataclass(frozen=True, slots=True)
class Actor:
    """The signed-in person and the terminal used. Records carry their identifiers, never the name."""

    id: str
    name: str
    terminal: str | None = None
    roles: frozenset[str] = frozenset()
