"""Fills a ledger with a finished campaign: visits, weighings, readings, proposals, decisions, tickets."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert
from sqlmodel import Session

from station.store import counters
from station.store.engine import Ledger
from station.store.ids import new_id
from station.store.tables import (
    AuditEvent,
    CellMovement,
    Decision,
    Load,
    Numbered,
    Proposal,
    Reading,
    Sample,
    SitePolicyRecord,
    Supplier,
    Ticket,
    Vehicle,
    Visit,
    Weighing,
    WeighingUse,
)

BATCH = 1000
Rows = dict[type, list[dict[str, Any]]]


def fill(ledger: Ledger, loads: int, start: datetime) -> None:
    """Rows as the acts would have written them, in bulk; the audit chain is filled but not linked."""
    with ledger.write() as tx:
        tx.add(SitePolicyRecord(sha256="bench", content={}, at=start))
        tx.add(Supplier(id="bench", name="Bench", name_key="benchsupplier"))
        tx.flush()
        tx.add(Vehicle(id="bench", plate="BENCH", plate_key="benchvehicle", supplier_id="bench"))
    for first in range(0, loads, BATCH):
        rows: Rows = {}
        for number in range(first, min(first + BATCH, loads)):
            _one(rows, number, start + timedelta(seconds=60 * number))
        with ledger.write() as tx:
            for table, values in rows.items():
                _number(tx, table, values)
                tx.execute(insert(table), values)


def _number(tx: Session, table: type, values: list[dict[str, Any]]) -> None:
    purpose = counters.EVENT if table is AuditEvent else counters.ROW
    if table is AuditEvent or issubclass(table, Numbered):
        for seq, row in enumerate(values, start=counters.draw(tx, purpose, len(values))):
            row["seq"] = seq


def _one(rows: Rows, number: int, at: datetime) -> None:
    def add(table: type, **values: Any) -> str:
        rows.setdefault(table, []).append(values)
        return str(values.get("id", ""))

    def fresh() -> str:
        return new_id(at)

    visit = add(
        Visit, id=fresh(), plate="BENCH", vehicle_id="bench", supplier_id="bench", direction="inbound",
        arrived_at=at, entered_at=at, entered_by="bench", note="", ended_at=at,
    )  # fmt: skip
    load = add(
        Load, id=fresh(), visit_id=visit, position=1, species="soft_wheat", declared_variety="",
        operator_variety="", model_variety="", lab_variety="", claims=[], declared={}, share=1.0,
        regime="owned", organisation="bench", campaign="2026",
        outcome="ticketed", outcome_at=at, outcome_by="bench", outcome_reason="",
    )  # fmt: skip
    add(Sample, id=fresh(), barcode=f"C{number:07d}", kind="load", load_id=load, species="soft_wheat",
        note="", entered_at=at, entered_by="bench", ended_at=at)  # fmt: skip
    weights = {}
    for role, kg in (("first", 40_000.0), ("last", 14_000.0)):
        weights[role] = add(Weighing, id=fresh(), kg=kg, at=at, rule="equal_readings", note="", state="used")
        add(WeighingUse, id=fresh(), weighing_id=weights[role], visit_id=visit, role=role, at=at, by="bench",
            reason="")  # fmt: skip
    values = {"moisture": {"value": 13.4, "unit": "%", "basis": "as_is"}}
    add(
        Reading,
        id=fresh(),
        at=at,
        values=values,
        flags=["stable"],
        extra={},
        note="",
        barcode=f"C{number:07d}",
        uncertainty={},
    )
    reasons = [{"code": "meets", "params": {"analyte": "moisture", "value": 13.4, "limit": 15.0}}] * 8
    result = {"ranked": [{"cell": "c1", "pit": "f1", "score": 0.9, "reasons": reasons}] * 3, "refused": []}
    proposal = add(
        Proposal, id=fresh(), load_id=load, at=at, cell="c1", pit="f1", hold=False, load_t=26.0,
        assessment={"results": {}}, inputs={"facts": {}, "cells": {}}, result=result, current=True,
        policy="bench", engine="bench",
    )  # fmt: skip
    add(Decision, id=fresh(), load_id=load, proposal_id=proposal, at=at, by="bench", cell="c1", pit="f1",
        overridden=False, reason="")  # fmt: skip
    add(CellMovement, id=fresh(), cell_id="c3", kind="in", kg=1.0, load_id=load, values=values,
        regime="owned", organisation="bench", reason="", paper_number="",
        content_kg=float(number), content={}, at=at)  # fmt: skip
    add(
        Ticket, id=fresh(), site="demo", campaign="2026", number=number + 1, load_id=load,
        regime="owned", organisation="bench", first_weighing_id=weights["first"],
        last_weighing_id=weights["last"], gross_kg=40_000.0, tare_kg=14_000.0, net_kg=26_000.0,
        document={}, at=at, by="bench",
    )  # fmt: skip
    for kind in ("arrival_entered", "weighing_confirmed", "decision_made", "ticket_issued"):
        add(
            AuditEvent,
            at=at,
            kind=kind,
            by="bench",
            visit_id=visit,
            load_id=load,
            data={},
            hash="00",
        )
