"""What the station's models say of a capture, as values that count beside those of instruments.

Numbers count with their 95 % limits. Shares count by estimated mass, and only of the classes whose spread at
this site a manager approved: nothing else ties what kernels look like to what they weigh. What is known too
badly to decide on (`wide`) does not count. Known biases of this phone and model are taken off.
"""

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from drivers.reading import UNIT_OF, Analyte, Basis, default_basis, is_known
from station.grain.correcting import Correction, shift_of
from station.grain.inspection import KernelClass
from station.grain.photographed import PhotoValue, photo_value
from station.grain.spreading import limited, limited_mass, phones_part
from station.store.evidence import CaptureSeen
from station.store.learnt import Learnt, OfPhone
from station.store.tables import Inspection

_BASES = frozenset(basis.value for basis in Basis)
# Other classes count as the analyte of their own name.
_ANALYTE_OF: Mapping[str, str] = MappingProxyType({KernelClass.FOREIGN.value: Analyte.IMPURITIES.value})
_PERCENT = 100.0


def photo_values(seen: CaptureSeen, learnt: Learnt, species: str | None) -> list[PhotoValue]:
    """Return what accepted inspections of a capture say; several models are several sources."""
    phone = seen.capture.terminal_id
    return [
        value
        for one in seen.inspections
        if one.accepted
        for value in _of_inspection(one, phone, learnt.of(phone, species, f"{one.model} {one.version}"))
    ]


def _of_inspection(row: Inspection, phone: str, known: OfPhone) -> Iterator[PhotoValue]:
    source = f"{phone} {row.model} {row.version}"
    shares = _shares(row.result, known)
    for name, number, part in [*_numbers(row.result), *shares]:
        if not is_known(name) or number["unit"] != UNIT_OF[Analyte(name)]:
            continue
        basis = Basis(number["basis"]) if number["basis"] in _BASES else default_basis(Analyte(name))
        value, parts = _corrected(Analyte(name), number["value"], basis, known.corrections)
        limits = (number["low"], number["high"])
        made = photo_value(Analyte(name), value, limits, basis, source, row.capture_id, parts, part)
        if made is not None:
            yield made


Said = tuple[str, Mapping[str, Any], float]  # analyte, number, how much of its width is the phone's


def _numbers(result: Mapping[str, Any]) -> Iterator[Said]:
    """A model says its numbers' limits and not what of them is this photo's own: all is the phone's."""
    yield from ((name, number, 1.0) for name, number in result.get("numbers", {}).items())


def _shares(result: Mapping[str, Any], known: OfPhone) -> Iterator[Said]:
    judged = result.get("judged") or result.get("kernels") or 0
    numbers, mass = result.get("numbers", {}), result.get("mass") or {}
    for class_name, spread in known.spreads.items():
        name, told = _ANALYTE_OF.get(class_name, class_name), result["classes"].get(class_name)
        if told is None or class_name not in mass or name in numbers or limited(told, judged, spread)["wide"]:
            continue
        share = limited_mass(mass[class_name], told, judged, spread)
        percent = {key: _PERCENT * share[part] for key, part in _LIMITS.items()}
        part = phones_part(spread, told["count"], judged)
        yield name, {**percent, "unit": "%", "basis": None}, part


_LIMITS: Mapping[str, str] = MappingProxyType({"value": "share", "low": "low", "high": "high"})


def _corrected(
    analyte: Analyte, value: float, basis: Basis | None, corrections: Sequence[Correction]
) -> tuple[float, Mapping[str, float]]:
    """Return the value without its known bias, and what each correction adds to its uncertainty."""
    if not corrections:
        return value, {}
    shift = shift_of([corrections[0].source], analyte, basis, corrections)
    return (value, {}) if shift is None else (shift.judged(value), shift.parts)
