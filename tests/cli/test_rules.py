"""Rule packs at the command line: verify, sign, install with a signature, and what differs."""

import json
from pathlib import Path

import pytest

from station.secret_keys import secret_key_text
from station.signing import SecretKey, sign
from tests.cli.furnished import EXAMPLES
from tests.cli.rig import KEY, invoke, make_site, run, silo

RULES = (EXAMPLES / "rules.toml").read_text(encoding="utf-8")
NEW = (
    RULES.replace('version = "2026.1"', 'version = "2026.2"')
    .replace("limit = 76.0", "limit = 76.5", 1)
    .replace("[repeatability]\n", "[prices]\nmilling_no_2 = 212.0\n\n[repeatability]\n", 1)
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("packs")
    (folder / "old.toml").write_text(RULES, encoding="utf-8")
    (folder / "new.toml").write_text(NEW, encoding="utf-8")
    (folder / "coop.key").write_text(secret_key_text(KEY, None, bytes))
    (folder / "coop.pub").write_text(KEY.public.text())
    for name in ("old.toml", "new.toml"):
        done = invoke("rules", "sign", str(folder / name), "--key", str(folder / "coop.key"))
        assert (done.returncode, f"{name}.minisig written" in done.stderr) == (0, True), done.stderr
    return folder


def test_a_signed_pack_is_verified_by_its_key(folder: Path) -> None:
    done = invoke("rules", "verify", str(folder / "new.toml"), "--key", str(folder / "coop.pub"), "--json")
    told = json.loads(done.stdout)
    assert (done.returncode, told["passed"], told["signed_by"]) == (0, True, KEY.public.name)
    assert told["grades"] == ["milling_no_2", "organic_bread", "intervention", "feed_wheat"]
    plain = invoke("rules", "verify", str(folder / "new.toml"), "--key", str(folder / "coop.pub"))
    assert "212 €/t" in plain.stderr
    assert f"by the key {KEY.public.name}" in plain.stderr


def test_a_changed_pack_and_another_key_are_no_verified_ones(folder: Path, tmp_path: Path) -> None:
    changed = tmp_path / "new.toml"
    changed.write_text(NEW + "\n")
    changed.with_name("new.toml.minisig").write_text((folder / "new.toml.minisig").read_text())
    done = invoke("rules", "verify", str(changed), "--key", str(folder / "coop.pub"), "--json")
    assert (done.returncode, json.loads(done.stdout)["passed"]) == (1, False)
    (tmp_path / "other.pub").write_text(SecretKey(b"stranger", bytes(32)).public.text())
    done = invoke("rules", "verify", str(folder / "new.toml"), "--key", str(tmp_path / "other.pub"))
    assert (done.returncode, "not among the trusted keys" in done.stderr) == (1, True)


def test_a_pack_without_a_signature_is_called_unsigned(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "alone.toml").write_text(NEW)
    assert (
        "not signed: no signature lies beside it"
        in invoke("rules", "verify", str(tmp_path / "alone.toml")).stderr
    )
    assert "signature: not checked" in invoke("rules", "verify", str(folder / "new.toml")).stderr
    (tmp_path / "latin.toml").write_bytes("été".encode("cp1252"))
    for name, problem in (("latin", "this is no text in UTF-8"), ("none", "there is no such file")):
        done = invoke("rules", "verify", str(tmp_path / f"{name}.toml"))
        assert (done.returncode, problem in done.stderr) == (2, True), done.stderr


def test_a_claim_that_only_a_site_may_name_is_warned_of(tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text(NEW.replace('claims = ["organic"]', 'claims = ["organc"]'))
    done = invoke("rules", "verify", str(own))
    assert (done.returncode, "no claim is called 'organc'" in done.stderr) == (0, True), done.stderr


def test_a_wrong_pack_is_neither_verified_nor_signed_and_says_where(folder: Path, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.toml"
    wrong.write_text(NEW.replace("limit = 76.5", "limit = 76.55", 1))
    done = invoke("rules", "verify", str(wrong), "--json")
    told = json.loads(done.stdout)
    assert (done.returncode, told["where"], told["code"]) == (1, "grades[0].criteria[1].step", "no_multiple")
    done = invoke("rules", "sign", str(wrong), "--key", str(folder / "coop.key"))
    assert (done.returncode, "is no multiple of the step" in done.stderr) == (1, True)
    assert not wrong.with_name("wrong.toml.minisig").exists()


def test_what_differs_is_told_by_grade_and_money_apart(folder: Path) -> None:
    old, new = str(folder / "old.toml"), str(folder / "new.toml")
    done = invoke("rules", "diff", old, new)
    assert done.returncode == 1
    assert done.stdout == (
        "Milling wheat No 2\n"
        "    test weight, lower limit: ≥ 76 kg/hl → ≥ 76.5 kg/hl\n"
        "Money\n"
        "    price, Milling wheat No 2: (none) → 212\n"
        "The pack itself\n"
        "    version: 2026.1 → 2026.2\n"
    )
    rows = [json.loads(line) for line in invoke("rules", "diff", old, new, "--json").stdout.splitlines()]
    assert [row["part"] for row in rows] == ["criterion", "money", "pack"]
    assert invoke("rules", "diff", old, old).returncode == 0


def test_a_site_takes_what_its_key_signed_and_nothing_else(folder: Path, tmp_path: Path) -> None:
    site = make_site(tmp_path)
    old, new = str(folder / "old.toml"), folder / "new.toml"
    alone, stranger = tmp_path / "alone.toml", tmp_path / "strange.toml"
    alone.write_text(NEW)
    stranger.write_text(NEW)
    stranger.with_name("strange.toml.minisig").write_text(
        sign(NEW.encode(), SecretKey(b"stranger", bytes(32)), "x")
    )
    for file, problem in ((alone, "is not signed"), (stranger, "which this site does not trust")):
        done = run(site, "rules", "install", str(file))
        assert (done.returncode, problem in done.stderr) == (1, True), done.stderr
    for file in (Path(old), new):
        assert "is signed with the key" in run(site, "rules", "install", str(file)).stderr
    rows = [json.loads(line) for line in silo(site, "rules", "list", "--json").splitlines()]
    assert [(row["version"], row["key"]) for row in rows] == [
        ("2026.1", KEY.public.name),
        ("2026.2", KEY.public.name),
    ]
    assert (rows[-1]["in_force"], rows[-1]["species"]) == (True, ["soft_wheat"])
    assert f"signed with {KEY.public.name}" in run(site, "rules", "list").stderr
    named = run(site, "rules", "diff", "Soft wheat 2026.1", "Soft wheat 2026.2")
    assert named.stdout == invoke("rules", "diff", old, str(new)).stdout


def test_a_site_without_keys_takes_any_and_says_so(folder: Path, tmp_path: Path) -> None:
    site = make_site(tmp_path)
    site.write_text(site.read_text().replace('trusted_keys = ["coop.pub"]', "trusted_keys = []"))
    done = run(site, "rules", "install", str(folder / "new.toml"))
    assert (done.returncode, "the site file trusts no key" in done.stderr) == (0, True), done.stderr
