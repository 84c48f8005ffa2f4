"""A standing order of a manager says when a shadow may take over by itself, and when it must give way
again."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from station.models.agreement import Verdict, abstention_rate, middle


@dataclass(frozen=True, slots=True)
class Terms:
    """Promote after `captures` shared with the active model and `days` in shadow, when every class's mean
    difference has its interval within `share_within` and at most `abstention_within` of the captures were
    refused. Roll back when of the last `rollback_captures` more than `rollback_abstention` were refused, or
    the median share of unfamiliar kernels is over `rollback_unfamiliar`. Shares are 0 to 1."""

    captures: int
    days: float
    share_within: float
    abstention_within: float
    rollback_captures: int
    rollback_abstention: float
    rollback_unfamiliar: float

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> "Terms":
        """Make terms of what `as_dict` returned. Raises TypeError for anything else."""
        return cls(**stored)


def is_earned(terms: Terms, days: float, agreed: Mapping[str, Any], abstention: float | None) -> bool:
    """Tell whether a shadow may be promoted. `agreed` is its agreement with the active model; classes of
    which there are not enough samples have not agreed."""
    return (
        days >= terms.days
        and agreed["captures"] >= terms.captures
        and abstention is not None
        and abstention <= terms.abstention_within
        and bool(agreed["classes"])
        and not agreed["numbers"]  # shares have a tolerance in the terms, numbers have none
        and all(_within(one, terms.share_within) for one in agreed["classes"].values())
    )


def alarm(terms: Terms, verdicts: Sequence[Verdict]) -> str | None:
    """Return the signal that calls for a rollback, in words for the record; None while all is well or too few
    captures were judged."""
    last = verdicts[-terms.rollback_captures :]
    if len(last) < terms.rollback_captures:
        return None
    refused = abstention_rate(last)
    if refused is not None and refused > terms.rollback_abstention:
        return f"abstention rate {refused:.3f} over {terms.rollback_abstention:g} of {len(last)} captures"
    unfamiliar = middle([one.embedding["unfamiliar"] for one in last if one.embedding])
    if unfamiliar is not None and unfamiliar > terms.rollback_unfamiliar:
        return f"unfamiliar share {unfamiliar:.3f} over {terms.rollback_unfamiliar:g} of {len(last)} captures"
    return None


def _within(compared: Mapping[str, Any], tolerance: float) -> bool:
    if compared["verdict"] == "not_enough_samples":
        return False
    low, high = compared["bias_interval"]
    return bool(-tolerance <= low and high <= tolerance)
