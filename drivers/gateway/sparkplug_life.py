"""The host's side of Sparkplug B: births name the metrics, sequence numbers show what is missing.

A data message may call its metrics by alias only, so it means nothing without the birth that names
them. As long as a birth is missing (the station came later, a number was skipped, the node died) data
are held back, the node is told to be born again (`Node Control/Rebirth`), and what was held is read by
the new birth, in its order. A birth that gives an alias another name than before, or none within
`HOLD_S`, leaves the metric without a name: its frame is refused with that reason, never read by guess.

What goes on is one frame per device and timestamp, oldest first, with every metric named: historical
values stand where they belong. Values in births are not results: they may be old or mere defaults. They
are remembered to complete a result where the profile has a trigger: Sparkplug sends only what changed.
"""

from dataclasses import replace
from datetime import datetime

from drivers.dialogue import FrameGroup, Say
from drivers.framing import NoiseKeeper
from drivers.gateway.sparkplug_node import HeldMessage, Names, Node, WantedMetrics, name_metric
from drivers.gateway.sparkplug_payload import BOOLEAN, Metric, Payload, decode_payload, encode_payload
from drivers.gateway.sparkplug_record import MARK, Address, is_for_others, pack, read_topic, size_of, unpack
from drivers.reading import Frame
from drivers.transport import Chunk

HOLD_S = 30.0
ASK_AGAIN_S = 5.0
HELD_LIMIT = 256
REBIRTH = "Node Control/Rebirth"
NO_NAMES: Names = {}
_LISTEN_S = 0.5


class SparkplugLife(NoiseKeeper):
    """One connection to a broker; as a framer it reads a recording of records."""

    def __init__(self, wanted: WantedMetrics) -> None:
        super().__init__()
        self._wanted = wanted
        self._nodes: dict[tuple[str, str], Node] = {}
        self._says: list[Say] = []

    def start(self, now: float) -> None:
        """A host learns the nodes from what they say."""

    def hear(self, chunk: Chunk, at: datetime, now: float) -> list[FrameGroup]:
        if not chunk.whole:
            self._buffer += chunk.data
            return self._records(at, now)
        address = read_topic(chunk.topic or "")
        late = self.note_quiet(at, now)
        if address is not None:
            return [*late, self._message(address, chunk.data, at, now)]
        if is_for_others(chunk.topic or ""):
            return late
        return [*late, FrameGroup((Frame(pack(chunk.topic or "", chunk.data), at),))]

    def note_quiet(self, at: datetime, now: float) -> list[FrameGroup]:
        groups = []
        for key, node in self._nodes.items():
            late = [held for held in node.held if now - held.since > HOLD_S]
            node.held = node.held[len(late) :]
            frames = tuple(frame for held in late for frame in self._frames(node, held, NO_NAMES))
            groups += [FrameGroup(frames)] if frames else []
            if node.held and (node.asked_s is None or now - node.asked_s > ASK_AGAIN_S):
                self._ask(key, node, at, now)
        return groups

    def confirm(self, token: object) -> None:
        """Sparkplug waits for nothing but the broker's acknowledgement."""

    def take_says(self, now: float) -> list[Say]:
        says, self._says = self._says, []
        return says

    def wait_s(self, now: float) -> float:
        return _LISTEN_S

    def end(self, at: datetime) -> list[FrameGroup]:
        return [FrameGroup((frame,)) for frame in self._give_up()]

    def feed(self, data: bytes, at: datetime) -> list[Frame]:
        self._buffer += data
        return [frame for group in self._records(at, 0.0) for frame in group.frames]

    def finish(self, at: datetime) -> list[Frame]:
        frames = self._give_up()
        self.drop()
        return frames

    def _give_up(self) -> list[Frame]:
        """Hand on what is held as it is: no birth will come any more."""
        frames = []
        for node in self._nodes.values():
            held, node.held = node.held, []
            frames += [frame for one in held for frame in self._frames(node, one, NO_NAMES)]
        return frames

    def _records(self, at: datetime, now: float) -> list[FrameGroup]:
        groups: list[FrameGroup] = []
        while self._buffer:
            start = self._buffer.find(MARK)
            if start:
                keep = len(self._buffer) - len(MARK) + 1 if start < 0 else start
                self._discard(max(keep, 0))
                if start < 0:
                    break
            size = size_of(self._buffer)
            if size < 0:
                self._discard(1)
                continue
            if size == 0 or len(self._buffer) < size:
                break
            record = unpack(bytes(self._buffer[:size]))
            if record is None:
                self._discard(1)
                continue
            del self._buffer[:size]
            self._close_run()
            groups.append(self._message(*record, at, now))
        return groups

    def _message(self, address: Address, data: bytes, at: datetime, now: float) -> FrameGroup:
        """Return the frames to be read; none for a birth that goes well, or while data are held."""
        try:
            payload = decode_payload(data)
        except ValueError:
            return FrameGroup((Frame(pack(address.topic, data), at),))
        node = self._nodes.setdefault(address.node, Node())
        if address.type == "NBIRTH":
            return FrameGroup(tuple(self._take_birth(node, payload, at)))
        if address.type == "NDEATH":
            return self._take_death(node, address, payload, data, at)
        held = HeldMessage(address, payload, at, now)
        if node.seq is not None and payload.seq == (node.seq + 1) % 256:
            node.seq = payload.seq
            return self._take(node, held, data)
        return FrameGroup(tuple(self._out_of_turn(node, held)))

    def _out_of_turn(self, node: Node, held: HeldMessage) -> list[Frame]:
        if node.seq is not None and held.payload.seq == node.seq:
            return []  # the same message once more
        if held.address.type in ("NDATA", "DDATA"):
            return self._hold(node, held)
        self._doubt(node, held)
        return []

    def _take(self, node: Node, held: HeldMessage, data: bytes) -> FrameGroup:
        device = held.address.device
        if held.address.type == "DDEATH":
            node.names.pop(device, None)
            return FrameGroup((Frame(pack(held.address.topic, data), held.at),))
        if held.address.type == "DBIRTH":
            self._define(node, device, held.payload)
            return FrameGroup(tuple(self._release(node, device)))
        if device not in node.names or any(one.address.device == device for one in node.held):
            return FrameGroup(tuple(self._hold(node, held)))
        return FrameGroup(tuple(self._frames(node, held, node.names[device])))

    def _take_birth(self, node: Node, payload: Payload, at: datetime) -> list[Frame]:
        born = payload.metric("bdSeq")
        node.born_seq = born.value if born and isinstance(born.value, int) else None
        node.seq, node.asked_s = payload.seq or 0, None
        node.former = node.former or node.names
        node.names = {}
        self._define(node, None, payload)
        return self._release(node, None)

    def _take_death(
        self, node: Node, address: Address, payload: Payload, data: bytes, at: datetime
    ) -> FrameGroup:
        """A will of an earlier birth says nothing about this one."""
        born = payload.metric("bdSeq")
        if node.born_seq is not None and born is not None and born.value != node.born_seq:
            return FrameGroup(())
        frames = [frame for held in node.held for frame in self._frames(node, held, NO_NAMES)]
        self._nodes[address.node] = Node()
        return FrameGroup((*frames, Frame(pack(address.topic, data), at)))

    def _define(self, node: Node, device: str | None, payload: Payload) -> None:
        names: Names = {}
        for metric in payload.metrics:
            if metric.name is None:
                continue
            if metric.alias is not None:
                names[metric.alias] = metric
            node.last[device, metric.name] = metric
        node.names[device] = names

    def _doubt(self, node: Node, held: HeldMessage) -> None:
        """Distrust the aliases until the next birth, because something is missing."""
        node.former = node.former or node.names
        node.seq = None
        if node.asked_s is None:
            self._ask(held.address.node, node, held.at, held.since)

    def _hold(self, node: Node, held: HeldMessage) -> list[Frame]:
        """Keep the message until a birth; the oldest goes on unread when there are too many."""
        self._doubt(node, held)
        node.held.append(held)
        return self._frames(node, node.held.pop(0), NO_NAMES) if len(node.held) > HELD_LIMIT else []

    def _release(self, node: Node, device: str | None) -> list[Frame]:
        """Read what was held of this device by its new birth."""
        ready = [held for held in node.held if held.address.device == device]
        node.held = [held for held in node.held if held.address.device != device]
        names, former = node.names[device], node.former.pop(device, {})
        frames = [out for held in ready for out in self._frames(node, held, names, former)]
        if not node.held:
            node.former = {}
        return frames

    def _ask(self, key: tuple[str, str], node: Node, at: datetime, now: float) -> None:
        node.asked_s = now
        command = Metric(name=REBIRTH, datatype=BOOLEAN, value=True)
        payload = Payload(timestamp=int(at.timestamp() * 1000), metrics=(command,))
        self._says.append(Say(encode_payload(payload), f"spBv1.0/{key[0]}/NCMD/{key[1]}"))

    def _frames(self, node: Node, held: HeldMessage, names: Names, former: Names = NO_NAMES) -> list[Frame]:
        """Return one frame per timestamp, oldest first, of the metrics that are wanted or have no name; all
        metrics where the node names none that is wanted, to be refused for that."""
        device, payload = held.address.device, held.payload
        by_time: dict[int, list[Metric]] = {}
        for metric in payload.metrics:
            known = name_metric(metric, names, former)
            stamp = metric.timestamp if metric.timestamp is not None else payload.timestamp
            if known.name is None or known.name in self._wanted.metrics:
                by_time.setdefault(stamp or 0, []).append(known)
        if payload.metrics and not by_time and not node.names_any(self._wanted.metrics):
            whole = replace(payload, metrics=tuple(name_metric(m, names, former) for m in payload.metrics))
            return [Frame(pack(held.address.topic, encode_payload(whole)), held.at)]
        frames = []
        for stamp in sorted(by_time):
            metrics = self._complete(node, device, by_time[stamp])
            if metrics:
                whole = Payload(stamp or None, payload.seq, tuple(metrics))
                frames.append(Frame(pack(held.address.topic, encode_payload(whole)), held.at))
        return frames

    def _complete(self, node: Node, device: str | None, metrics: list[Metric]) -> list[Metric]:
        """Return what completes a result: with a trigger nothing until it comes, then also what did not
        change. A trigger that nothing names never comes: what there is goes on, to be refused for that."""
        for metric in metrics:
            if metric.name is not None and not metric.is_historical:
                node.last[device, metric.name] = metric
        trigger = self._wanted.trigger
        if trigger is None or any(metric.name is None for metric in metrics):
            return metrics
        names = {metric.name for metric in metrics}
        if trigger not in names:
            return [] if node.names_any({trigger}) else metrics
        if any(metric.is_historical for metric in metrics):
            return metrics
        known = (node.last.get((device, name)) for name in sorted(self._wanted.metrics - names))
        return metrics + [metric for metric in known if metric is not None]
