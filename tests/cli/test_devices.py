"""`silo devices`, `silo simulate` and `silo relay` as programs: results, messages and exit codes."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import tomllib
from contextlib import contextmanager
from pathlib import Path

import pytest

from drivers.catalogue import catalogue
from drivers.protection import Protection
from drivers.reading import Analyte
from drivers.registry import KINDS, make_protocol, make_transport
from drivers.simulated.line import PtyLine
from drivers.simulated.toledo import message
from station.site.file import Instrument
from tests.cli.test_stages import ROOT, lines, silo
from tests.drivers.rig import Running, wait_until

KEYS = {
    "kind", "name", "category", "evidence", "never_checked_on_hardware", "unverified", "protection",
    "settings", "port", "example", "stores_weights",
}  # fmt: skip


@contextmanager
def started(*arguments):
    """`silo ...` as a child process; its standard output line by line."""
    command = [sys.executable, "-m", "station.cli", *map(str, arguments)]
    environment = {"PATH": os.environ["PATH"], "LANG": "en_US.UTF-8", "HOME": "/nonexistent"}
    child = subprocess.Popen(
        command, env=environment, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    try:
        yield child
    finally:
        if child.poll() is None:
            child.kill()
        child.communicate()


def test_every_kind_is_listed_with_its_evidence_settings_and_an_example():
    done = silo("devices", "--json")
    assert done.returncode == 0
    (listed,) = lines(done)
    assert [entry["kind"] for entry in listed] == list(KINDS)
    for entry in listed:
        assert set(entry) == KEYS
        assert entry["evidence"] in ("documented", "captured", "inferred")
        assert entry["protection"]
        assert entry["stores_weights"] in (True, False, None)
        assert set(entry["protection"]) <= {protection.value for protection in Protection}
        for setting in entry["settings"].values():
            assert set(setting) == {"default", "allowed", "help"}


@pytest.mark.parametrize("entry", catalogue(), ids=lambda entry: entry["kind"])
def test_an_example_is_a_working_section_of_a_site_file(entry):
    (section,) = tomllib.loads(entry["example"])["instruments"]
    instrument = Instrument.model_validate(section)
    protocol = make_protocol(instrument.driver, {key: str(v) for key, v in instrument.settings.items()})
    assert protocol.kind == entry["kind"]
    assert make_transport(instrument.port, protocol).describe()


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ["Toledo continuous output", "never checked on hardware", "whether each message ends with"]),
        ("fr", ["jamais vérifié sur un appareil réel", "documenté", "somme de contrôle"]),
    ],
)
def test_the_list_is_for_people_in_both_languages(language, words):
    text = silo("devices", language=language).stdout.decode()
    assert all(word in text for word in words)
    assert all(f"{kind} " in text for kind in KINDS)


def test_a_simulated_analyzer_says_what_it_sent_and_a_driver_reads_just_that(tmp_path):
    port = tmp_path / "gac"
    faults = "half_frame,glued,repeat,overload,motion"
    with started(
        "simulate", "--driver", "gac2100-csv01", "--port", port, "--faults", faults, "--seed", 4,
        "--seconds", 4, "--speed", 20, "--rate", 0.4,
    ) as child, Running("gac2100-csv01", f"serial:{port}", monotonic=twenty_times) as running:  # fmt: skip
        said = [json.loads(line) for line in child.stdout]
        wanted = [s["values"]["moisture"] for s in said if s["event"] == "sent" and s["counts"]]
        wait_until(lambda: len(values(running)) >= len(wanted))
        assert child.wait(10) == 0
    assert said[0] == {
        "event": "ready", "driver": "gac2100-csv01", "address": f"serial:{port}",
        "settings": {"test_weight_unit": "kg/hl", "temperature_unit": "C"},
    }  # fmt: skip
    assert said[-1]["event"] == "end"
    assert said[-1]["counted"] == len(wanted) >= 10
    assert said[-1]["faults"].keys() == set(faults.split(","))
    assert values(running) == wanted


def twenty_times():
    return time.monotonic() * 20.0


def values(running):
    readings = [d.reading for d in running.got if d.reading and "duplicate" not in d.reading.flags]
    return [reading.values[Analyte.MOISTURE].value for reading in readings]


def test_a_simulated_bridge_behind_a_converter_ends_when_it_is_told_to():
    with started("simulate", "--driver", "mt-sics", "--port", "tcp:0", "--set", "poll=SIR") as child:
        ready = json.loads(child.stdout.readline())
        with Running("mt-sics", ready["address"], settings={"poll": "SIR"}) as running:
            wait_until(lambda: 0.0 in running.weights())
        child.send_signal(signal.SIGTERM)
        said = [json.loads(line) for line in child.stdout]
        assert child.wait(10) == 0
    assert said[-1]["event"] == "end"
    assert any(s["carried"] and bytes.fromhex(s["raw"]).startswith(b"S S") for s in said[:-1])


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("--driver", "no-such", "--port", "tcp:0"), 2, b"toledo-continuous"),
        (("--driver", "mt-sics", "--port", "tcp:x"), 2, b"tcp:4001"),
        (("--driver", "mt-sics", "--port", "tcp:0", "--faults", "smoke"), 2, b"half_frame"),
        (("--driver", "mt-sics", "--port", "tcp:0", "--set", "poll=X"), 2, b"allowed: SI"),
        (("--driver", "modbus", "--port", "tcp:0", "--profile", "baykon-mx08"), 2, b"float-weight"),
        (("--driver", "mt-sics", "--port", str(ROOT / "README.md")), 2, b"there already"),
        (("--driver", "sparkplug", "--port", "tcp:0"), 2, b"mqtt://"),
        (("--driver", "sparkplug", "--port", "mqtt://127.0.0.1:9/x"), 4, b"127.0.0.1:9"),
        (("--driver", "mt-sics", "--port", "serial:/dev/no-such"), 4, b"does not exist"),
    ],
)
def test_simulate_names_what_is_wrong(arguments, code, says):
    done = silo("simulate", *arguments, "--seconds", "0.2")
    assert (done.returncode, says in done.stderr) == (code, True), done.stderr


def test_the_relay_runs_from_its_file_until_it_is_told_to_stop(tmp_path):
    device = PtyLine(tmp_path / "device")
    config, status = tmp_path / "relay.toml", tmp_path / "status.json"
    config.write_text(
        f'port = "serial:{device.path}"\nlegacy = "pty:{tmp_path / "legacy"}"\nstation = "tcp:127.0.0.1:0"\n'
    )
    with started("relay", "--config", config, "--status", status) as child:
        first = json.loads(child.stdout.readline())
        assert first["port"]["state"] == "open"
        with socket.create_connection(("127.0.0.1", int(first["station"]["address"].split(":")[2]))) as line:
            assert json.loads(child.stdout.readline())["station"]["clients"] == 1
            device.write(message(43120))
            assert line.recv(100) == message(43120)
        wait_until(lambda: json.loads(status.read_text())["port"]["bytes_from_device"] == 18)
        assert resident_mb(child.pid) < 60
        child.send_signal(signal.SIGTERM)
        assert child.wait(10) == 0
    assert not (tmp_path / "legacy").is_symlink()
    device.close()


def test_a_wrong_relay_file_is_a_configuration_error(tmp_path):
    config = tmp_path / "relay.toml"
    config.write_text('port = "serial:/dev/ttyS0"\nlegacy = "pty:/x"\nstation = "tcp:0.0.0.0:1"\n')
    done = silo("relay", "--config", config)
    assert (done.returncode, b"not loopback" in done.stderr) == (3, True)
    assert silo("relay", "--config", tmp_path / "none").returncode == 3


def resident_mb(pid):
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6
