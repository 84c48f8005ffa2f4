"""The service manager (systemd) hears from the station how it is, and keeps its listening socket meanwhile.

Every word is one datagram of `KEY=value` lines on the socket that `NOTIFY_SOCKET` names (sd_notify); without
it nobody listens and nothing is said. A socket handed over by `keep` comes back at the next start, after a
crash or a restart: who connects meanwhile waits and is not refused. After `systemctl stop`, or an end after
which nothing is started again, systemd closes it.
"""

import array
import os
import socket
from collections.abc import MutableMapping
from contextlib import suppress

FIRST_HANDED_OVER = 3  # as sd_listen_fds says
_VARIABLES = ("NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID", "LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES")


class ServiceManager:
    """`watchdog_s`: how soon the manager wants to hear `beat` again before it starts the station anew; None
    where it does not watch. `sockets` were kept since the last start."""

    def __init__(
        self, address: str | None = None, watchdog_s: float | None = None,
        sockets: tuple[socket.socket, ...] = (),
    ) -> None:  # fmt: skip
        self.watchdog_s = watchdog_s if address else None
        self.sockets = sockets
        self._address = f"\0{address[1:]}" if address and address.startswith("@") else address

    def ready(self, status: str) -> None:
        self._say("READY=1", _status(status))

    def tell(self, status: str) -> None:
        """Let `systemctl status` show one line of how the station is."""
        self._say(_status(status))

    def beat(self) -> None:
        self._say("WATCHDOG=1")

    def stopping(self) -> None:
        self._say("STOPPING=1")

    def keep(self, listener: socket.socket, name: str) -> None:
        self._say("FDSTORE=1", f"FDNAME={name}", hand_over=listener)

    def forget(self, name: str) -> None:
        """Let go of what was kept under that name."""
        self._say("FDSTOREREMOVE=1", f"FDNAME={name}")

    def _say(self, *lines: str, hand_over: socket.socket | None = None) -> None:
        """A manager that cannot be told holds nobody up."""
        if self._address is None:
            return
        control = []
        if hand_over is not None:
            descriptors = array.array("i", [hand_over.fileno()])
            control = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, descriptors)]
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
            manager.settimeout(1.0)
            manager.connect(self._address)
            manager.sendmsg(["\n".join(lines).encode()], control)


def _status(text: str) -> str:
    return f"STATUS={' '.join(text.split())}"


def manager_of(environment: MutableMapping[str, str], process: int | None = None) -> ServiceManager:
    """The manager that started this process. What it said is taken out of the environment: the station's own
    children have no such manager."""
    said = {name: environment.pop(name, "") for name in _VARIABLES}
    process = os.getpid() if process is None else process
    sockets: tuple[socket.socket, ...] = ()
    if said["LISTEN_PID"] == str(process) and said["LISTEN_FDS"].isdecimal():
        handed = range(FIRST_HANDED_OVER, FIRST_HANDED_OVER + int(said["LISTEN_FDS"]))
        sockets = tuple(_own(descriptor) for descriptor in handed)
    watchdog_s = None
    if said["WATCHDOG_USEC"].isdecimal() and said["WATCHDOG_PID"] in ("", str(process)):
        watchdog_s = int(said["WATCHDOG_USEC"]) / 1e6
    return ServiceManager(said["NOTIFY_SOCKET"] or None, watchdog_s or None, sockets)


def _own(descriptor: int) -> socket.socket:
    """No child of the station inherits it."""
    handed = socket.socket(fileno=descriptor)
    handed.set_inheritable(False)
    return handed
