"""A simulated Sparkplug B edge node with one analyzer, as the shipped profile `nir` expects."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from drivers.gateway.sparkplug_payload import (
    BOOLEAN,
    DOUBLE,
    INT64,
    STRING,
    Metric,
    Payload,
    encode_payload,
)
from drivers.simulated.emission import Emission, EmissionLog
from drivers.transport import MqttTransport, Presence

METRICS: Mapping[str, int] = {
    "Result/Id": STRING,
    "Result/Sample": STRING,
    "Result/Product": STRING,
    "Result/Moisture": DOUBLE,
    "Result/Protein": DOUBLE,
    "Result/Test weight": DOUBLE,
}
FIRST_ALIAS = 100

Message = tuple[str, bytes]


def milliseconds(at: datetime) -> int:
    return int(at.timestamp() * 1000)


class EdgeNode:
    """Makes the node's messages as (topic, payload). `values` are by metric name; a value of None is null.

    `first_alias` differs between two nodes whose aliases must not be mixed up.
    """

    def __init__(
        self, group: str, edge: str, device: str, *, bd_seq: int = 0, first_alias: int = FIRST_ALIAS
    ) -> None:
        self.log = EmissionLog()
        self._group, self._edge, self._device = group, edge, device
        self._bd_seq = bd_seq
        self._seq = 0
        self._aliases = {name: first_alias + n for n, name in enumerate(METRICS)}
        self._values: dict[str, float | str | None] = dict.fromkeys(METRICS)

    @property
    def will(self) -> Message:
        return self._topic("NDEATH"), encode_payload(Payload(metrics=(self._birth_sequence(),)))

    def births(self, at: datetime) -> list[Message]:
        self._seq = 0
        control = Metric("Node Control/Rebirth", datatype=BOOLEAN, value=False)
        node = Payload(milliseconds(at), 0, (self._birth_sequence(), control))
        metrics = [self._metric(name, self._values[name], at) for name in METRICS]
        device = Payload(milliseconds(at), self._next(), tuple(metrics))
        return [
            (self._topic("NBIRTH"), encode_payload(node)),
            (self._device_topic("DBIRTH"), encode_payload(device)),
        ]

    def result(
        self, values: Mapping[str, float | str | None], at: datetime, *, historical: bool = False
    ) -> Message:
        """Return one result by exception: only what changed is sent, and always the id."""
        return self.results([(values, at)], historical=historical)

    def results(
        self, batch: Iterable[tuple[Mapping[str, float | str | None], datetime]], *, historical: bool = False
    ) -> Message:
        """Return several results in one message, as a node sends those that it kept."""
        metrics: list[Metric] = []
        at = None
        for values, at in batch:
            for name, value in values.items():
                if historical or value != self._values[name] or name == "Result/Id":
                    whole = self._metric(name, value, at)
                    metrics.append(replace(whole, name=None, datatype=None, is_historical=historical))
            if not historical:
                self._values |= values
            named = {name: value for name, value in values.items() if not isinstance(value, str)}
            self.log.add(Emission(at, b"", named, identity=str(values["Result/Id"])))
        stamp = None if at is None else milliseconds(at)
        return self._device_topic("DDATA"), encode_payload(Payload(stamp, self._next(), tuple(metrics)))

    def death_of_device(self, at: datetime) -> Message:
        return self._device_topic("DDEATH"), encode_payload(Payload(milliseconds(at), self._next()))

    def _metric(self, name: str, value: float | str | None, at: datetime) -> Metric:
        return Metric(
            name, self._aliases[name], milliseconds(at), METRICS[name], is_null=value is None, value=value
        )

    def _birth_sequence(self) -> Metric:
        return Metric("bdSeq", datatype=INT64, value=self._bd_seq)

    def _next(self) -> int:
        self._seq = (self._seq + 1) % 256
        return self._seq

    def _topic(self, kind: str) -> str:
        return f"spBv1.0/{self._group}/{kind}/{self._edge}"

    def _device_topic(self, kind: str) -> str:
        return f"{self._topic(kind)}/{self._device}"


class ConnectedEdgeNode:
    """An edge node at a broker: its will is its death, and it is born again when it is told to."""

    def __init__(self, node: EdgeNode, host: str, port: int, group: str, edge: str) -> None:
        self.rebirths = 0
        self._node = node
        topic, payload = node.will
        will = Presence(topic, None, lambda _: payload, retain=False)
        command = f"spBv1.0/{group}/NCMD/{edge}"
        self._client = MqttTransport(host, port, command, client_id=f"edge-{edge}", presence=will)
        self._client.open()

    def send(self, message: Message) -> None:
        self._client.publish(*message, qos=0)

    def obey_one(self, at: datetime) -> bool:
        """Carry out one command that came; False when there is none."""
        chunk = self._client.read(0.01)
        if chunk is None:
            return False
        if chunk.receipt is not None:
            self._client.confirm(chunk.receipt)
        self.rebirths += 1
        for message in self._node.births(at):
            self.send(message)
        return True

    def close(self) -> None:
        self._client.close()
