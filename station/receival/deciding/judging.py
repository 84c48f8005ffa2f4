"""Judging loads: what all stand on is read once, then each is assessed and routed by its own evidence."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from types import MappingProxyType
from typing import Any

from sqlmodel import Session

from drivers.reading import Analyte, Basis, is_known
from drivers.text import fold
from station.acts.desk import Desk, SitePolicy
from station.acts.engine import engine_version
from station.acts.policy import record_policy
from station.grain.asking import PhotoFacts, asked_for, without_value
from station.grain.assessed import Assessment
from station.grain.assessment import assess
from station.grain.cells import CellState, Delivered, Facts, Measured
from station.grain.correcting import Correction
from station.grain.expecting import Expected, LabSaid, expected, later_analytes
from station.grain.identifiers import Species
from station.grain.lines import Found, Product, barred_for
from station.grain.loadweight import estimate_load_kg
from station.grain.photographed import PhotoValue
from station.grain.precision import planned_points, precision_of
from station.grain.products import species_of_product
from station.grain.reasons import Reason
from station.grain.routing import route
from station.grain.rules import RulePack, pack_at, packs_at
from station.grain.sending import near_limits
from station.grain.units import Kilograms
from station.grain.wire import cells_as_dict, facts_as_dict
from station.receival.bridge.chain import gross_weighing
from station.receival.deciding.deliveries import delivered_before
from station.receival.deciding.load_evidence import LoadEvidence
from station.receival.deciding.photo_questions import photo_questions
from station.receival.measuring.photo_values import photo_values
from station.receival.measuring.photo_words import photo_reasons
from station.receival.measuring.waiver_standing import waived
from station.receival.packs.pack_standing import installed_packs
from station.receival.storage import cells
from station.store.corrections import applicable
from station.store.evidence import evidence_of
from station.store.lab_said import lab_said, variety_of
from station.store.learnt import NOTHING, Learnt, learnt
from station.store.tables import (
    Load,
    Proposal,
    Reading,
)

Deliveries = Callable[[Load, Facts, RulePack | None], tuple[Delivered, ...]]


@dataclass(frozen=True, slots=True)
class Ground:
    """What every load is judged on, read once per commit. `delivered` asks for the supplier's loads before
    one that they may carry over a limit."""

    cells: tuple[CellState, ...]
    packs: tuple[RulePack, ...]
    at: datetime
    policy: str
    waived: Mapping[str, tuple[Analyte, ...]]
    learnt: Learnt = NOTHING
    found: Found = field(default_factory=Found)
    lab: Mapping[Analyte, Sequence[LabSaid]] = field(default_factory=dict)
    delivered: Deliveries = lambda load, facts, pack: ()

    def pack_of(self, species: str) -> RulePack | None:
        return pack_at(self.packs, self.at, species)


def ground(tx: Session, desk: Desk, at: datetime, *, without_load: str | None = None) -> Ground:
    """`without_load`: leaves out what this load itself reserves."""
    return replace(
        ground_read(tx, desk, at, without_load=without_load), policy=record_policy(tx, desk.policy, at)
    )


def ground_read(tx: Session, desk: Desk, at: datetime, *, without_load: str | None = None) -> Ground:
    """The same without a record of the policy: for a question after which nothing is written."""
    packs = tuple(installed_packs(tx))
    in_force = packs_at(packs, at)
    states, found = cells.states_and_found(tx, without_load=without_load)
    return Ground(
        _of_species(states, in_force), packs, at, "", waived(tx, desk.policy, at), learnt(tx), found,
        lab_said(tx, later_analytes(in_force.values())), partial(delivered_before, tx),
    )  # fmt: skip


def _of_species(states: Iterable[CellState], packs: Mapping[str, RulePack]) -> tuple[CellState, ...]:
    """Give each cell the species of its grade, which another species' pack does not know."""
    graded = {grade.id: Species(grade.species) for pack in packs.values() for grade in pack.grades}
    return tuple(replace(one, species=one.species or graded.get(one.grade or "")) for one in states)


def judge(desk: Desk, on: Ground, of: LoadEvidence, at: datetime) -> Proposal:
    """The proposal for a load, not yet added to the ledger; its inputs are complete."""
    pack = on.pack_of(of.load.species)
    corrections, photos = _corrections(on, of), photo_values_of(of, on.learnt)
    weights = _weights(of)
    load_kg = estimate(weights, desk.policy.net_share)
    points = probe_points(of, pack, load_kg)
    awaited = expected_of(of.load, on, at)
    assessment = assessed(of.readings, desk.policy, pack, corrections, photos, points, awaited)
    facts = facts_of(
        of.load,
        assessment,
        load_kg,
        adverse=tuple(of.visual.findings) if of.visual else (),
        waived=on.waived.get(of.load.species, ()),
        brought=of.brought,
        questions=photo_questions(of.captures, of.load.species, pack, of.answered),
        expected=awaited,
        uncertified=of.uncertified(desk.policy),
        never_blend=of.never_blend,
    )
    if not of.is_shipment:  # what comes from an own silo is no supplier's
        facts = replace(facts, delivered=on.delivered(of.load, facts, pack))
    stand = barred_for(on.cells, on.found, Product.of(of.load.species, of.load.claims), of.load.visit_id)
    routed = route(facts, stand, pack)
    result = routed.as_dict()
    photo = photo_facts(desk.policy, pack, of, assessment, result)
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
        rule_pack=pack.sha256 if pack else None,
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
            "cells": cells_as_dict(stand),
            "photo": [reason.as_dict() for reason in photos_of(of, on.learnt)],
            "photo_values": [one.as_dict() for one in photos],
            "points": points,
            **({"expected": {a.value: one.as_dict() for a, one in awaited.items()}} if awaited else {}),
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


def expected_of(load: Load, on: Ground, at: datetime) -> dict[Analyte, Expected]:
    """What laboratories let expect of the load, where it is measured later."""
    variety, pack = variety_of(load), on.pack_of(load.species)
    made = {a: expected(a, load.species, variety, said, pack, at) for a, said in on.lab.items()}
    return {analyte: one for analyte, one in made.items() if one is not None}


def assessed(
    readings: Sequence[Reading], policy: SitePolicy, pack: RulePack | None,
    corrections: Sequence[Correction], photos: Sequence[PhotoValue], points: int | None,
    awaited: Mapping[Analyte, Expected],
) -> Assessment:  # fmt: skip
    """Assess a load now, or as it was recorded. It says of what was not measured what is expected, and from
    what."""
    assessment = assess(
        evidence_of(readings), policy.instrument_order, pack.repeatability if pack else {}, corrections,
        precision_of(pack, points), photos,
    )  # fmt: skip
    told = [one.reason(a) for a, one in awaited.items() if a not in assessment.results]
    return replace(assessment, reasons=(*assessment.reasons, *told)) if told else assessment


def probe_points(of: LoadEvidence, pack: RulePack | None, load_kg: float | None) -> int | None:
    """From how many places the load was probed, for all its samples together; as the pack plans where nobody
    said so, None where it plans nothing."""
    plan = planned_points(pack.sampling, None if load_kg is None else load_kg / 1000) if pack else None
    said = [plan if points is None else points for points in of.points]
    known = [points for points in said if points is not None]
    return sum(known) if known else None


def photo_values_of(of: LoadEvidence, known: Learnt) -> list[PhotoValue]:
    """What the models that were active then say of the load's photos, as far as it counts."""
    return [one for seen in of.captures for one in photo_values(seen, known, of.load.species)]


def photos_of(of: LoadEvidence, known: Learnt) -> list[Reason]:
    """The same in words; only to inform."""
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
    questions: tuple[Reason, ...] = (), expected: Mapping[Analyte, Expected] = MappingProxyType({}),
    uncertified: frozenset[str] = frozenset(), never_blend: bool = False,
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
        questions=questions,
        expected={analyte: one.measured for analyte, one in expected.items()},
        uncertified=uncertified,
        never_blend=never_blend,
    )
