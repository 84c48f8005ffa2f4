"""Counts what the simulators sent against what the station recorded: lost and doubled.

Only what had to arrive counts: analyses that left whole, vehicles that stood on the bridge, uploads that
were acknowledged. What is recorded is read from the station's events, each of which belongs to one row.
"""

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from drivers.simulated.emission import Emission
from station.api.schemas import Event


@dataclass(frozen=True, slots=True)
class Account:
    """`lost` were sent and not recorded, `doubled` were recorded more often than sent."""

    lost: int
    doubled: int

    def __add__(self, other: "Account") -> "Account":
        return Account(self.lost + other.lost, self.doubled + other.doubled)


def compare(sent: Iterable[Hashable], recorded: Iterable[Hashable]) -> Account:
    """Compares two multisets: what the second lacks, and has too often."""
    there, here = Counter(sent), Counter(recorded)
    return Account((there - here).total(), (here - there).total())


def count(
    events: Sequence[Event],
    analyses: Mapping[str, Sequence[Emission]],
    stands: Sequence[int],
    uploads: Iterable[UUID],
) -> Account:
    """Compares the whole day. An upload that was acknowledged twice under one id is one capture."""
    return (
        compare(_sent_results(analyses), recorded_results(events))
        + compare((float(kg) for kg in stands), recorded_weights(events))
        + compare(
            {str(capture) for capture in uploads},
            (event.subject_id for event in events if event.kind == "capture_received"),
        )
    )


def recorded_results(events: Sequence[Event]) -> list[Hashable]:
    """Returns every analysis row that came from an instrument."""
    return [
        _result(event.data["instrument"], event.data["barcode"], _values(event.data["values"]))
        for event in events
        if event.kind == "reading_received" and event.by is None
    ]


def recorded_weights(events: Sequence[Event]) -> list[float]:
    """Returns every weighing that the rule took, kg."""
    return [e.data["kg"] for e in events if e.kind == "weighing_taken" and e.by is None]


def _sent_results(analyses: Mapping[str, Sequence[Emission]]) -> list[Hashable]:
    return [
        _result(device, emission.sample_id, emission.values)
        for device, emissions in analyses.items()
        for emission in emissions
    ]


def _result(device: str, barcode: str | None, values: Mapping[str, float | None]) -> Hashable:
    return device, barcode, tuple(sorted(values.items()))


def _values(recorded: Mapping[str, Any]) -> dict[str, float | None]:
    return {analyte: value["value"] for analyte, value in recorded.items()}
