"""Processes that end with this one, and are stopped in good order."""

import shutil
import subprocess


def ending_with_us(by: str) -> list[str]:
    """Return what comes before a command so that the signal `by` ends it with this process, however that
    ends; nothing where the system has no such program."""
    return ["setpriv", f"--pdeathsig={by}"] if shutil.which("setpriv") else []


def wait_or_kill(process: subprocess.Popen[bytes], seconds: float) -> None:
    """Wait for a process that was told to end; end it by force where it does not."""
    try:
        process.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
