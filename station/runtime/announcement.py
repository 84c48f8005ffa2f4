"""The station says of itself over MQTT how it is; Home Assistant is told what each topic means.

silo/<site>/status              online, or by the last will offline (retained)
silo/<site>/<device>/status     {"state", "since", "name", ...} (retained)
silo/<site>/<device>/reading    the last result, {"at", "kind", "values", ...} (retained)
silo/<site>/<device>/event      what just happened, {"kind", "at", ...}
<prefix>/sensor/.../config      Home Assistant's discovery (retained)
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from operator import methodcaller
from typing import Any

from drivers.reading import UNIT_OF, Analyte, Value
from station.runtime.live import DeviceLive
from station.store.tables import AuditEvent, Reading, Weighing

_DEVICE_CLASSES = {Analyte.WEIGHT: "weight", Analyte.TEMPERATURE: "temperature", Analyte.MOISTURE: "moisture"}
ONLINE, OFFLINE = b"online", b"offline"


@dataclass(frozen=True, slots=True)
class Message:
    topic: str
    payload: bytes
    retain: bool = True


@dataclass(frozen=True, slots=True)
class Topics:
    """The topics of one site; its id and the devices' ids hold no character that means something in one."""

    site: str
    site_name: str
    discovery_prefix: str | None

    @property
    def status(self) -> str:
        return f"silo/{self.site}/status"

    def topic_of(self, device: str, what: str) -> str:
        return f"silo/{self.site}/{device}/{what}"

    def device_status(self, live: DeviceLive) -> Message:
        """Without counters and times that change with every message."""
        facts = {
            "state": live.state,
            "since": live.since,
            "name": live.name,
            "kind": live.kind,
            "category": live.category,
            "serial_number": live.serial_number,
            "verified_until": live.verified_until,
            "is_verified": live.is_verified,
            "error": live.error[0] if live.error else None,
        }
        return self._message(live.id, "status", facts)

    def reading(self, row: Reading) -> Message:
        facts = {
            "id": row.id,
            "at": row.at,
            "kind": "analysis",
            "instrument": row.instrument_id,
            "barcode": row.barcode,
            "product": row.product,
            "values": row.values,
            "flags": row.flags,
            "remarks": row.remarks,
        }
        return self._message(row.port_id or "", "reading", facts)

    def weighing(self, row: Weighing) -> Message:
        weight = Value(row.kg, UNIT_OF[Analyte.WEIGHT]).as_dict()
        facts = {
            "id": row.id,
            "at": row.at,
            "kind": "weight",
            "instrument": row.instrument_id,
            "sealed_number": row.sealed_number,
            "rule": row.rule,
            "values": {Analyte.WEIGHT.value: weight},
            "remarks": row.remarks,
        }
        return self._message(row.port_id or "", "reading", facts)

    def event(self, row: AuditEvent, device: str) -> Message:
        facts = {"kind": row.kind, "at": row.at, "seq": row.seq, "data": row.data}
        return self._message(device, "event", facts, retain=False)

    def state_event(self, live: DeviceLive, before: str) -> Message:
        facts = {"kind": "state_changed", "at": live.since, "from": before, "to": live.state}
        return self._message(live.id, "event", facts, retain=False)

    def discovery(self, live: DeviceLive, analytes: Iterable[Analyte]) -> list[Message]:
        """What Home Assistant needs to show the device: whether it is there, and each value."""
        if self.discovery_prefix is None:
            return []
        identity = f"silo_{self.site}_{live.id}"
        common = {
            "availability_topic": self.status,
            "device": {
                "identifiers": [identity],
                "name": f"{self.site_name} {live.name}",
                "model": live.kind,
                "serial_number": live.serial_number,
            },
        }
        connected = {
            **common,
            "name": "connected",
            "unique_id": f"{identity}_connected",
            "state_topic": self.topic_of(live.id, "status"),
            "value_template": "{{ 'ON' if value_json.state == 'live' else 'OFF' }}",
            "device_class": "connectivity",
        }
        topic = f"{self.discovery_prefix}/binary_sensor/{identity}/connected/config"
        messages = [Message(topic, _json(connected))]
        for analyte in analytes:
            topic = f"{self.discovery_prefix}/sensor/{identity}/{analyte.value}/config"
            messages.append(Message(topic, _json({**common, **self._sensor(live.id, identity, analyte)})))
        return messages

    def _message(self, device: str, what: str, facts: Mapping[str, Any], *, retain: bool = True) -> Message:
        return Message(self.topic_of(device, what), _json(facts), retain)

    def _sensor(self, device: str, identity: str, analyte: Analyte) -> Mapping[str, Any]:
        of_class = _DEVICE_CLASSES.get(analyte)
        return {
            "name": analyte.value.replace("_", " "),
            "unique_id": f"{identity}_{analyte.value}",
            "state_topic": self.topic_of(device, "reading"),
            "value_template": f"{{{{ value_json['values'].get('{analyte.value}', {{}}).get('value') }}}}",
            "unit_of_measurement": UNIT_OF[analyte].value,
            "state_class": "measurement",
            **({"device_class": of_class} if of_class else {}),
        }


def _json(facts: Mapping[str, Any]) -> bytes:
    text = json.dumps(facts, ensure_ascii=False, allow_nan=False, default=methodcaller("isoformat"))
    return text.encode()
