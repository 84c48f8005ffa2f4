"""Pairing says which sample a reading or a capture belongs to, by station time, or why none.

With an identifier: that sample. Without, by the rule `window`: the only open sample of a fitting species
whose barcode was entered within the window; by the rule `odds`: the one that is as likely as the policy
wants (`station/grain/pairing_odds.py`). Anything else stays unpaired with its reason, for the exceptions
list; where several samples are possible it names them with their odds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from typing import Any, Literal

from drivers.text import barcode_of
from station.grain.identifiers import SampleKind, same_species
from station.grain.pairing_odds import odds_of
from station.grain.products import species_of_product
from station.grain.reasons import Code, Reason
from station.grain.stand import Candidate, Measured, Stand

__all__ = [
    "Item",
    "KnownSample",
    "Pairing",
    "PairingPolicy",
    "contradictions",
    "pair",
    "pair_by_odds",
    "species_of_product",
    "suggest",
]

_OF_STAND = frozenset(one.name for one in fields(Stand))
LEAST_SHOWN = 0.0005  # odds under which a candidate is not worth a look
# How likely a barcode that no sample has is one of an open sample's, mistyped, against one of other grain:
# 0.5 % of the typed ones are wrong in one of some 60 ways, as many are of other grain, whose number may be
# any of a roll.
MISTYPED, OF_OTHER_GRAIN = 0.005 / 60, 0.005 / 1000


@dataclass(frozen=True, slots=True)
class Item:
    """An item is a reading or a capture. `species` comes from its calibration, product or form (None: not
    said); `product` is the name as the instrument sent it; `at` is when it arrived here. `typed`: a person
    typed the barcode, which may be wrong by a letter."""

    kind: Literal["reading", "capture"]
    barcode: str | None
    species: str | None
    product: str | None
    at: datetime
    typed: bool = False


@dataclass(frozen=True, slots=True)
class KnownSample:
    """Describes a sample that an item may belong to. `species` is the declared one; it is `open` from the
    barcode's entry until its load ends, which is `ended_at` where it is known."""

    id: str
    barcode: str
    species: str | None
    kind: SampleKind
    entered_at: datetime
    open: bool
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PairingPolicy:
    """Says how items are paired. `window`: how long after its entry a sample still takes an item without
    identifier. By the rule `odds` one is paired where its odds are at least `sure`; `stand` says how
    samples are measured here."""

    window: timedelta
    rule: Literal["window", "odds"] = "window"
    sure: float = 0.999
    typed: frozenset[str] = frozenset()
    stand: Stand = field(default_factory=Stand)

    @classmethod
    def read(cls, window: timedelta, said: Mapping[str, Any]) -> "PairingPolicy":
        """Read what a site says, as JSON values; what is not said is as shipped, the rule `window`."""
        plain = {name: said[name] for name in ("rule", "sure") if name in said}
        stand = {name: value for name, value in said.items() if name in _OF_STAND}
        return cls(window, **plain, typed=frozenset(said.get("typed", ())), stand=Stand(**stand))


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


def pair_by_odds(
    readings: Sequence[Measured], samples: Sequence[KnownSample], policy: PairingPolicy, now: datetime
) -> dict[str, Pairing]:
    """Pair each reading that is not settled, or say between which samples it waits.

    `readings` are what all devices, the phone among them, measured in the recent past. What was sent twice
    goes where the first went."""
    originals, copies = _apart(readings)
    known = [Candidate(one.id, one.species, one.entered_at, one.ended_at) for one in samples]
    odds = odds_of(originals, known, policy.stand, policy.window, now)
    by_id = {sample.id: sample for sample in samples}
    kept = {one.id: one for one in originals}
    paired = {name: _by_odds(kept[name], odds[name], by_id, policy) for name in odds}
    for copy_id, original_id in copies.items():
        original = kept[original_id]
        if original_id in paired:
            paired[copy_id] = paired[original_id]
        elif original.sample_id in by_id:
            paired[copy_id] = _surely(original, by_id[original.sample_id], 1.0, policy)
        else:
            paired[copy_id] = _unpaired(Code.NO_OPEN_SAMPLE, minutes=_minutes(policy.window))
    return paired


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
        near = _one_edit_away(barcode, samples) if item.typed else []
        return _unpaired(Code.UNKNOWN_BARCODE, barcode=barcode, **({"candidates": near} if near else {}))
    still_open = [s for s in named if s.open]
    if not still_open:
        return _unpaired(Code.SAMPLE_CLOSED, barcode=barcode)
    sample = still_open[-1]  # a barcode entered again while its older sample is open means the newer one
    if not same_species(item.species, sample.species):
        return _contradiction(item, sample.species)
    return Pairing(sample.id, Reason(Code.PAIRED_BY_BARCODE, {"barcode": barcode}))


def _apart(readings: Sequence[Measured]) -> tuple[list[Measured], dict[str, str]]:
    """The measurements, and which of the others is which of them sent again. The settled one of two is
    kept."""
    originals: dict[object, Measured] = {}
    copies: dict[str, str] = {}
    for one in sorted(readings, key=lambda one: (not one.settled, one.at, one.id)):
        key: object = (
            (one.device, one.stamp, tuple(sorted(one.values.items()))) if one.stamp and one.values else one.id
        )
        first = originals.setdefault(key, one)
        if first is not one and not one.settled:
            copies[one.id] = first.id
    ids = {one.id for one in originals.values()}
    return [one for one in readings if one.id in ids], copies


def _by_odds(
    reading: Measured, odds: Mapping[str | None, float], samples: Mapping[str, KnownSample],
    policy: PairingPolicy,
) -> Pairing:  # fmt: skip
    listed = _listed([(samples[one], share) for one, share in odds.items() if one is not None])
    if not listed:
        return _unpaired(Code.NO_OPEN_SAMPLE, minutes=_minutes(policy.window))
    best = max((one for one in odds if one is not None), key=lambda one: (odds[one], one))
    sample, share = samples[best], odds[best]
    if share < policy.sure:
        return _unpaired(
            Code.SEVERAL_OPEN_SAMPLES, barcodes=[one["barcode"] for one in listed], candidates=listed,
            none=_rounded(odds.get(None, 0.0)),
        )  # fmt: skip
    if not same_species(reading.species, sample.species):
        return _unpaired(
            Code.CONTRADICTS_DECLARATION, declared=sample.species, product=reading.species, candidates=listed
        )
    if not sample.open:
        return _unpaired(Code.SAMPLE_CLOSED, barcode=sample.barcode, candidates=listed)
    return _surely(reading, sample, share, policy)


def _surely(reading: Measured, sample: KnownSample, share: float, policy: PairingPolicy) -> Pairing:
    params = {
        "barcode": sample.barcode,
        "odds": _rounded(share),
        "sure": policy.sure,
        "minutes": _minutes(reading.at - sample.entered_at),
    }
    return Pairing(sample.id, Reason(Code.PAIRED_BY_ODDS, params))


def _listed(odds: Sequence[tuple[KnownSample, float]]) -> list[dict[str, Any]]:
    """The candidates that are worth a look, the best first."""
    seen = [(sample, share) for sample, share in odds if share >= LEAST_SHOWN]
    ordered = sorted(seen, key=lambda pair: (-pair[1], pair[0].barcode))
    return [{"barcode": sample.barcode, "odds": _rounded(share)} for sample, share in ordered]


def _one_edit_away(barcode: str, samples: Sequence[KnownSample]) -> list[dict[str, Any]]:
    """Open samples whose barcode becomes this one by one letter too many, too few, other or swapped; unless
    it is of other grain."""
    near = [one for one in samples if one.open and _is_one_edit(barcode, barcode_of(one.barcode))]
    share = MISTYPED / (MISTYPED * len(near) + OF_OTHER_GRAIN) if near else 0.0
    return _listed([(one, share) for one in near])


def _is_one_edit(typed: str, meant: str) -> bool:
    if abs(len(typed) - len(meant)) > 1 or typed == meant:
        return False
    short, long = sorted((typed, meant), key=len)
    begins = next((n for n, (a, b) in enumerate(zip(short, long, strict=False)) if a != b), len(short))
    if len(short) < len(long):
        return short[begins:] == long[begins + 1 :]
    swapped = short[begins + 1 : begins + 2] + short[begins : begins + 1] + short[begins + 2 :]
    return short[begins + 1 :] == long[begins + 1 :] or swapped == long[begins:]


def _rounded(share: float) -> float:
    """Six decimals, and never 1: nothing is certain."""
    return min(round(share, 6), 0.999999)


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
