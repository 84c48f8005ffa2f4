"""Proposing: the load's evidence is assessed, routed and stored whenever it or the cells change."""

from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlmodel import Session, col, select

from drivers.reading import Analyte
from station.acts.desk import Desk
from station.grain.assessment import Assessment, assess
from station.grain.cells import Facts, Measured
from station.grain.cells import Proposal as Routed
from station.grain.loadweight import estimate_load_kg
from station.grain.reasons import Code, Reason
from station.grain.routing import route
from station.grain.rules import RulePack, pack_at, parse_rule_pack
from station.grain.units import Kilograms
from station.grain.wire import cells_as_dict, facts_as_dict
from station.receival import cells
from station.receival.chain import gross_weighing
from station.store import audit, evidence, queries
from station.store.ids import new_id
from station.store.tables import Inspection, Load, Proposal, RulePackRecord, Visit


def propose(tx: Session, desk: Desk, load: Load, at: datetime) -> None:
    """Judges a load anew after its evidence changed. Once it is decided, or has ended, what comes is
    evidence only."""
    if load.outcome is None and queries.current_decision(tx, load.id) is None:
        refresh(tx, desk, load, at)


def refresh(tx: Session, desk: Desk, load: Load, at: datetime) -> Proposal:
    """Stores a new proposal if anything it stands on changed; else returns the one that holds. A replaced
    proposal that no decision refers to is not kept."""
    tx.flush()
    visit = tx.get_one(Visit, load.visit_id)
    known = [one for sample in queries.samples_of(tx, load.id) for one in evidence.measured(tx, sample.id)]
    assessment = assess(known, desk.policy.instrument_order)
    facts = _facts(load, assessment, estimated_kg(tx, desk, visit, load))
    states = cells.states(tx, without_load=load.id)
    pack = rule_pack(tx, at)
    inputs = {
        "facts": facts_as_dict(facts),
        "cells": cells_as_dict(states),
        "photo": [reason.as_dict() for reason in photo_reasons(tx, load.id)],
    }
    row = Proposal(
        id=new_id(at), load_id=load.id, at=at, rule_pack=pack.sha256 if pack else None,
        assessment=assessment.as_dict(), inputs=inputs, **_result(route(facts, states, pack)),
        load_t=facts.load_t,
    )  # fmt: skip
    before = queries.current_proposal(tx, load.id)
    if before is not None:
        if _same(before, row):
            return before
        if queries.is_decided_on(tx, before.id):
            before.current = False
            tx.add(before)
        else:
            tx.delete(before)
        tx.flush()
    tx.add(row)
    audit.record(
        tx, "proposal_made", at, visit_id=load.visit_id, load_id=load.id, subject_id=row.id,
        data={"cell": row.cell, "pit": row.pit, "hold": row.hold},
    )  # fmt: skip
    return row


def propose_open_loads(tx: Session, desk: Desk, at: datetime) -> None:
    """The cells changed: every load that is not decided yet is judged again."""
    for load in queries.open_loads(tx):
        propose(tx, desk, load, at)


def estimated_kg(tx: Session, desk: Desk, visit: Visit, load: Load) -> float | None:
    """Returns what the load is expected to weigh, from the vehicle's first weighing; None before it."""
    chain = queries.chain_of(tx, visit.id)
    firsts = [weighing for use, weighing in chain if use.role == "first"]
    if not firsts:
        return None
    if len(firsts) > 1:
        gross = gross_weighing(chain, load)
        assert gross is not None  # there is a first weighing
        return estimate_load_kg(Kilograms(gross.kg), None, desk.policy.net_share, 1.0)
    tare = queries.last_tare_kg(tx, visit.vehicle_id)
    known_tare = Kilograms(tare) if tare is not None else None
    return estimate_load_kg(Kilograms(firsts[0].kg), known_tare, desk.policy.net_share, load.share)


def rule_pack(tx: Session, at: datetime) -> RulePack | None:
    """Returns the pack in force at that date and hour."""
    texts = tx.exec(select(RulePackRecord.text).where(col(RulePackRecord.valid_from) <= at))
    return pack_at([_parsed(text) for text in texts], at)


def photo_reasons(tx: Session, load_id: str) -> list[Reason]:
    """Returns what the models that were active then say of the load's photos, in words; only to inform. Where
    one model accepts a photo, another one's refusal of it is no news."""
    found: list[Reason] = []
    samples = [sample.id for sample in queries.samples_of(tx, load_id)]
    for capture in evidence.captures_of(tx, samples):
        inspections = [one for one in evidence.inspections_of(tx, capture.id) if not one.shadow]
        accepted = [inspection for inspection in inspections if inspection.accepted]
        found += [reason for one in accepted or inspections for reason in _photo_words(one)]
        if not inspections:
            found.append(Reason(Code.NO_MODEL if capture.state == "no_model" else Code.PHOTO_PENDING))
    return found


def _photo_words(inspection: Inspection) -> list[Reason]:
    """Returns its classes by count and estimated mass, how far its photos lie apart, and every number with
    its 95 % limits, which routing does not use."""
    result = inspection.result
    if not inspection.accepted:
        return [Reason(Code.PHOTO_REFUSED, {"reasons": [reason["code"] for reason in result["reasons"]]})]
    told: dict[str, Any] = {part: result[part] for part in ("mass", "spread", "sizes") if result.get(part)}
    seen = {"shares": result["classes"], "kernels": result["kernels"], **told}
    words = [Reason(Code.PHOTO_SHARES, seen)] if result["classes"] else []
    for name, number in result.get("numbers", {}).items():
        params = {key: number[key] for key in ("value", "low", "high", "unit", "basis")}
        words.append(Reason(Code.PHOTO_NUMBER, {"analyte": name, **params}))
    return words


def _facts(load: Load, assessment: Assessment, load_kg: float | None) -> Facts:
    return Facts(
        species=load.species,
        claims=frozenset(load.claims),
        load_t=load_kg / 1000 if load_kg is not None else None,
        values={a: Measured(r.value, r.u, r.basis) for a, r in assessment.results.items()},
        declared={Analyte(name): Measured(value) for name, value in load.declared.items()},
        badly=assessment.badly,
    )


@lru_cache(maxsize=16)
def _parsed(text: str) -> RulePack:
    """Packs are judged with many times a minute and never change."""
    return parse_rule_pack(text)


def _result(routed: Routed) -> dict[str, Any]:
    result = routed.as_dict()
    return {"cell": routed.cell, "pit": routed.pit, "hold": routed.hold, "result": result}


def _same(before: Proposal, after: Proposal) -> bool:
    return (before.result, before.assessment, before.inputs, before.load_t, before.rule_pack) == (
        after.result,
        after.assessment,
        after.inputs,
        after.load_t,
        after.rule_pack,
    )
