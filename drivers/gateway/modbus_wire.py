"""Modbus reads on the wire: RTU on a serial line (or a transparent converter), and Modbus TCP.

    RTU   unit function address(2) count(2) CRC(2, low byte first)
          unit function size data(size) CRC                        unit function+80h code CRC
    TCP   transaction(2) 0000 length(2) then the same without CRC

Addresses are as on the wire, counted from 0: register "40001" of a manual is holding register 0.
"""

from dataclasses import dataclass
from datetime import datetime

from drivers.checksums import crc16_modbus
from drivers.framing import NoiseKeeper
from drivers.reading import Frame

TRANSACTION = b"\x00\x01"
_MBAP = 6
FUNCTIONS = {"holding": 3, "input": 4}
MOST_REGISTERS = 125
EXCEPTIONS = {
    1: "function is not supported",
    2: "no such register: check address and count of the profile",
    3: "value is not possible: check count of the profile",
    4: "the device failed",
    6: "the device is busy",
    10: "the gateway has no path to the device",
    11: "the device behind the gateway does not answer: check unit and wiring",
}


@dataclass(frozen=True, slots=True)
class Query:
    """One read of `count` registers from `address` of `unit`; `tcp`: with the header of Modbus TCP."""

    unit: int
    function: int
    address: int
    count: int
    tcp: bool = False

    @property
    def request(self) -> bytes:
        body = bytes([self.unit, self.function]) + self.address.to_bytes(2, "big")
        return self.wrap(body + self.count.to_bytes(2, "big"))

    def wrap(self, body: bytes) -> bytes:
        """Return `body` (from unit to the last data byte) as it travels."""
        if self.tcp:
            return TRANSACTION + b"\x00\x00" + len(body).to_bytes(2, "big") + body
        return body + crc16_modbus(body).to_bytes(2, "little")

    def response(self, data: bytes) -> bytes:
        return self.wrap(bytes([self.unit, self.function, len(data)]) + data)

    def refusal(self, code: int) -> bytes:
        return self.wrap(bytes([self.unit, self.function | 0x80, code]))

    def body(self, message: bytes) -> bytes | None:
        """Return the bytes from unit to the last data byte of a whole right answer to this query, else
        None."""
        body = message[_MBAP:] if self.tcp else message[:-2]
        right = len(message) == self.size(body[:3]) and message == self.wrap(body)
        return body if right else None

    def size(self, head: bytes) -> int:
        """Return the length of the answer that begins with unit, function, size or code; 0: it is none of
        ours."""
        around = _MBAP if self.tcp else 2
        if head == bytes([self.unit, self.function, 2 * self.count]):
            return around + 3 + 2 * self.count
        if head[:2] == bytes([self.unit, self.function | 0x80]) and len(head) == 3:
            return around + 3
        return 0


class ModbusFramer(NoiseKeeper):
    """Right answers to one query; all else, a wrong CRC and an echo of the query included, is noise."""

    def __init__(self, query: Query) -> None:
        super().__init__()
        self._query = query
        self._lead = _MBAP if query.tcp else 0

    def feed(self, data: bytes, at: datetime) -> list[Frame]:
        self._buffer += data
        frames: list[Frame] = []
        start = 0
        while len(self._buffer) - start >= self._lead + 3:
            size = self._size(start)
            if start + size > len(self._buffer):
                break
            message = bytes(self._buffer[start : start + size])
            if size and self._query.body(message) is not None:
                frames.append(Frame(message, at))
                self._close_run()
                start += size
            else:
                self._reject(bytes(self._buffer[start : start + 1]))
                start += 1
        del self._buffer[:start]
        return frames

    def _size(self, start: int) -> int:
        """Return the length of the answer that may begin at `start`, 0 for noise."""
        lead = bytes(self._buffer[start : start + self._lead])
        size = self._query.size(bytes(self._buffer[start + self._lead : start + self._lead + 3]))
        if self._query.tcp and lead != TRANSACTION + b"\x00\x00" + (size - _MBAP).to_bytes(
            2, "big", signed=True
        ):
            return 0
        return size
