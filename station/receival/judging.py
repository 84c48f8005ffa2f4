"""Judging loads: the evidence of any number of them and the cells are gathered in a fixed number of questions
to the ledger, then each load is assessed and routed without another."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any

from sqlmodel import Session, col, select

from drivers.reading import Analyte, Basis, is_known
from drivers.text import fold
from station.acts.desk import Desk, SitePolicy
from station.acts.engine import engine_version
from station.acts.policy import record_policy
from station.grain.asking import PhotoFacts, asked_for, without_value
from station.grain.assessed import Assessment
from station.grain.assessment import assess
from station.grain.cells import CellState, Facts, Measured
from station.grain.correcting import Correction
from station.grain.loadweight import estimate_load_kg
from station.grain.products import species_of_product
from station.grain.reasons import Reason
from station.grain.routing import route
from station.grain.rules import RulePack
from station.grain.sending import near_limits
from station.grain.units import Kilograms
from station.grain.wire import cells_as_dict, facts_as_dict
from station.receival import cells, certificate_standing, shipment_standing
from station.receival.chain import gross_weighing
from station.receival.pack_standing import pack_in_force
from station.receival.photo_words import photo_reasons
from station.receival.waiver_standing import waived
from station.store.batches import (
    Chain,
    chains_by_visit,
    disputed_among,
    newest_checks,
    samples_by_load,
    tares_kg,
)
from station.store.corrections import applicable
from station.store.evidence import CaptureSeen, captures_seen, evidence_of, readings_by_sample
from station.store.learnt import NOTHING, Learnt, learnt
from station.store.tables import (
    Certificate,
    Load,
    Proposal,
    Reading,
    Visit,
    VisualCheck,
)


@dataclass(frozen=True, slots=True)
class Ground:
    """What every load is judged on, read once per commit."""

    cells: tuple[CellState, ...]
    pack: RulePack | None
    policy: str
    waived: Mapping[str, tuple[Analyte, ...]]
    learnt: Learnt = NOTHING


@dataclass(frozen=True, slots=True)
class LoadEvidence:
    """All that is recorded of one load. `tare_kg` is the weight of the vehicle with this trailer when it last
    left empty. `is_disputed`: an open dispute is about it, or about another load of its supplier. `brought`:
    the values that came with a shipment of another own silo (`is_shipment`). `certificates` are the
    supplier's, whenever they are valid."""

    load: Load
    chain: Chain
    tare_kg: float | None
    readings: tuple[Reading, ...]
    captures: tuple[CaptureSeen, ...]
    visual: VisualCheck | None = None
    is_disputed: bool = False
    brought: Mapping[str, Any] = field(default_factory=dict)
    arrived_at: datetime | None = None
    certificates: tuple[Certificate, ...] = ()
    is_shipment: bool = False

    def uncertified(self, policy: SitePolicy) -> frozenset[str]:
        """Return the claims whose certificate is awaited; the silo that a shipment left had them."""
        if self.is_shipment or self.arrived_at is None:
            return frozenset()
        day = policy.collecting_day(self.arrived_at)
        return certificate_standing.uncertified(self.load.claims, self.certificates, day)


def ground(tx: Session, desk: Desk, at: datetime, *, without_load: str | None = None) -> Ground:
    """`without_load`: leaves out what this load itself reserves."""
    states = cells.states(tx, without_load=without_load)
    return Ground(
        states, pack_in_force(tx, at), record_policy(tx, desk.policy, at), waived(tx, desk.policy, at),
        learnt(tx),
    )  # fmt: skip


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
    disputed = disputed_among(tx, [load.id for load in loads])
    shipments = shipment_standing.brought(tx, [load.id for load in loads])
    return [
        LoadEvidence(
            load,
            chains.get(load.visit_id, []),
            next(iter(tares[pairs[load.visit_id]]), None),
            tuple(row for one in samples[load.id] for row in readings.get(one, ())),
            tuple(seen for one in samples[load.id] for seen in captures.get(one, ())),
            checks.get(load.id),
            load.id in disputed,
            shipments.get(load.id, {}),
            visits[load.visit_id].arrived_at,
            tuple(certificates.get(visits[load.visit_id].supplier_id, ())),
            load.id in shipments,
        )
        for load in loads
    ]


def judge(desk: Desk, on: Ground, of: LoadEvidence, at: datetime) -> Proposal:
    """The proposal for a load, not yet added to the ledger; its inputs are complete."""
    repeatability = on.pack.repeatability if on.pack else {}
    corrections = _corrections(on, of)
    assessment = assess(evidence_of(of.readings), desk.policy.instrument_order, repeatability, corrections)
    weights = _weights(of)
    facts = facts_of(
        of.load,
        assessment,
        estimate(weights, desk.policy.net_share),
        adverse=tuple(of.visual.findings) if of.visual else (),
        waived=on.waived.get(of.load.species, ()),
        brought=of.brought,
        uncertified=of.uncertified(desk.policy),
    )
    routed = route(facts, on.cells, on.pack)
    result = routed.as_dict()
    photo = photo_facts(desk.policy, on.pack, of, assessment, result)
    asked = asked_for(desk.asking, photo, desk.policy.site)
    return Proposal(
        id="",
        load_id=of.load.id,
        at=at,
        asked_at=at,
        cell=routed.cell,
        pit=routed.pit,
        hold=routed.hold,
        load_t=facts.load_t,
        rule_pack=on.pack.sha256 if on.pack else None,
        policy=on.policy,
        engine=engine_version(),
        assessment=assessment.as_dict(),
        result=result,
        inputs={
            "readings": [row.id for row in of.readings],
            "corrections": [one.as_dict() for one in corrections],
            "visual_check": of.visual.id if of.visual else None,
            "weights": weights,
            "facts": facts_as_dict(facts),
            "cells": cells_as_dict(on.cells),
            "photo": [reason.as_dict() for reason in photos_of(of, on.learnt)],
            **({"brought": dict(of.brought)} if of.brought else {}),
        },
        photo_asked=[reason.as_dict() for reason in asked],
    )


def photo_facts(
    policy: SitePolicy, pack: RulePack | None, of: LoadEvidence, assessment: Assessment,
    result: Mapping[str, Any],
) -> PhotoFacts:  # fmt: skip
    """What tells whether a photo is asked for; only readings that a person gave to the sample can be of
    another product than it was declared."""
    load = of.load
    results = assessment.as_dict()["results"]
    seen = next(filter(None, (load.operator_variety, load.model_variety, load.lab_variety)), "")
    differs = bool(seen and load.declared_variety) and fold(seen) != fold(load.declared_variety)
    products = [row.product for row in of.readings if row.product]
    others = [one for one in products if species_of_product(one, policy.products) not in (None, load.species)]
    return PhotoFacts(
        load.id,
        load.species,
        near=near_limits(results, pack, load.species),
        no_value=without_value(assessment, policy.instrument_order, result["reasons"]),
        varieties=(load.declared_variety, seen) if differs else None,
        product=next(iter(others), None),
        is_disputed=of.is_disputed,
    )


def _corrections(on: Ground, of: LoadEvidence) -> list[Correction]:
    """What is in force for the instruments that measured the load."""
    sources = {row.instrument_id for row in of.readings}
    return applicable(on.learnt.corrections, "machine", sources, of.load.species)


def photos_of(of: LoadEvidence, known: Learnt) -> list[Reason]:
    """What the models that were active then say of the load's photos, in words; only to inform."""
    return [reason for seen in of.captures for reason in photo_reasons(seen, known, of.load.species)]


def estimate(weights: Mapping[str, Any] | None, net_share: float) -> float | None:
    """What a load is expected to weigh, in kilograms; None before the vehicle's first weighing."""
    if weights is None:
        return None
    tare = Kilograms(weights["tare_kg"]) if weights["tare_kg"] is not None else None
    return estimate_load_kg(Kilograms(weights["gross_kg"]), tare, net_share, weights["share"])


def _weights(of: LoadEvidence) -> dict[str, Any] | None:
    firsts = [weighing for use, weighing in of.chain if use.role == "first"]
    if not firsts:
        return None
    if len(firsts) > 1:  # parts weighed apart: each weight is of one load alone
        gross = gross_weighing(of.chain, of.load)
        assert gross is not None  # there is a first weighing
        return {"gross_kg": gross.kg, "tare_kg": None, "share": 1.0}
    return {"gross_kg": firsts[0].kg, "tare_kg": of.tare_kg, "share": of.load.share}


def facts_of(
    load: Load, assessment: Assessment, load_kg: float | None, *, adverse: tuple[str, ...] = (),
    waived: tuple[Analyte, ...] = (), brought: Mapping[str, Any] = MappingProxyType({}),
    uncertified: frozenset[str] = frozenset(),
) -> Facts:  # fmt: skip
    """What routing looks at: the values used, what was declared of the load and seen of it, and what need not
    be measured. What was not measured here has the value that a shipment brought (`brought`)."""
    came = {
        Analyte(name): Measured(one["value"], None, Basis(one["basis"]) if one["basis"] else None)
        for name, one in brought.items()
        if one["value"] is not None
    }
    return Facts(
        species=load.species,
        claims=frozenset(load.claims),
        load_t=load_kg / 1000 if load_kg is not None else None,
        values=came | {a: Measured(r.value, r.u, r.basis, r.shared) for a, r in assessment.results.items()},
        declared={Analyte(name): Measured(value) for name, value in load.declared.items() if is_known(name)},
        badly=assessment.badly,
        adverse=adverse,
        waived=waived,
        uncertified=uncertified,
    )


def _visits(tx: Session, visit_ids: set[str]) -> dict[str, Visit]:
    return {row.id: row for row in tx.exec(select(Visit).where(col(Visit.id).in_(visit_ids)))}
