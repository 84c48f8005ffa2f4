"""The explicit tables: which kinds of device there are, and which addresses lead to one.

serial:/dev/ttyUSB0?baud=9600&bits=8&parity=N&stop=1
tcp:192.168.1.20:1470            mqtt://broker:1883/silo/nir-1/result?client=silo-north
replay:morning.bin               folder:/srv/drop?steady=5&patience=60          for file-drop only
tap:/dev/ttyUSB1?baud=9600                   tap://192.168.1.20:1470      listened to, never written to
"""

from collections.abc import Mapping
from types import MappingProxyType
from urllib.parse import parse_qsl, unquote, urlsplit

from drivers.analyzer.astm import Astm
from drivers.analyzer.gac500xt import Gac500Xt
from drivers.analyzer.gac2100_csv01 import Gac2100Csv01
from drivers.analyzer.json_nir import JsonNir
from drivers.analyzer.tesma_plus2 import TesmaPlus2
from drivers.errors import SettingError
from drivers.file_drop.file_drop import FileDrop
from drivers.gateway.json_paths import JsonPaths
from drivers.gateway.modbus import Modbus
from drivers.gateway.sparkplug import Sparkplug
from drivers.gateway.tasmota import Tasmota
from drivers.generic.generic import Generic
from drivers.kind import Kind
from drivers.redaction import has_password, redacted
from drivers.transport import (
    FolderTransport,
    MqttTransport,
    ReplayTransport,
    SerialTransport,
    TapTransport,
    TcpTapTransport,
    TcpTransport,
    Transport,
    sparkplug_host,
)
from drivers.weighbridge.bilanciai import Bilanciai
from drivers.weighbridge.cardinal import Cardinal
from drivers.weighbridge.dini_argeo import DiniArgeo
from drivers.weighbridge.mt_sics import MtSics
from drivers.weighbridge.nci_scp01 import NciScp01
from drivers.weighbridge.rice_lake import RiceLake
from drivers.weighbridge.rinstrum import Rinstrum
from drivers.weighbridge.sartorius_sbi import SartoriusSbi
from drivers.weighbridge.sma import Sma
from drivers.weighbridge.st_gs import StGs
from drivers.weighbridge.systec import Systec
from drivers.weighbridge.toledo_continuous import ToledoContinuous
from drivers.weighbridge.yaohua import Yaohua

_CLASSES: tuple[type[Kind], ...] = (
    ToledoContinuous,
    Gac2100Csv01,
    JsonNir,
    MtSics,
    Sma,
    NciScp01,
    DiniArgeo,
    RiceLake,
    Cardinal,
    Rinstrum,
    Systec,
    Bilanciai,
    Yaohua,
    StGs,
    SartoriusSbi,
    Gac500Xt,
    TesmaPlus2,
    Astm,
    Modbus,
    Tasmota,
    Sparkplug,
    JsonPaths,
    Generic,
    FileDrop,
)
KINDS: Mapping[str, type[Kind]] = MappingProxyType({cls.kind: cls for cls in _CLASSES})

_LINE: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "baud": ("300", "600", "1200", "2400", "4800", "9600", "19200", "38400", "57600", "115200"),
        "bits": ("7", "8"),
        "parity": ("N", "E", "O"),
        "stop": ("1", "2"),
    }
)
_OPTIONS: Mapping[str, Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "serial": _LINE,
        "tcp": {"idle": ()},
        "mqtt": {"client": (), "sparkplug_host": ()},
        "replay": {},
        "folder": {"steady": (), "patience": ()},
        "tap": {**_LINE, "idle": ()},
    }
)


def make_protocol(kind: str, settings: Mapping[str, str] = MappingProxyType({})) -> Kind:
    """Return the protocol object of `kind`; SettingError names the kind, key and what is allowed."""
    if kind not in KINDS:
        raise SettingError(f"driver {kind!r} is unknown; known drivers: {', '.join(KINDS)}")
    if kind == Tasmota.kind:
        return Tasmota(settings, make_protocol)
    return KINDS[kind](settings)


def make_transport(
    url: str, protocol: Kind | None = None, *, name: str = "station", passing: bool = False
) -> Transport:
    """Return the way to a device from its address. A folder needs the `protocol`, which says what files are
    its own. `name` (the device's) makes an MQTT client id unique; for a `passing` visitor the broker keeps
    nothing.

    Nothing is opened. SettingError says what of the address is wrong, without its password.
    """
    shown = redacted(url)
    try:
        parts = urlsplit(url, allow_fragments=False)
        host, port = (parts.hostname, parts.port) if parts.netloc else _host_port(parts.path)
    except ValueError as error:
        why = "write / : and @ of a password as %2F %3A %40" if has_password(url) else error
        raise SettingError(f"address {shown!r} cannot be read: {why}") from None
    options = _options(shown, parts.scheme, parts.query)
    if parts.scheme == "serial" or (parts.scheme == "tap" and not parts.netloc):
        return _serial_line(
            parts.scheme, _required(parts.path, shown, "a port, as in serial:/dev/ttyUSB0"), options
        )
    if parts.scheme == "replay":
        return ReplayTransport(_required(parts.path, shown, "a file, as in replay:morning.bin"))
    if parts.scheme == "folder":
        return _folder(
            _required(parts.path, shown, "a folder, as in folder:/srv/drop"), shown, options, protocol
        )
    if parts.scheme == "mqtt" and not parts.netloc:
        host = None
    host = _required(host, shown, "a host, as in tcp:192.168.1.20:1470")
    if parts.scheme in ("tcp", "tap"):
        if port is None:
            raise SettingError(f"address {shown!r} needs a port, as in tcp:192.168.1.20:1470")
        stream = TcpTransport if parts.scheme == "tcp" else TcpTapTransport
        return stream(host, port, idle_s=_seconds(shown, "idle", options.get("idle", "600")))
    return MqttTransport(
        host,
        port or 1883,
        _required(unquote(parts.path).removeprefix("/"), shown, "a topic, as in mqtt://broker/silo/nir-1"),
        client_id=options.get("client", f"silo-{name}"),
        username=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
        presence=sparkplug_host(options["sparkplug_host"]) if "sparkplug_host" in options else None,
        passing=passing,
    )


def _folder(path: str, shown: str, options: Mapping[str, str], protocol: Kind | None) -> Transport:
    """Files are moved out of a folder: only the driver that reads files says which are the instrument's."""
    if not isinstance(protocol, FileDrop):
        raise SettingError(f"address {shown!r}: only the driver {FileDrop.kind} reads a folder")
    return FolderTransport(
        path,
        protocol.profile.shape.names,
        steady_s=_seconds(shown, "steady", options.get("steady", "2")),
        patience_s=_seconds(shown, "patience", options.get("patience", "20")),
    )


def _serial_line(scheme: str, path: str, options: Mapping[str, str]) -> Transport:
    line = SerialTransport if scheme == "serial" else TapTransport
    return line(
        path,
        baud=int(options.get("baud", "9600")),
        bits=int(options.get("bits", "8")),
        parity=options.get("parity", "N"),
        stop=int(options.get("stop", "1")),
    )


def _host_port(path: str) -> tuple[str | None, int | None]:
    """Return host and port of an address without slashes; a serial port or file has none."""
    host, colon, port = path.rpartition(":")
    if not colon or not port.isdecimal():
        return path or None, None
    if not 0 < int(port) < 65536:
        raise ValueError("port must be 1 to 65535")
    return host.strip("[]"), int(port)


def _options(url: str, scheme: str, query: str) -> dict[str, str]:
    if scheme not in _OPTIONS:
        raise SettingError(f"address {url!r} must begin with one of: {', '.join(_OPTIONS)}")
    known = _OPTIONS[scheme]
    options = dict(parse_qsl(query, keep_blank_values=True))
    for key, value in options.items():
        if key not in known:
            raise SettingError(
                f"address {url!r}: unknown option {key!r}; known: {', '.join(known) or 'none'}"
            )
        if known[key] and value not in known[key]:
            raise SettingError(f"address {url!r}: {key} = {value!r}; allowed: {', '.join(known[key])}")
    return options


def _required(value: str | None, url: str, what: str) -> str:
    if not value:
        raise SettingError(f"address {url!r} needs {what}")
    return value


def _seconds(url: str, key: str, text: str) -> float:
    if not text.isdecimal() or int(text) < 1:
        raise SettingError(f"address {url!r}: {key} = {text!r}; allowed: whole seconds, 1 or more")
    return float(text)
