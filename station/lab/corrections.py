"""Corrections: the station proposes a bias that its evidence bears, a manager approves or declines it, and it
ends by a person, by a later one, or because the instrument was adjusted. Rows are appended, never edited.

What is judged from then on is the raw value minus the bias (`station/grain/correcting.py`). Whoever approves
or ends one has the open loads judged anew (`station.receival.deciding.proposals.renew`); a decision would ask
for that by itself.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session

from station.acts.desk import Actor, Desk
from station.acts.refusals import Conflict, Fault, NotFound
from station.lab.offered import OfferedCorrection
from station.store import audit, corrections
from station.store.corrections import APPROVED, DECLINED, ENDED, PROPOSED, in_force
from station.store.ids import new_id
from station.store.tables import Correction, CorrectionAct

MORE = 10  # samples that must have come before the same is proposed again
OFFERED_COLUMNS = ("method", "source", "analyte", "species", "bias", "u", "unit", "basis", "evidence")


def active(tx: Session, at: datetime) -> list[Correction]:
    """Return what was in force at an instant, oldest first."""
    return in_force(tx, at)


def record_offers(desk: Desk, offered: Sequence[OfferedCorrection], at: datetime) -> list[Correction]:
    """Propose what the evidence bears (`station.lab.proposing`), at most once for the same evidence."""
    if not offered:
        return []
    with desk.ledger.write() as tx:
        return [_add(tx, one, at) for one in offered if _is_news(tx, one, at)]


def approve(desk: Desk, correction_id: str, reason: str, by: Actor, at: datetime) -> Correction:
    """Put a proposed correction in force, in place of the earlier one of the same source, analyte and
    species. Raises NotFound(unknown_correction), Conflict(correction_not_open)."""
    with desk.ledger.write() as tx:
        row = _in_state(tx, correction_id, PROPOSED)
        for other in in_force(tx):
            if _key(other) == _key(row):
                _act(tx, other, ENDED, "", by, at)
        _act(tx, row, APPROVED, reason, by, at)
    return row


def decline(desk: Desk, correction_id: str, reason: str, by: Actor, at: datetime) -> Correction:
    """Raises what `approve` raises."""
    with desk.ledger.write() as tx:
        row = _in_state(tx, correction_id, PROPOSED)
        _act(tx, row, DECLINED, reason, by, at)
    return row


def end(desk: Desk, correction_id: str, reason: str, by: Actor, at: datetime) -> Correction:
    """Take a correction out of force. Raises NotFound(unknown_correction), Conflict(correction_not_open)."""
    with desk.ledger.write() as tx:
        row = _in_state(tx, correction_id, APPROVED)
        _act(tx, row, ENDED, reason, by, at)
    return row


def end_for_source(
    tx: Session, source: str, analyte: str, why: str, by: Actor | None, at: datetime,
    *, species: str | None = None,
) -> list[Correction]:  # fmt: skip
    """End what is in force or proposed of a source, because it is another one now: it was adjusted.
    `species`: only what is of this one or of all."""
    rows = [
        row
        for row, _ in corrections.with_newest_act(tx, states=(PROPOSED, APPROVED))
        if (row.source, row.analyte) == (source, analyte)
        and (species is None or row.species in (None, species))
    ]
    for row in rows:
        _act(tx, row, ENDED, why, by, at)
    return rows


def _is_news(tx: Session, offered: OfferedCorrection, at: datetime) -> bool:
    """A source's last correction of any kind bars the next until enough samples came since; one in force
    also until the bias is another one than it takes off."""
    key = (offered.method, offered.source, offered.analyte, offered.species)
    known = [
        (row, act)
        for row, act in corrections.with_newest_act(tx)
        if _key(row) == key and row.evidence.get("release", "") == offered.evidence["release"]
    ]
    since = max((row.evidence["up_to"] for row, _ in known if row.evidence.get("up_to")), default="")
    if sum(at > since for at in offered.known_at) < (MORE if known else 1):
        return False
    matters = offered.evidence["resolution"]
    if any(act.act == APPROVED and abs(row.bias - offered.bias) <= matters for row, act in known):
        return False
    for row, act in known:
        if act.act == PROPOSED:
            _act(tx, row, ENDED, "", None, at)
    return True


def _add(tx: Session, offered: OfferedCorrection, at: datetime) -> Correction:
    told = {name: getattr(offered, name) for name in OFFERED_COLUMNS}
    row = Correction(id=new_id(at), at=at, **told)
    tx.add(row)
    tx.flush()
    _act(tx, row, PROPOSED, "", None, at)
    return row


def _key(row: Correction) -> tuple[str, str, str, str | None]:
    return row.method, row.source, row.analyte, row.species


def _in_state(tx: Session, correction_id: str, state: str) -> Correction:
    row = tx.get(Correction, correction_id)
    if row is None:
        raise NotFound(Fault.UNKNOWN_CORRECTION, id=correction_id)
    newest = corrections.acts_of(tx, row.id)[-1]
    if newest.act != state:
        raise Conflict(Fault.CORRECTION_NOT_OPEN, state=newest.act)
    return row


def _act(tx: Session, row: Correction, act: str, reason: str, by: Actor | None, at: datetime) -> None:
    said = CorrectionAct(
        id=new_id(at), correction_id=row.id, act=act, reason=reason, at=at, by=by.id if by else None
    )
    tx.add(said)
    audit.record(
        tx, f"correction_{act}", at, by=said.by, terminal=by.terminal if by else None, subject_id=row.id,
        data={
            "source": row.source, "analyte": row.analyte, "species": row.species, "bias": row.bias,
            "reason": reason,
        },
    )  # fmt: skip
    tx.flush()
