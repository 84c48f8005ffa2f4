"""The brokers' passwords: from the site file, or from a file of their own that only the station reads."""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import SplitResult, quote, unquote, urlsplit

from station.setting_problems import SettingProblem, SettingsError
from station.site.file import SiteSettings

CREDENTIALS = "$CREDENTIALS_DIRECTORY/"
_LONGEST = 1000

Account = tuple[str, str, int]  # user, host, port


@dataclass(frozen=True, slots=True)
class Credentials:
    """A password belongs to a user of a broker: every address of both has it."""

    passwords: dict[Account, str] = field(default_factory=dict)

    def complete(self, address: str) -> str:
        """The address with its password, for who opens it; nobody shows or records it so."""
        parts = _split(address)
        account = _account(parts) if parts else None
        password = self.passwords.get(account) if account else None
        if parts is None or password is None or parts.password:
            return address
        user, _, place = parts.netloc.rpartition("@")
        return parts._replace(netloc=f"{user}:{quote(password, safe='')}@{place}").geturl()


def credentials_of(settings: SiteSettings, file: Path) -> Credentials:
    """Raises SettingsError for a password file that cannot be read, or that others can read."""
    found = Credentials()
    problems: list[SettingProblem] = []
    for where, address, password_file in _brokers(settings):
        try:
            _take(found, address, password_file, file)
        except ValueError as error:
            problems.append(SettingProblem(file, where, str(error)))
    if problems:
        raise SettingsError(problems)
    return found


def exposes_password(settings: SiteSettings, file: Path) -> bool:
    """Whether a password stands in the site file itself, and others can read it. Raises OSError."""
    addresses = (_split(address) for _, address, _ in _brokers(settings))
    if not any(parts and parts.password for parts in addresses):
        return False
    try:
        _check_mode(file.stat(), file)
    except ValueError:
        return True
    return False


def _brokers(settings: SiteSettings) -> Iterator[tuple[str, str, str | None]]:
    if settings.mqtt is not None:
        yield "mqtt.password_file", settings.mqtt.broker, settings.mqtt.password_file
    for index, section in enumerate(settings.instruments):
        yield f"instruments[{index}].password_file", section.port, section.password_file
    for index, address in enumerate(settings.site.spare_ports):
        yield f"site.spare_ports[{index}]", address, None


def _take(found: Credentials, address: str, password_file: str | None, file: Path) -> None:
    """Raises ValueError."""
    parts = _split(address)
    account = _account(parts) if parts else None
    if password_file is None:
        if parts is not None and parts.password and account:
            found.passwords.setdefault(account, unquote(parts.password))
        return
    if account is None:
        raise ValueError("needs an address that names the user: mqtt://user@broker/topic")
    if parts is not None and parts.password:
        raise ValueError("the address has a password already: take it out")
    found.passwords[account] = read_password(password_file, file)


def read_password(name: str, file: Path) -> str:
    """The first line of a password file. Raises ValueError."""
    path = _path(name, file)
    try:
        with path.open(encoding="utf-8") as opened:
            if not name.startswith(CREDENTIALS):  # systemd keeps those
                _check_mode(os.fstat(opened.fileno()), path)
            password = opened.readline(_LONGEST).rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"{path} cannot be read: {getattr(error, 'strerror', None) or 'no text'}") from None
    if not password:
        raise ValueError(f"{path} is empty: its first line is the password")
    return password


def _path(name: str, file: Path) -> Path:
    if not name.startswith(CREDENTIALS):
        return file.parent / name
    folder = os.environ.get("CREDENTIALS_DIRECTORY")
    if folder is None:
        raise ValueError("CREDENTIALS_DIRECTORY is not set: systemd sets it, by LoadCredential= in the unit")
    return Path(folder) / name.removeprefix(CREDENTIALS)


def _check_mode(status: os.stat_result, path: Path) -> None:
    """Nobody else may read it; a group may where root owns the file, as Debian keeps secrets of services."""
    allowed = stat.S_IRWXU | (stat.S_IRGRP if status.st_uid == 0 else 0)
    if not stat.S_ISREG(status.st_mode) or stat.S_IMODE(status.st_mode) & ~allowed:
        raise ValueError(f"{path} may be read by others: chmod 600 it")


def _split(address: str) -> SplitResult | None:
    try:
        parts = urlsplit(address, allow_fragments=False)
        _ = parts.port  # raises for one that is none
    except ValueError:  # told where the address is used
        return None
    return parts if parts.scheme == "mqtt" and parts.hostname else None


def _account(parts: SplitResult) -> Account | None:
    return (unquote(parts.username), parts.hostname or "", parts.port or 1883) if parts.username else None
