"""Reads the barcodes of sample labels on photos, on demand."""

import sys
from collections.abc import Sequence

from station.acts.refusals import Fault, Invalid
from station.runtime.errands import LIMIT_S, Errands

COMMAND = (sys.executable, "-m", "station.vision.labels")


class LabelReader:
    def __init__(self, *, command: Sequence[str] = COMMAND, limit_s: float = LIMIT_S) -> None:
        self._errands = Errands(command, busy=Fault.LABEL_BUSY, failed=Fault.LABEL_FAILED, limit_s=limit_s)

    def read(self, photo: bytes) -> list[str]:
        """The texts of all barcodes on the photo. Raises Conflict(label_busy, label_failed), and
        Invalid(label_unreadable) where the photo cannot be decoded."""
        answer, _ = self._errands.run({}, photo)
        if answer.get("unreadable"):
            raise Invalid(Fault.LABEL_UNREADABLE)
        return [str(text) for text in answer["barcodes"]]
