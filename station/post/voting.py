"""What station and headquarters agree on of a vote: what is counted, and the limits that a document sets."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

YES, NO, ABSTAIN = "yes", "no", "abstain"
LIMITS = "limits"  # of what is said beside a document's body
VOTED_ON = frozenset({"rule_pack", "bundle"})  # kinds that can be tried before they run
NOTHING_SEEN, NOT_IN_TIME = "no_loads", "not_in_time"


@dataclass(frozen=True, slots=True)
class Limits:
    """Shares from 0 to 1 that a station may find before it votes no: of loads that would change grade, of
    loads that would find no cell any more, of captures that are refused, of what disagrees, of what could
    not be tried."""

    most_regraded: float = 0.2
    most_refusals: float = 0.05
    most_abstentions: float = 0.1
    most_disagreement: float = 0.1
    most_errors: float = 0.1

    @classmethod
    def of(cls, more: Mapping[str, Any]) -> "Limits":
        """Return the limits beside a document; one that is not said, or is no number, is as above."""
        told = more.get(LIMITS)
        known = told if isinstance(told, Mapping) else {}
        return cls(**{name: float(one) for name, one in known.items() if name in _NAMES and _is_number(one)})

    def as_dict(self) -> dict[str, float]:
        return asdict(self)


_NAMES = frozenset(Limits.__dataclass_fields__)


@dataclass(slots=True)
class Tally:
    """Counts what a station finds, see `station.store.tables.Vote`."""

    loads: int = 0
    regraded: int = 0
    moved_t: float = 0.0
    refused_more: int = 0
    refused_less: int = 0
    captures: int = 0
    abstained: int = 0
    disagreement: float | None = None
    errors: int = 0


def verdict(tally: Tally, limits: Limits) -> tuple[str, list[dict[str, Any]]]:
    """Return yes, no or abstain, and why it is not yes. Who saw nothing abstains."""
    if not tally.loads and not tally.captures and not tally.errors:
        return ABSTAIN, [{"code": NOTHING_SEEN, "params": {}}]
    reasons = [
        {"code": code, "params": {"share": round(share, 4), "limit": limit}}
        for code, share, limit in _shares(tally, limits)
        if share > limit
    ]
    return (NO if reasons else YES), reasons


def _shares(tally: Tally, limits: Limits) -> Iterator[tuple[str, float, float]]:
    seen = tally.loads + tally.captures
    if tally.loads:
        yield "most_regraded", tally.regraded / tally.loads, limits.most_regraded
        yield "most_refusals", tally.refused_more / tally.loads, limits.most_refusals
    if tally.captures:
        yield "most_abstentions", tally.abstained / tally.captures, limits.most_abstentions
    if tally.disagreement is not None:
        yield "most_disagreement", tally.disagreement, limits.most_disagreement
    yield "most_errors", tally.errors / (seen + tally.errors or 1), limits.most_errors


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
