"""Installing a station: each step looks, changes only what is not yet as it should be, and says which it was.

    packages     Debian's, from the network or from a folder
    user         `silo`, for whom the station runs
    site         /etc/silo: the site file and what lies beside it; /var/lib/silo: the data
    passwords    of the broker's users, made once
    broker       /etc/mosquitto/conf.d/silo.conf: nobody without a password, each device its own topics
    release      /opt/silo/current leads to the folder that this runs from
    units        systemd's, copied from there
    token        of the box's own terminal, the first time
    service      started, or started again where anything of it changed
    accepting    the station says so itself

`prepare.sh` was here before: it made the release folder, and holds the lock that lets a second one wait.
"""

import json
import re
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2

from station.installation.broker import CONFIGURATION, PASSWORDS, RIGHTS, Broker, User, broker_of
from station.installation.machine import OURS, PUBLIC, Machine, Rights, StepFailed
from station.installation.site_files import (
    DATA,
    SITE,
    SITE_FILE,
    files_beside,
    misplaced_files,
    place_of,
    with_data_folder,
)
from station.setting_problems import SettingsError
from station.site.file import SiteSettings
from station.site.read import load_settings, rule_pack_texts, trusted_keys
from station.site.wiring import protocols_of

OPT = Path("/opt/silo")
PROGRAM = OPT / "current/.venv/bin/silo"
UNITS = Path("/etc/systemd/system")
NEEDED_MB = 600  # of the data's disk: with less the station takes no photo
SERVICE, TIMER, BROKER = "silo.service", "silo-backup.timer", "mosquitto.service"
_OF_SERVICE = {"site", "passwords", "release", "units"}
ACCEPTS_WITHIN_S = 60.0
_SITE = Rights(0o2750, group="silo")  # what is added later is the station's too
_BROKERS = Rights(0o640, group="mosquitto")
_LOCALE = {"fr": "fr_FR.UTF-8", "en": "en_GB.UTF-8"}


class DiskTooSmall(Exception):
    def __init__(self, place: Path, free_mb: int, needed_mb: int) -> None:
        super().__init__(f"{place}: {free_mb} MB")
        self.place, self.free_mb, self.needed_mb = place, free_mb, needed_mb


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to stand on the machine. `release` is the folder that the station runs from, `packages` the one
    that Debian's packages come from (None: the network)."""

    file: Path
    settings: SiteSettings
    broker: Broker
    release: Path
    packages: Path | None = None

    @property
    def health_url(self) -> str:
        return f"{self.settings.server.url}/api/v1/health"


@dataclass(frozen=True, slots=True)
class Step:
    name: str
    is_changed: bool


@dataclass(slots=True)
class Installation:
    """`token` is the terminal's, where this installation made it; `steps` are those that are done."""

    machine: Machine
    wanted: Wanted
    make_password: Callable[[], str]
    token: str | None = None
    steps: list[Step] = field(default_factory=list)

    def run(self) -> Iterator[Step]:
        """Raises StepFailed and what the system raises; a later run goes on from there."""
        acts: dict[str, Callable[[], bool]] = {
            "packages": self._packages,
            "user": self._user,
            "site": self._site,
            "passwords": self._passwords,
            "broker": self._broker,
            "release": self._release,
            "units": self._units,
            "token": self._token,
            "service": self._service,
            "accepting": self._accepting,
        }
        for name, act in acts.items():
            step = Step(name, act())
            if step.is_changed and name in _OF_SERVICE:
                self._note(SERVICE)
            self.steps.append(step)
            yield step

    def _note(self, unit: str) -> None:
        """A later run starts it again, where this one does not come so far."""
        self.machine.put(_noted(unit), b"")

    def _needs_start(self, unit: str) -> bool:
        is_noted = self.machine.at(_noted(unit)).exists()
        return is_noted or not self.machine.says_yes("systemctl", "is-active", "--quiet", unit)

    def _start(self, unit: str) -> None:
        self.machine.run("systemctl", "restart", unit)
        self.machine.at(_noted(unit)).unlink(missing_ok=True)

    def _packages(self) -> bool:
        names = ["mosquitto"] if self.wanted.broker.listeners else []
        script = Path(__file__).with_name("packages.sh")
        folder = str(self.wanted.packages or "")
        return bool(self.machine.run("sh", str(script), folder, *names).strip()) if names else False

    def _user(self) -> bool:
        place = Path("/etc/sysusers.d/silo.conf")
        changed = self.machine.put(place, self._of_release("silo.sysusers"))
        if changed or not self.machine.says_yes("getent", "passwd", "silo"):
            self.machine.run("systemd-sysusers", str(self.machine.at(place)))
            return True
        return False

    def _site(self) -> bool:
        changes = [
            self.machine.folder(SITE, _SITE),
            self.machine.folder(DATA, Rights(0o700, owner="silo", group="silo")),
        ]
        text = with_data_folder(self.wanted.file.read_text(encoding="utf-8"))
        assert text is not None  # `checked` refuses such a file
        changes.append(self._replace(SITE_FILE, text.encode()))
        for name in files_beside(self.wanted.settings, self.wanted.file):
            place = place_of(name)
            assert place is not None  # as above
            changes.append(self._replace(place, (self.wanted.file.parent / name).read_bytes()))
        locale = f"LC_MESSAGES={_LOCALE[self.wanted.settings.site.language]}\n"
        changes.append(self.machine.put(SITE / "environment", locale.encode(), PUBLIC))
        return any(changes)

    def _replace(self, place: Path, content: bytes) -> bool:
        """What a person may have changed here is kept beside."""
        file = self.machine.at(place)
        if file.is_file() and file.read_bytes() != content:
            self.machine.put(place.with_name(f"{place.name}.before"), file.read_bytes(), OURS)
        return self.machine.put(place, content, OURS)

    def _passwords(self) -> bool:
        changes = []
        for user in self.wanted.broker.users:
            assert user.password_file is not None  # `checked` refuses such a file
            if user.is_device:
                changes.append(self.machine.folder(user.password_file.parent, _SITE))
            changes.append(
                self.machine.put(user.password_file, self._password_file(user.password_file), OURS)
            )
        return any(changes)

    def _password_file(self, place: Path) -> bytes:
        """The one that is brought beside the site file, else the one that is there, else a new one."""
        brought = self.wanted.file.parent / place.relative_to(SITE)
        for file in (brought, self.machine.at(place)):
            if file.is_file():
                return file.read_bytes()
        return f"{self.make_password()}\n".encode()

    def _broker(self) -> bool:
        broker = self.wanted.broker
        if not broker.listeners:
            return False
        changes = [
            self.machine.put(RIGHTS, broker.rights().encode(), _BROKERS),
            self.machine.put(PASSWORDS, broker.passwords(self._password_of).encode(), _BROKERS),
            self.machine.put(CONFIGURATION, broker.configuration().encode()),
        ]
        if any(changes):
            self._note(BROKER)
        if not self._needs_start(BROKER):
            return False
        self._enable(BROKER)
        self._start(BROKER)
        return True

    def _password_of(self, user: User) -> str:
        assert user.password_file is not None  # as above
        return self.machine.at(user.password_file).read_text(encoding="utf-8").partition("\n")[0]

    def _release(self) -> bool:
        """The station's user cannot compile what it runs."""
        self.machine.link(Path("/usr/local/bin/silo"), PROGRAM)
        if not self.machine.link(OPT / "current", self.wanted.release):
            return False
        ours = [str(self.wanted.release / room) for room in ("drivers", "station", "ui")]
        self.machine.run(sys.executable, "-m", "compileall", "-q", *ours)
        return True

    def _units(self) -> bool:
        folder = self.wanted.release / "systemd"
        units = sorted(path.name for path in folder.iterdir() if path.suffix in (".service", ".timer"))
        changed = [self.machine.put(UNITS / name, self._of_release(name)) for name in units]
        if any(changed):
            self.machine.run("systemctl", "daemon-reload")
        enabled = [self._enable(SERVICE), self._enable(TIMER, "--now")]
        return any([*changed, *enabled])

    def _enable(self, unit: str, *how: str) -> bool:
        if self.machine.says_yes("systemctl", "is-enabled", "--quiet", unit):
            return False
        self.machine.run("systemctl", "enable", "--quiet", *how, unit)
        return True

    def _token(self) -> bool:
        """One for the box's own terminal, unless there is any."""
        said = self._as_silo("token", "list")
        if any(not json.loads(line).get("revoked") for line in said.splitlines()):
            return False
        self.token = str(json.loads(self._as_silo("token", "add", "terminal").splitlines()[-1]))
        return True

    def _as_silo(self, *words: str) -> str:
        command = ("runuser", "-u", "silo", "--", str(PROGRAM), *words, "--config", str(SITE_FILE))
        return self.machine.run(*command, environment={"HOME": str(DATA)})

    def _service(self) -> bool:
        if not self._needs_start(SERVICE):
            return False
        try:
            self._start(SERVICE)
        except StepFailed as error:
            raise StepFailed(SERVICE, self._last_words() or str(error)) from error
        return True

    def _last_words(self) -> str:
        try:
            return self.machine.at(Path("/run/silo-failed/why")).read_text(encoding="utf-8").strip()
        except OSError:
            return ""

    def _accepting(self) -> bool:
        """Changes nothing. Raises StepFailed with why the station takes no truck."""
        end = time.monotonic() + ACCEPTS_WITHIN_S
        why = ""
        while time.monotonic() < end:
            try:
                health = httpx2.get(self.wanted.health_url, timeout=5.0, trust_env=False).json()
                if health["accepting"]:
                    return False
                why = "; ".join(reason["message"] for reason in health["refuses"])
            except (httpx2.HTTPError, ValueError, KeyError) as error:
                why = self._last_words() or str(error)
            time.sleep(0.2)
        raise StepFailed(self.wanted.health_url, why)

    def _of_release(self, name: str) -> bytes:
        return (self.wanted.release / "systemd" / name).read_bytes()


def checked(file: Path, release: Path, packages: Path | None, machine: Machine) -> Wanted:
    """What this site file wants, before anything is touched. Raises SettingsError with every problem, and
    DiskTooSmall."""
    settings = load_settings(file)
    rule_pack_texts(settings, file)
    trusted_keys(settings, file)
    protocols_of(settings, file)
    broker = broker_of(settings, file)
    if problems := [*misplaced_files(settings, file), *broker.problems]:
        raise SettingsError(problems)
    place = machine.at(DATA)
    while not place.is_dir():
        place = place.parent
    free_mb = shutil.disk_usage(place).free // 1_000_000
    if free_mb < NEEDED_MB:
        raise DiskTooSmall(place, free_mb, NEEDED_MB)
    return Wanted(file, settings, broker, release, packages)


def _noted(unit: str) -> Path:
    return OPT / f"to-start-{unit}"


def is_release(folder: Path) -> bool:
    return folder.parent == OPT / "releases" and bool(re.fullmatch(r"[\w.+-]+", folder.name))


def summary(installation: Installation) -> dict[str, Any]:
    changed = [step.name for step in installation.steps if step.is_changed]
    return {
        "changed": len(changed),
        "steps": [{"step": s.name, "changed": s.is_changed} for s in installation.steps],
        "release": installation.wanted.release.name,
        "token": installation.token,
    }
