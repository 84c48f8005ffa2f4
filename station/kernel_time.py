"""The kernel says whether anybody keeps its clock right, and how long the machine has been running."""

import ctypes
import subprocess
import sys
import time
from functools import cache
from pathlib import Path

_UNSYNCHRONISED = 0x40  # STA_UNSYNC of <sys/timex.h>
_BOOT = Path("/proc/sys/kernel/random/boot_id")
_OWN = Path("/proc/self/status")
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
    return ask_kernel() if _may_ask() else None


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


def ticks() -> float:
    """Steady seconds since the machine was started, also those that it slept."""
    return time.clock_gettime(time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.monotonic()


def boot() -> str:
    """What tells this run of the machine from any other; empty where the kernel does not say."""
    try:
        return _BOOT.read_text().strip()
    except OSError:
        return ""
