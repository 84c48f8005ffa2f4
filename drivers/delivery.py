"""A driver hands over deliveries: one message of a device, or why it cannot be read."""

from dataclasses import dataclass
from typing import Any

from drivers.disturbance import Disturbance
from drivers.errors import FrameError
from drivers.reading import Frame, Reading


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message of a device: a `reading`, or the `error` why there is none.

    `dup` is the transport's word that the same message may have been delivered before. `disturbance`: the
    line failed around this message, which came as a piece of a stream. `connection` counts how often the
    line had come back by then.
    """

    device: str
    frame: Frame
    reading: Reading | None
    error: FrameError | None = None
    receipt: Any = None
    dup: bool = False
    disturbance: Disturbance | None = None
    connection: int = 0
