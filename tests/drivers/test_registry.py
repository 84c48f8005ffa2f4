import pytest

from drivers.errors import SettingError
from drivers.registry import KINDS, make_protocol, make_transport

# Kinds that are nothing without a profile.
EXAMPLES = {
    "modbus": {"profile": "baykon-mx08"},
    "generic": {"profile": "gehaka-g810"},
    "json-paths": {"profile": "nir-list"},
    "sparkplug": {"profile": "nir"},
    "tasmota": {"driver": "toledo-continuous"},
    "file-drop": {"profile": "xlsx-results"},
}


def test_every_kind_declares_what_the_device_list_shows():
    for kind, cls in KINDS.items():
        protocol = make_protocol(kind, EXAMPLES.get(kind, {}))
        assert protocol.kind == kind == cls.kind
        assert cls.name
        assert cls.category in ("weighbridge", "analyzer")
        assert cls.evidence in ("documented", "captured", "inferred")
        assert cls.never_checked_on_hardware
        assert cls.unverified
        for setting in cls.settings.values():
            assert not setting.allowed or setting.magnitude or setting.default in setting.allowed
            assert not (setting.magnitude and setting.default)
            assert setting.help


def test_an_unknown_driver_names_the_known_ones():
    with pytest.raises(SettingError, match=r"'infratec' is unknown") as error:
        make_protocol("infratec")
    assert all(kind in str(error.value) for kind in KINDS)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("serial:/dev/ttyUSB0?baud=4800&bits=7&parity=E&stop=2", "/dev/ttyUSB0 4800 baud 7E2"),
        ("serial:/dev/serial/by-id/usb-x", "/dev/serial/by-id/usb-x 9600 baud 8N1"),
        ("tcp:127.0.0.1:1470", "tcp:127.0.0.1:1470"),
        ("tcp://converter.local:1470?idle=60", "tcp:converter.local:1470"),
        ("mqtt://127.0.0.1/silo/nir-1", "mqtt://127.0.0.1:1883/silo/nir-1"),
        ("mqtt://me:secret@broker:1884/silo/+/result?client=north", "mqtt://broker:1884/silo/+/result"),
        ("replay:/tmp/morning.bin", "replay:/tmp/morning.bin"),
        ("folder:/srv/drop?steady=5&patience=60", "folder:/srv/drop"),
    ],
)
def test_an_address_becomes_a_transport_that_describes_itself_without_secrets(url, shown):
    assert (
        make_transport(url, make_protocol("file-drop", EXAMPLES["file-drop"]), name="x").describe() == shown
    )


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("usb:/dev/ttyUSB0", "must begin with one of: serial, tcp, mqtt, replay"),
        ("", "must begin with one of"),
        ("serial:", "needs a port"),
        ("serial:/dev/ttyUSB0?baud=9601", "baud = '9601'; allowed: 300, 600"),
        ("serial:/dev/ttyUSB0?speed=9600", "unknown option 'speed'; known: baud, bits, parity, stop"),
        ("tcp:converter", "needs a port"),
        ("tcp:1.2.3.4:99999", "port must be 1 to 65535"),
        ("tcp:1.2.3.4:1470?idle=0", "whole seconds"),
        ("mqtt://broker", "needs a topic"),
        ("mqtt://broker:port/topic", "cannot be read"),
        ("replay:", "needs a file"),
        ("folder:", "needs a folder"),
        ("folder:/srv/drop?steady=0", "steady = '0'; allowed: whole seconds"),
        ("mqtt:broker:1883/topic", "needs a host"),
        ("replay:x?speed=2", "unknown option 'speed'; known: none"),
    ],
)
def test_a_wrong_address_says_what_is_wrong_and_what_is_allowed(url, why):
    with pytest.raises(SettingError, match=why):
        make_transport(url, make_protocol("file-drop", EXAMPLES["file-drop"]))


@pytest.mark.parametrize("kind", [None, *(kind for kind in KINDS if kind != "file-drop")])
def test_only_the_driver_of_files_is_given_a_folder(kind, tmp_path):
    protocol = make_protocol(kind, EXAMPLES.get(kind, {})) if kind else None
    with pytest.raises(SettingError, match="only the driver file-drop reads a folder"):
        make_transport(f"folder:{tmp_path}", protocol)


@pytest.mark.parametrize(
    "url",
    [
        "mqtt://me:hunter2@broker",
        "mqtt://me:hunter2@broker:port/topic",
        "mqtt://me:hun/hunter2@broker/topic",
        "mqtt://me:hun@hunter2@broker",
        "mqtt://me:hunter2@[::1/topic",
        "mqtt:me:hunter2@broker:1883/topic",
        "mqtt://me:hunter2@broker/topic?speed=1",
        "mqtt://broker/topic?password=hunter2",
        "MQTT://:hunter2@broker",
    ],
)
def test_what_is_said_of_a_wrong_address_has_no_password(url):
    with pytest.raises(SettingError) as error:
        make_transport(url)
    assert "hun" not in str(error.value)
