"""What other sources say of an analyte is weighed in beside the value that was chosen, where it is honest.

Nothing is mixed with a legal value or a typed one. Sources farther apart than the rule pack tolerates
are named and not averaged: the chosen value stands. Where no instrument measured an analyte, the photo's
value is the value, and says so. `raw` stays what the chosen instrument measured.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from drivers.reading import PLAUSIBLE, UNIT_OF, Analyte, Basis, default_basis
from station.grain.assessed import Result
from station.grain.photographed import PhotoValue, said_by_photos
from station.grain.reasons import Code, Reason
from station.grain.uniting import Said, agree, unite
from station.grain.units import MoisturePercent, known, on_basis

Photos = Mapping[tuple[Analyte, Basis | None], Sequence[Said]]


def photos_on_basis(photos: Sequence[PhotoValue], moisture: Result | None) -> Photos:
    """Return what photos say, by analyte and basis: protein on dry matter where the moisture is known."""
    return said_by_photos([_on_dry_matter(one, moisture) for one in photos if _is_plausible(one)])


def weigh_in(
    chosen: Result, others: Sequence[Result], photos: Photos, tolerance: float | None, *, is_legal: bool
) -> Result:
    """Weigh in what the other instruments of the site's order and the photos say, as far as each is known."""
    if tolerance is None or chosen.typed_by is not None:
        return chosen
    told = {"analyte": chosen.analyte.value, "unit": chosen.unit.value, "tolerance": tolerance}
    why: list[Reason] = []
    alike = [one for one in others if _basis(one) == _basis(chosen)]
    sources = [_said(one) for one in (chosen, *alike)]
    if not agree([one.value for one in sources], tolerance):
        values = {one.name: one.value for one in sources}
        why.append(Reason(Code.INSTRUMENTS_DIFFER, {**told, "values": values}))
        sources = sources[:1]
    seen = photos.get((chosen.analyte, _basis(chosen)), ())
    if agree([one.value for one in (*sources, *seen)], tolerance):
        sources += seen
    else:
        photo = known(seen[0].value)
        why.append(Reason(Code.PHOTO_DIFFERS, {**told, "value": chosen.value, "photo": photo}))
    told_apart = replace(chosen, reasons=(*chosen.reasons, *why))
    sources = [one for one in sources if one.u > 0]
    if is_legal or not chosen.u or len(sources) < 2:
        return told_apart
    return _united(told_apart, sources)


def by_photo(analyte: Analyte, photos: Photos, tolerance: float | None) -> Result | None:
    """Make a photo's value the value where no instrument measured the analyte: the best known one, with the
    others weighed in where they agree with it."""
    bases = [basis for of, basis in photos if of == analyte]
    if not bases:
        return None
    basis = bases[0] if len(bases) == 1 else min(bases, key=lambda one: photos[analyte, one][0].u)
    said = photos[analyte, basis]
    alike = tolerance is not None and agree([one.value for one in said], tolerance)
    united = unite(said if alike else said[:1])
    return Result(
        analyte, united.value, UNIT_OF[analyte], basis, united.uncertainty.u, "", None, None,
        reasons=(Reason(Code.BY_PHOTO, {"analyte": analyte.value}),),
        shared=united.uncertainty.shared, parts=united.parts,
    )  # fmt: skip


def _united(chosen: Result, sources: Sequence[Said]) -> Result:
    united = unite(sources)
    parts: list[dict[str, Any]] = [
        {"kind": one.kind, "name": one.name, "value": one.value, "weight": one.weight} for one in united.parts
    ]
    told = {"analyte": chosen.analyte.value, "value": united.value, "unit": chosen.unit.value, "parts": parts}
    return replace(
        chosen,
        value=united.value,
        raw=chosen.measured,
        u=united.uncertainty.u,
        shared=united.uncertainty.shared,
        parts=united.parts,
        reasons=(*chosen.reasons, Reason(Code.COMBINED, told)),
    )


def _said(result: Result) -> Said:
    """`u` 0 stands for one that is not known."""
    name = result.instrument or ""
    return Said("instrument", name, result.value, result.u or 0.0, result.shared, result.replicates)


def _basis(result: Result) -> Basis | None:
    return _plain(result.analyte, result.basis)


def _plain(analyte: Analyte, basis: Basis | None) -> Basis | None:
    """Name a basis in one way: an analyte that has only one need not say it."""
    return basis or default_basis(analyte)


def _is_plausible(photo: PhotoValue) -> bool:
    low, high = PLAUSIBLE[photo.analyte]
    return low <= photo.value <= high


def _on_dry_matter(photo: PhotoValue, moisture: Result | None) -> PhotoValue:
    basis = _plain(photo.analyte, photo.basis)
    water = MoisturePercent(moisture.measured) if moisture is not None else None
    factor = None
    if photo.analyte == Analyte.PROTEIN and basis is not None:
        factor = on_basis(1.0, basis, Basis.DRY_MATTER, water)
    if factor is None:
        return replace(photo, basis=basis)
    shared = {name: part * factor for name, part in photo.shared.items()}
    return replace(
        photo, value=photo.value * factor, u=photo.u * factor, shared=shared, basis=Basis.DRY_MATTER
    )
