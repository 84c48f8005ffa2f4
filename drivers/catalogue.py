"""The list of kinds for installers: what is known of each, its settings, and an instrument to copy."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from drivers.kind import Category, Kind, Setting, stores_weights
from drivers.registry import KINDS

_SERIAL = "serial:/dev/serial/by-id/usb-adapter?"
_PORTS: Mapping[Category, str] = MappingProxyType(
    {"weighbridge": f"{_SERIAL}baud=9600", "analyzer": "tcp:192.168.1.20:1470"}
)
_OWN_PORTS: Mapping[str, str] = MappingProxyType(
    {
        "nci-scp01": f"{_SERIAL}baud=9600&bits=7&parity=E",
        "gac500xt": f"{_SERIAL}baud=1200",
        "tesma-plus2": f"{_SERIAL}baud=9600",
        "json-nir": "mqtt://127.0.0.1:1883/silo/nir-1/result",
        "json-paths": "mqtt://127.0.0.1:1883/silo/nir-1/result",
        "tasmota": "mqtt://127.0.0.1:1883/tele/bridge-1/+",
        "sparkplug": "mqtt://127.0.0.1:1883/spBv1.0/silo/+/edge-1/#?sparkplug_host=silo-1",
        "file-drop": "folder:/srv/silo/nir-1",
    }
)
# What cannot be left out.
_EXAMPLE_SETTINGS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "modbus": {"profile": "float-weight"},
        "generic": {"profile": "gehaka-g810"},
        "json-paths": {"profile": "nir-list"},
        "sparkplug": {"profile": "nir"},
        "file-drop": {"profile": "foss-results"},
        "tasmota": {"driver": "gac2100-csv01"},
    }
)


def catalogue() -> list[dict[str, Any]]:
    """Return every registered kind as JSON values, in the registry's order.

    `unverified` is what of its wire format was never seen, `protection` how a damaged
    message is noticed, `stores_weights` whether its head tells sealed numbers (None: its profile says so);
    `example` is a section of the site file.
    """
    return [_entry(cls) for cls in KINDS.values()]


def _entry(cls: type[Kind]) -> dict[str, Any]:
    port = _OWN_PORTS.get(cls.kind, _PORTS[cls.category])
    return {
        "kind": cls.kind,
        "name": cls.name,
        "category": cls.category,
        "evidence": cls.evidence,
        "never_checked_on_hardware": cls.never_checked_on_hardware,
        "stores_weights": stores_weights(cls),
        "protection": [protection.value for protection in cls.protection],
        "unverified": list(cls.unverified),
        "settings": {key: _setting(setting) for key, setting in cls.settings.items()},
        "port": port,
        "example": _example(cls, port),
    }


def _setting(setting: Setting) -> dict[str, Any]:
    return {"default": setting.default, "allowed": list(setting.allowed), "help": setting.help}


def _example(cls: type[Kind], port: str) -> str:
    short = "bridge" if cls.category == "weighbridge" else "analyzer"
    lines = [
        "[[instruments]]",
        f'id = "{short}-1"',
        f'name = "{cls.name}"',
        f'driver = "{cls.kind}"',
        f'port = "{port}"',
    ]
    given = {key: setting.default for key, setting in cls.settings.items() if setting.default}
    given |= _EXAMPLE_SETTINGS.get(cls.kind, {})
    if given:
        lines.append("settings = { " + ", ".join(f'{key} = "{value}"' for key, value in given.items()) + " }")
    for key, setting in cls.settings.items():
        if setting.magnitude:
            lines.append(f"# {key}: {' | '.join(setting.allowed)}   compare a load with the display")
    return "\n".join(lines) + "\n"
