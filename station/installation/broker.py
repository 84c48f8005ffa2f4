"""The broker of the box: who may connect, and what each may say and hear.

The station's users are those in the site file's addresses; every instrument that sends through this broker is
a user of its own, by its id. Nobody else connects. `autosave_on_changes` and `max_queued_messages` keep what
the broker has acknowledged, also over a power cut and a long absence of the station.
"""

import hashlib
import socket
from base64 import b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit

from drivers.gateway.sparkplug import Sparkplug
from drivers.gateway.tasmota import Tasmota
from station.installation.site_files import SITE, place_of
from station.setting_problems import SettingProblem
from station.site.credentials import CREDENTIALS
from station.site.file import Instrument, SiteSettings

FOLDER = Path("/etc/mosquitto")
CONFIGURATION = FOLDER / "conf.d" / "silo.conf"
PASSWORDS, RIGHTS = FOLDER / "silo.passwords", FOLDER / "silo.acl"
DEVICES = SITE / "devices"  # a password each, for whoever sets the device up
_ROUNDS = 101  # as mosquitto_passwd; the passwords are random
_CONFIGURATION = f"""\
# Written by `silo install`: changes are lost.
{{listeners}}
allow_anonymous false
password_file {PASSWORDS}
acl_file {RIGHTS}
autosave_interval 1
autosave_on_changes true
max_queued_messages 0
"""


@dataclass(slots=True)
class User:
    """`password_file` holds the password, relative to /etc/silo. `reads` and `writes` are topics."""

    name: str
    password_file: Path | None
    reads: list[str] = field(default_factory=list)
    writes: list[str] = field(default_factory=list)
    is_device: bool = False


@dataclass(frozen=True, slots=True)
class Broker:
    """Nothing at all (no `listeners`) where no address of the site file leads to a broker of this box."""

    listeners: tuple[tuple[str, int], ...]
    users: tuple[User, ...]
    problems: tuple[SettingProblem, ...] = ()

    def configuration(self) -> str:
        listeners = "\n".join(f"listener {port} {host}" for host, port in self.listeners)
        return _CONFIGURATION.format(listeners=listeners)

    def rights(self) -> str:
        blocks = []
        for user in self.users:
            lines = [f"user {user.name}"]
            lines += [f"topic read {topic}" for topic in dict.fromkeys(user.reads)]
            lines += [f"topic write {topic}" for topic in dict.fromkeys(user.writes)]
            blocks.append("\n".join(lines))
        return "\n\n".join(["# Written by `silo install`: changes are lost.", *blocks]) + "\n"

    def passwords(self, password_of: Callable[[User], str]) -> str:
        return "".join(f"{user.name}:{_hashed(user.name, password_of(user))}\n" for user in self.users)


def is_here(host: str) -> bool:
    """Whether the host is this machine."""
    try:
        places = socket.getaddrinfo(host, 0, type=socket.SOCK_STREAM)
        with socket.socket(places[0][0], socket.SOCK_STREAM) as probe:
            probe.bind(places[0][4])
    except OSError:
        return False
    return True


def broker_of(settings: SiteSettings, file: Path, here: Callable[[str], bool] = is_here) -> Broker:
    listeners: dict[tuple[str, int], None] = {}
    users: dict[str, User] = {}
    problems: list[SettingProblem] = []
    devices: list[User] = []
    for where, address, password_file, section in _addresses(settings):
        parts = urlsplit(address, allow_fragments=False)
        if parts.scheme != "mqtt" or not parts.hostname or not here(parts.hostname):
            continue
        listeners[parts.hostname, parts.port or 1883] = None
        if not parts.username or parts.password:
            problems.append(SettingProblem(file, where, "broker_user", {"address": address}))
            continue
        user = users.setdefault(unquote(parts.username), User(unquote(parts.username), None))
        if password_file is not None:
            user.password_file = None if password_file.startswith(CREDENTIALS) else place_of(password_file)
        if section is None:
            user.writes += _state_topics(settings)
        else:
            device = _device(section, unquote(parts.path).removeprefix("/"))
            devices.append(device)
            user.reads += device.writes
            user.writes += device.reads
    for where, address, _, _ in _addresses(settings):
        name = unquote(urlsplit(address, allow_fragments=False).username or "")
        if name in users and users[name].password_file is None:
            problems.append(SettingProblem(file, where, "broker_password", {"user": name}))
            del users[name]
    for device in devices:
        if device.name in users:
            problems.append(SettingProblem(file, "instruments", "broker_same_user", {"user": device.name}))
    return Broker(tuple(listeners), (*users.values(), *devices), tuple(problems))


def _addresses(settings: SiteSettings) -> Iterator[tuple[str, str, str | None, Instrument | None]]:
    if settings.mqtt is not None:
        yield "mqtt.broker", settings.mqtt.broker, settings.mqtt.password_file, None
    for index, section in enumerate(settings.instruments):
        yield f"instruments[{index}].port", section.port, section.password_file, section


def _state_topics(settings: SiteSettings) -> list[str]:
    assert settings.mqtt is not None  # its address is looked at
    found = [f"{settings.mqtt.discovery_prefix}/#"] if settings.mqtt.discovery else []
    return [f"silo/{settings.site.id}/#", *found]


def _device(section: Instrument, topic: str) -> User:
    """The device writes what the station subscribes to; it hears what its kind is told."""
    device = User(section.id, DEVICES / f"{section.id}.password", writes=[topic], is_device=True)
    parts = topic.split("/")
    if section.driver == Tasmota.kind:
        board = "/".join("cmnd" if part == "tele" else part for part in parts[:-1])
        device.reads.append(f"{board}/#")
        device.writes.append(board.replace("cmnd", "stat", 1) + "/#")
    if section.driver == Sparkplug.kind:
        device.reads += ["spBv1.0/STATE/+", f"spBv1.0/{parts[1]}/NCMD/#"] if len(parts) > 1 else []
    return device


def _hashed(user: str, password: str) -> str:
    """As mosquitto keeps it ($7$: PBKDF2, SHA-512). The salt follows from user and password, which is random:
    the same file is written again."""
    salt = hashlib.sha256(f"silo {user} {password}".encode()).digest()[:12]
    key = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, _ROUNDS)
    return f"$7${_ROUNDS}${b64encode(salt).decode()}${b64encode(key).decode()}"
