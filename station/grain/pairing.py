"""Pairing says which sample a reading or a capture belongs to, by station time, or why none.

With an identifier: that sample. Without: the only open sample of a fitting species whose barcode was
entered within the window. Anything else stays unpaired with its reason, for the exceptions list.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from drivers.text import barcode_of
from station.grain.identifiers import SampleKind, same_species
from station.grain.products import species_of_product
from station.grain.reasons import Code, Reason

__all__ = [
    "Item",
    "KnownSample",
    "Pairing",
    "PairingPolicy",
    "contradictions",
    "pair",
    "species_of_product",
    "suggest",
]


@dataclass(frozen=True, slots=True)
class Item:
    """An item is a reading or a capture. `species` comes from its calibration, product or form (None: not
    said); `product` is the name as the instrument sent it; `at` is when it arrived here."""

    kind: Literal["reading", "capture"]
    barcode: str | None
    species: str | None
    product: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class KnownSample:
    """Describes a sample that an item may belong to. `species` is the declared one; it is `open` from the
    barcode's entry until its load ends."""

    id: str
    barcode: str
    species: str | None
    kind: SampleKind
    entered_at: datetime
    open: bool


@dataclass(frozen=True, slots=True)
class PairingPolicy:
    """Says how items are paired. `window`: how long after its entry a sample still takes an item without
    identifier."""

    window: timedelta


@dataclass(frozen=True, slots=True)
class Pairing:
    """Says which sample an item belongs to. `sample_id` None: unpaired, and `reason` says why."""

    sample_id: str | None
    reason: Reason


def pair(item: Item, samples: Sequence[KnownSample], policy: PairingPolicy) -> Pairing:
    """Find the item's sample, whatever the order of `samples`; see the module text for the rules.

    Both borders of the window count. A sample entered later than the item (the clock jumped back) is
    outside the window."""
    barcode = barcode_of(item.barcode or "")
    if barcode:
        return _by_barcode(item, barcode, samples)
    near = sorted(
        (s for s in samples if s.open and timedelta(0) <= item.at - s.entered_at <= policy.window),
        key=lambda s: (s.barcode, s.id),
    )
    return _by_window(item, near, policy)


def contradictions(item: Item, sample: KnownSample) -> tuple[Reason, ...]:
    """Say all that speaks against the item being of this sample: it bears another barcode, it was measured or
    photographed as another product, or the sample's load has ended. A person may pair them all the same, and
    says why."""
    found = []
    barcode = barcode_of(item.barcode or "")
    if barcode and barcode != barcode_of(sample.barcode):
        found.append(Reason(Code.OTHER_BARCODE, {"barcode": barcode, "sample": sample.barcode}))
    if not same_species(item.species, sample.species):
        found.append(_contradiction(item, sample.species).reason)
    if not sample.open:
        found.append(Reason(Code.SAMPLE_CLOSED, {"barcode": sample.barcode}))
    return tuple(found)


def suggest(item: Item, samples: Sequence[KnownSample]) -> KnownSample | None:
    """Choose the sample that a person is offered first: the only one that nothing speaks against. A product
    whose species is not known may be any, so nothing is offered for it."""
    if item.product and item.species is None:
        return None
    fitting = [sample for sample in samples if not contradictions(item, sample)]
    return fitting[0] if len(fitting) == 1 else None


def _by_barcode(item: Item, barcode: str, samples: Sequence[KnownSample]) -> Pairing:
    named = sorted(
        (s for s in samples if barcode_of(s.barcode) == barcode), key=lambda s: (s.entered_at, s.id)
    )
    if not named:
        return _unpaired(Code.UNKNOWN_BARCODE, barcode=barcode)
    still_open = [s for s in named if s.open]
    if not still_open:
        return _unpaired(Code.SAMPLE_CLOSED, barcode=barcode)
    sample = still_open[-1]  # a barcode entered again while its older sample is open means the newer one
    if not same_species(item.species, sample.species):
        return _contradiction(item, sample.species)
    return Pairing(sample.id, Reason(Code.PAIRED_BY_BARCODE, {"barcode": barcode}))


def _by_window(item: Item, near: Sequence[KnownSample], policy: PairingPolicy) -> Pairing:
    fitting = [s for s in near if same_species(item.species, s.species)]
    if len(fitting) == 1:
        sample = fitting[0]
        minutes = _minutes(item.at - sample.entered_at)
        reason = Reason(Code.PAIRED_BY_WINDOW, {"barcode": sample.barcode, "minutes": minutes})
        return Pairing(sample.id, reason)
    if fitting:
        return _unpaired(Code.SEVERAL_OPEN_SAMPLES, barcodes=[s.barcode for s in fitting])
    declared = {s.species for s in near}
    if len(declared) == 1:
        return _contradiction(item, declared.pop())
    return _unpaired(Code.NO_OPEN_SAMPLE, minutes=_minutes(policy.window))


def _contradiction(item: Item, declared: str | None) -> Pairing:
    """Refuse the commonest bad reading: the wrong calibration was selected on the instrument."""
    return _unpaired(Code.CONTRADICTS_DECLARATION, declared=declared, product=item.product or item.species)


def _unpaired(code: Code, **params: object) -> Pairing:
    return Pairing(None, Reason(code, params))


def _minutes(span: timedelta) -> float:
    return round(span.total_seconds() / 60.0, 1)
