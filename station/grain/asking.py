"""Decide for which loads a photo is asked: spreading a tray costs a minute.

The lot of a load is drawn from its id and the site's seed, so it comes out the same wherever and whenever it
is drawn, and nobody picks it. Every load takes part in it, whatever else is said of the load: what was drawn
stands for all.
"""

import hashlib
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from drivers.reading import Analyte
from station.grain.assessed import Assessment
from station.grain.reasons import Code, Reason
from station.grain.sending import Near

SURE = 0.9


class Doubt(StrEnum):
    NEAR_LIMIT = "near_limit"  # the true value may lie on the other side
    NO_VALUE = "no_value"  # an instrument gave no valid value: a person typed it, or it is waived
    CONTRADICTION = "contradiction"  # of the declared variety, or of the product set on an instrument


@dataclass(frozen=True, slots=True)
class PhotoRule:
    """Says for which loads a photo is asked; as it stands here, for none. `share` of all (1: every one) is
    drawn by lot, every load of `species` is asked for, and every one that is doubted or disputed. A value is
    near a limit where the true one lies on the same side with a probability below `sure`."""

    share: float = 0.0
    species: frozenset[str] = frozenset()
    doubt: frozenset[Doubt] = frozenset()
    dispute: bool = False
    sure: float = SURE

    @property
    def asks(self) -> bool:
        return self.share > 0 or bool(self.species or self.doubt) or self.dispute


NEVER = PhotoRule()


@dataclass(frozen=True, slots=True)
class PhotoFacts:
    """Tells what is known of a load. `no_value`: analytes without an instrument's value; `varieties`: what
    was declared, and what was seen instead; `product`: set on an instrument, but of another species;
    `is_disputed`: an open dispute is about it, or about another load of its supplier."""

    load_id: str
    species: str
    near: Sequence[Near] = ()
    no_value: Sequence[str] = ()
    varieties: tuple[str, str] | None = None
    product: str | None = None
    is_disputed: bool = False


def asked_for(rule: PhotoRule, facts: PhotoFacts, seed: str) -> tuple[Reason, ...]:
    """Return why a photo is asked for, the lot first; nothing where none is."""
    found: list[Reason] = []
    if is_drawn(facts.load_id, rule.share, seed):
        by_lot = Reason(Code.PHOTO_BY_LOT, {"share": rule.share})
        found.append(by_lot if rule.share < 1 else Reason(Code.PHOTO_OF_EVERY_LOAD))
    if facts.species in rule.species:
        found.append(Reason(Code.PHOTO_OF_SPECIES, {"species": facts.species}))
    if rule.dispute and facts.is_disputed:
        found.append(Reason(Code.PHOTO_IN_DISPUTE))
    found += [reason for doubt in Doubt if doubt in rule.doubt for reason in _doubts(doubt, rule, facts)]
    return tuple(found)


def is_drawn(load_id: str, share: float, seed: str) -> bool:
    lot = hashlib.sha256(f"{seed}\n{load_id}".encode()).digest()[:8]
    return int.from_bytes(lot) < share * 2**64


def without_value(
    assessment: Assessment, measured_here: Container[Analyte], reasons: Sequence[Mapping[str, Any]]
) -> tuple[str, ...]:
    """List the analytes of which no instrument gave a valid value: measured badly, typed where the site has
    an instrument for it, or waived, as the proposal's `reasons` say. One that is not measured yet is not
    among them."""
    typed = [
        analyte.value
        for analyte, result in assessment.results.items()
        if result.typed_by is not None
        and analyte in measured_here
        and all(one.code is not Code.TYPED_OVER for one in result.reasons)
    ]
    waived = [name for one in reasons if one["code"] == Code.WAIVED for name in one["params"]["analytes"]]
    return tuple(dict.fromkeys([*(analyte.value for analyte in assessment.badly), *typed, *waived]))


def _doubts(doubt: Doubt, rule: PhotoRule, facts: PhotoFacts) -> list[Reason]:
    if doubt is Doubt.NEAR_LIMIT:
        near = [one for one in facts.near if 1 - one.doubt / 2 < rule.sure]
        return [
            Reason(Code.PHOTO_NEAR_LIMIT, {"analyte": one.analyte, "value": one.value, "limit": one.limit})
            for one in near
        ]
    if doubt is Doubt.NO_VALUE:
        return [Reason(Code.PHOTO_NO_VALUE, {"analyte": analyte}) for analyte in facts.no_value]
    found = []
    if facts.varieties is not None:
        declared, seen = facts.varieties
        found.append(Reason(Code.PHOTO_OTHER_VARIETY, {"variety": declared, "other": seen}))
    if facts.product is not None:
        found.append(Reason(Code.PHOTO_OTHER_PRODUCT, {"product": facts.product}))
    return found
