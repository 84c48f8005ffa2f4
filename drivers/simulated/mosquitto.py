"""A private Mosquitto on a free loopback port, for tests and the demonstration.

Its persistence saves on every change, and what waits for a station that is away has no limit: with the
usual settings a killed broker forgets messages that it had acknowledged, and a station that was away for
more than a thousand messages never hears the rest.
"""

import getpass
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

_START_S = 5.0
_ATTEMPTS = 3
_CONFIG = """\
listener {port} 127.0.0.1
allow_anonymous true
user {user}
persistence true
persistence_location {folder}/
autosave_interval {every}
autosave_on_changes {on_changes}
max_queued_messages 0
log_dest file {folder}/mosquitto.log
"""


def available() -> str | None:
    """Return the program's path, or None. Debian installs it where only root's PATH looks."""
    return shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin")


class Mosquitto:
    """One broker whose subscriptions and messages live in `folder`; `port` stays the same over restarts.

    Without `saves_each` it saves only when it ends properly: it takes thousands of messages in a second.
    """

    def __init__(self, folder: Path, *, saves_each: bool = True) -> None:
        self._folder = folder
        self._saves = (
            {"every": 1, "on_changes": "true"} if saves_each else {"every": 0, "on_changes": "false"}
        )
        self._process: subprocess.Popen[bytes] | None = None
        self.port = 0

    def __enter__(self) -> "Mosquitto":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Run until `stop` or `kill`. RuntimeError when it does not start."""
        program = available()
        if program is None:
            raise RuntimeError("mosquitto is not installed: apt-get install mosquitto")
        self._folder.mkdir(parents=True, exist_ok=True)
        for _ in range(_ATTEMPTS):
            port = self.port or _free_port()
            if self._run(program, port):
                self.port = port
                return
        raise RuntimeError(f"mosquitto does not start: see {self._folder / 'mosquitto.log'}")

    def stop(self) -> None:
        """End it properly."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End it as a power cut does."""
        self._end(signal.SIGKILL)

    def _run(self, program: str, port: int) -> bool:
        config = self._folder / "mosquitto.conf"
        text = _CONFIG.format(port=port, folder=self._folder, user=getpass.getuser(), **self._saves)
        config.write_text(text)
        self._process = subprocess.Popen(
            [program, "-c", str(config)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        end = time.monotonic() + _START_S
        while time.monotonic() < end and self._process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=0.2).close()
            except OSError:
                time.sleep(0.01)
            else:
                return True
        self._end(signal.SIGKILL)
        return False

    def _end(self, how: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.send_signal(how)
            process.wait(timeout=10)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
