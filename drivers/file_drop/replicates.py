"""Make one reading of a sample that was measured more than once."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from statistics import fmean

from drivers.generic.results import Results
from drivers.reading import Analyte, Frame, Reading, Value

_DIGITS = 6


def read_replicates(
    results: Results, kind: str, frame: Frame, times: Sequence[Mapping[str, str]], *, mean: bool
) -> Reading:
    """Return the mean of all times, or of each field the text that was given last. FrameError.

    An analyte that was measured badly once has no mean; one that is absent once has the mean of the others.
    """
    if not mean or len(times) == 1:
        given = {name: text for fields in times for name, text in fields.items()}
        return results.read(kind, frame, given)
    readings = [results.read(kind, frame, fields) for fields in times]
    last = readings[-1]
    told: dict[Analyte, list[Value]] = {}
    for one in readings:
        for analyte, value in one.values.items():
            told.setdefault(analyte, []).append(value)
    return replace(
        last,
        values={analyte: _mean(values) for analyte, values in told.items()},
        flags=frozenset().union(*(one.flags for one in readings)),
        extra={**last.extra, "as_sent": [dict(fields) for fields in times], "replicates": len(times)},
    )


def _mean(values: Sequence[Value]) -> Value:
    numbers = [one.value for one in values if one.value is not None]
    if len(numbers) < len(values):
        return replace(values[0], value=None)
    return replace(values[0], value=round(fmean(numbers), _DIGITS))
