"""What the station's models say of a capture, in words that inform the operator and decide nothing."""

from typing import Any

from sqlmodel import Session

from station.grain.reasons import Code, Reason
from station.store import queries
from station.store.evidence import CaptureSeen, captures_seen
from station.store.tables import Inspection


def photos_of_load(tx: Session, load_id: str) -> list[Reason]:
    """What is said of every photo of a load, the oldest first."""
    samples = [sample.id for sample in queries.samples_of(tx, load_id)]
    seen = captures_seen(tx, samples)
    return [reason for sample in samples for one in seen.get(sample, ()) for reason in photo_reasons(one)]


def photo_reasons(seen: CaptureSeen) -> list[Reason]:
    """Where one model accepts a photo, another one's refusal of it is no news."""
    accepted = [inspection for inspection in seen.inspections if inspection.accepted]
    said = [reason for one in accepted or seen.inspections for reason in _of_inspection(one)]
    reasons = [reason for number, reason in enumerate(said) if reason not in said[:number]]
    if not seen.inspections:
        reasons.append(Reason(Code.NO_MODEL if seen.capture.state == "no_model" else Code.PHOTO_PENDING))
    return reasons


def _of_inspection(inspection: Inspection) -> list[Reason]:
    """Its classes by count and estimated mass, what the model does not see, how far its photos lie apart,
    every number with its 95 % limits, which routing does not use, and what it remarks."""
    result = inspection.result
    if not inspection.accepted:
        return [Reason(Code.PHOTO_REFUSED, {"reasons": [reason["code"] for reason in result["reasons"]]})]
    extra: dict[str, Any] = {
        part: result[part] for part in ("mass", "spread", "sizes", "judged") if result.get(part)
    }
    shares = {"shares": result["classes"], "kernels": result["kernels"], **extra}
    reasons = [Reason(Code.PHOTO_SHARES, shares)] if result["classes"] else []
    if not result["classes"] and not result.get("numbers"):
        counted = {"kernels": result["kernels"], "sizes": extra.get("sizes")}
        reasons.append(Reason(Code.PHOTO_COUNTED, counted))
    if result.get("unseen"):
        told = {"unseen": result["unseen"], "grams": result.get("grams")}
        reasons.append(Reason(Code.PHOTO_UNSEEN, told))
    for name, number in result.get("numbers", {}).items():
        params = {key: number[key] for key in ("value", "low", "high", "unit", "basis")}
        reasons.append(Reason(Code.PHOTO_NUMBER, {"analyte": name, **params}))
    reasons += [Reason.from_dict(remark) for remark in result.get("remarks", ())]
    return reasons
