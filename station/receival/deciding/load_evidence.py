"""All that is recorded of loads that are judged is gathered in a fixed number of questions to the ledger,
however many they are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from station.acts.desk import SitePolicy
from station.receival.between_silos import shipment_standing
from station.receival.bridge.chain import summed
from station.receival.masters import certificate_standing
from station.store.batches import (
    Chain,
    answers_by_load,
    chains_by_visit,
    disputed_among,
    newest_checks,
    samples_by_load,
    tares_kg,
)
from station.store.evidence import CaptureSeen, captures_seen, readings_by_sample
from station.store.tables import (
    Certificate,
    Load,
    Reading,
    Visit,
    VisualCheck,
)


@dataclass(frozen=True, slots=True)
class LoadEvidence:
    """All that is recorded of one load. `tare_kg` is the weight of the vehicle with this trailer when it last
    left empty. `is_disputed`: an open dispute is about it, or about another load of its supplier. `brought`:
    the values that came with a shipment of another own silo (`is_shipment`), which may say `never_blend`.
    `points`: from how many places each of its samples was probed, None where nobody said so. `answered`:
    which questions (code) of which captures. `certificates` are the supplier's, whenever they are valid."""

    load: Load
    chain: Chain
    tare_kg: float | None
    readings: tuple[Reading, ...]
    captures: tuple[CaptureSeen, ...]
    visual: VisualCheck | None = None
    is_disputed: bool = False
    brought: Mapping[str, Any] = field(default_factory=dict)
    points: tuple[int | None, ...] = ()
    answered: frozenset[tuple[str, str]] = frozenset()
    arrived_at: datetime | None = None
    certificates: tuple[Certificate, ...] = ()
    is_shipment: bool = False
    never_blend: bool = False

    def uncertified(self, policy: SitePolicy) -> frozenset[str]:
        """Return the claims whose certificate is awaited; the silo that a shipment left had them."""
        if self.is_shipment or self.arrived_at is None:
            return frozenset()
        day = policy.collecting_day(self.arrived_at)
        return certificate_standing.uncertified(self.load.claims, self.certificates, day)


def gather(tx: Session, loads: Sequence[Load]) -> list[LoadEvidence]:
    """The evidence of each load, in their order."""
    if not loads:
        return []
    visits = _visits(tx, {load.visit_id for load in loads})
    pairs = {id_: (one.vehicle_id, one.trailer_id) for id_, one in visits.items()}
    certificates = certificate_standing.holding(tx, {one.supplier_id for one in visits.values()})
    chains, tares = chains_by_visit(tx, list(visits)), tares_kg(tx, pairs.values())
    rows = samples_by_load(tx, [load.id for load in loads])
    samples = {load.id: [sample.id for sample in rows.get(load.id, ())] for load in loads}
    every = [sample_id for ids in samples.values() for sample_id in ids]
    readings, captures = readings_by_sample(tx, every), captures_seen(tx, every)
    checks = newest_checks(tx, [load.id for load in loads])
    seen = [load.id for load in loads if any(captures.get(one) for one in samples[load.id])]
    answers = answers_by_load(tx, seen) if seen else {}
    disputed = disputed_among(tx, [load.id for load in loads])
    shipments = shipment_standing.shipments_by_load(tx, [load.id for load in loads])
    brought = {load: shipment_standing.usable(row) for load, row in shipments.items()}
    apart = {load for load, row in shipments.items() if row.paper.get("never_blend")}
    return [
        LoadEvidence(
            load,
            summed(chains.get(load.visit_id, [])),
            next(iter(tares[pairs[load.visit_id]]), None),
            tuple(row for one in samples[load.id] for row in readings.get(one, ())),
            tuple(seen for one in samples[load.id] for seen in captures.get(one, ())),
            checks.get(load.id),
            load.id in disputed,
            brought.get(load.id, {}),
            tuple(sample.points for sample in rows.get(load.id, ())),
            frozenset(answers.get(load.id, ())),
            visits[load.visit_id].arrived_at,
            tuple(certificates.get(visits[load.visit_id].supplier_id, ())),
            load.id in shipments,
            load.id in apart,
        )
        for load in loads
    ]


def _visits(tx: Session, visit_ids: set[str]) -> dict[str, Visit]:
    return {row.id: row for row in tx.exec(select(Visit).where(col(Visit.id).in_(visit_ids)))}
