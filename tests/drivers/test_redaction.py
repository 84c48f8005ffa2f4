"""Passwords in addresses are never shown; what is no password stays."""

import pytest

from drivers.redaction import has_password, redacted


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("mqtt://me:secret@broker:1883/silo/nir", "mqtt://me@broker:1883/silo/nir"),
        ("MQTT://me:secret@broker", "MQTT://me@broker"),
        ("mqtt://:secret@broker", "mqtt://@broker"),
        ("mqtt://me:se@cr/et:1@broker/x", "mqtt://me@broker/x"),
        ("mqtt://me:123@broker/x", "mqtt://me@broker/x"),
        ("mqtt://me:p w@broker/x", "mqtt://me@broker/x"),
        ("mqtt:me:secret@broker", "mqtt:me@broker"),
        (
            "address 'mqtt://me:secret@b/x' is wrong\nmqtt://me:secret@c/x",
            "address 'mqtt://me@b/x' is wrong\nmqtt://me@c/x",
        ),
        ("mqtt://broker/x?client=a&password=secret&idle=3", "mqtt://broker/x?client=a&password=&idle=3"),
    ],
)
def test_a_password_is_taken_out(text: str, shown: str) -> None:
    assert redacted(text) == shown
    assert has_password(text)
    assert not has_password(shown)


@pytest.mark.parametrize(
    "text",
    [
        "mqtt://me@broker:1883/silo/nir", "mqtt://broker:1883/silo/a@b", "mqtt://[::1]:1883/silo/a@b",
        "tcp:10.0.0.12:1470", "serial:/dev/ttyUSB0?baud=9600", "folder:/srv/drop?steady=5",
        "Contact: anne@silo.example", "10:30 by anne@silo.example", "broker:1883, anne@silo.example", "",
    ],
)  # fmt: skip
def test_what_holds_no_password_stays_as_it_is(text: str) -> None:
    assert redacted(text) == text
    assert not has_password(text)
