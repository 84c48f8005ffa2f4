"""A broker's password may stand in a file of its own, and is told nowhere."""

from pathlib import Path

import pytest

from station.checks import check_site
from station.logs import OneEntry, _without_passwords
from station.setting_problems import SettingsError
from station.site.credentials import credentials_of
from station.site.read import load_settings
from tests.silo_rig import START
from tests.site.test_settings import EXAMPLE, RULES, problems_of

SECRET = "s3cret/@: word"
NIR = 'port = "mqtt://127.0.0.1:1883/silo/nir"'
MQTT = '[mqtt]\nbroker = "mqtt://station@broker:1884"\n'


def site_file(folder: Path, nir: str = NIR, mqtt: str = "") -> Path:
    file = folder / "site.toml"
    (folder / "rules.toml").write_text(RULES, encoding="utf-8")
    file.write_text(EXAMPLE.replace(NIR, nir) + "\n" + mqtt, encoding="utf-8")
    return file


def password_file(folder: Path, text: str = SECRET + "\n", mode: int = 0o600) -> str:
    path = folder / "broker.password"
    path.write_text(text)
    path.chmod(mode)
    return path.name


def completed(file: Path, address: str) -> str:
    return credentials_of(load_settings(file), file).complete(address)


def wrong(file: Path) -> str:
    with pytest.raises(SettingsError) as error:
        credentials_of(load_settings(file), file)
    return str(error.value)


def test_a_password_belongs_to_a_user_of_a_broker(tmp_path: Path) -> None:
    nir = f'port = "mqtt://nir@broker/silo/nir?client=a"\npassword_file = "{password_file(tmp_path)}"'
    file = site_file(tmp_path, nir)
    hidden = "s3cret%2F%40%3A%20word"
    assert (
        completed(file, "mqtt://nir@broker/silo/nir?client=a")
        == f"mqtt://nir:{hidden}@broker/silo/nir?client=a"
    )
    assert completed(file, "mqtt://nir@broker:1883/other/+") == f"mqtt://nir:{hidden}@broker:1883/other/+"
    for stranger in (
        "mqtt://broker/x",
        "mqtt://me@broker/x",
        "mqtt://nir@evil/x",
        "mqtt://nir@broker:1/x",
        "tcp:broker:1",
    ):
        assert completed(file, stranger) == stranger


def test_the_stations_own_broker_has_one_too(tmp_path: Path) -> None:
    file = site_file(tmp_path, mqtt=f'{MQTT}password_file = "{password_file(tmp_path, "abc")}"\n')
    assert completed(file, "mqtt://station@broker:1884") == "mqtt://station:abc@broker:1884"


def test_a_password_in_the_address_still_counts(tmp_path: Path) -> None:
    file = site_file(tmp_path, 'port = "mqtt://nir:a%20b@broker/silo/nir"')
    assert completed(file, "mqtt://nir@broker/silo/nir") == "mqtt://nir:a%20b@broker/silo/nir"


def test_systemd_hands_one_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "handed").mkdir()
    password_file(tmp_path / "handed", "abc", 0o440)
    file = site_file(tmp_path, mqtt=f'{MQTT}password_file = "$CREDENTIALS_DIRECTORY/broker.password"\n')
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    assert "LoadCredential" in wrong(file)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path / "handed"))
    assert completed(file, "mqtt://station@broker:1884") == "mqtt://station:abc@broker:1884"


@pytest.mark.parametrize("mode", [0o604, 0o644, 0o620, 0o602, 0o606, 0o660, 0o777])
def test_a_file_that_others_can_read_or_write_is_refused(tmp_path: Path, mode: int) -> None:
    file = site_file(tmp_path, mqtt=f'{MQTT}password_file = "{password_file(tmp_path, mode=mode)}"\n')
    assert "mqtt.password_file" in wrong(file)
    assert "chmod 600" in wrong(file)
    (finding,) = [one for one in check_site(file, START, "en") if one.what == "passwords"]
    assert not finding.good
    assert SECRET not in finding.text


@pytest.mark.parametrize(
    ("nir", "says"),
    [
        ('port = "mqtt://nir@broker/x"\npassword_file = "nowhere"', "cannot be read"),
        ('port = "mqtt://nir@broker/x"\npassword_file = "empty"', "is empty"),
        ('port = "mqtt://nir@broker/x"\npassword_file = "bytes"', "cannot be read"),
        ('port = "mqtt://broker/x"\npassword_file = "broker.password"', "names the user"),
        ('port = "tcp:10.0.0.1:9"\npassword_file = "broker.password"', "names the user"),
        ('port = "mqtt://nir:abc@broker/x"\npassword_file = "broker.password"', "take it out"),
    ],
)
def test_a_password_file_that_cannot_be_used_says_why(tmp_path: Path, nir: str, says: str) -> None:
    password_file(tmp_path)
    for name, data in (("empty", b"\n"), ("bytes", b"\xff\xfe")):
        (tmp_path / name).write_bytes(data)
        (tmp_path / name).chmod(0o600)
    said = wrong(site_file(tmp_path, nir))
    assert says in said
    assert "instruments[2].password_file" in said
    assert "abc" not in said


@pytest.mark.parametrize(
    "mqtt",
    ['[mqtt]\nbroker = "mqtt://me:hunter2@broker/topic"', '[mqtt]\nbroker = "http://me:hunter2@broker"',
     'mqtt = "mqtt://me:hunter2@broker"', '[mqtt]\nbroker = "mqtt://me:hunter2@broker"\nport = 1'],
)  # fmt: skip
def test_a_wrong_setting_is_told_without_its_password(tmp_path: Path, mqtt: str) -> None:
    text = f"{mqtt}\n{EXAMPLE}" if mqtt.startswith("mqtt") else f"{EXAMPLE}\n{mqtt}\n"
    assert "hunter2" not in "\n".join(problems_of(tmp_path, text))


def test_no_finding_of_check_has_a_password(tmp_path: Path) -> None:
    nir = 'port = "mqtt://me:hunter2@127.0.0.1:1/x"'
    for port in (
        nir,
        'port = "mqtt://me:hun/hunter2@127.0.0.1:1/x"',
        'port = "mqtt://me:hunter2@127.0.0.1:1"',
    ):
        found = [one.text for one in check_site(site_file(tmp_path, port), START, "en")]
        assert any("127.0.0.1:1" in text for text in found)
        assert "hunter2" not in "\n".join(found)


def test_logs_have_no_password() -> None:
    import logging

    record = logging.LogRecord("x", logging.ERROR, "", 1, "lost %s", ("mqtt://me:hunter2@broker/x",), None)
    assert OneEntry("%(message)s").format(record) == "lost mqtt://me@broker/x"
    event = {"event": "lost", "where": "mqtt://me:hunter2@broker/x", "count": 2}
    assert _without_passwords(None, "info", event) == {**event, "where": "mqtt://me@broker/x"}


@pytest.mark.parametrize(("mode", "level"), [(0o644, "warning"), (0o600, "ok")])
def test_a_password_in_a_site_file_that_others_can_read_is_told(
    tmp_path: Path, mode: int, level: str
) -> None:
    file = site_file(tmp_path, 'port = "mqtt://nir:s3cret@broker/x"')
    file.chmod(mode)
    (finding,) = [one for one in check_site(file, START, "en") if one.what == "passwords"]
    assert finding.level == level
    assert "s3cret" not in finding.text
