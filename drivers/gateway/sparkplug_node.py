"""A Sparkplug host remembers each edge node, and names the metrics that are sent by alias."""

from collections.abc import Set
from dataclasses import dataclass, field, replace
from datetime import datetime

from drivers.gateway.sparkplug_payload import Metric, Payload, Scalar, decode_payload, encode_payload
from drivers.gateway.sparkplug_record import Address

Names = dict[int, Metric]


@dataclass(frozen=True, slots=True)
class WantedMetrics:
    """`metrics`: the names that the profile maps; `trigger`: the one whose arrival completes a result."""

    metrics: frozenset[str]
    trigger: str | None = None


@dataclass(frozen=True, slots=True)
class HeldMessage:
    address: Address
    payload: Payload
    at: datetime
    since: float


@dataclass(slots=True)
class Node:
    """One edge node. `seq` is None until a birth; `asked_s` when it was last told to be born again."""

    seq: int | None = None
    born_seq: int | None = None
    asked_s: float | None = None
    names: dict[str | None, Names] = field(default_factory=dict)
    former: dict[str | None, Names] = field(default_factory=dict)
    last: dict[tuple[str | None, str], Metric] = field(default_factory=dict)
    held: list[HeldMessage] = field(default_factory=list)

    def names_any(self, wanted: Set[str]) -> bool:
        """Return True where a birth or a message named one of these metrics."""
        return any(name in wanted for _, name in self.last)


def name_metric(metric: Metric, names: Names, former: Names) -> Metric:
    """Give the metric the name and type of the birth; no name where that is not certain."""
    if metric.name is not None or metric.alias is None:
        return metric
    birth = names.get(metric.alias)
    before = former.get(metric.alias)
    if birth is None or (before is not None and before.name != birth.name):
        return metric
    return replace(
        metric, name=birth.name, datatype=metric.datatype or birth.datatype, value=_typed_value(metric, birth)
    )


def _typed_value(metric: Metric, birth: Metric) -> Scalar | None:
    """The birth's type tells a negative number that has no type of its own."""
    if metric.datatype is None and isinstance(metric.value, int) and not isinstance(metric.value, bool):
        again = encode_payload(Payload(metrics=(replace(metric, datatype=birth.datatype),)))
        return decode_payload(again).metrics[0].value
    return metric.value
