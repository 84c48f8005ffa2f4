"""The relay's own file, one per shared port:

port = "serial:/dev/serial/by-id/usb-x?baud=9600"    or "tcp:192.168.1.20:1470", a converter
legacy = "pty:/run/silo/bridge"                      the legacy program's port, or "tcp:127.0.0.1:4001"
station = "tcp:127.0.0.1:4101"                       the station's instrument has this address
station_may_write = false                            true only where the station has to ask the device
buffer_kb = 64                                       kept for a program that reads slowly; oldest go first
legacy_group = "dialout"                             who else may open the pseudo-terminal
status = "/run/silo/bridge.json"                     written at every change, at most once a second
"""

import ipaddress
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from drivers.errors import SettingError

_TEXTS = ("port", "legacy", "station", "legacy_group", "status")
_REQUIRED = ("port", "legacy", "station")
_KNOWN = (*_TEXTS, "station_may_write", "buffer_kb")


@dataclass(frozen=True, slots=True)
class Pty:
    """A pseudo-terminal, found at `link`."""

    link: Path


@dataclass(frozen=True, slots=True)
class Tcp:
    """A listening address; port 0 takes a free one."""

    host: str
    port: int


@dataclass(frozen=True, slots=True)
class RelayConfig:
    """`port` is an address of a device; `buffer_bytes` holds for each program."""

    port: str
    legacy: Pty | Tcp
    station: Tcp
    station_may_write: bool = False
    buffer_bytes: int = 65_536
    legacy_group: str | None = None
    status: Path | None = None


def load_config(path: Path) -> RelayConfig:
    """SettingError names the file, the key, and what is possible."""
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingError(f"{path}: cannot be read: {error}") from error
    try:
        return read_config(raw)
    except SettingError as error:
        raise SettingError(f"{path}: {error}") from error


def read_config(raw: dict[str, Any]) -> RelayConfig:
    """SettingError names the key."""
    _check(raw)
    legacy = _end("legacy", raw["legacy"])
    station = _end("station", raw["station"])
    if isinstance(station, Pty):
        raise SettingError("station: write it as tcp:127.0.0.1:4101")
    for key, end in (("legacy", legacy), ("station", station)):
        if isinstance(end, Tcp) and not _is_loopback(end.host):
            raise SettingError(
                f"{key}: {end.host} is not loopback: a scale's port is not offered to the network"
            )
    return RelayConfig(
        port=raw["port"],
        legacy=legacy,
        station=station,
        station_may_write=raw.get("station_may_write", False),
        buffer_bytes=raw.get("buffer_kb", 64) * 1024,
        legacy_group=raw.get("legacy_group"),
        status=Path(raw["status"]) if "status" in raw else None,
    )


def _check(raw: dict[str, Any]) -> None:
    for key, value in raw.items():
        if key not in _KNOWN:
            raise SettingError(f"{key} is not a known setting; known: {', '.join(_KNOWN)}")
        if key in _TEXTS and not isinstance(value, str):
            raise SettingError(f"{key} = {value!r}: must be a text")
    for key in _REQUIRED:
        if key not in raw:
            raise SettingError(f"{key} is missing")
    if not isinstance(raw.get("station_may_write", False), bool):
        raise SettingError("station_may_write: must be true or false")
    size = raw.get("buffer_kb", 64)
    if isinstance(size, bool) or not isinstance(size, int) or not 1 <= size <= 16_384:
        raise SettingError(f"buffer_kb = {size!r}: must be a whole number, 1 to 16384")


def _end(key: str, text: str) -> Pty | Tcp:
    scheme, _, rest = text.partition(":")
    if scheme == "pty" and rest.startswith("/"):
        return Pty(Path(rest))
    host, _, port = rest.rpartition(":")
    if scheme == "tcp" and host and port.isdecimal() and int(port) < 65536:
        return Tcp(host.strip("[]"), int(port))
    raise SettingError(
        f"{key} = {text!r}: write it as tcp:127.0.0.1:4101" + (" or pty:/path" * (key == "legacy"))
    )


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
