"""Each instrument's line: what it is read by, and on request whether it can be opened."""

import socket
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import urlsplit

from drivers.errors import SettingError
from drivers.generic.generic import refuse_wrong_examples
from drivers.kind import Chooser, Kind
from drivers.redaction import redacted
from drivers.registry import make_transport
from drivers.transport import LineDown, Transport
from station.checks.finding import Finding, good, problem, warning
from station.receival.measuring.instruments import Plugged
from station.receival.measuring.wiring import wiring_of
from station.site.file import Instrument, SiteSettings
from station.site.places import home_of, wiring_problem
from station.site.wiring import protocol_of, rewired

CONNECT_S = 3.0


def check_lines(
    settings: SiteSettings, file: Path, now: Mapping[str, Plugged], language: str, *, opened: bool
) -> Iterator[Finding]:
    """Each port as it is read now: where an instrument was swapped, not as the site file says."""
    for index, section in enumerate(settings.instruments):
        where = f"instruments[{index}] {section.id}"
        present = now.get(section.id)
        if present is None or present.is_as_declared:
            yield from _check_line(where, section, file, language, opened=opened)
            continue
        wiring, row = wiring_of(present.assignment), present.instrument
        told = {
            "name": row.name, "serial": row.serial_number or "?", "driver": wiring.driver,
            "port": redacted(wiring.address),
        }  # fmt: skip
        yield good(where, "wired_otherwise", language, told)
        if near := wiring_problem(home_of(settings, file), wiring.address, wiring.settings):
            yield problem(where, near)
            continue
        try:
            yield from _check_line(where, rewired(section, wiring), file, language, opened=opened)
        except SettingError as error:
            yield problem(where, str(error))


def _check_line(
    where: str, section: Instrument, file: Path, language: str, *, opened: bool
) -> Iterator[Finding]:
    try:
        protocol = protocol_of(section, file)
        refuse_wrong_examples(protocol)
        transport = make_transport(section.port, protocol, name="check")
    except SettingError as error:
        yield problem(where, str(error))
        return
    yield from _check_sizes(where, protocol, language)
    if opened:
        yield _open(where, section.port, transport, language)
    else:
        yield good(where, "line_not_opened", language, {"port": redacted(section.port)})


def _check_sizes(where: str, protocol: Kind, language: str) -> Iterator[Finding]:
    """A setting that decides how large a number is has no default."""
    unset = protocol.chosen.unset if isinstance(protocol, Chooser) else {}
    if unset:
        choices = [f"{key} ({' | '.join(setting.allowed)})" for key, setting in unset.items()]
        yield warning(where, "size_unknown", language, {"settings": choices})


def _open(where: str, port: str, transport: Transport, language: str) -> Finding:
    parts, shown = urlsplit(port), redacted(port)
    try:
        if parts.scheme == "mqtt":  # a client of its own must not take the station's place at the broker
            socket.create_connection((parts.hostname or "", parts.port or 1883), CONNECT_S).close()
        else:
            transport.open()
            transport.close()
    except (LineDown, OSError) as error:
        return problem(where, "line_closed", language, {"port": shown, "error": str(error)})
    return good(where, "line_opens", language, {"port": shown})
