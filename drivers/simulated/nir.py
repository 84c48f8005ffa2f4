"""A simulated NIR analyzer behind a gateway that sends `json-nir` messages."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from drivers.reading import UNIT_OF, Analyte
from drivers.simulated.emission import Emission, EmissionLog
from drivers.simulated.line import Line


class SimulatedNir:
    """Sends results on `line`; `end` is b"" for whole messages (MQTT), b"\\n" for lines (TCP).

    Identifiers count up from 1 behind `prefix`, so equal runs send equal bytes.
    """

    def __init__(
        self,
        line: Line,
        *,
        device: str = "nir-1",
        serial: str = "SIM-0001",
        calibration: str = "SIM-2026",
        prefix: str = "sim",
        end: bytes = b"",
    ) -> None:
        self.log = EmissionLog()
        self._line = line
        self._device, self._serial, self._calibration = device, serial, calibration
        self._prefix, self._end = prefix, end
        self._count = 0
        self._last: Emission | None = None

    def send_result(
        self,
        sample_id: str | None,
        product: str,
        values: Mapping[Analyte, float | None],
        at: datetime,
        *,
        basis: str = "as_is",
    ) -> Emission:
        """Send one result; shares get `basis`, each value its analyte's own unit."""
        self._count += 1
        identity = f"{self._prefix}-{self._count:06d}"
        body: dict[str, Any] = {
            "id": identity,
            "device": self._device,
            "time": at.replace(tzinfo=None, microsecond=0).isoformat(),
            "sample": sample_id,
            "product": product,
            "serial": self._serial,
            "calibration": self._calibration,
            "values": {analyte.value: _entry(analyte, value, basis) for analyte, value in values.items()},
        }
        data = json.dumps(body, ensure_ascii=False).encode() + self._end
        named = {analyte.value: value for analyte, value in values.items()}
        self._last = Emission(at, data, named, sample_id, identity, carried=self._line.write(data))
        return self.log.add(self._last)

    def send_again(self) -> bool:
        """Repeat the last message: the same result, not a new one."""
        return self._line.write(self._last.data) if self._last else False


def _entry(analyte: Analyte, value: float | None, basis: str) -> dict[str, Any]:
    entry: dict[str, Any] = {"value": value, "unit": UNIT_OF[analyte].value}
    if analyte == Analyte.MOISTURE:
        entry["basis"] = "as_is"
    elif analyte in (Analyte.PROTEIN, Analyte.OIL):
        entry["basis"] = basis
    return entry
