"""A folder with all that `silo install --from` needs: Debian's packages with their index, Python's wheels.

It is made on a box with a network, the same Debian and the same kind of processor.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from station.installation.machine import Machine

ROOT = Path(__file__).parents[2]
PACKAGES = ("python3", "python3-venv", "tzdata", "mosquitto")
LOCKS = ("requirements.lock", "requirements-uv.lock")


@dataclass(frozen=True, slots=True)
class Collected:
    packages: int
    wheels: int


def collect(folder: Path) -> Collected:
    """Raises StepFailed. What is there already is not fetched again."""
    machine = Machine()
    packages, wheels = folder.resolve() / "packages", folder.resolve() / "wheels"
    (packages / "partial").mkdir(parents=True, exist_ok=True)
    wheels.mkdir(exist_ok=True)
    _fetch_packages(machine, packages)
    (packages / "Packages").write_text(_index(machine, packages))
    locks = [word for lock in LOCKS for word in ("-r", str(ROOT / lock))]
    machine.run(
        str(ROOT / ".silo-uv/bin/python"), "-m", "pip", "download", "--quiet",
        "--disable-pip-version-check", "--require-hashes", "--only-binary=:all:", "--dest", str(wheels),
        *locks,
    )  # fmt: skip
    return Collected(len(list(packages.glob("*.deb"))), len(list(wheels.glob("*.whl"))))


def _fetch_packages(machine: Machine, folder: Path) -> None:
    """All that they need of a Debian on which nothing is: the other box may have less than this one."""
    nothing = folder / "partial" / "status"
    nothing.touch()
    machine.run(
        "apt-get", "-qq", "-y", "-o", f"Dir::State::status={nothing}",
        "-o", f"Dir::Cache::archives={folder}/",
        "-o", "Debug::NoLocking=1", "-o", "APT::Sandbox::User=", "--no-install-recommends",
        "--download-only", "install", *PACKAGES,
    )  # fmt: skip
    nothing.unlink()


def _index(machine: Machine, folder: Path) -> str:
    """As `apt-get` reads it: each package's own words, and where its file is."""
    entries = []
    for file in sorted(folder.glob("*.deb")):
        content = file.read_bytes()
        entries.append(
            machine.run("dpkg-deb", "--field", str(file)).rstrip()
            + f"\nFilename: ./{file.name}\nSize: {len(content)}"
            + f"\nSHA256: {hashlib.sha256(content).hexdigest()}\n"
        )
    return "\n".join(entries)
