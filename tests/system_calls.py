"""What a process asks the operating system to do, as `strace` writes it down."""

import re
import shutil
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

# -f: every thread; -y: paths beside file handles; -D: the traced process stays the caller's own child.
STRACE = ("strace", "-D", "-f", "-y", "-qq", "-s", "8192")
TRACED = "trace=fdatasync,fsync,write,pwrite64,rename,sendto,sendmsg,recvfrom"
INSTALL = "apt-get install -y strace"

_BEGUN = re.compile(r"(\d+) +(\w+)\((.*)")
_RESUMED = re.compile(r"(\d+) +<\.\.\. (\w+) resumed>(.*)")
_UNFINISHED = "<unfinished ...>"
_FILE = re.compile(r"\d+<([^>]*)>")


@dataclass(frozen=True)
class Call:
    """`file` is the path or socket that the call works on; `text` is all that was written of it. It began
    with line `began` of the trace and was done with line `ended`."""

    name: str
    file: str
    text: str
    began: int
    ended: int


def why_not() -> str | None:
    """Why no process can be traced here, if none can."""
    if shutil.which("strace") is None:
        return f"strace is missing: {INSTALL}"
    tried = subprocess.run([*STRACE, "-o", "/dev/null", "true"], check=False, capture_output=True, text=True)
    return f"strace ({INSTALL}) may not trace here: {tried.stderr.strip()}" if tried.returncode else None


def traced(command: Sequence[str], trace: Path) -> Sequence[str]:
    """The command, told to be traced into this file."""
    return (*STRACE, "-e", TRACED, "-o", str(trace), *command)


def calls_of(trace: Path) -> list[Call]:
    """In the order in which they began."""
    calls: list[Call] = []
    open_ones: dict[str, int] = {}
    for number, line in enumerate(trace.read_text(encoding="utf-8", errors="replace").splitlines()):
        if resumed := _RESUMED.match(line):
            place = open_ones.pop(resumed[1])
            calls[place] = replace(calls[place], text=calls[place].text + resumed[3], ended=number)
        elif begun := _BEGUN.match(line):
            file = _FILE.match(begun[3])
            if begun[3].endswith(_UNFINISHED):
                open_ones[begun[1]] = len(calls)
            calls.append(Call(begun[2], file[1] if file else "", begun[3], number, number))
    return calls


def first(calls: Sequence[Call], what: Callable[[Call], bool], *, after: int = -1) -> Call:
    """The first such call that began after this line of the trace. Fails where there is none."""
    return next(call for call in calls if call.began > after and what(call))


def synced(calls: Sequence[Call], file: str, *, after: Call, before: Call) -> bool:
    """Was the file whose path ends so on the disk, with what `after` wrote, when `before` began?"""
    return any(
        call.name in ("fsync", "fdatasync")
        and call.file.endswith(file)
        and after.ended < call.began
        and call.ended < before.began
        for call in calls
    )
