"""Tell whether the line of a bridge failed while a vehicle stood on it."""

from dataclasses import dataclass

from drivers.disturbance import Disturbance


@dataclass(frozen=True, slots=True)
class Course:
    """A course goes from one empty bridge to the next. `connection` is the one of the reading before;
    `disturbance`: in this course the line was lost and came back, or was opened at all, so nobody saw whether
    the vehicle moved or another one took its place, nor when that was said which arrived first. A vehicle
    whose readings all came over one connection, after an empty bridge, is weighed undisturbed."""

    loaded: bool = True
    connection: int | None = None
    disturbance: Disturbance | None = Disturbance.CONNECTED

    def after(self, connection: int, *, is_empty: bool) -> "Course":
        """`connection` counts how often the line had come back. A bridge proven to be empty ends a course."""
        if is_empty:
            return Course(False, connection, None)
        lost = self.loaded and self.connection not in (None, connection)
        return Course(True, connection, Disturbance.RECONNECTED if lost else self.disturbance)
