"""The kernel says whether anybody keeps its clock right, and how long the machine has been running."""

import ctypes
import subprocess
import sys
import threading
import time
from functools import cache
from pathlib import Path

_UNSYNCHRONISED = 0x40  # STA_UNSYNC of <sys/timex.h>
_BOOT = Path("/proc/sys/kernel/random/boot_id")
_OWN = Path("/proc/self/status")
_TIMEDATED = (
    "busctl", "--timeout=5", "get-property", "org.freedesktop.timedate1", "/org/freedesktop/timedate1",
    "org.freedesktop.timedate1", "NTPSynchronized",
)  # fmt: skip
_AGAIN_S = 60.0
_ASK = "from station.kernel_time import ask_kernel; ask_kernel()"


class _Timex(ctypes.Structure):
    """`struct timex` up to its status; `modes` 0 only reads."""

    _fields_ = (
        ("modes", ctypes.c_uint),
        ("offset", ctypes.c_long),
        ("freq", ctypes.c_long),
        ("maxerror", ctypes.c_long),
        ("esterror", ctypes.c_long),
        ("status", ctypes.c_int),
        ("rest", ctypes.c_long * 32),
    )


def is_synchronised() -> bool | None:
    """Whether a time service keeps the kernel's clock right; None where the kernel does not say."""
    return ask_kernel() if _may_ask() else _told().is_synchronised


def ask_kernel() -> bool | None:
    """As `is_synchronised`. A filter of system calls may end the process that asks."""
    try:
        adjtimex = ctypes.CDLL(None).adjtimex
    except (AttributeError, OSError, TypeError):  # not Linux
        return None
    state = _Timex()
    return not state.status & _UNSYNCHRONISED if adjtimex(ctypes.byref(state)) >= 0 else None


@cache
def _may_ask() -> bool:
    """Under a filter of system calls a child asks first: it is the one that would be ended."""
    try:
        is_filtered = "\nSeccomp:\t2" in _OWN.read_text()
    except OSError:
        return True
    return not is_filtered or subprocess.run([sys.executable, "-c", _ASK], check=False).returncode == 0


class _Told:
    """What systemd's timedated says, which may ask the kernel. Only for the first answer anybody waits."""

    def __init__(self) -> None:
        self.is_synchronised = ask_timedated()
        threading.Thread(target=self._go_on, name="timedated", daemon=True).start()

    def _go_on(self) -> None:
        while True:
            time.sleep(_AGAIN_S)
            self.is_synchronised = ask_timedated()


@cache
def _told() -> _Told:
    return _Told()


def ask_timedated() -> bool | None:
    """None where there is no such service, or it does not answer."""
    try:
        done = subprocess.run(_TIMEDATED, check=False, capture_output=True, text=True, timeout=10)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return {"b true": True, "b false": False}.get(done.stdout.strip())


def ticks() -> float:
    """Steady seconds since the machine was started, also those that it slept."""
    return time.clock_gettime(time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.monotonic()


def boot() -> str:
    """What tells this run of the machine from any other; empty where the kernel does not say."""
    try:
        return _BOOT.read_text().strip()
    except OSError:
        return ""
