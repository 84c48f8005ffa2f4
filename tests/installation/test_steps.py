"""Each step looks, changes what is not as it should be, and a second run changes nothing."""

import json
import os
import shutil
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from station.installation import steps
from station.installation.machine import Machine, StepFailed
from station.installation.steps import DiskTooSmall, Installation, checked
from station.setting_problems import SettingsError
from tests.installation.rig import nir_at, write_site

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Bench(Machine):
    """A folder is the machine; `runs` are its services, `tokens` the station's, `ran` what was run."""

    runs: set[str] = field(default_factory=set)
    enabled: set[str] = field(default_factory=set)
    tokens: list[str] = field(default_factory=list)
    ran: list[str] = field(default_factory=list)
    fails: set[str] = field(default_factory=set)

    def run(self, *words: str, environment: Mapping[str, str] | None = None) -> str:
        said = " ".join(words)
        self.ran.append(said)
        if any(part in said for part in self.fails):
            raise StepFailed(said, "it says no")
        if words[:2] == ("systemctl", "restart"):
            self.runs.add(words[-1])
        if words[:2] == ("systemctl", "enable"):
            self.enabled.add(words[-1])
        if "list" in words:
            return "".join(f"{json.dumps({'name': name, 'revoked': None})}\n" for name in self.tokens)
        if "add" in words:
            self.tokens.append("terminal")
            return '"the token"\n'
        return ""

    def says_yes(self, *words: str) -> bool:
        return words[-1] in {"is-active": self.runs, "is-enabled": self.enabled}.get(words[1], {"silo"})

    def user(self, name: str) -> int:
        return os.getuid()

    def group(self, name: str) -> int:
        return os.getgid()


class Health(BaseHTTPRequestHandler):
    refuses: str | None = None

    def do_GET(self) -> None:
        refuses = [{"message": self.refuses}] if self.refuses else []
        body = json.dumps({"accepting": not refuses, "refuses": refuses}).encode()
        self.send_response(200)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def port() -> Iterator[int]:
    """Where a station answers that it is well."""
    server = HTTPServer(("127.0.0.1", 0), Health)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def site(tmp_path: Path, port: int) -> Path:
    return write_site(tmp_path / "site", port=f"port = {port}", nir=nir_at(1883))


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path / "machine")


@pytest.fixture(autouse=True)
def one_password(tmp_path: Path) -> None:
    (tmp_path / "machine" / "var").mkdir(parents=True)


def install(bench: Bench, site: Path) -> tuple[list[str], str | None]:
    """The steps that changed something, and the token."""
    release = bench.root.parent / "release"
    if not release.exists():
        shutil.copytree(ROOT / "systemd", release / "systemd")
    installation = Installation(bench, checked(site, release, None, bench), lambda: "secret")
    return [step.name for step in installation.run() if step.is_changed], installation.token


def test_a_second_run_changes_nothing_and_tells_no_token(bench: Bench, site: Path) -> None:
    changed, token = install(bench, site)
    assert changed == ["user", "site", "passwords", "broker", "release", "units", "token", "service"]
    assert token == "the token"
    bench.ran.clear()
    assert install(bench, site) == ([], None)
    assert not [one for one in bench.ran if "systemctl" in one]


def test_the_station_may_read_what_is_its_own_and_nobody_else_may(bench: Bench, site: Path) -> None:
    install(bench, site)
    modes = {
        path: oct(bench.at(Path(path)).stat().st_mode & 0o7777)
        for path in (
            "/etc/silo", "/etc/silo/site.toml", "/etc/silo/rules.toml", "/etc/silo/broker.password",
            "/etc/silo/devices", "/etc/silo/devices/nir.password", "/etc/mosquitto/silo.passwords",
            "/var/lib/silo",
        )
    }  # fmt: skip
    assert list(modes.values()) == [
        "0o2750", "0o640", "0o640", "0o640", "0o2750", "0o640", "0o640", "0o700",
    ]  # fmt: skip
    assert (bench.root / "opt/silo/current").readlink() == bench.root.parent / "release"


def test_a_changed_site_file_restarts_the_station_and_the_former_one_is_kept(
    bench: Bench, site: Path
) -> None:
    install(bench, site)
    text = site.read_text(encoding="utf-8")
    site.write_text(text.replace("Silo de Beaulieu", "Silo de Beauvoir"))
    assert install(bench, site) == (["site", "service"], None)
    former = (bench.root / "etc/silo/site.toml.before").read_text(encoding="utf-8")
    assert "Silo de Beaulieu" in former


def test_a_password_that_the_installer_brings_is_used(bench: Bench, site: Path) -> None:
    (site.parent / "broker.password").write_text("brought\n")
    (site.parent / "devices").mkdir()
    (site.parent / "devices/nir.password").write_text("its own\n")
    install(bench, site)
    assert (bench.root / "etc/silo/broker.password").read_text() == "brought\n"
    assert (bench.root / "etc/silo/devices/nir.password").read_text() == "its own\n"


def test_what_failed_goes_on_from_there_and_a_stopped_station_says_why(bench: Bench, site: Path) -> None:
    bench.fails.add("restart silo.service")
    why = bench.root / "run/silo-failed/why"
    why.parent.mkdir(parents=True)
    why.write_text("the ledger is damaged\n")
    with pytest.raises(StepFailed, match=r"silo\.service: the ledger is damaged"):
        install(bench, site)
    bench.fails.clear()
    assert install(bench, site) == (["service"], None)


def test_what_was_changed_before_a_failure_is_started_again_by_the_next_run(bench: Bench, site: Path) -> None:
    install(bench, site)
    text = site.read_text(encoding="utf-8")
    site.write_text(text.replace("Silo de Beaulieu", "Silo de Beauvoir"))
    bench.fails.add("token list")
    with pytest.raises(StepFailed):
        install(bench, site)
    bench.fails.clear()
    assert install(bench, site) == (["service"], None)
    assert install(bench, site) == ([], None)


def test_the_gate_stays_shut_where_the_station_takes_no_truck(
    bench: Bench, site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(steps, "ACCEPTS_WITHIN_S", 0.05)
    monkeypatch.setattr(Health, "refuses", "disk full")
    with pytest.raises(StepFailed, match="disk full"):
        install(bench, site)


def test_a_wrong_site_file_and_a_small_disk_are_told_before_anything_is_touched(
    bench: Bench, site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = site.read_text(encoding="utf-8")
    site.write_text(text.replace("mqtt://silo@", "mqtt://"))
    with pytest.raises(SettingsError, match=r"site\.toml: instruments\[2\]\.port: .* mqtt://user@host"):
        install(bench, site)
    site.write_text(text)
    monkeypatch.setattr(steps, "NEEDED_MB", 10**9)
    with pytest.raises(DiskTooSmall) as refused:
        install(bench, site)
    assert refused.value.needed_mb > refused.value.free_mb > 0
    assert (bench.ran, sorted(path.name for path in bench.root.iterdir())) == ([], ["var"])
