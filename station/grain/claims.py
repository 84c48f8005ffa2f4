"""A load may have several claims and satisfy several; a cell honours what it asks for, and what that meets.

A claim that the catalogue does not know must be kept: nobody says that it may be lost.
"""

from collections.abc import Iterable

from station.claims import CLAIMS
from station.grain.reasons import Code, Reason


def satisfied_by(claims: Iterable[str]) -> frozenset[str]:
    """Return these claims and all that grain with them meets too."""
    met: set[str] = set()
    left = list(claims)
    while left:
        claim = left.pop()
        if claim not in met:
            met.add(claim)
            entry = CLAIMS.entries.get(claim)
            left.extend(entry.satisfies if entry else ())
    return frozenset(met)


def need_certificate(claims: Iterable[str]) -> frozenset[str]:
    entries = CLAIMS.entries
    return frozenset(claim for claim in claims if claim in entries and entries[claim].needs_certificate)


def must_be_kept(claim: str) -> bool:
    entry = CLAIMS.entries.get(claim)
    return entry is None or entry.must_be_kept


def judge_claims(required: frozenset[str], claims: frozenset[str]) -> list[Reason]:
    """Compare what the load claims with what the cell asks for: what the cell does not honour, what the load
    lacks, what is met by another claim, what is lost."""
    has, unkept = satisfied_by(claims), sorted(claims - satisfied_by(required))
    lost = [claim for claim in unkept if not must_be_kept(claim)]
    against = [Reason(Code.CLAIM_NOT_HONOURED, {"claim": c}) for c in unkept if must_be_kept(c)]
    against += [Reason(Code.CLAIM_REQUIRED, {"claim": c}) for c in sorted(required - has)]
    found = list(against)
    found += [Reason(Code.CLAIM_SATISFIED, {"claim": c}) for c in sorted((required & has) - claims)]
    if lost:
        found.append(Reason(Code.CLAIMS_LOST, {"claims": lost}))
    elif claims and not against:
        found.append(Reason(Code.CLAIMS_HONOURED, {"claims": sorted(claims)}))
    return found


def loses_all(reasons: Iterable[Reason], claims: frozenset[str]) -> bool:
    """Tell whether a cell keeps none of the claims that this load may lose: it is ranked after others."""
    lost = {claim for one in reasons if one.code is Code.CLAIMS_LOST for claim in one.params["claims"]}
    return bool(lost) and lost == {claim for claim in claims if not must_be_kept(claim)}
