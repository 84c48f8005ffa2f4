"""What a site file may say, section by section. Every section refuses a key that it does not know."""

import re
from datetime import date, time, timedelta
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError

from drivers.analytes import AnalyteEntry
from drivers.reading import Analyte, Basis
from station.acts.desk import BARCODE_PATTERN
from station.claims import ClaimEntry
from station.grain.asking import SURE, Doubt
from station.grain.freinte import USUAL_PERCENT
from station.grain.identifiers import Claim, Regime, Species
from station.grain.pairing import PairingPolicy
from station.grain.shelf import expand
from station.grain.stand import Stand
from station.grain.weighing import WeighingRule
from station.species import SpeciesEntry


def _check_zone(name: str) -> str:
    """Raises PydanticCustomError where the system's tz database has no such zone."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise PydanticCustomError("unknown_zone", "is no zone of the tz database") from error
    return name


def _check_pattern(text: str) -> str:
    """Raises PydanticCustomError where it is no regular expression."""
    try:
        re.compile(text)
    except re.error as error:
        raise PydanticCustomError("barcode_pattern", "is no regular expression") from error
    return text


def _check_shelf(text: str) -> str:
    """Raises PydanticCustomError where it names no places."""
    try:
        expand(text)
    except ValueError as error:
        raise PydanticCustomError("shelf_places", "is no scheme of places") from error
    return text


Id = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,30}$")]
Text = Annotated[str, StringConstraints(min_length=1, max_length=120)]
Address = Annotated[str, StringConstraints(min_length=1, max_length=500)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Celsius = Annotated[float, Field(ge=-60, le=120, allow_inf_nan=False)]
Share = Annotated[float, Field(gt=0, le=1)]
Odds = Annotated[float, Field(gt=0, lt=0.5)]
Pattern = Annotated[str, StringConstraints(min_length=1, max_length=120), AfterValidator(_check_pattern)]
Shelf = Annotated[str, StringConstraints(min_length=1, max_length=40), AfterValidator(_check_shelf)]
Zone = Annotated[str, AfterValidator(_check_zone)]
Week = Annotated[str, StringConstraints(pattern=r"^20[0-9]{2}-W(0[1-9]|[1-4][0-9]|5[0-3])$")]
LOOPBACK = ("127.0.0.1", "::1", "localhost")


def _check_broker(address: str) -> str:
    """Raises PydanticCustomError where it is no address of a broker."""
    parts = urlsplit(address)
    if parts.scheme != "mqtt" or not parts.hostname or parts.path not in ("", "/") or parts.port == 0:
        raise PydanticCustomError("broker_address", "must be mqtt://host:port")
    return address


# Relative to the site file; `$CREDENTIALS_DIRECTORY/name` is what systemd hands over.
PasswordFile = Annotated[str, StringConstraints(min_length=1, max_length=500)]
Broker = Annotated[str, StringConstraints(max_length=300), AfterValidator(_check_broker)]


_HOURS = r"^([01][0-9]|2[0-3]):[0-5][0-9]-([01][0-9]|2[0-3]):[0-5][0-9]$"


class Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Site(Section):
    """The silo itself. `data` and `rule_packs` are relative to the site file. `regime` and `organisation`
    (the site's name where it is not given) are those of a load of which nothing else is said; an arrival may
    name `campaign`, or one of `open_campaigns` beside it. A collecting day begins at `day_starts`. At
    `spare_ports` (addresses) nothing is plugged in: an operator may move an instrument there when its own
    port fails. Headquarters draws the silo on its map at `latitude` and `longitude` (degrees, WGS 84), under
    `display_name`, by default its name. In `mode` "observe" the station records and proposes, but issues no
    ticket and uses no number."""

    id: Id
    name: Text
    display_name: Text | None = None
    latitude: Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)] | None = None
    longitude: Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)] | None = None
    campaign: Text
    open_campaigns: list[Text] = []
    regime: Regime = Regime.OWNED
    organisation: Text | None = None
    language: Literal["fr", "en"] = "fr"
    timezone: Zone = "Europe/Paris"
    mode: Literal["receive", "observe"] = "receive"
    day_starts: Annotated[str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")] = "04:00"
    data: Path = Path("data")
    species: list[Species]
    rule_packs: list[Path]
    spare_ports: list[Address] = []

    @property
    def receiver(self) -> str:
        return self.organisation or self.name


def host_port(host: str, port: int) -> str:
    """As an address is written in a URL: IPv6 stands in brackets."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


class Server(Section):
    """Who signs in does so again after `sign_in_hours`."""

    host: Text = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8321
    sign_in_hours: Annotated[float, Field(gt=0, le=744)] = 12.0

    @property
    def url(self) -> str:
        return f"http://{host_port(self.host, self.port)}"


class Intake(Section):
    """How loads are received. `net_share` is the grain's share of a full vehicle's weight, used where its
    tare is not known. The whole barcode of a sample matches `barcode`, a regular expression."""

    pairing_window_min: Positive = 15.0
    barcode: Pattern = BARCODE_PATTERN
    net_share: Share = 0.62
    override_reasons: list[Text] = ["Cellule pleine", "Consigne du responsable", "Choix de l'apporteur"]
    refusal_reasons: list[Text] = ["Insectes vivants", "Odeur", "Humidité", "Corps étrangers"]


_STAND = Stand()


class PairingSection(Section):
    """How readings without a sample's barcode find their sample. By the rule `window` the only one that
    fits takes it; by `odds` the one that is likely enough (`sure`), with how samples are measured at this
    stand: see `station/grain/stand.py`. At the places of `typed` a person types the barcode, maybe
    wrong."""

    rule: Literal["window", "odds"] = "window"
    sure: Annotated[float, Field(ge=0.5, lt=1)] = PairingPolicy(timedelta()).sure
    typed: list[Id] = []
    usual_s: Positive = _STAND.usual_s
    first_s: Positive = _STAND.first_s
    spread: Positive = _STAND.spread
    busy_s: Positive = _STAND.busy_s
    busy_sd: Positive = _STAND.busy_sd
    sitting_s: Positive = _STAND.sitting_s
    photo_s: Positive = _STAND.photo_s
    overtaken: Odds = _STAND.overtaken
    missed: Odds = _STAND.missed
    silent: Odds = _STAND.silent
    again: Odds = _STAND.again
    foreign: Odds = _STAND.foreign
    wrong_product: Odds = _STAND.wrong_product


class Retained(Section):
    """The parts of samples that are kept (échantillons conservés): `parts` of each, for `days`, on the places
    of a shelf, each scheme as "A{01-40}". A load may be disputed for `dispute_days`; `random_share` of what
    is sent to a laboratory is drawn by lot."""

    places: list[Shelf] = []
    parts: Annotated[int, Field(ge=1, le=20)] = 1
    days: Annotated[int, Field(ge=1, le=3650)] = 180
    dispute_days: Annotated[int, Field(ge=1, le=365)] = 15
    random_share: Share = 0.3


class Shipments(Section):
    """Transfers between own silos: one that lost more than `freinte_percent` on the road is marked."""

    freinte_percent: Annotated[float, Field(ge=0, le=100)] = USUAL_PERCENT


class Quality(Section):
    """What two methods may differ by, per analyte in its own unit. `tolerance`: two values of one sample;
    `permitted`: a bias; `citation`: the text that they come from. An instrument reads a control sample every
    `control_every_days`; a verification that expires within `expiry_warning_days` is told."""

    tolerance: dict[Analyte, Positive] = {}
    permitted: dict[Analyte, Positive] = {}
    citation: Annotated[str, StringConstraints(max_length=200)] = ""
    control_every_days: Annotated[int, Field(ge=1, le=365)] = 7
    expiry_warning_days: Annotated[int, Field(ge=1, le=365)] = 30


class Weighing(Section):
    """The weighing rule: a weight is taken after a return to zero when `equal_readings` stable ones agree
    that arrived over `equal_for_s` seconds. A stored tare counts for `stored_tare_days` after its weighing;
    without that the site uses none."""

    minimum_kg: Positive = 500.0
    zero_kg: Positive = 50.0
    equal_readings: Annotated[int, Field(ge=1, le=50)] = 3
    within: Annotated[int, Field(ge=1, le=200)] = 20
    equal_for_s: Annotated[float, Field(ge=0.1, le=30)] = 0.5
    stored_tare_days: Annotated[int, Field(ge=1, le=366)] | None = None


class Vision(Section):
    """`trusted_keys` are the public keys (minisign) whose bundles may be installed, relative to the site
    file; `enabled = false` judges no photo; `card = "required"` refuses photos without the reference card."""

    enabled: bool = True
    card: Literal["optional", "required"] = "optional"
    trusted_keys: list[Path] = []
    answer_timeout_s: Positive = 20.0


class Photo(Section):
    """For which loads a photo is asked; as it stands here, for none. Nobody waits for it, and the others cost
    no key. `share` of all loads is drawn by lot (1: every one), every load of `species` is asked for, and
    those with a `doubt` or in a `dispute`. A value is near a limit where the true one lies on the same side
    of it with a probability below `sure`."""

    share: Annotated[float, Field(ge=0, le=1)] = 0.0
    species: list[Species] = []
    doubt: list[Doubt] = []
    sure: Annotated[float, Field(gt=0.5, lt=1)] = SURE
    dispute: bool = False


class Opening(Section):
    """`u` is the mean's standard uncertainty, where somebody knows it."""

    value: Annotated[float, Field(allow_inf_nan=False)]
    basis: Basis | None = None
    u: Positive | None = None


class Cell(Section):
    id: Id
    name: Text
    species: Species | None = None
    grade: Text | None = None
    claims: list[Claim] = []
    role: Literal["normal", "hold", "quarantine"] = "normal"
    open: bool = True
    capacity_t: Positive
    opening_t: Annotated[float, Field(ge=0)] = 0.0
    opening: dict[Analyte, Opening] = {}
    external_id: Text | None = None


class Treatment(Section):
    """A product that the site treats grain with, its active substance, how it is put on, and the highest dose
    that its label allows, in `unit`."""

    name: Text
    substance: Text
    kind: Literal["insecticide", "fumigation"] = "insecticide"
    most: Annotated[float, Field(gt=0, allow_inf_nan=False)] | None = None
    unit: Annotated[str, StringConstraints(strip_whitespace=True, max_length=20)] = ""


class Plan(Section):
    """What a cell is for this season, until a person plans otherwise: `expected` is tonnes by ISO week
    ("2026-W29"). What is not said is as [[cells]] says; `grade = ""` is none."""

    cell: Id
    species: Species | None = None
    grade: Annotated[str, StringConstraints(max_length=120)] | None = None
    claims: list[Claim] | None = None
    target_t: Positive | None = None
    expected: dict[Week, Annotated[float, Field(ge=0, allow_inf_nan=False)]] = {}


class Pit(Section):
    id: Id
    name: Text


class Line(Section):
    id: Id
    name: Text
    pits: Annotated[list[Id], Field(min_length=1)]
    cells: Annotated[list[Id], Field(min_length=1)]


class Instrument(Section):
    """`id` names the place for good; name, serial number, asset tag and verification describe the
    instrument that is there when the site is set up (a later one is plugged in by a swap).
    `grain_temperature_c` is the range of grain temperatures for which it may be believed, `uncertainty` its
    standard uncertainty per analyte, `legal_for` the analytes of which its value is the legal one. `port` is
    an address such as `serial:/dev/ttyUSB0?baud=9600`, `tcp:10.0.0.5:4001` or
    `mqtt://127.0.0.1:1883/silo/nir`. `settings` are the driver's own. Without `silent_after_s` the driver's
    own holds: an indicator that sends always is missed within seconds, an analyzer never. `password_file`
    holds the password of the broker in `port`. `max_kg`, `min_kg`, `division_kg` are those of a weighbridge's
    verification plate (Max, Min, e or d); `own_printer` is true where its indicator prints the slip that goes
    with each ticket."""

    id: Id
    name: Text
    driver: Text
    port: Address
    serial_number: Text | None = None
    asset_tag: Text | None = None
    verified_until: date | None = None
    grain_temperature_c: tuple[Celsius, Celsius] | None = None
    uncertainty: dict[Analyte, Positive] = {}
    legal_for: list[Analyte] = []
    silent_after_s: Positive | None = None
    password_file: PasswordFile | None = None
    max_kg: Positive | None = None
    min_kg: Positive | None = None
    division_kg: Positive | None = None
    own_printer: bool = False
    settings: dict[Text, Address | int | float | bool] = {}


class Mqtt(Section):
    """Where the station publishes its own state: `broker` is `mqtt://user@host:1883`, its password in
    `password_file` or, less well kept, after the user. Home Assistant finds it by `discovery_prefix`."""

    broker: Broker
    password_file: PasswordFile | None = None
    discovery: bool = True
    discovery_prefix: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,60}$")] = "homeassistant"


class Masters(Section):
    """Who is master of each document: the station, the program that already issues the bons d'apport (erp:
    it then opens visits without a person's key), or, of reference data, headquarters (hub). A ticket is
    issued at once whoever numbers it: while the program's number is awaited, its paper is provisional. Where
    the program's ticket is the legal one, the station's own is a weigh note."""

    arrival: Literal["station", "erp"] = "station"
    ticket_number: Literal["station", "erp"] = "station"
    legal_ticket: Literal["station", "erp"] = "station"
    reference: Literal["station", "erp", "hub"] = "station"


class Exchange(Section):
    """The watched folders of a program that knows no HTTP, in `folder`, relative to the site file."""

    folder: Path


class Metrics(Section):
    """`enabled` lets Prometheus read numbers at `/metrics`: on this machine without a token, from elsewhere
    with a terminal's."""

    enabled: bool = False


class Backup(Section):
    """The second disk or share: `folder` is where it is mounted. A backup is made at least every `every_min`
    minutes while trucks come; the newest `keep` ledgers stay. Each day after `prove_at` the newest one is
    restored to a scratch folder and compared. `also` names further files that a spare box needs."""

    folder: Path
    keep: Annotated[int, Field(ge=1, le=100)] = 6
    every_min: Annotated[int, Field(ge=5, le=1440)] = 60
    prove_at: time = time(3)
    also: list[Path] = []


class Post(Section):
    """What photos may take of the line to headquarters: `photo_kb_s` kilobytes a second, `photo_mb_a_day`,
    and only in `photo_hours` of the silo's time ("20:00-06:00"). Rows are never held up."""

    photo_kb_s: Annotated[float, Field(ge=1, le=1_000_000)] | None = None
    photo_mb_a_day: Annotated[float, Field(ge=1, le=1_000_000)] | None = None
    photo_hours: Annotated[str, StringConstraints(pattern=_HOURS)] | None = None


class Certificate(Section):
    """A supplier is certified for a claim by `body`; both days are included."""

    claim: Claim
    number: Text
    body: Annotated[str, StringConstraints(max_length=120)] = ""
    valid_from: date
    valid_until: date


class Supplier(Section):
    """`external_id` is the co-operative's own number of it, as that of a cell."""

    name: Text
    external_id: Text | None = None
    certificates: list[Certificate] = []


DeviceAddress = Annotated[str, StringConstraints(pattern=r"^(tcp:[^\s/]{1,200}|/dev/[^\s]{1,200})$")]


PrintedDocument = Literal["ticket", "shipment", "delivery", "label"]


class Printer(Section):
    """A printer of CUPS is known by its `queue`, with `paper` and `tray` (its InputSlot); a receipt printer
    (`escpos`) by its `port`: `tcp:10.0.0.20:9100` or `/dev/usb/lp0`. `answers = false`: it cannot say that it
    has printed, and is believed. It prints `copies` of the documents that are `automatic` when they are
    issued, and of all in `prints` when somebody asks: tickets, shipments' papers, delivery notes, labels
    of retained samples. What waited for `late_after_min` minutes is not printed without being asked for
    again."""

    id: Id
    kind: Literal["cups", "escpos"]
    queue: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.@-]{1,127}$")] | None = None
    port: DeviceAddress | None = None
    paper: Literal["A4", "A5"] = "A5"
    tray: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.-]{1,60}$")] | None = None
    copies: Annotated[int, Field(ge=1, le=9)] = 1
    answers: bool = True
    prints: list[PrintedDocument] = ["ticket"]
    automatic: list[PrintedDocument] = []
    late_after_min: Annotated[int, Field(ge=1, le=1440)] = 120


class SiteSettings(Section):
    """`analytes`, `species`, `claims` are what this site adds to the shipped catalogues; `badges` gives the
    plate of each badge that drivers show."""

    analytes: list[AnalyteEntry] = []
    species: list[SpeciesEntry] = []
    claims: list[ClaimEntry] = []
    site: Site
    server: Server = Server()
    intake: Intake = Intake()
    pairing: PairingSection = PairingSection()
    retained: Retained = Retained()
    quality: Quality = Quality()
    shipments: Shipments = Shipments()
    weighing: Weighing = Weighing()
    vision: Vision = Vision()
    photo: Photo = Photo()
    mqtt: Mqtt | None = None
    backup: Backup | None = None
    post: Post = Post()
    metrics: Metrics = Metrics()
    masters: Masters = Masters()
    exchange: Exchange | None = None
    badges: dict[Text, Text] = {}
    products: dict[Text, Species] = {}
    order: dict[Analyte, list[Id]] = {}
    cells: Annotated[list[Cell], Field(min_length=1)]
    plan: list[Plan] = []
    pits: Annotated[list[Pit], Field(min_length=1)]
    lines: Annotated[list[Line], Field(min_length=1)]
    instruments: list[Instrument] = []
    suppliers: list[Supplier] = []
    treatments: list[Treatment] = []
    printers: list[Printer] = []

    def weighing_rule(self) -> WeighingRule:
        return WeighingRule(**self.weighing.model_dump(exclude={"stored_tare_days"}))
