"""An indicator or analyzer that answers Modbus reads, RTU or TCP, by a profile of its registers.

The station is the only master: it asks for one block of registers, again and again, and takes every
right answer (unit, function, length, and the CRC of RTU) as one message; `modbus_wire` draws the bytes.
`modbus_map` tells how a profile names the registers. `framing=rtu` is right for a serial line and for a
transparent converter on TCP; `framing=tcp` for a device or gateway with Modbus TCP (port 502).

Register maps differ from maker to maker, and so do word order and status bits: see each profile in
`drivers/profiles/modbus` for what is known. The wire format is the published standard.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import ClassVar

from drivers.errors import FrameError, InstrumentFault, SettingError
from drivers.gateway.modbus_map import read_map
from drivers.gateway.modbus_wire import EXCEPTIONS, ModbusFramer, Query
from drivers.gateway.profile import read_shared_sections
from drivers.generic.values import SIZE_SETTINGS
from drivers.kind import Category, Evidence, Setting, choose
from drivers.protection import Protection
from drivers.reading import Frame, Reading

_PERIODS = ("100", "200", "500", "1000", "2000", "5000")


class Modbus:
    """`name`, `category`, `unverified` and `silent_after_s` of an object are those of its profile."""

    kind: ClassVar[str] = "modbus"
    name: ClassVar[str] = "Modbus RTU or TCP device, by a register map"
    category: ClassVar[Category] = "weighbridge"
    evidence: ClassVar[Evidence] = "documented"
    never_checked_on_hardware: ClassVar[bool] = True
    protection: ClassVar[tuple[Protection, ...]] = (
        Protection.SUM,
        Protection.LENGTH,
    )
    unverified: ClassVar[tuple[str, ...]] = (
        "word order, scale and status bits of every maker's map: compare with the display on site",
    )
    silent_after_s: ClassVar[float | None] = 5.0
    settings: ClassVar[Mapping[str, Setting]] = MappingProxyType(
        {
            "profile": Setting("", (), "the profile's file, or the name of a shipped one"),
            "framing": Setting("rtu", ("rtu", "tcp"), "RTU (serial or converter), or Modbus TCP"),
            "unit": Setting("1", (), "the device's Modbus address, 0 to 255"),
            "every_ms": Setting("500", _PERIODS, "how often it is asked"),
            "weight_unit": SIZE_SETTINGS["weight_unit"],
            "weight_scale": SIZE_SETTINGS["weight_scale"],
        }
    )

    def __init__(self, settings: Mapping[str, str] = MappingProxyType({})) -> None:
        """SettingError names the setting, or the profile's file, section and key."""
        chosen = choose(self.kind, self.settings, settings)
        if not chosen["unit"].isdecimal() or int(chosen["unit"]) > 255:
            raise SettingError(f"modbus: unit = {chosen['unit']!r} is not possible; allowed: 0 to 255")
        shared = read_shared_sections(chosen["profile"], "modbus")
        self._map = read_map(shared.whole)
        shared.refuse_unread(set(self._map.sources))
        self._results = shared.results.chosen_by(chosen)
        self.chosen = self._results.chosen
        self.query = Query(
            int(chosen["unit"]),
            self._map.function,
            self._map.address,
            self._map.count,
            tcp=chosen["framing"] == "tcp",
        )
        self._every_s = int(chosen["every_ms"]) / 1000.0
        self.name = shared.head.name  # type: ignore[misc]  # what the class declares, one profile refines
        self.category = shared.head.category  # type: ignore[misc]
        self.unverified = shared.head.unknown or self.unverified  # type: ignore[misc]
        if shared.head.silent_after_s is not None:
            self.silent_after_s = shared.head.silent_after_s  # type: ignore[misc]

    @property
    def poll(self) -> bytes | None:
        return self.query.request

    @property
    def poll_every_s(self) -> float:
        return self._every_s

    @property
    def repeats_within_s(self) -> float | None:
        return self._results.repeats_within_s

    def framer(self) -> ModbusFramer:
        return ModbusFramer(self.query)

    def parse(self, frame: Frame) -> Reading:
        body = self.query.body(frame.data)
        if body is None:
            raise FrameError("not a right answer to the query", frame.data)
        if body[1] & 0x80:
            raise InstrumentFault(f"Modbus exception {body[2]}: {EXCEPTIONS.get(body[2], 'unknown')}")
        protection = Protection.LENGTH if self.query.tcp else Protection.SUM
        return self._results.read(self.kind, frame, self._map.fields(body[3:]), protection)
