"""Tell whether the line of a bridge failed while a vehicle stood on it."""

from dataclasses import dataclass

from drivers.disturbance import Disturbance
from drivers.reading import Flag, Reading


@dataclass(frozen=True, slots=True)
class Course:
    """A course goes from one empty bridge to the next. `connection` is the one of the reading before;
    `disturbance`: the line was lost in this course and came back, so nobody saw whether the vehicle moved
    or another one took its place. A vehicle whose readings all came over one connection is weighed
    undisturbed."""

    loaded: bool = False
    connection: int = 0
    disturbance: Disturbance | None = None

    def after(self, reading: Reading, connection: int, zero_kg: float) -> "Course":
        """`connection` counts how often the line had come back. A stable zero ends the course."""
        kg = reading.weight_kg
        if kg is not None and abs(kg) <= zero_kg and Flag.MOTION not in reading.flags:
            return Course(connection=connection)
        lost = self.loaded and connection != self.connection
        return Course(True, connection, Disturbance.RECONNECTED if lost else self.disturbance)
