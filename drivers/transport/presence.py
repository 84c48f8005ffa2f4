"""A client of a broker says of itself that it is online and, by its will, that it is offline."""

import json
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Presence:
    """`online` is published after each connection (None: nothing is), `offline` before the connection is
    closed, or by the broker when it breaks. Both get the connection's time in ms since 1970, so that an
    old will cannot end a new connection."""

    topic: str
    online: Callable[[int], bytes] | None
    offline: Callable[[int], bytes]
    retain: bool = True


def sparkplug_host(name: str) -> Presence:
    """Return the presence of a Sparkplug host application: edge nodes keep their results while it is
    offline."""

    def state(online: bool, ms: int) -> bytes:
        return json.dumps({"online": online, "timestamp": ms}).encode()

    return Presence(f"spBv1.0/STATE/{name}", lambda ms: state(True, ms), lambda ms: state(False, ms))
