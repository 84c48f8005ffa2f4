"""A bare Debian that boots in a container (systemd-nspawn) and is reached by ssh, fresh for each who asks.

The tree is made once, outside of the project, in a folder named by the hash of its recipe; so is the folder
of packages and wheels. A machine's changes lie in memory and go with it. It has the network of this machine:
what runs in it listens on loopback, on ports of its own.
"""

import fcntl
import hashlib
import os
import shlex
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from station.installation import collect
from tests.cli.rig import free_port

ROOT = Path(__file__).parents[2]
CACHE = Path(os.environ.get("SILO_TEST_CACHE", "/var/cache/silo-tests"))
INCLUDED = "systemd,systemd-sysv,dbus,ca-certificates,openssh-server"
RECIPE = ("debootstrap", "--variant=minbase", f"--include={INCLUDED}", "bookworm")
OURS = (
    "drivers", "station", "ui", "systemd", "silo", "pyproject.toml", "README.md", "requirements.lock",
    "requirements-uv.lock",
)  # fmt: skip
TREE = "/root/shared/tree"  # the project in the machine, as it was when the machine booted
FROM = "/root/from"
BOOT_S, COMMAND_S, OFF_S = 60.0, 300.0, 30.0
_SSH = (
    "ssh", "-q", "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null",
    "-o", "BatchMode=yes", "-o", "ConnectTimeout=5",
)  # fmt: skip


@cache
def reason_to_skip() -> str | None:
    if os.geteuid() != 0:
        return "this is not root"
    needed = {"systemd-nspawn": "systemd-container", "debootstrap": "debootstrap", "ssh": "openssh-client"}
    missing = [package for program, package in needed.items() if shutil.which(program) is None]
    if missing:
        return f"no machine to boot: apt-get install -y {' '.join(missing)}"
    own = subprocess.run(["unshare", "--mount", "--pid", "--fork", "true"], check=False, capture_output=True)
    return "it may make no namespaces here" if own.returncode else None


@dataclass(frozen=True, slots=True)
class Booted:
    """`folder` is shared with the machine, there as /root/shared and read-only."""

    folder: Path
    key: Path
    port: int

    def run(self, command: str, *, code: int | None = 0, timeout: float = COMMAND_S) -> str:
        """What the command says on both outputs; it must end with `code` (None: with any)."""
        done = self.start(command).communicate(timeout=timeout)[0]
        status, _, said = done.partition("\n")
        assert code is None or status == f"exit {code}", f"{command}: {status}\n{said}"
        return said

    def start(self, command: str) -> subprocess.Popen[str]:
        """The exit status comes first, then what it says."""
        words = f"said=$({{ {command}\n}} 2>&1); echo exit $?; printf '%s\\n' \"$said\""
        return subprocess.Popen(
            self.ssh("bash", "-c", shlex.quote(words)),
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip

    def ssh(self, *words: str) -> list[str]:
        return [*_SSH, "-i", str(self.key), "-p", str(self.port), "root@127.0.0.1", *words]

    def answers(self) -> bool:
        done = subprocess.run(self.ssh("true"), check=False, capture_output=True, timeout=20)
        return done.returncode == 0


@contextmanager
def booted(folder: Path) -> Iterator[Booted]:
    """A machine that runs until the block ends."""
    tree, packages = bare_tree(), packages_and_wheels()
    key, port = folder / "key", free_port()
    (folder / "tree").mkdir()
    for name in OURS:
        _copy(ROOT / name, folder / "tree" / name)
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
    (folder / "sshd.conf").write_text(f"Port {port}\nListenAddress 127.0.0.1\n")
    bound = {
        packages: FROM,
        folder: "/root/shared",
        folder / "sshd.conf": "/etc/ssh/sshd_config.d/test.conf",
        folder / "key.pub": "/root/.ssh/authorized_keys",
    }
    machine = Booted(folder, key, port)
    with (folder / "boot.log").open("wb") as log:
        process = subprocess.Popen(
            [
                "setpriv", "--pdeathsig=TERM",  # a killed test leaves no machine behind
                "systemd-nspawn", "--quiet", "--boot", "--register=no", "--keep-unit", "--volatile=overlay",
                f"--machine=silo-{port}", "--directory", tree,
                *(f"--bind-ro={here}:{there}" for here, there in bound.items()),
            ],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip
    try:
        _wait_until(machine.answers, process, BOOT_S)
        yield machine
    finally:
        _end(machine, process)


def _copy(here: Path, there: Path) -> None:
    if here.is_dir():
        shutil.copytree(here, there, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        shutil.copy(here, there)


def _wait_until(answers: Callable[[], bool], process: subprocess.Popen[bytes], seconds: float) -> None:
    end = time.monotonic() + seconds
    while not answers():
        assert process.poll() is None, "the machine does not boot"
        assert time.monotonic() < end, "the machine does not answer"
        time.sleep(0.2)


def _end(machine: Booted, process: subprocess.Popen[bytes]) -> None:
    """Properly, else by force."""
    if process.poll() is None:
        subprocess.run(machine.ssh("poweroff"), check=False, capture_output=True, timeout=20)
    for force in (process.terminate, process.kill):
        try:
            process.wait(timeout=OFF_S)
        except subprocess.TimeoutExpired:
            force()
        else:
            return
    process.wait(timeout=OFF_S)


def bare_tree() -> Path:
    """Debian's smallest system that boots, with a server of ssh: neither python3 nor anything of ours."""

    def make(part: Path) -> None:
        subprocess.run([*RECIPE, part], check=True, stdout=subprocess.DEVNULL)
        (part / "root/.ssh").mkdir(mode=0o700, exist_ok=True)

    return _kept(f"tree-{_digest(*RECIPE)}", make)


def packages_and_wheels() -> Path:
    """What `silo install --collect` makes."""
    locks = [
        (ROOT / name).read_text(encoding="utf-8") for name in ("requirements.lock", "requirements-uv.lock")
    ]
    return _kept(f"from-{_digest(*locks, *collect.PACKAGES)}", collect.collect)


def _digest(*texts: str) -> str:
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()[:12]


def _kept(name: str, make: Callable[[Path], object]) -> Path:
    """What was made once is there; what was cut off is made again; of two who want it one waits."""
    made, part = CACHE / name, CACHE / f".{name}.part"
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / f".{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            shutil.rmtree(part, ignore_errors=True)
            part.mkdir()
            make(part)
            part.rename(made)
    return made
