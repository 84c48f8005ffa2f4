"""`silo hub backtest`: what it takes, what it refuses, and how it is looked at again."""

import os
from pathlib import Path
from typing import Any

import pytest

from station.cli.hub import backtest as hub_backtest
from station.headquarters.backtest_part import judge_part
from station.runtime.bundles import shipped_bundle
from station.secret_keys import new_secret_key
from station.signing import sign
from tests.headquarters.backtest_rig import Photographed
from tests.hub.conftest import headquarters, made, postgres  # noqa: F401 - fixtures
from tests.hub.hub_rig import Headquarters


@pytest.fixture
def hub(headquarters: Headquarters) -> Photographed:  # noqa: F811
    return Photographed(headquarters.engine, headquarters.folder / "photos")


@pytest.fixture
def bundle(headquarters: Headquarters) -> Path:  # noqa: F811
    """The shipped bundle, signed with a key that lies beside it as coop.pub."""
    key, body = new_secret_key(os.urandom), shipped_bundle().read_bytes()
    file = headquarters.folder / "candidate.bundle"
    file.write_bytes(body)
    file.with_name("candidate.bundle.minisig").write_text(sign(body, key, "candidate"))
    file.with_name("coop.pub").write_text(key.public.text())
    return file


def begin(headquarters: Headquarters, bundle: Path, *more: str) -> Any:  # noqa: F811
    key = str(bundle.with_name("coop.pub"))
    return headquarters.run("backtest", str(bundle), "--key", key, "--no-wait", *more)


def test_one_is_begun_looked_at_and_its_report_shown(
    headquarters: Headquarters,  # noqa: F811
    hub: Photographed,
    bundle: Path,
) -> None:
    for place in range(10):
        hub.capture("north", f"broken=0.03 photo {place}".encode(), lab=2.0)
    hub.capture("north", b"broken=0.09", lab=2.0, species="barley")
    begun = begin(headquarters, bundle, "--from", "2026-07-01", "--to", "2026-08-01")
    assert begun.exit_code == 0
    assert "10 captures, 10 photos, 1 jobs" in begun.stderr
    listed = headquarters.json("backtest", "--list")
    assert (listed["state"], listed["captures"], listed["looked_at"]) == ("running", 10, 0)
    number = str(listed["backtest"])
    assert "0 of 10 captures" in headquarters.run("backtest", "--show", number, "--no-wait").stderr
    judge_part(hub.bench(), listed["backtest"], 0)
    lines = headquarters.run("backtest", "--show", number, "--json").stdout.splitlines()
    assert [line.split('"')[3] for line in lines] == ["all", "station", "phone_model", "month"]
    shown = headquarters.run("backtest", "--show", number).stdout
    assert "n 10  bias 1.00 (1.00 … 1.00)  spread 0.00" in shown
    assert headquarters.run("backtest", "--cancel", number).exit_code == 1


def test_the_site_of_the_keys_may_be_the_hubs_file(
    headquarters: Headquarters,  # noqa: F811
    hub: Photographed,
    bundle: Path,
) -> None:
    hub.capture("north", b"broken=0.03", lab=2.0)
    headquarters.config.write_text(headquarters.config.read_text() + 'trusted_keys = ["coop.pub"]\n')
    assert headquarters.run("backtest", str(bundle), "--no-wait").exit_code == 0


def test_bundles_that_are_not_ours_broken_or_missing_are_refused(
    headquarters: Headquarters,  # noqa: F811
    hub: Photographed,
    bundle: Path,
) -> None:
    hub.capture("north", b"broken=0.03", lab=2.0)
    no_key = headquarters.run("backtest", str(bundle))
    assert (no_key.exit_code, "--key" in no_key.stderr) == (2, True)
    other = new_secret_key(os.urandom)
    signature = bundle.with_name("candidate.bundle.minisig")
    right = signature.read_text()
    signature.write_text(sign(bundle.read_bytes(), other, "candidate"))
    refused = begin(headquarters, bundle)
    assert (refused.exit_code, "not among the trusted keys" in refused.stderr) == (1, True)
    signature.write_text(right)
    bundle.write_bytes(bundle.read_bytes()[:-10])
    changed = begin(headquarters, bundle)
    assert (changed.exit_code, "does not fit the file" in changed.stderr) == (1, True)
    signature.unlink()
    assert begin(headquarters, bundle).exit_code == 2
    bundle.unlink()
    assert begin(headquarters, bundle).exit_code == 2
    assert headquarters.run("backtest", "--list").stdout == ""


def test_nothing_to_try_and_a_wrong_number_are_said(
    headquarters: Headquarters,  # noqa: F811
    hub: Photographed,
    bundle: Path,
) -> None:
    hub.capture("north", b"broken=0.03", lab=2.0, is_here=False)
    nothing = begin(headquarters, bundle)
    assert nothing.exit_code == 1
    assert "has not sent them yet: 1" in nothing.stderr
    barley = begin(headquarters, bundle, "--species", "barley")
    assert (barley.exit_code, "no photo of barley" in barley.stderr) == (2, True)
    for words in (["--show", "77"], ["--cancel", "77"], [], ["--list", "--show", "1"]):
        assert headquarters.run("backtest", *words).exit_code == 2


def test_control_c_leaves_it_running_and_says_how_to_look_again(
    headquarters: Headquarters,  # noqa: F811
    hub: Photographed,
    bundle: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hub.capture("north", b"broken=0.03", lab=2.0)

    def interrupted(seconds: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(hub_backtest.time, "sleep", interrupted)
    stopped = headquarters.run("backtest", str(bundle), "--key", str(bundle.with_name("coop.pub")))
    assert stopped.exit_code == hub_backtest.INTERRUPTED
    number = headquarters.json("backtest", "--list")["backtest"]
    assert f"silo hub backtest --show {number}" in stopped.stderr
    assert "silo hub work" in stopped.stderr  # nobody works
    assert headquarters.run("backtest", "--cancel", str(number)).exit_code == 0
    ended = headquarters.run("backtest", "--show", str(number))
    assert (ended.exit_code, "cancelled" in ended.stderr) == (1, True)
