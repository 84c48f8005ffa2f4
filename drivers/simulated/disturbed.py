"""A line on which the next message suffers: for instruments that know nothing of faults themselves."""

import random
import re

from drivers.simulated.faults import POWER_UP, LineFault, damage
from drivers.simulated.line import TwoWayLine

_POINT = re.compile(rb"(?<=[0-9])\.(?=[0-9])")


class DisturbedLine:
    """Set `fault` before a write. `whole`: what is written are whole messages (MQTT), not a stream.

    `sent` collects what really left until `take_sent`.
    """

    def __init__(self, line: TwoWayLine, *, whole: bool, seed: int) -> None:
        self.fault: LineFault | None = None
        self._line, self._whole = line, whole
        self._random = random.Random(seed)
        self._glue = b""
        self._sent_bytes = b""

    def write(self, data: bytes) -> bool:
        fault, self.fault = self.fault, None
        if fault is LineFault.GLUED and not self._whole:
            self._glue += data
            return True
        if fault is LineFault.DISCONNECT:
            return self._cut_off(data)
        if fault is LineFault.POWER_UP_BANNER:
            self._put(POWER_UP)
            return self._put(data)
        if fault is LineFault.REPEAT:
            return self._put(data) and self._put(data)
        if fault is LineFault.DECIMAL_COMMA:
            return self._put(_POINT.sub(b",", data))
        glue, self._glue = self._glue, b""
        return self._put(glue + damage(data, fault, b"", self._random))

    def take(self) -> bytes:
        return self._line.take()

    def disconnect(self) -> None:
        self._line.disconnect()

    def close(self) -> None:
        self._line.close()

    def take_sent(self) -> bytes:
        sent, self._sent_bytes = self._sent_bytes, b""
        return sent

    def _put(self, data: bytes) -> bool:
        self._sent_bytes += data
        return self._line.write(data)

    def _cut_off(self, data: bytes) -> bool:
        """The cable is pulled within the message; a broker takes whole messages or none."""
        if not self._whole:
            self._put(data[: len(data) // 2])
        self._line.disconnect()
        return False
