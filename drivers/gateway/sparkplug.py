"""An edge node that publishes an instrument's results by Sparkplug B, by a profile of metric names.

Subscribe to all of the node: `mqtt://broker/spBv1.0/<group>/+/<edge>/#`; with `?sparkplug_host=<name>`
the station says that it is there (`spBv1.0/STATE/<name>`), so that a node keeps its results for later
while it is not. `sparkplug_life` tells how births, deaths and gaps are handled, `sparkplug_payload`
the bytes. The profile has the sections that all profiles share, and:

    [metrics]
    "NIR/Moisture" = "moisture"     metric name = field
    [result]
    trigger = "NIR/Result id"       optional: a result is complete when this metric comes, and includes
                                    the metrics that did not change since

One frame is one device at one timestamp. `extra["historical"]` marks results that the node had kept.
Node data is published at QoS 0: a message lost on the way shows as a gap and is not repeated by the
node unless it keeps history. The device time is the metrics' timestamp, in UTC.

The format is documented by Eclipse Sparkplug; no edge node was ever connected.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from types import MappingProxyType
from typing import ClassVar

from drivers.dialogue import Dialogue
from drivers.errors import FrameError, InstrumentFault, NotUnderstood
from drivers.gateway.json_paths import scalar_text
from drivers.gateway.profile import read_shared_sections
from drivers.gateway.sparkplug_life import SparkplugLife
from drivers.gateway.sparkplug_node import WantedMetrics
from drivers.gateway.sparkplug_payload import Payload, decode_payload
from drivers.gateway.sparkplug_record import Address, unpack
from drivers.generic.tables import Table
from drivers.generic.values import SIZE_SETTINGS
from drivers.kind import Category, Evidence, Setting, choose
from drivers.protection import Protection
from drivers.reading import Frame, Reading

_SUBSCRIBE = "subscribe to all of the node: spBv1.0/<group>/+/<edge>/#"
_REBIRTH = "start the edge node again: it did not answer when told to be born again"
_METRICS = "put the node's own names into [metrics] and [result] of the profile"
_LAST_MS = 253_402_300_799_000


class Sparkplug:
    """`name`, `category`, `unverified` and `silent_after_s` of an object are those of its profile."""

    kind: ClassVar[str] = "sparkplug"
    name: ClassVar[str] = "Sparkplug B edge node, by a map of metrics"
    category: ClassVar[Category] = "analyzer"
    evidence: ClassVar[Evidence] = "documented"
    never_checked_on_hardware: ClassVar[bool] = True
    protection: ClassVar[tuple[Protection, ...]] = (Protection.LENGTH,)
    unverified: ClassVar[tuple[str, ...]] = (
        "any edge node: metric names, units and what it does at a rebirth differ",
        "whether timestamps are those of the measurement or of the message",
    )
    stores_weights: ClassVar[bool | None] = None
    silent_after_s: ClassVar[float | None] = None
    settings: ClassVar[Mapping[str, Setting]] = MappingProxyType(
        {
            "profile": Setting("", (), "the profile's file, or the name of a shipped one"),
            **SIZE_SETTINGS,
        }
    )

    def __init__(self, settings: Mapping[str, str] = MappingProxyType({})) -> None:
        """SettingError names the profile's file, section and key."""
        chosen = choose(self.kind, self.settings, settings)
        shared = read_shared_sections(chosen["profile"], "sparkplug")
        self._metrics = _read_metrics(shared.whole.table("metrics", required=True))
        self._wanted = _read_wanted_metrics(shared.whole.table("result"), self._metrics)
        shared.refuse_unread(set(self._metrics.values()))
        self._results = shared.results.chosen_by(chosen)
        self.chosen = self._results.chosen
        self.name = shared.head.name  # type: ignore[misc]  # what the class declares, one profile refines
        self.category = shared.head.category  # type: ignore[misc]
        self.unverified = shared.head.unknown or self.unverified  # type: ignore[misc]
        self.stores_weights = "sealed_number" in shared.results.texts  # type: ignore[misc]
        self.silent_after_s = shared.head.silent_after_s  # type: ignore[misc]

    def framer(self) -> SparkplugLife:
        return SparkplugLife(self._wanted)

    def dialogue(self) -> Dialogue:
        return SparkplugLife(self._wanted)

    def parse(self, frame: Frame) -> Reading:
        record = unpack(frame.data)
        if record is None:
            raise NotUnderstood("not a Sparkplug message", frame.data, _SUBSCRIBE)
        address, data = record
        if address.type in ("NDEATH", "DDEATH"):
            raise InstrumentFault(f"{address.device or address.edge} is offline, says its edge node")
        try:
            payload = decode_payload(data)
        except ValueError as error:
            raise NotUnderstood(f"not a Sparkplug payload: {error}", frame.data, _SUBSCRIBE) from error
        fields = self._fields(payload, frame.data)
        try:
            reading = self._results.read(self.kind, frame, fields)
        except FrameError as error:
            raise NotUnderstood(error.reason, frame.data) from error
        return _identify(reading, address, payload, fields)

    def _fields(self, payload: Payload, data: bytes) -> dict[str, str]:
        fields: dict[str, str] = {}
        for metric in payload.metrics:
            if metric.name is None:
                raise NotUnderstood(f"alias {metric.alias} was named by no birth", data, _REBIRTH)
            if metric.name in self._metrics:
                fields[self._metrics[metric.name]] = scalar_text(metric.name, metric.value, data)
        names = ", ".join(str(metric.name) for metric in payload.metrics[:10])
        if not fields:
            raise NotUnderstood(f"none of the profile's metrics, but {names}", data, _METRICS)
        if self._wanted.trigger and self._metrics[self._wanted.trigger] not in fields:
            raise NotUnderstood(f"not the trigger {self._wanted.trigger}, but {names}", data, _METRICS)
        return fields


def _identify(reading: Reading, address: Address, payload: Payload, fields: Mapping[str, str]) -> Reading:
    """Return the reading with whose it is, when it was, and by what it is known again."""
    stamp = payload.timestamp if payload.timestamp is not None and payload.timestamp <= _LAST_MS else None
    when = None if stamp is None else datetime.fromtimestamp(stamp / 1000.0, UTC).replace(tzinfo=None)
    who = "/".join(filter(None, (address.group, address.edge, address.device)))
    digest = hashlib.sha256(json.dumps(sorted(fields.items())).encode()).hexdigest()[:24]
    made = None if when is None or reading.kind == "weight" else f"{who}|{when.isoformat()}|{digest}"
    historical = any(metric.is_historical for metric in payload.metrics)
    return replace(
        reading,
        device_time=reading.device_time or when,
        identity=reading.identity or made,
        extra={**reading.extra, "source": who, "historical": historical, "seq": payload.seq},
    )


def _read_metrics(table: Table) -> dict[str, str]:
    metrics = {name: table.text(name) for name in table.keys()}  # noqa: SIM118
    if len(set(metrics.values())) != len(metrics):
        raise table.error("", "two metrics fill one field")
    return metrics


def _read_wanted_metrics(table: Table, metrics: Mapping[str, str]) -> WantedMetrics:
    trigger = table.text("trigger", "") or None
    table.refuse_unread()
    if trigger is not None and trigger not in metrics:
        raise table.error("trigger", f"{trigger!r} is not in [metrics]")
    return WantedMetrics(frozenset(metrics), trigger)
