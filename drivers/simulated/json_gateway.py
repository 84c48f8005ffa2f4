"""A simulated gateway that lists its results by name, as the shipped profile `nir-list` expects."""

import json
from collections.abc import Mapping
from datetime import datetime

from drivers.simulated.emission import Emission, EmissionLog
from drivers.simulated.line import Line

NAMES = {"moisture": "Moisture", "protein": "Protein", "test_weight": "Test weight"}


class JsonGateway:
    """Sends results on `line`; `end` is b"" for whole messages (MQTT), b"\\n" for lines."""

    def __init__(self, line: Line, *, end: bytes = b"") -> None:
        self.log = EmissionLog()
        self._line, self._end = line, end
        self._count = 0

    def send_result(
        self, sample_id: str, product: str, values: Mapping[str, float | None], at: datetime
    ) -> Emission:
        """Send one result: `values` are by analyte name, in the analyte's own unit; protein is on dry
        matter."""
        self._count += 1
        body = {
            "type": "result",
            "id": self._count,
            "at": f"{at:%Y-%m-%d %H:%M:%S}",
            "sample": {"code": sample_id},
            "product": product,
            "results": [{"name": NAMES[name], "value": value} for name, value in values.items()],
        }
        data = json.dumps(body).encode() + self._end
        carried = self._line.write(data)
        return self.log.add(Emission(at, data, values, sample_id, str(self._count), carried=carried))

    def send_sign_of_life(self) -> bool:
        return self._line.write(b'{"type": "alive"}' + self._end)
