"""The box that installs and runs itself: a bare Debian with a real systemd, reached by ssh."""

import io
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import cv2
import httpx2
import numpy as np
import pytest

from station.demo.site import InstrumentAddresses, write_site
from tests.cli.rig import free_port
from tests.installation.booted import FROM, TREE, Booted, booted, reason_to_skip
from tests.installation.test_broker import connected

pytestmark = [
    pytest.mark.long,
    pytest.mark.timeout(600),
    pytest.mark.skipif(reason_to_skip() is not None, reason=f"only root boots a machine: {reason_to_skip()}"),
]
INSTALL = f"cd /root && {TREE}/silo install --from {FROM} --config /root/shared"
WITHIN_S = 120.0
SILO = Path(sys.executable).with_name("silo")
MEGABYTES = r"the disk of /opt has \d+ MB free and \d+ are needed: \d+ MB are missing"
UNITS = ("silo.service", "silo-backup.service", "silo-backup.timer", "silo-relay@bridge.service")


def crowd() -> float:
    """How many times as long things take where other tests use the cores."""
    return max(1.0, os.getloadavg()[0] / len(os.sched_getaffinity(0)))


@dataclass(frozen=True, slots=True)
class Box:
    """A machine on which the station was installed. `refused`: what it said before to a small disk and to a
    wrong site file, and what was there then; `seconds`: from the bare tree until trucks were accepted; `day`:
    a demonstration that is being run for its data."""

    machine: Booted
    url: str
    broker: int
    scale: int
    refused: tuple[str, str, str]
    seconds: float
    token: str
    day: "subprocess.Popen[bytes]"

    def install(self) -> dict[str, object]:
        said: dict[str, object] = json.loads(self.machine.run(f"{INSTALL}/site/site.toml --json 2>/dev/null"))
        return said

    def accepts(self, within_s: float) -> float:
        """How long it takes until the station accepts trucks; nobody is refused meanwhile."""
        began = time.monotonic()
        while True:
            answer = httpx2.get(f"{self.url}/api/v1/health", timeout=within_s, trust_env=False)
            if answer.json()["accepting"]:
                return time.monotonic() - began
            assert time.monotonic() - began < within_s, answer.text

    def property(self, name: str, unit: str = "silo.service") -> str:
        return self.machine.run(f"systemctl show --property={name} --value {unit}").strip()

    def until(self, holds: str, within_s: float) -> None:
        """Waits until a command in the machine ends without an error."""
        self.machine.run(f"timeout {within_s:g} sh -c 'until {holds}; do sleep 0.1; done'")


@pytest.fixture(scope="module")
def box(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Box]:
    folder = tmp_path_factory.mktemp("shared")
    broker, listen, scale = free_port(), free_port(), free_port()
    nir = f'mqtt://silo@127.0.0.1:{broker}/silo/nir"\npassword_file = "broker.password'
    addresses = InstrumentAddresses(f"tcp:127.0.0.1:{scale}", "tcp:127.0.0.1:1", nir)
    site = write_site(folder / "site", addresses, listen=listen)
    site.write_text(site.read_text() + "\n[vision]\nanswer_timeout_s = 1\n")
    write_site(folder / "wrong", InstrumentAddresses("", "tcp:127.0.0.1:1", "tcp:127.0.0.1:1"))
    shutil.copy(Path(__file__).with_name("hung.py"), folder)
    with booted(folder) as machine:
        small = "mount -t tmpfs -o size=100m small /opt"
        no_room = machine.run(f"{small}; {INSTALL}/site/site.toml; code=$?; umount /opt; exit $code", code=1)
        began = time.monotonic()
        bad = machine.run(f"{INSTALL}/wrong/site.toml", code=3)
        found = "ls -d /etc/silo /var/lib/silo /etc/mosquitto /etc/systemd/system/silo* /opt/silo/current"
        touched = machine.run(f"{found}; getent passwd silo", code=None)
        said = json.loads(machine.run(f"{INSTALL}/site/site.toml --json 2>/dev/null"))
        seconds = time.monotonic() - began
        refused = no_room, bad, touched
        url, token = f"http://127.0.0.1:{listen}", said["token"]
        with demonstration(folder / "day") as day:
            yield Box(machine, url, broker, scale, refused, seconds, token, day)


@contextmanager
def demonstration(folder: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """Twenty trucks, as fast as they can, while the first tests run."""
    words = ["demo", "--headless", "--trucks", "20", "--speed", "200", "--data", str(folder), "--json"]
    quiet = subprocess.DEVNULL
    process = subprocess.Popen([SILO, *words], stdin=quiet, stdout=quiet, stderr=quiet)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(timeout=30)


def test_a_bare_debian_accepts_trucks_within_two_minutes(box: Box) -> None:
    print(f"bare tree to accepting trucks: {box.seconds:.0f} s")
    assert box.accepts(20) < 20
    assert box.seconds < WITHIN_S * crowd()


def test_a_disk_too_small_is_refused_with_the_megabytes_that_are_missing(box: Box) -> None:
    assert re.search(MEGABYTES, box.refused[0])


def test_a_wrong_site_file_is_refused_with_section_and_key_before_anything_is_touched(box: Box) -> None:
    assert "instruments[0].port" in box.refused[1]
    assert box.refused[2].count("No such file") == 5
    assert "silo:x:" not in box.refused[2]


def test_the_terminals_token_is_told_once_and_opens_the_counter(box: Box) -> None:
    headers = {"Authorization": f"Bearer {box.token}"}
    assert httpx2.get(f"{box.url}/api/v1/visits", headers=headers, trust_env=False).status_code == 200
    again = box.install()
    assert (again["changed"], again["token"]) == (0, None)


def test_of_two_installations_at_once_one_waits(box: Box) -> None:
    both = [box.machine.start(f"{INSTALL}/site/site.toml --json") for _ in range(2)]
    said = [one.communicate(timeout=120)[0] for one in both]
    assert sum("another installation runs here: waiting" in one for one in said) == 1
    assert all(one.startswith("exit 0\n") and '"changed": 0' in one for one in said)


def test_the_units_are_sound_and_hardened(box: Box) -> None:
    assert box.machine.run(f"systemd-analyze verify {' '.join(UNITS)}").strip() == ""
    for unit in UNITS:
        if unit.endswith(".service"):
            said = box.machine.run(f"systemd-analyze security --no-pager {unit} | tail -n 1")
            assert float(said.split(":")[1].split()[0]) <= 2.0, said
    assert box.property("UMask") == "0077"
    assert box.property("LimitNOFILE") == "4096"
    assert box.property("NextElapseUSecRealtime", "silo-backup.timer")


def test_the_broker_takes_nobody_without_the_right_password(box: Box) -> None:
    password = box.machine.run("cat /etc/silo/devices/nir.password").strip()
    for user, secret, answer in (
        (None, None, "Not authorized"),
        ("nir", "guessed", "Not authorized"),
        ("nir", password, "Success"),
    ):
        with connected(box.broker, user, secret) as (_, said):
            assert said == answer


@contextmanager
def weighing(box: Box) -> Iterator[None]:
    """A weighbridge speaks at the station's port meanwhile."""
    command = [SILO, "simulate", "--driver", "toledo-continuous", "--port", f"tcp:{box.scale}"]
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(command, stdout=quiet, stderr=quiet)
    try:
        yield
    finally:
        process.terminate()
        process.wait(timeout=20)


@contextmanager
def that_hangs(box: Box, what: str) -> Iterator[None]:
    """The service hangs in one place until it was started again; its watchdog waits for three seconds."""
    program = "/opt/silo/current/.venv/bin/python /opt/silo/hung.py serve --config /etc/silo/site.toml"
    drop_in = f"[Service]\\nExecStart=\\nExecStart={program}\\nWatchdogSec=3\\n"
    place = "/run/systemd/system/silo.service.d"
    box.machine.run(
        f"mkdir -p {place} /run/silo-hangs; cp /root/shared/hung.py /opt/silo/hung.py; "
        f"printf '{drop_in}' > {place}/hung.conf; touch /run/silo-hangs/{what}; "
        "systemctl daemon-reload; systemctl restart silo"
    )
    try:
        yield
    finally:
        box.machine.run(f"rm -rf {place} /run/silo-hangs; systemctl daemon-reload")


def restarted_by_the_watchdog(box: Box, why: str) -> None:
    box.until(f'grep -qs "{why}" /run/silo-failed/why', 60)
    box.machine.run("rm -rf /run/silo-hangs")
    box.until("systemctl is-active --quiet silo", 60)
    assert box.accepts(20) < 20
    assert "Watchdog timeout" in box.machine.run("journalctl -u silo --no-pager --since '-2min'")
    assert box.machine.run("ls /run/silo-failed", code=None).strip() == ""


def test_a_hung_intake_is_started_again(box: Box) -> None:
    with that_hangs(box, "intake"), weighing(box):
        restarted_by_the_watchdog(box, "pas enregistré")


def test_a_station_whose_loops_stand_still_is_started_again(box: Box) -> None:
    with that_hangs(box, "nothing"):
        box.machine.run("kill -STOP $(systemctl show --property=MainPID --value silo)")
        restarted_by_the_watchdog(box, "ne répondait plus")


def test_a_photo_that_gets_no_answer_starts_the_station_again(box: Box) -> None:
    token = box.machine.run("silo token add camera --kind app --config /etc/silo/site.toml 2>/dev/null")
    image = cv2.imencode(".jpg", np.full((600, 800, 3), 200, np.uint8))[1].tobytes()
    with that_hangs(box, "worker"):
        box.accepts(20)
        answer = httpx2.post(
            f"{box.url}/api/v1/captures", data={"id": str(uuid4())}, trust_env=False,
            files={"photos": ("a.jpg", io.BytesIO(image), "image/jpeg")},
            headers={"Authorization": f"Bearer {json.loads(token)}"},
        )  # fmt: skip
        assert answer.status_code == 201, answer.text
        restarted_by_the_watchdog(box, "sans réponse")


def test_a_station_killed_after_a_day_of_trucks_accepts_the_next_within_ten_seconds(box: Box) -> None:
    """Nobody is refused meanwhile."""
    assert box.day.wait(timeout=200) == 0
    box.machine.run(
        "systemctl stop silo; rm -rf /var/lib/silo/*; cp -r /root/shared/day/data/* /var/lib/silo; "
        "chown -R silo:silo /var/lib/silo; systemctl start silo"
    )
    box.machine.run("kill -9 $(systemctl show --property=MainPID --value silo)")
    seconds = box.accepts(60)
    print(f"killed to accepting trucks: {seconds:.1f} s")
    assert seconds < 10 * crowd()


def test_a_damaged_ledger_stops_it_once_and_the_terminal_says_why(box: Box) -> None:
    box.machine.run(
        "systemctl stop silo; cd /var/lib/silo; rm -f ledger.db-wal ledger.db-shm; "
        "head -c 600000 /dev/urandom > ledger.db; systemctl reset-failed silo; systemctl start silo",
        code=1,
    )
    with pytest.raises(httpx2.ConnectError):
        httpx2.get(f"{box.url}/api/v1/health", trust_env=False)
    box.machine.run("sleep 5")
    assert box.property("ActiveState") == "failed"
    assert box.property("NRestarts") == "0"
    why = box.machine.run("cat /run/silo-failed/why").strip()
    assert "ledger.db" in why
    terminal = f"exec timeout 30 silo tui --url {box.url}"
    box.machine.run(
        "export TERM=xterm LANG=C.UTF-8 SILO_TOKEN=x; "
        f"script -qec 'stty rows 40 cols 250; {terminal}' /run/shown > /dev/null 2>&1 & "
        f"timeout 30 sh -c 'until grep -aqs \"{why[:30]}\" /run/shown; do sleep 0.2; done'"
    )
