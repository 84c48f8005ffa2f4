"""What cannot go well with a site's instruments: two on one line, one that nobody reads, a verification that
is over. Nothing is opened."""

import os
from collections.abc import Iterator, Mapping
from datetime import date
from urllib.parse import unquote, urlsplit

from drivers.kind import Kind, Polled
from drivers.redaction import redacted
from station.site.contradiction import Contradiction, error, warning
from station.site.file import LOOPBACK, Instrument, SiteSettings

Protocols = Mapping[str, Kind]


def wrong_instruments(settings: SiteSettings, protocols: Protocols, today: date) -> Iterator[Contradiction]:
    """`protocols` are what the instruments speak, by port id, without those that no driver fits."""
    yield from _lines(settings)
    yield from _kinds(settings, protocols)
    yield from _numbers(settings)
    for index, section in enumerate(settings.instruments):
        where, protocol = f"instruments[{index}]", protocols.get(section.id)
        if section.verified_until is not None and section.verified_until < today:
            until = section.verified_until.isoformat()
            yield warning(f"{where}.verified_until", "verification_over", until=until)
        if isinstance(protocol, Polled) and protocol.poll is not None:
            silent_s = protocol.silent_after_s if section.silent_after_s is None else section.silent_after_s
            if silent_s is not None and silent_s <= protocol.poll_every_s:
                yield error(f"{where}.silent_after_s", "silent_before_poll", poll_s=protocol.poll_every_s)


def _lines(settings: SiteSettings) -> Iterator[Contradiction]:
    taken: dict[str, str] = {}
    for index, section in enumerate(settings.instruments):
        where, shown = f"instruments[{index}].port", redacted(section.port)
        line = line_of(section.port)
        if line is None:
            continue
        other = taken.setdefault(line, section.id)
        if other != section.id:
            yield error(where, "same_line", port=shown, other=other)
        if line in _own_lines(settings):
            yield error(where, "own_port", port=shown)
        if (own := _own_topics(settings)) and line.startswith(own):
            yield error(where, "own_topic", port=shown)


def line_of(port: str) -> str | None:
    """What an address leads to, however it is written; None for what any number may read."""
    try:
        parts = urlsplit(port, allow_fragments=False)
        host, number = (parts.hostname or "", parts.port) if parts.netloc else _host_port(parts.path)
    except ValueError:
        return None  # told where it is read
    if parts.scheme in ("serial", "folder") or (parts.scheme == "tap" and not parts.netloc):
        return os.path.realpath(parts.path)
    host = "127.0.0.1" if host in LOOPBACK else host.casefold()
    if parts.scheme == "mqtt":
        return f"mqtt {host}:{number or 1883} {unquote(parts.path).removeprefix('/')}"
    return f"tcp {host}:{number}" if parts.scheme in ("tcp", "tap") else None


def _host_port(path: str) -> tuple[str, int | None]:
    host, _, port = path.rpartition(":")
    return host.strip("[]"), int(port) if port.isdecimal() else None


def _own_lines(settings: SiteSettings) -> set[str]:
    """Where the station listens: on every address it is also this machine's own."""
    host, port = settings.server.host, settings.server.port
    hosts = {host, *(LOOPBACK if host in ("0.0.0.0", "::") else ())}
    return {f"tcp {'127.0.0.1' if one in LOOPBACK else one.casefold()}:{port}" for one in hosts}


def _own_topics(settings: SiteSettings) -> str | None:
    if settings.mqtt is None:
        return None
    return f"{line_of(settings.mqtt.broker)}silo/{settings.site.id}/"


def _kinds(settings: SiteSettings, protocols: Protocols) -> Iterator[Contradiction]:
    weighs = {port for port, protocol in protocols.items() if protocol.category == "weighbridge"}
    for analyte, order in settings.order.items():
        for index, name in enumerate(order):
            where = f"order.{analyte}[{index}]"
            if name in weighs:
                yield error(where, "measures_no_quality", name=name)
            if name in order[:index]:
                yield warning(where, "listed_twice", name=name)
    for index, section in enumerate(settings.instruments):
        plate = (section.max_kg, section.min_kg, section.division_kg)
        if section.id in protocols and section.id not in weighs and plate != (None, None, None):
            yield warning(f"instruments[{index}]", "plate_of_no_weighbridge")
    if not weighs and len(protocols) == len(settings.instruments):
        yield warning("instruments", "no_weighbridge")


def _numbers(settings: SiteSettings) -> Iterator[Contradiction]:
    """Two places with one serial number are one instrument to the records."""
    serials: dict[tuple[str, str], Instrument] = {}
    tags: dict[str, Instrument] = {}
    for index, section in enumerate(settings.instruments):
        if section.serial_number is not None:
            first = serials.setdefault((section.driver, section.serial_number), section)
            if first is not section:
                where = f"instruments[{index}].serial_number"
                yield error(where, "serial_number_twice", other=first.id, serial=section.serial_number)
        if section.asset_tag is not None:
            first = tags.setdefault(section.asset_tag, section)
            if first is not section:
                where = f"instruments[{index}].asset_tag"
                yield warning(where, "asset_tag_twice", other=first.id, tag=section.asset_tag)
