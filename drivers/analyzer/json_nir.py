"""An NIR analyzer behind a gateway that speaks our own open format: one JSON object per result.

Over MQTT one object is one message; over TCP or a serial line one object is one line (UTF-8, at most
64 KB, no NaN or Infinity, no key twice):

    {"id": "7f3c-0042",                       the gateway's own identifier of this result
     "device": "nir-1",                       the gateway's name for the instrument
     "time": "2026-07-14T10:03:22",           the instrument's local clock
     "sample": "S000123",                     sample id, as entered or scanned at the instrument
     "product": "soft_wheat",                 the product selected on the instrument
     "serial": "A-1001",                      the instrument's serial number
     "calibration": "WH2026-03",              the calibration in force
     "values": {"protein":  {"value": 11.4, "unit": "%", "basis": "as_is"},
                "moisture": {"value": 13.1, "unit": "%", "basis": "as_is"}}}

Only `values` must be there; any other key may be absent or null. Analytes are those of
`drivers.reading`. `value` is a number, or null when it was measured badly. `unit` must be given:
the analyte's own, or one of `CONVERSIONS`. `basis` (as_is, dm, m12, m13_5) must be given for protein
and oil and is as_is for moisture. A value that breaks these rules is None with its reason under
`extra["rejected"]`; an unknown analyte or key is kept under `extra["unknown"]`. An identifier
or text of the wrong type makes the whole message a bad frame, because it could be paired wrongly.

The identity of a result is its `id`; without one, device, device time and the message's hash; without
a device time it has none. The format is ours, so no maker documents it and no instrument speaks it
by itself.
"""

import hashlib
from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, ClassVar

from drivers.errors import NotUnderstood
from drivers.framing import LineFramer
from drivers.json_object import load_object
from drivers.kind import Category, Evidence, Setting, choose
from drivers.protection import Protection
from drivers.reading import (
    UNIT_OF,
    Analyte,
    Basis,
    Flag,
    Frame,
    Reading,
    Unit,
    Value,
    default_basis,
    is_known,
    needs_basis,
)
from drivers.values import fahrenheit, plausible_number, pounds_per_bushel

LIMIT = 65_536
_TEXT_LIMIT = 200
_TEXTS = ("device", "sample", "product", "serial", "calibration")
_KNOWN = frozenset({"id", "time", "values", *_TEXTS})
_BASES = {basis.value: basis for basis in Basis}

CONVERSIONS: Mapping[tuple[Unit, str], Callable[[float], float]] = MappingProxyType(
    {
        (Unit.KILOGRAM_PER_HECTOLITRE, "lb/bu"): pounds_per_bushel,
        (Unit.CELSIUS, "C"): lambda number: number,
        (Unit.CELSIUS, "°F"): fahrenheit,
        (Unit.CELSIUS, "F"): fahrenheit,
        (Unit.MICROGRAM_PER_KILOGRAM, "ug/kg"): lambda number: number,
        (Unit.MICROGRAM_PER_KILOGRAM, "mg/kg"): lambda number: number * 1000.0,
    }
)


class _Refused(ValueError):
    """One value of the message breaks the format; the message is the reason."""


class JsonNir:
    kind: ClassVar[str] = "json-nir"
    name: ClassVar[str] = "NIR analyzer, JSON over MQTT or TCP lines (our own open format)"
    category: ClassVar[Category] = "analyzer"
    evidence: ClassVar[Evidence] = "documented"
    never_checked_on_hardware: ClassVar[bool] = True
    protection: ClassVar[tuple[Protection, ...]] = (Protection.LENGTH,)
    unverified: ClassVar[tuple[str, ...]] = ("the format is our own: a gateway must be made to speak it",)
    silent_after_s: ClassVar[float | None] = None
    settings: ClassVar[Mapping[str, Setting]] = MappingProxyType({})

    def __init__(self, settings: Mapping[str, str] = MappingProxyType({})) -> None:
        choose(self.kind, self.settings, settings)

    def framer(self) -> LineFramer:
        return LineFramer(LIMIT)

    def parse(self, frame: Frame) -> Reading:
        message = _load(frame.data)
        texts = {key: _text(message, key, frame.data) for key in _TEXTS}
        number = _identifier(message, frame.data)
        rejected: dict[str, str] = {}
        device_time = _device_time(message, rejected)
        values, unknown = _values(message["values"], rejected)
        more = {key: value for key, value in message.items() if key not in _KNOWN}
        unknown = more | {f"values.{key}" if key in more else key: value for key, value in unknown.items()}
        bad = any(value.value is None for value in values.values())
        return Reading(
            driver=self.kind,
            kind="analysis",
            frame=frame,
            values=values,
            flags=frozenset({Flag.ERROR}) if bad else frozenset(),
            device_time=device_time,
            sample_id=texts["sample"],
            product=texts["product"],
            serial=texts["serial"],
            identity=number or _make_identity(texts["device"], device_time, frame.data),
            extra={
                "calibration": texts["calibration"],
                "device": texts["device"],
                "as_sent": message["values"],
                **({"rejected": rejected} if rejected else {}),
                **({"unknown": unknown} if unknown else {}),
            },
        )


def _load(data: bytes) -> dict[str, Any]:
    message = load_object(data, LIMIT)
    if not isinstance(message.get("values"), dict):
        raise NotUnderstood("not an object with an object `values`", data)
    return message


def _text(message: dict[str, Any], key: str, data: bytes) -> str | None:
    value = message.get(key)
    if value is None:
        return None
    if not isinstance(value, str):
        raise NotUnderstood(f"`{key}` is not text", data)
    if len(value) > _TEXT_LIMIT:
        raise NotUnderstood(f"`{key}` is too long", data)
    return value.strip() or None


def _identifier(message: dict[str, Any], data: bytes) -> str | None:
    value = message.get("id")
    if isinstance(value, int) and not isinstance(value, bool):
        message = {"id": str(value)}
    return _text(message, "id", data)


def _device_time(message: dict[str, Any], rejected: dict[str, str]) -> datetime | None:
    """Return the local wall-clock time; an offset is dropped, because nothing is ever ordered by this
    clock."""
    value = message.get("time")
    if value is None:
        return None
    try:
        if isinstance(value, str):
            return datetime.fromisoformat(value).replace(tzinfo=None)
    except ValueError:
        pass
    rejected["time"] = "not an ISO 8601 date and time"
    return None


def _values(sent: dict[str, Any], rejected: dict[str, str]) -> tuple[dict[Analyte, Value], dict[str, Any]]:
    values: dict[Analyte, Value] = {}
    unknown: dict[str, Any] = {}
    for name, entry in sent.items():
        if name == Analyte.WEIGHT or not is_known(name):
            unknown[name] = entry
            continue
        analyte = Analyte(name)
        try:
            values[analyte] = _value(analyte, entry)
        except _Refused as reason:
            rejected[name] = str(reason)
            values[analyte] = Value(None, UNIT_OF[analyte], None)
    return values, unknown


def _value(analyte: Analyte, entry: Any) -> Value:
    if not isinstance(entry, dict):
        raise _Refused("not an object with value and unit")
    basis = _basis(analyte, entry.get("basis"))
    number = entry.get("value")
    if number is None:
        return Value(None, UNIT_OF[analyte], basis)
    if isinstance(number, bool) or not isinstance(number, int | float):
        raise _Refused("value is not a number")
    converted = _conversion(UNIT_OF[analyte], entry.get("unit"))(_float(number))
    if plausible_number(analyte, converted) is None:
        raise _Refused("value cannot be true")
    return Value(converted, UNIT_OF[analyte], basis)


def _float(number: float) -> float:
    try:
        return float(number)
    except OverflowError as error:
        raise _Refused("value cannot be true") from error


def _conversion(unit: Unit, sent: Any) -> Callable[[float], float]:
    if sent == unit.value:
        return lambda number: number
    if isinstance(sent, str) and (unit, sent) in CONVERSIONS:
        return CONVERSIONS[unit, sent]
    raise _Refused(f"unit is not {unit.value} or convertible to it")


def _basis(analyte: Analyte, sent: Any) -> Basis | None:
    if sent is None:
        if needs_basis(analyte):
            raise _Refused("basis is missing")
        return default_basis(analyte)
    basis = _BASES.get(sent) if isinstance(sent, str) else None
    if basis is None:
        raise _Refused(f"basis is none of {', '.join(_BASES)}")
    if analyte == Analyte.MOISTURE and basis is not Basis.AS_IS:
        raise _Refused("moisture is taken as_is only")
    return basis


def _make_identity(device: str | None, device_time: datetime | None, data: bytes) -> str | None:
    if device_time is None:
        return None
    digest = hashlib.sha256(data.strip()).hexdigest()[:24]
    return f"{device or ''}|{device_time.isoformat()}|{digest}"
