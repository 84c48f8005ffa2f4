"""The site's policy as a record: what decisions stood on is kept, once per content."""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, fields
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session

from drivers.analytes import ANALYTES, AnalyteEntry
from drivers.reading import Analyte
from station.acts.desk import SitePolicy
from station.claims import CLAIMS, ClaimEntry
from station.species import SPECIES, SpeciesEntry
from station.store.tables import SitePolicyRecord


def record_policy(tx: Session, policy: SitePolicy, at: datetime) -> str:
    """Keeps the policy where its content is new; returns its SHA-256."""
    content = policy_as_dict(policy)
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    if tx.get(SitePolicyRecord, sha256) is None:
        tx.add(SitePolicyRecord(sha256=sha256, content=content, at=at))
        tx.flush()
    return sha256


def policy_as_dict(policy: SitePolicy) -> dict[str, Any]:
    """JSON values; `policy_from_dict` gives back an equal policy."""
    return {
        **asdict(policy),
        "pairing_window": policy.pairing_window.total_seconds(),
        "instrument_order": {analyte.value: list(ids) for analyte, ids in policy.instrument_order.items()},
        "products": dict(policy.products),
        "pairing": dict(policy.pairing),
        **{name: list(getattr(policy, name)) for name in _LISTS},
    }


def policy_from_dict(stored: dict[str, Any]) -> SitePolicy:
    """Settings that a later station knows and this record does not have their defaults."""
    known = {field.name for field in fields(SitePolicy)}
    return SitePolicy(
        **{
            **{name: value for name, value in stored.items() if name in known},
            "pairing_window": timedelta(seconds=stored["pairing_window"]),
            "instrument_order": {
                Analyte(name): tuple(ids) for name, ids in stored["instrument_order"].items()
            },
            **{name: tuple(stored.get(name, ())) for name in _LISTS},
        }
    )


@contextmanager
def recorded_catalogues(policy: SitePolicy) -> Iterator[None]:
    """Within this block analytes, species and claims are the shipped ones and this policy's own."""
    analytes = [AnalyteEntry.model_validate(entry) for entry in policy.own_analytes]
    with ANALYTES.as_recorded(analytes):
        species = [SpeciesEntry.model_validate(entry) for entry in policy.own_species]
        claims = [ClaimEntry.model_validate(entry) for entry in policy.own_claims]
        with SPECIES.as_recorded(species), CLAIMS.as_recorded(claims):
            yield


_LISTS = (
    "open_campaigns",
    "species",
    "override_reasons",
    "refusal_reasons",
    "own_analytes",
    "own_species",
    "own_claims",
)
