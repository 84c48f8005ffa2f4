"""What a ticket says beside its values: grade and limits, how sure each value is, what measured it, and the
payment weight by the pack of its decision. Never euros: prices are for managers.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlmodel import Session, col, select

from station.grain.grades import Grade, RulePack
from station.grain.paying import PayLine, pay_of
from station.grain.revising import measured_of
from station.receival.packs.pack_standing import pack_with
from station.store import queries
from station.store.tables import Cell, Instrument, Proposal, Reading, Tipping

Json = dict[str, Any]


def facts_of(
    tx: Session, load_id: str, grade: str | None, net_kg: float, moved: Mapping[str, Any],
    said: Mapping[str, Any],
) -> Json:  # fmt: skip
    """Gather `quality` and `pay` of a ticket: `moved` are the load's values with their uncertainty, `said`
    those that the paper says, by which it is paid. A grade that no pack has gives neither limits nor pay."""
    proposal = queries.current_proposal(tx, load_id)
    pack = pack_with(tx, proposal.rule_pack if proposal else None)
    found = pack.grade(grade) if pack and grade else None
    uncertain = {name: one["u"] for name, one in moved.items() if name in said and one.get("u") is not None}
    quality = {"grade": grade, "u": uncertain, **(_limits(found) if found else {})}
    return {"quality": quality, **({"pay": _pay(pack, found, net_kg, said)} if pack and found else {})}


def grade_of(tx: Session, tippings: Sequence[Tipping]) -> str | None:
    """The grade (qualité) of the cell that took most of the load."""
    most = max(tippings, key=lambda one: one.share)
    return tx.get_one(Cell, most.cell_id).grade


def instruments_of(tx: Session, proposal: Proposal | None) -> dict[str, Json]:
    """The names of the instruments that measured each analyte, as they are called now."""
    results = proposal.assessment.get("results", {}) if proposal else {}
    ids = {reading for result in results.values() for reading in result["replicates"]}
    query = select(Reading.id, Instrument.name).join(Instrument, col(Instrument.id) == Reading.instrument_id)
    names = {id_: name for id_, name in tx.exec(query.where(col(Reading.id).in_(ids)))}  # noqa: C416
    found = {
        analyte: sorted({names[one] for one in result["replicates"] if one in names})
        for analyte, result in results.items()
    }
    return {analyte: {"instruments": several} for analyte, several in found.items() if several}


def _limits(grade: Grade) -> Json:
    told = [one for one in grade.criteria if one.kind != "information"]
    return {
        "name": dict(grade.name),
        "limits": [
            {
                "analyte": one.analyte.value, "op": one.op.value, "limit": one.limit, "unit": one.unit.value,
                "basis": one.basis.value if one.basis else None,
            }
            for one in told
        ],
    }  # fmt: skip


def _pay(pack: RulePack, grade: Grade, net_kg: float, said: Mapping[str, Any]) -> Json:
    pay = pay_of(pack, grade.id, net_kg, measured_of(said))
    return {
        "kg": float(pay.paid_kg), "lines": [_line(one) for one in pay.lines],
        "unknown": [one.value for one in pay.unknown],
    }  # fmt: skip


def _line(one: PayLine) -> Json:
    """A fee is so many euros a tonne: it is named, without them."""
    return {
        "kind": one.kind, "on": one.on, "analyte": one.analyte.value, "value": float(one.value),
        "limit": one.limit, "kg": one.kg, "percent": None if one.on == "fee" else float(one.amount),
    }  # fmt: skip
