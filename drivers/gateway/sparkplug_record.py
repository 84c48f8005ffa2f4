r"""A Sparkplug message as one run of bytes: in recordings, in the journal, and as a frame.

    spBv1.0/<group>/<type>/<edge>[/<device>] SP <payload length> LF <payload>

MQTT keeps the topic apart from the payload; a frame must hold both, because the topic says whose the
values are.
"""

import re
from dataclasses import dataclass

_HEAD = re.compile(rb"spBv1\.0/[^\x00-\x20]{1,400} ([0-9]{1,7})\n")
MARK = b"spBv1.0/"
HEAD_LIMIT = 450
PAYLOAD_LIMIT = 262_144
TYPES = ("NBIRTH", "NDEATH", "DBIRTH", "DDEATH", "NDATA", "DDATA")


@dataclass(frozen=True, slots=True)
class Address:
    """Whose message it is; `device` is None for the edge node itself."""

    group: str
    type: str
    edge: str
    device: str | None

    @property
    def topic(self) -> str:
        parts = ["spBv1.0", self.group, self.type, self.edge]
        return "/".join(parts if self.device is None else [*parts, self.device])

    @property
    def node(self) -> tuple[str, str]:
        return self.group, self.edge


def read_topic(topic: str) -> Address | None:
    """Return None for a topic that carries no births, deaths or data (commands, host states, other
    traffic)."""
    parts = topic.split("/")
    if len(parts) not in (4, 5) or parts[0] != "spBv1.0" or parts[2] not in TYPES or not all(parts):
        return None
    if (len(parts) == 5) != parts[2].startswith("D"):
        return None
    return Address(parts[1], parts[2], parts[3], parts[4] if len(parts) == 5 else None)


def is_for_others(topic: str) -> bool:
    """Return True for what Sparkplug says to nodes and of hosts: commands and host states."""
    parts = topic.split("/")
    return parts[0] == "spBv1.0" and ("STATE" in parts[1:3] or parts[2:3] in (["NCMD"], ["DCMD"]))


def pack(topic: str, payload: bytes) -> bytes:
    return f"{topic} {len(payload)}\n".encode() + payload


def unpack(data: bytes) -> tuple[Address, bytes] | None:
    """Return address and payload of exactly one record; else None."""
    head = _HEAD.match(data)
    if head is None or len(data) - head.end() != int(head[1]):
        return None
    try:
        address = read_topic(data[: head.end()].rpartition(b" ")[0].decode("utf-8"))
    except UnicodeDecodeError:
        return None
    return (address, data[head.end() :]) if address else None


def size_of(data: bytes | bytearray) -> int:
    """Return the length of the record that `data` begins with; 0 when more is needed, -1 when it begins with
    none."""
    head = _HEAD.match(data)
    if head is not None:
        size = int(head[1])
        return head.end() + size if size <= PAYLOAD_LIMIT else -1
    return -1 if b"\n" in data[:HEAD_LIMIT] or len(data) > HEAD_LIMIT else 0
