"""The sections of a Modbus profile that turn registers into named fields.

[read]                          one block, read in one go, so that all values are of one instant
function = "holding"            or "input"
address = 6                     from 0: "40007" of a manual is 6
count = 5                       at most 125
[registers.weight]              a field
at = 1                          which register of the block, from 0
type = "s32"                    u16 s16 u32 s32 f32
word_order = "high_first"       of two registers: or "low_first"
byte_order = "big"              inside a register: or "little"
[bits.motion]                   a field that is a number of a few bits
at = 0
bit = 2                         the lowest one
width = 1
"""

import math
import struct
from collections.abc import Mapping
from dataclasses import dataclass

from drivers.decimals import unmistakable
from drivers.gateway.modbus_wire import FUNCTIONS, MOST_REGISTERS
from drivers.generic.tables import Table

_TYPES = {"u16": ">H", "s16": ">h", "u32": ">I", "s32": ">i", "f32": ">f"}
_TOO_LARGE = 1e9
_NO_NUMBER = "-"


@dataclass(frozen=True, slots=True)
class Register:
    at: int
    form: str
    low_first: bool
    little: bool

    def text(self, data: bytes) -> str:
        """Return the number in decimal digits; a dash for a float that is no number."""
        raw = data[2 * self.at : 2 * self.at + struct.calcsize(self.form)]
        words = [raw[i : i + 2] for i in range(0, len(raw), 2)]
        if self.low_first:
            words.reverse()
        number = struct.unpack(self.form, b"".join(word[::-1] if self.little else word for word in words))[0]
        if isinstance(number, int):
            return str(number)
        if not math.isfinite(number) or abs(number) >= _TOO_LARGE:
            return _NO_NUMBER
        return unmistakable(f"{number:.6f}".rstrip("0").rstrip("."))


@dataclass(frozen=True, slots=True)
class Bits:
    at: int
    bit: int
    width: int

    def text(self, data: bytes) -> str:
        word = int.from_bytes(data[2 * self.at : 2 * self.at + 2], "big")
        return str(word >> self.bit & (1 << self.width) - 1)


@dataclass(frozen=True, slots=True)
class RegisterMap:
    function: int
    address: int
    count: int
    sources: Mapping[str, Register | Bits]

    def fields(self, data: bytes) -> dict[str, str]:
        """`data`: the bytes of all registers of the block, 2 * count."""
        return {name: source.text(data) for name, source in self.sources.items()}


def read_map(whole: Table) -> RegisterMap:
    """SettingError names section and key."""
    read = whole.table("read", required=True)
    count = read.whole("count", 1, MOST_REGISTERS)
    function = FUNCTIONS[read.choice("function", tuple(FUNCTIONS), "holding")]
    address = read.whole("address", 0, 65_535)
    read.refuse_unread()
    registers, bits = whole.table("registers", required=True), whole.table("bits")
    sources: dict[str, Register | Bits] = {
        name: _register(registers.table(name), count)
        for name in registers.keys()  # noqa: SIM118
    }
    for name in bits.keys():  # noqa: SIM118
        if name in sources:
            raise bits.error(name, "is also the name of a register")
        sources[name] = _bits(bits.table(name), count)
    return RegisterMap(function, address, count, sources)


def _register(table: Table, count: int) -> Register:
    form = _TYPES[table.choice("type", tuple(_TYPES))]
    register = Register(
        at=table.whole("at", 0, count - struct.calcsize(form) // 2),
        form=form,
        low_first=table.choice("word_order", ("high_first", "low_first"), "high_first") == "low_first",
        little=table.choice("byte_order", ("big", "little"), "big") == "little",
    )
    table.refuse_unread()
    return register


def _bits(table: Table, count: int) -> Bits:
    bit = table.whole("bit", 0, 15)
    bits = Bits(table.whole("at", 0, count - 1), bit, table.whole("width", 1, 16 - bit, 1))
    table.refuse_unread()
    return bits
