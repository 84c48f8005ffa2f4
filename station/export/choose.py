"""Which captures are worth most to whoever trains models: the doubtful and the contradicted before the
ordinary, and those in an order that spreads over the whole time."""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from itertools import combinations

from sqlmodel import Session, col, select

from station.models.agreement import Reference, Verdict, values_of
from station.models.verdicts import verdicts_by_capture
from station.store.tables import Decision, Pairing, Sample

APART = 0.05  # two models that differ by more in a class's share disagree

References = Callable[[Sequence[str]], Mapping[str, Sequence[Reference]]]


class Worth(IntEnum):
    """The smaller, the sooner."""

    DOUBTFUL = 0  # a model refused it, or knows a share too badly to say anything
    OVERRIDDEN = 1  # the operator sent the load elsewhere
    CONTRADICTED = 2  # laboratory or machine say what the model thinks impossible
    DISPUTED = 3  # two models disagree
    ORDINARY = 4


@dataclass(frozen=True, slots=True)
class Entry:
    capture_id: str
    worth: Worth


def entries(tx: Session, captures: Sequence[str], references: References) -> list[Entry]:
    """What each of these captures is worth."""
    verdicts = verdicts_by_capture(tx, captures)
    overridden = _overridden(tx, captures)
    known = references(captures)
    return [
        Entry(one, worth(verdicts.get(one, ()), known.get(one, ()), overridden=one in overridden))
        for one in captures
    ]


def in_order(entries: Iterable[Entry]) -> list[Entry]:
    """The most valuable first."""
    return sorted(
        entries, key=lambda entry: (entry.worth, hashlib.sha256(entry.capture_id.encode()).digest())
    )


def _overridden(tx: Session, captures: Sequence[str]) -> set[str]:
    """Those of the captures whose load an operator sent elsewhere than proposed."""
    query = (
        select(Pairing.item_id)
        .join(Sample, col(Sample.id) == Pairing.sample_id)
        .join(Decision, col(Decision.load_id) == Sample.load_id)
        .where(col(Pairing.item_id).in_(captures), col(Pairing.current), col(Decision.overridden))
    )
    return set(tx.exec(query).all())


def worth(verdicts: Sequence[Verdict], references: Sequence[Reference], *, overridden: bool) -> Worth:
    if any(_tells_little(one) for one in verdicts):
        return Worth.DOUBTFUL
    if overridden:
        return Worth.OVERRIDDEN
    values = [value for one in verdicts for value in values_of(one)]
    if any(v.comparable(r) and v.contradicts(r) for v in values for r in references):
        return Worth.CONTRADICTED
    return Worth.DISPUTED if any(_apart(a, b) for a, b in combinations(verdicts, 2)) else Worth.ORDINARY


def _tells_little(verdict: Verdict) -> bool:
    """Tell whether a model refused the photo, had no opinion or one too wide to decide on."""
    is_silent = not verdict.classes and not verdict.numbers
    return not verdict.accepted or is_silent or any(one.get("wide") for one in verdict.classes.values())


def _apart(a: Verdict, b: Verdict) -> bool:
    both = set(a.classes) & set(b.classes)
    return any(abs(a.classes[name]["share"] - b.classes[name]["share"]) > APART for name in both)
