"""A simulated Modbus device: it holds registers and answers reads of them."""

import struct
import threading

from drivers.gateway.modbus_wire import Query
from drivers.simulated.line import TwoWayLine

_PAUSE_S = 0.002


def float_registers(weight: float, *, stable: bool = True, overload: bool = False) -> bytes:
    """Return the three registers of the shipped profile `float-weight`."""
    return struct.pack(">fH", weight, int(stable) | int(overload) << 1)


class ModbusDevice:
    """Answers `query` on `line` with `registers` (bytes, 2 per register) or with `refuse`, an exception
    code; `spoil` damages the next answer. A query for anything else is not answered."""

    def __init__(self, line: TwoWayLine, query: Query, registers: bytes) -> None:
        self.registers = registers
        self.refuse: int | None = None
        self.spoil = False
        self.answer_count = 0
        self._line, self._query = line, query
        self._received = b""
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="simulated modbus", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        if self._thread.ident is not None:
            self._thread.join()

    def answer_one(self) -> bool:
        """Answer a whole request that was heard; False when there is none."""
        self._received += self._line.take()
        request = self._query.request
        spot = self._received.find(request)
        if spot < 0:
            self._received = self._received[-len(request) :]
            return False
        self._received = self._received[spot + len(request) :]
        refused = self.refuse is not None
        answer = self._query.refusal(self.refuse or 0) if refused else self._query.response(self.registers)
        if self.spoil:
            self.spoil = False
            answer = answer[:-3] + bytes([answer[-3] ^ 0x10]) + answer[-2:]
        self._line.write(answer)
        self.answer_count += 1
        return True

    def _run(self) -> None:
        while not self._stop.is_set():
            if not self.answer_one():
                self._stop.wait(_PAUSE_S)
