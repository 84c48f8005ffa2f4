"""What is fuzzed: every kind, those by a profile with each shipped one, bridges with a kind inside.

Each target comes with one right message, from which damaged ones are made.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

from drivers.errors import SettingError
from drivers.gateway.modbus import Modbus
from drivers.generic.generic import Generic
from drivers.generic.profile import SHIPPED
from drivers.registry import KINDS, make_protocol
from drivers.simulated.exports import csv_file, xlsx_file, xml_file
from drivers.simulated.sparkplug import EdgeNode
from tests.drivers.test_file_drop import BOOK, ROW, TITLES
from tests.drivers.test_file_drop_samples import EXPORT
from tests.drivers.test_file_drop_samples import TITLES as LONG

AT = datetime(2026, 7, 14, 8, tzinfo=UTC)
TOLEDO = bytes.fromhex("022A30202034333132302020202020300D0D")
_PLAIN = {
    "toledo-continuous": TOLEDO,
    "gac2100-csv01": b"17,14/07/26,14:20:14,11.9,70.7,30.3,28.9,29.7,BLE,S/N: 0, 2, 895,2305, 303,070815\r\n",
    "json-nir": b'{"id":"1","values":{"protein":{"value":11.4,"unit":"%","basis":"as_is"}}}\n',
    "mt-sics": b"S S     100.00 g\r\n",
    "sma": b"\n 1G       5.025lb \r",
    "dini-argeo": b"1,ST,    -0.030,       0.000,         0,kg\r\n",
    "yaohua": bytes.fromhex("57473030342E3133396B6733440D0A"),
    "systec": b"<000005.06.1813:12   21   20000       0   20000kg     1   27387>\r\n",
    "tesma-plus2": bytes.fromhex("024D41495A202020200D0A31342E340D0A03"),
    "astm": b"\x021H|\\^&|||X\r\x17C6\r\n",
}
_JSON = {
    "type": "result",
    "id": 1,
    "at": "2026-07-14 10:03:22",
    "sample": {"code": "S1"},
    "product": "BLE",
    "results": [{"name": "Moisture", "value": 13.1}, {"name": "Protein", "value": None}],
}
_FILES = {
    "foss-results": csv_file(TITLES, [ROW] * 2),
    "long-results": csv_file(LONG, EXPORT[:4]),
    "xlsx-results": xlsx_file(BOOK, [["S1", None, 13.1, 250]]),
    "xml-results": xml_file([("S1", "2026-07-14T10:03:22", {"Moisture": 13.1})]),
}


@dataclass(frozen=True)
class Target:
    kind: str
    settings: dict[str, str] = field(default_factory=dict)
    message: bytes = b""

    @property
    def name(self) -> str:
        return "-".join([self.kind, *self.settings.values()])


def _plain() -> Iterator[Target]:
    for kind in sorted(KINDS):
        try:
            make_protocol(kind)
        except SettingError:
            continue
        yield Target(kind, {}, _PLAIN.get(kind, b""))


def _profiled() -> Iterator[Target]:
    for path in sorted(SHIPPED.glob("*.toml")):
        settings = {"profile": path.stem}
        yield Target("generic", settings, Generic(settings).profile.examples[0].sent)
    for name, data in sorted(_FILES.items()):
        yield Target("file-drop", {"profile": name}, data)
    for path in sorted((SHIPPED / "modbus").glob("*.toml")):
        for framing in ("rtu", "tcp"):
            settings = {"profile": path.stem, "framing": framing}
            query = Modbus(settings).query
            yield Target("modbus", settings, query.response(bytes(2 * query.count)))
    yield Target("json-paths", {"profile": "nir-list"}, json.dumps(_JSON).encode() + b"\n")


def _carried() -> Iterator[Target]:
    for data, text in (("text", TOLEDO.decode("latin-1")), ("hex", TOLEDO.hex())):
        message = json.dumps({"SSerialReceived": {"Data": text}}).encode() + b"\n"
        yield Target("tasmota", {"driver": "toledo-continuous", "data": data}, message)
    node = EdgeNode("silo", "edge-1", "nir-1")
    day = [*node.births(AT), node.result({"Result/Id": "1", "Result/Moisture": 13.1}, AT)]
    records = b"".join(f"{topic} {len(data)}\n".encode() + data for topic, data in day)
    yield Target("sparkplug", {"profile": "nir"}, records)


TARGETS = [*_plain(), *_profiled(), *_carried()]
