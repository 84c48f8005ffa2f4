"""Spreads: how far a phone's class shares may be off at this site, proposed from evidence and approved by a
manager. What is approved stands in the place of the bundle's limits where the desk reads an inspection; the
inspection itself stays what its model said, so that it is made again to the byte.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import defer
from sqlmodel import Session, col, select

from drivers.reading import Analyte
from station.acts.desk import Actor, Desk
from station.acts.refusals import Conflict, Fault, NotFound
from station.grain.inspection import class_name
from station.lab.corrections import MORE, PERIOD
from station.lab.source_pairs import AT_ONCE, LAB, MACHINE, PHONE
from station.lab.spread_evidence import MATTERS, Seen, SpreadOffer, propose
from station.store import audit
from station.store.comparing import values_of_method, values_of_samples
from station.store.ids import new_id
from station.store.measurements import BY_MASS, CLASS_ANALYTES
from station.store.spreads import APPROVED, DECLINED, ENDED, PROPOSED, in_force, newest
from station.store.tables import Inspection, Measurement, Spread

Key = tuple[str, str, str]  # phone, release, class
_KERNELS: Any = Inspection.kernels


def propose_spreads(desk: Desk, at: datetime) -> list[Spread]:
    """Propose what the evidence bears now, each at most once for the same evidence. A job calls it."""
    with desk.ledger.read() as tx:
        found = [
            (key, seen, offer)
            for name, analyte in CLASS_ANALYTES.items()
            for key, seen in _seen(tx, name, analyte, at).items()
            if (offer := propose(seen)) is not None
        ]
    if not found:
        return []
    with desk.ledger.write() as tx:
        known, holding = ({_key(row): row for row in rows} for rows in (newest(tx), in_force(tx)))
        return [
            _add(tx, key, offer, at)
            for key, seen, offer in found
            if _is_news(known.get(key), holding.get(key), seen, offer)
        ]


def approve_spread(desk: Desk, spread_id: str, reason: str, by: Actor, at: datetime) -> Spread:
    """Raises NotFound(unknown_correction), Conflict(correction_not_open)."""
    return _decide(desk, spread_id, PROPOSED, APPROVED, reason, by, at)


def decline_spread(desk: Desk, spread_id: str, reason: str, by: Actor, at: datetime) -> Spread:
    """Raises what `approve_spread` raises."""
    return _decide(desk, spread_id, PROPOSED, DECLINED, reason, by, at)


def end_spread(desk: Desk, spread_id: str, reason: str, by: Actor, at: datetime) -> Spread:
    """Let the bundle's own limits hold again. Raises what `approve_spread` raises."""
    return _decide(desk, spread_id, APPROVED, ENDED, reason, by, at)


def _seen(tx: Session, name: str, analyte: Analyte, at: datetime) -> dict[Key, list[Seen]]:
    """Return what each phone's newest capture of a sample said of a class, beside the laboratory where it has
    spoken, else the machine."""
    said: dict[str, Measurement] = {}
    after = None
    while some := values_of_method(tx, analyte.value, PHONE, at - PERIOD, None, None, after, AT_ONCE):
        said |= {row.sample_id: row for row, _ in some if row.sample_id}
        after = (some[-1][0].at, some[-1][0].seq)
    reference = _references(tx, analyte, list(said))
    used = {sample: row for sample, row in said.items() if sample in reference}
    inspections = _inspections(tx, [row.source_id for row in used.values()])
    found: dict[Key, list[Seen]] = defaultdict(list)
    for sample, row in used.items():
        result = inspections[row.source_id]
        own = next((part for part in result["classes"] if class_name(part) == name), None)
        if own is not None and (judged := result.get("judged") or result.get("kernels")):
            told = result["classes"][own]
            value, is_by_mass, known_at = reference[sample]
            mass = row.mass_value / 100 if row.mass_value is not None else None
            found[row.source, row.release, own].append(
                Seen(
                    told["share"], told["count"], judged, told["low"], told["high"], mass, value / 100,
                    is_by_mass, max(row.at, known_at),
                )
            )  # fmt: skip
    return found


def _references(
    tx: Session, analyte: Analyte, samples: Sequence[str]
) -> dict[str, tuple[float, bool, datetime]]:
    found: dict[str, tuple[float, bool, datetime]] = {}
    for method in (MACHINE, LAB):  # the laboratory's word goes over the machine's
        for start in range(0, len(samples), AT_ONCE):
            some = samples[start : start + AT_ONCE]
            for row, _ in values_of_samples(tx, analyte.value, (method,), some):
                if not row.comparator and row.sample_id:
                    found[row.sample_id] = (row.value, row.basis == BY_MASS, row.at)
    return found


def _inspections(tx: Session, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for start in range(0, len(ids), AT_ONCE):
        query = select(Inspection).options(defer(_KERNELS))
        query = query.where(col(Inspection.id).in_(ids[start : start + AT_ONCE]))
        found |= {row.id: row.result for row in tx.exec(query)}
    return found


def _key(row: Spread) -> Key:
    return row.terminal_id, row.release, row.class_name


def _is_news(known: Spread | None, holding: Spread | None, seen: Sequence[Seen], offer: SpreadOffer) -> bool:
    """What was proposed or decided last bars the next until enough samples came since; what holds also until
    the spread is another one."""
    if known is not None:
        later = [one for one in seen if one.at.isoformat() > known.evidence["up_to"]]
        if len(later) < MORE:
            return False
    return holding is None or abs(offer.spread - holding.spread) > MATTERS * holding.spread


def _add(tx: Session, key: Key, offer: SpreadOffer, at: datetime) -> Spread:
    phone, release, name = key
    row = Spread(
        id=new_id(at), terminal_id=phone, release=release, class_name=name, spread=offer.spread, n=offer.n,
        act=PROPOSED, evidence=offer.evidence, at=at,
    )  # fmt: skip
    return _note(tx, row, None)


def _decide(
    desk: Desk, spread_id: str, needed: str, act: str, reason: str, by: Actor, at: datetime
) -> Spread:
    """Append the row of an act on the newest one of its phone, release and class, or on what holds of it."""
    with desk.ledger.write() as tx:
        row = tx.get(Spread, spread_id)
        if row is None:
            raise NotFound(Fault.UNKNOWN_CORRECTION, id=spread_id)
        standing = newest(tx) if needed == PROPOSED else newest(tx, (APPROVED, ENDED))
        last = next((one for one in standing if _key(one) == _key(row)), row)
        if last.id != row.id or last.act != needed:
            raise Conflict(Fault.CORRECTION_NOT_OPEN, state=last.act)
        told = row.model_dump(exclude={"id", "seq", "act", "reason", "at", "by"})
        return _note(tx, Spread(id=new_id(at), act=act, reason=reason, at=at, by=by.id, **told), by)


def _note(tx: Session, row: Spread, by: Actor | None) -> Spread:
    tx.add(row)
    audit.record(
        tx, f"spread_{row.act}", row.at, by=row.by, terminal=by.terminal if by else None, subject_id=row.id,
        data={
            "phone": row.terminal_id, "release": row.release, "class": row.class_name, "spread": row.spread,
            "n": row.n, "reason": row.reason,
        },
    )  # fmt: skip
    tx.flush()
    return row
