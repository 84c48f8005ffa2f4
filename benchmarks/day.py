"""A whole day of the demonstration, as `./silo demo --headless` prints it."""

import json
import subprocess
import sys
import time
from typing import Any

TRUCKS, SPEED, SEED = 20, 60, 1


def headless_day() -> dict[str, Any]:
    command = [sys.executable, "-m", "station.cli", "demo", "--headless", "--json"]
    options = ["--trucks", str(TRUCKS), "--speed", str(SPEED), "--seed", str(SEED)]
    begin = time.monotonic()
    done = subprocess.run([*command, *options], check=False, capture_output=True, text=True)
    seconds = time.monotonic() - begin
    lines = done.stdout.splitlines()
    summary = json.loads(lines[-1])["summary"] if lines else None
    return {"exit": done.returncode, "seconds": round(seconds, 1), "bar_s": 120, "summary": summary}
