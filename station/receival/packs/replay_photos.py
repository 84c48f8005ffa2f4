"""A decision made again with what another model says of its photos.

Only the photos that were there when it was decided count. What the other model says stands in the place of
all that was said of them then; everything else is as it was recorded.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session

from station.grain.rules import RulePack
from station.receival.deciding.photo_questions import photo_questions
from station.receival.measuring.photo_values import photo_values
from station.receival.measuring.photo_words import photo_reasons
from station.receival.packs.replay import Judged, Records, Replayed, beside, decided_proposal, judged_with
from station.store.batches import answers_by_load, samples_by_load
from station.store.evidence import CaptureSeen, captures_seen, declared_species, photos_by_capture
from station.store.learnt import learnt
from station.store.tables import Capture, Decision, Inspection, Load

PHOTO = "photo"  # what photos say in words, beside what else of a decision is compared


@dataclass(frozen=True, slots=True)
class PhotoCase:
    """A capture that a decision was taken with; `species` is the declared one as a photo is judged."""

    decision_id: str
    load_id: str
    capture_id: str
    species: str | None
    photos: tuple[str, ...]


def photo_cases(tx: Session, decisions: Sequence[Decision]) -> list[PhotoCase]:
    """The captures of these decisions, in their order."""
    captures = _captures(tx, decisions)
    known = {one.capture.id: one.capture for some in captures.values() for one in some}
    photos = photos_by_capture(tx, list(known))
    return [
        PhotoCase(
            row.id, row.load_id, one.capture.id, declared_species(tx, one.capture),
            tuple(photo.sha256 for photo in photos.get(one.capture.id, ())),
        )
        for row in decisions
        for one in captures[row.id]
    ]  # fmt: skip


def replayed_with(
    tx: Session, records: Records, decision: Decision, said: Mapping[str, Inspection]
) -> tuple[Replayed, Judged, Judged]:
    """Make a decision again with what `said` says of its captures, beside the same with what is recorded.
    Raises LookupError where a record that it stands on is gone."""
    row = decided_proposal(records, decision)
    if row.inputs is None:
        raise LookupError(f"proposal {row.id} was decided on without its inputs")
    pack = records.packs[row.rule_pack]
    own = judged_with(records, row, pack) | {PHOTO: row.inputs.get(PHOTO, [])}
    seen = [
        CaptureSeen(one.capture, (said[one.capture.id],) if one.capture.id in said else one.inspections)
        for one in _captures(tx, [decision])[decision.id]
    ]
    inputs = row.inputs | _seen(tx, decision, seen, row.inputs, pack)
    other = judged_with(records, row, pack, inputs) | {PHOTO: inputs[PHOTO]}
    return beside(decision, row, own, other), own, other


def _seen(
    tx: Session, decision: Decision, seen: Sequence[CaptureSeen], inputs: Mapping[str, Any],
    pack: RulePack | None,
) -> dict[str, Any]:  # fmt: skip
    """What of a decision's inputs the photos are: words, values as far as they count, and questions that
    nobody has answered."""
    species, known = tx.get_one(Load, decision.load_id).species, learnt(tx)
    answered = answers_by_load(tx, [decision.load_id]).get(decision.load_id, ())
    asked = photo_questions(seen, species, pack, frozenset(answered))
    return {
        PHOTO: [reason.as_dict() for one in seen for reason in photo_reasons(one, known, species)],
        "photo_values": [value.as_dict() for one in seen for value in photo_values(one, known, species)],
        "facts": {**inputs["facts"], "questions": [reason.as_dict() for reason in asked]},
    }


def _captures(tx: Session, decisions: Sequence[Decision]) -> dict[str, list[CaptureSeen]]:
    """By decision, what its load's samples showed by then."""
    samples = samples_by_load(tx, [row.load_id for row in decisions])
    seen = captures_seen(tx, [one.id for some in samples.values() for one in some])
    return {
        row.id: [
            one
            for sample in samples.get(row.load_id, ())
            for one in seen.get(sample.id, ())
            if _was_there(one.capture, row)
        ]
        for row in decisions
    }


def _was_there(capture: Capture, decision: Decision) -> bool:
    return (capture.seq or 0) < (decision.seq or 0)
