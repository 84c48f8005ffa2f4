"""A simulated weighing head that is read by Modbus, as the shipped profile `float-weight` expects."""

import re

from drivers.gateway.modbus_wire import Query
from drivers.simulated.modbus import float_registers
from drivers.simulated.scale import Display


class SimulatedModbus:
    """Answers `query` and nothing else. Out of range the weight is 0 with its bit set."""

    banner: bytes = b""
    repeating: frozenset[bytes] = frozenset()

    def __init__(self, query: Query) -> None:
        self._query = query
        self.command = re.compile(b"(" + re.escape(query.request) + b")", re.DOTALL)

    def message(self, display: Display) -> bytes:
        weight = display.shown if display.valid else 0.0
        return self._query.response(
            float_registers(weight, stable=not display.motion, overload=not display.valid)
        )

    def answer(self, command: bytes, display: Display) -> bytes:
        return self.message(display)
