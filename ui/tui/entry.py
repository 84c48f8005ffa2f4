"""Read kindly what a person types in an arrival: words or identifiers, shares, times."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta, tzinfo

from pydantic import ValidationError

from drivers.text import unaccented
from station.api import schemas
from ui.words import vocabulary
from ui.words.i18n import Translator
from ui.words.numbers import numbers_in

MOST_LOADS = 6


@dataclass(frozen=True, slots=True)
class WrongField:
    """This field cannot be taken; `text` says why, in the reader's language."""

    field: str
    text: str


@dataclass(slots=True)
class LoadDraft:
    """A draft is one load as typed. `share` is percent, `owners` reads "Martin 60, Durand 40"."""

    species: str = ""
    barcode: str = ""
    variety: str = ""
    claims: str = ""
    share: str = ""
    owners: str = ""
    contract: str = ""


@dataclass(slots=True)
class ArrivalDraft:
    """A draft is an arrival as typed so far; it outlives screens, languages and broken connections."""

    plate: str = ""
    supplier: str = ""
    note: str = ""
    arrived: str = ""
    loads: list[LoadDraft] = field(default_factory=lambda: [LoadDraft()])
    trailer: str = ""


def find_word(text: str, keys: Iterable[str], table: Mapping[str, str], language: str) -> str | None:
    """Find the identifier whose name or id is `text`, or the only one that begins so; None if unclear."""
    wanted = _plain(text)
    if not wanted:
        return None
    names = {key: (_plain(vocabulary.word(table, key, language)), _plain(key)) for key in keys}
    exact = [key for key, pair in names.items() if wanted in pair]
    starts = [key for key, pair in names.items() if any(name.startswith(wanted) for name in pair)]
    fitting = exact or starts
    return fitting[0] if len(fitting) == 1 else None


def _plain(text: str) -> str:
    return " ".join(unaccented(text).replace("_", " ").split())


def to_arrival(
    draft: ArrivalDraft, site: schemas.Site, now: datetime, zone: tzinfo | None, t: Translator
) -> schemas.ArrivalIn | WrongField:
    """Make the request of a draft, or name the first field that cannot be taken (`loads.0.species`)."""
    if len(draft.plate.strip()) < 2:
        return WrongField("plate", t.gettext("Type the plate."))
    if not draft.supplier.strip():
        return WrongField("supplier", t.gettext("Type the supplier."))
    loads: list[schemas.LoadIn] = []
    for number, load in enumerate(draft.loads):
        read = _to_load(number, load, site, t)
        if isinstance(read, WrongField):
            return read
        loads.append(read)
    arrived_at = _arrived_at(draft.arrived, now, zone)
    if draft.arrived.strip() and arrived_at is None:
        return WrongField("arrived", t.gettext("Type the time as 14:30."))
    try:
        return schemas.ArrivalIn(
            plate=draft.plate, trailer=draft.trailer, supplier=draft.supplier, loads=loads, note=draft.note,
            arrived_at=arrived_at,
        )  # fmt: skip
    except ValidationError as error:
        return WrongField(_place(error), t.gettext("This cannot be taken: letters, figures and dashes only."))


def _to_load(number: int, load: LoadDraft, site: schemas.Site, t: Translator) -> schemas.LoadIn | WrongField:
    place = f"loads.{number}"
    species = find_word(load.species, site.species, vocabulary.SPECIES, t.language)
    if species is None:
        return WrongField(f"{place}.species", t.gettext("Choose a species of this site."))
    claims = [find_word(part, site.claims, vocabulary.CLAIMS, t.language) for part in _parts(load.claims)]
    if None in claims:
        return WrongField(f"{place}.claims", t.gettext("Choose claims of this site, parted by commas."))
    share = _percent(load.share)
    if load.share.strip() and share is None:
        return WrongField(f"{place}.share", t.gettext("Type the share in percent, 1 to 100."))
    owners = _owners(load.owners, t)
    if isinstance(owners, str):
        return WrongField(f"{place}.owners", owners)
    try:
        return schemas.LoadIn(
            species=species,
            declared_variety=load.variety,
            claims=[claim for claim in claims if claim],
            barcode=load.barcode.strip() or None,
            share=share,
            owners=owners,
            contract=load.contract.strip(),
        )
    except ValidationError as error:
        return WrongField(
            f"{place}.{_place(error)}", t.gettext("This barcode cannot be read: scan it again.")
        )


def _place(error: ValidationError) -> str:
    return ".".join(str(part) for part in error.errors()[0]["loc"])


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _percent(text: str) -> float | None:
    shares = [number for number in numbers_in(text.replace("%", "")) if 0 < number <= 100]
    return round(shares[0] / 100, 6) if shares else None


def owner_begun(text: str) -> tuple[str, str]:
    """Part what is typed of owners: those before with their percent, and the name that is being typed."""
    last = 0
    for found in _BETWEEN_OWNERS.finditer(text):
        last = found.end()
    return text[:last].strip(), text[last:].strip()


def _owners(text: str, t: Translator) -> list[schemas.OwnerIn] | str:
    """Read the owners' shares, percent of two decimals at most that make 100; else say what is wrong. One
    name alone owns all."""
    parts = [part.strip().removesuffix("%").rstrip() for part in _BETWEEN_OWNERS.split(text) if part.strip()]
    if len(parts) == 1 and not re.search(r"[0-9]$", parts[0]):
        return [schemas.OwnerIn(supplier=parts[0], share=1.0)]
    owners = []
    for part in parts:
        name, _, number = part.rpartition(" ")
        share = _percent(number)
        if not name or share is None or round(share, 4) != share:
            return t.gettext("Type owners with percent: Martin 60, Durand 40.")
        owners.append(schemas.OwnerIn(supplier=name, share=share))
    whole = round(sum(owner.share for owner in owners) * 100, 2)
    if owners and whole != 100:
        text = t.gettext("The owners' shares make {percent} %: they must make 100 %.")
        return text.format(percent=t.plain(whole, 2))
    return owners


_BETWEEN_OWNERS = re.compile(r";|,(?![0-9])|(?<![0-9]),")  # a comma between two figures is a decimal sign
_TIME = re.compile(r"\s*([0-9]{1,2})\s*[:hH.]\s*([0-9]{2})\s*(?:([+-])([0-9]{2}):([0-9]{2}))?\s*")


def _arrived_at(text: str, now: datetime, zone: tzinfo | None) -> datetime | None:
    """Read a time of day as the latest one that is not in the future; None when there is none. The hour that
    comes twice in autumn is meant the second time, unless its offset from UTC stands behind it."""
    typed = _TIME.fullmatch(text)
    if not typed or int(typed[1]) > 23 or int(typed[2]) > 59:
        return None
    today = now.astimezone(zone).date()
    clock = time(int(typed[1]), int(typed[2]))
    walls = [datetime.combine(day, clock) for day in (today, today - timedelta(days=1))]
    instants = [_instant(wall.replace(fold=fold), zone) for wall in walls for fold in (1, 0)]
    if typed[3]:
        offset = timedelta(hours=int(typed[4]), minutes=int(typed[5])) * (-1 if typed[3] == "-" else 1)
        instants = [one for one in instants if one.utcoffset() == offset]
    return next((one for one in instants if one <= now), None)


def _instant(wall: datetime, zone: tzinfo | None) -> datetime:
    return wall.replace(tzinfo=zone) if zone else wall.astimezone()
