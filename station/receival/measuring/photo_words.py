"""What the station's models say of a capture, in words; what of it counts is `photo_values`' to say."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from sqlmodel import Session

from drivers.reading import Analyte, Basis, is_known
from station.grain.correcting import Correction, shift_of
from station.grain.photographed import NEVER
from station.grain.reasons import Code, Reason
from station.grain.spreading import SiteSpread, limited, limited_mass
from station.grain.units import known as known_to
from station.store.evidence import CaptureSeen, captures_seen
from station.store.learnt import NOTHING, Learnt, OfPhone, learnt
from station.store.tables import Inspection, Sample

_Z95 = 1.959963984540054
_BASES = frozenset(basis.value for basis in Basis)


def photos_of_samples(tx: Session, samples: Sequence[Sample]) -> list[Reason]:
    """What is said of every photo of a load's samples, the oldest first."""
    seen, known = captures_seen(tx, [sample.id for sample in samples]), learnt(tx)
    return [
        reason
        for sample in samples
        for one in seen.get(sample.id, ())
        for reason in photo_reasons(one, known, sample.species)
    ]


def photo_reasons(seen: CaptureSeen, known: Learnt = NOTHING, species: str | None = None) -> list[Reason]:
    """Where one model accepts a photo, another one's refusal of it is no news. What is `known` of this phone
    and model changes numbers and limits; the inspection itself stays what the model said."""
    accepted = [inspection for inspection in seen.inspections if inspection.accepted]
    phone = seen.capture.terminal_id
    said = [
        reason
        for one in accepted or seen.inspections
        for reason in _of_inspection(one, known.of(phone, species, f"{one.model} {one.version}"))
    ]
    reasons = [reason for number, reason in enumerate(said) if reason not in said[:number]]
    if not seen.inspections:
        reasons.append(Reason(Code.NO_MODEL if seen.capture.state == "no_model" else Code.PHOTO_PENDING))
    return reasons


def _of_inspection(inspection: Inspection, known: OfPhone) -> list[Reason]:
    """Its classes by count and estimated mass, what the model does not see, how far its photos lie apart,
    every number with its 95 % limits (`counts` False: never beside an instrument's), and what it remarks."""
    result = inspection.result
    if not inspection.accepted:
        return [Reason(Code.PHOTO_REFUSED, {"reasons": [reason["code"] for reason in result["reasons"]]})]
    extra: dict[str, Any] = {
        part: result[part] for part in ("mass", "spread", "sizes", "judged") if result.get(part)
    }
    shares = {"shares": result["classes"], "kernels": result["kernels"], **extra}
    shares |= _limited(result, known.spreads)
    reasons = [Reason(Code.PHOTO_SHARES, shares)] if result["classes"] else []
    if not result["classes"] and not result.get("numbers"):
        counted = {"kernels": result["kernels"], "sizes": extra.get("sizes")}
        reasons.append(Reason(Code.PHOTO_COUNTED, counted))
    if result.get("unseen"):
        told = {"unseen": result["unseen"], "grams": result.get("grams")}
        reasons.append(Reason(Code.PHOTO_UNSEEN, told))
    for name, number in result.get("numbers", {}).items():
        params = {key: number[key] for key in ("value", "low", "high", "unit", "basis")}
        told = {"analyte": name, **_judged(name, params, known.corrections)}
        reasons.append(Reason(Code.PHOTO_NUMBER, told | ({"counts": False} if name in NEVER else {})))
    reasons += [Reason.from_dict(remark) for remark in result.get("remarks", ())]
    return reasons


def _limited(result: dict[str, Any], spreads: Mapping[str, SiteSpread]) -> dict[str, Any]:
    """The shares with the limits of this site, of the classes for which they are known."""
    judged = result.get("judged") or result.get("kernels") or 0
    classes, mass = dict(result["classes"]), dict(result.get("mass") or {})
    for name, told in result["classes"].items():
        if name in spreads:
            classes[name] = limited(told, judged, spreads[name])
            if name in mass:
                mass[name] = limited_mass(mass[name], told, judged, spreads[name])
    return {"shares": classes, **({"mass": mass} if mass else {})}


def _judged(name: str, number: dict[str, Any], corrections: Sequence[Correction]) -> dict[str, Any]:
    """The number without its known bias: its limits are as far apart as before, and by the bias' own."""
    if not corrections or not is_known(name):
        return number
    basis = Basis(number["basis"]) if number["basis"] in _BASES else None
    shift = shift_of([corrections[0].source], Analyte(name), basis, corrections)
    if shift is None:
        return number
    raw = number["value"]
    judged = shift.judged(raw)
    below, above = (math.hypot(raw - number[end], _Z95 * shift.u) for end in ("low", "high"))
    return {
        **number,
        "value": judged,
        "low": known_to(judged - below),
        "high": known_to(judged + above),
        "raw": raw,
        "added": known_to(-shift.bias),
    }
