"""`silo model`: a data scientist's way from a folder to a signed bundle that passes on this machine."""

import json
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from station.cli import app
from station.vision.rendered.not_grain import render_not_grain
from tests.vision import tiny

pytestmark = pytest.mark.long

Silo = Callable[..., Result]


@pytest.fixture
def silo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Silo:
    """The command line in a folder of its own, which holds the draft of a bundle in `draft/`."""
    monkeypatch.chdir(tmp_path)
    manifest, files = tiny.draft("kernel")
    for name, data in {"manifest.json": json.dumps(manifest).encode(), **files}.items():
        file = tmp_path / "draft" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
    return lambda *arguments, **more: CliRunner().invoke(app, ["model", *arguments], **more)


def packed(silo: Silo) -> Path:
    assert silo("pack", "draft", "--expect").exit_code == 0
    return Path("tiny-kernel-1.bundle")


def test_a_folder_becomes_a_signed_bundle_that_passes_here(silo: Silo) -> None:
    bundle = packed(silo)
    assert silo("keygen", "me").exit_code == 0
    assert stat.S_IMODE(Path("me.key").stat().st_mode) == 0o600
    assert silo("sign", str(bundle), "--key", "me.key").exit_code == 0
    done = silo("verify", str(bundle), "--key", "me.pub", "--json")
    assert done.exit_code == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["passed"] is True
    assert found["signed_by"] in Path("me.pub").read_text()
    assert (found["name"], found["task"], found["species"]) == ("tiny-kernel", "vitreousness", ["wheat"])
    assert found["cases"][0]["passed"] is True
    assert found["cases"][0]["got"]["numbers"]["vitreousness"] > 0
    assert found["cost"]["seconds"] > 0
    assert found["cost"]["memory_mb"] > 50
    assert found["warnings"] == []


def test_packing_the_same_folder_twice_gives_the_same_bytes(silo: Silo) -> None:
    first = packed(silo).read_bytes()
    assert silo("pack", "draft", "--expect", "-o", "again.bundle").exit_code == 0
    assert Path("again.bundle").read_bytes() == first


def test_a_changed_bundle_fails_its_signature_and_says_so(silo: Silo) -> None:
    bundle = packed(silo)
    silo("keygen", "me")
    silo("sign", str(bundle), "--key", "me.key")
    bundle.write_bytes(tiny.changed("kernel", licence="another"))
    done = silo("verify", str(bundle), "--key", "me.pub")
    assert done.exit_code == 1
    assert "does not fit the file" in done.stderr


def test_a_key_that_is_not_trusted_is_named(silo: Silo) -> None:
    bundle = packed(silo)
    silo("keygen", "me")
    silo("keygen", "you")
    silo("sign", str(bundle), "--key", "me.key")
    done = silo("verify", str(bundle), "--key", "you.pub", "--json")
    assert done.exit_code == 1
    assert "not among the trusted keys" in json.loads(done.stdout)["problem"]


def test_a_protected_key_asks_for_its_password(silo: Silo) -> None:
    bundle = packed(silo)
    assert silo("keygen", "safe", "--password", input="wheat\nwheat\n").exit_code == 0
    wrong = silo("sign", str(bundle), "--key", "safe.key", input="oats\n")
    assert wrong.exit_code == 3
    assert "password is wrong" in wrong.stderr
    assert silo("sign", str(bundle), "--key", "safe.key", input="wheat\n").exit_code == 0


def test_a_bundle_that_answers_otherwise_than_expected_fails(silo: Silo) -> None:
    path = Path("draft/manifest.json")
    manifest = json.loads(path.read_text())
    manifest["acceptance"]["cases"][0]["expected"] = {"accepted": True, "numbers": {"vitreousness": 99.0}}
    path.write_text(json.dumps(manifest))
    assert silo("pack", "draft").exit_code == 0
    done = silo("verify", "tiny-kernel-1.bundle", "--json")
    assert done.exit_code == 1
    reason = json.loads(done.stdout)["reasons"][0]
    assert (reason["code"], reason["params"]["attribute"]) == ("acceptance_differs", "vitreousness")
    assert "is expected" in reason["message"]


def test_a_model_dearer_than_declared_is_a_warning_and_no_failure(silo: Silo) -> None:
    path = Path("draft/manifest.json")
    manifest = json.loads(path.read_text())
    path.write_text(json.dumps({**manifest, "cost": {"seconds": 0.0001, "memory_mb": 1.0}}))
    done = silo("verify", str(packed(silo)), "--json")
    assert done.exit_code == 0
    assert [one["code"] for one in json.loads(done.stdout)["warnings"]] == ["model_slower", "model_larger"]


def test_an_acceptance_set_of_refused_photos_alone_is_warned_of(silo: Silo) -> None:
    manifest = json.loads(Path("draft/manifest.json").read_text())
    for case in manifest["acceptance"]["cases"]:
        Path("draft", case["file"]).write_bytes(render_not_grain("empty sheet", 1))
    done = silo("verify", str(packed(silo)), "--json")
    assert done.exit_code == 0
    assert [one["code"] for one in json.loads(done.stdout)["warnings"]] == ["accepts_nothing"]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"task": "Kernel Class"}, "task: "),
        ({"station": ">=99"}, "made for a station >=99"),
        ({"station": "newest"}, "station: not a version specifier"),
        ({"surprise": 1}, "surprise: "),
        ({"acceptance": {"tolerance": {"share": 0.1, "number": 1.0, "kernels": 1}, "cases": []}}, "cases"),
    ],
)
def test_a_wrong_manifest_is_refused_by_its_key(silo: Silo, change: dict[str, object], says: str) -> None:
    path = Path("draft/manifest.json")
    path.write_text(json.dumps({**json.loads(path.read_text()), **change}))
    done = silo("pack", "draft", "--expect")
    assert done.exit_code == 1
    assert says in done.stderr
    assert not Path("tiny-kernel-1.bundle").exists()


def test_what_is_missing_is_a_usage_error_that_names_it(silo: Silo) -> None:
    for arguments in (["pack", "nowhere"], ["verify", "no.bundle"], ["sign", "no.bundle", "--key", "no.key"]):
        done = silo(*arguments)
        assert done.exit_code == 2
        assert "no" in done.stderr


def test_a_key_is_never_overwritten(silo: Silo) -> None:
    assert silo("keygen", "me").exit_code == 0
    before = Path("me.key").read_text()
    again = silo("keygen", "me")
    assert again.exit_code == 2
    assert Path("me.key").read_text() == before
