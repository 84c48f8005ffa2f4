"""The Sparkplug B payload, as far as readings need it.

    Payload  1 timestamp (ms)  2 metrics  3 seq
    Metric   1 name  2 alias  3 timestamp  4 datatype  5 is_historical  7 is_null
             10 int  11 long  12 float  13 double  14 boolean  15 string

Data sets, templates, properties and bytes are skipped: a metric of such a kind has no value here.
"""

import struct
from collections.abc import Iterable
from dataclasses import dataclass

from drivers.gateway.protobuf import BYTES, FIXED32, FIXED64, VARINT, field, fields

INT32, INT64, UINT64, FLOAT, DOUBLE, BOOLEAN, STRING = 3, 4, 8, 9, 10, 11, 12
_SIGNED_BITS = {1: 8, 2: 16, 3: 32, 4: 64}
_METRICS_LIMIT = 5_000

Scalar = int | float | bool | str


@dataclass(frozen=True, slots=True)
class Metric:
    """`value` is None where `is_null`, or where it is of a kind that is skipped."""

    name: str | None = None
    alias: int | None = None
    timestamp: int | None = None
    datatype: int | None = None
    is_historical: bool = False
    is_null: bool = False
    value: Scalar | None = None


@dataclass(frozen=True, slots=True)
class Payload:
    timestamp: int | None = None
    seq: int | None = None
    metrics: tuple[Metric, ...] = ()

    def metric(self, name: str) -> Metric | None:
        return next((metric for metric in self.metrics if metric.name == name), None)


def decode_payload(data: bytes) -> Payload:
    """Raise ValueError for bytes that are no payload."""
    timestamp = seq = None
    metrics: list[Metric] = []
    for number, form, value in fields(data):
        if number == 1 and form == VARINT and isinstance(value, int):
            timestamp = value
        elif number == 3 and form == VARINT and isinstance(value, int):
            seq = value
        elif number == 2 and form == BYTES and isinstance(value, bytes):
            metrics.append(_decode_metric(value))
            if len(metrics) > _METRICS_LIMIT:
                raise ValueError("too many metrics")
    return Payload(timestamp, seq, tuple(metrics))


def encode_payload(payload: Payload) -> bytes:
    out = b"" if payload.timestamp is None else field(1, payload.timestamp)
    out += b"".join(field(2, _encode_metric(metric), BYTES) for metric in payload.metrics)
    return out + (b"" if payload.seq is None else field(3, payload.seq))


def _decode_metric(data: bytes) -> Metric:
    whole: dict[int, int] = {}
    raw: dict[int, bytes] = {}
    for number, form, value in fields(data):
        if isinstance(value, int):
            whole[number] = value
        elif form in (BYTES, FIXED32, FIXED64):
            raw[number] = value
    datatype, is_null = whole.get(4), bool(whole.get(7))
    return Metric(
        name=raw[1].decode("utf-8") if 1 in raw else None,
        alias=whole.get(2),
        timestamp=whole.get(3),
        datatype=datatype,
        is_historical=bool(whole.get(5)),
        is_null=is_null,
        value=None if is_null else _value(whole, raw, datatype),
    )


def _value(whole: dict[int, int], raw: dict[int, bytes], datatype: int | None) -> Scalar | None:
    for number in (10, 11):
        if number in whole:
            return _signed(whole[number], datatype)
    if 12 in raw and len(raw[12]) == 4:
        # the shortest decimal that is this float: 11.4 and not 11.399999618530273
        return float(f"{struct.unpack('<f', raw[12])[0]:.7g}")
    if 13 in raw and len(raw[13]) == 8:
        return float(struct.unpack("<d", raw[13])[0])
    if 14 in whole:
        return bool(whole[14])
    return raw[15].decode("utf-8") if 15 in raw else None


def _signed(number: int, datatype: int | None) -> int:
    bits = _SIGNED_BITS.get(datatype or 0)
    if bits is None:
        return number
    number &= (1 << bits) - 1
    return number - (1 << bits) if number >> bits - 1 else number


def _encode_metric(metric: Metric) -> bytes:
    parts: Iterable[tuple[int, int | None]] = (
        (2, metric.alias),
        (3, metric.timestamp),
        (4, metric.datatype),
        (5, 1 if metric.is_historical else None),
        (7, 1 if metric.is_null else None),
    )
    out = b"" if metric.name is None else field(1, metric.name.encode(), BYTES)
    out += b"".join(field(number, value) for number, value in parts if value is not None)
    return out if metric.value is None else out + _encode_value(metric.value, metric.datatype)


def _encode_value(value: Scalar, datatype: int | None) -> bytes:
    if isinstance(value, str):
        return field(15, value.encode(), BYTES)
    if isinstance(value, bool):
        return field(14, int(value))
    if isinstance(value, int):
        wide = datatype in (INT64, UINT64, 13)
        return field(11 if wide else 10, value & (0xFFFF_FFFF_FFFF_FFFF if wide else 0xFFFF_FFFF))
    if datatype == FLOAT:
        return field(12, struct.pack("<f", value), FIXED32)
    return field(13, struct.pack("<d", value), FIXED64)
