"""What is installed says what it is, in a checkout, a build, and where nobody can know."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from station import release

BUNDLES = Path(release.__file__).parent / "vision" / "bundles"
SHIPPED = sorted(re.sub(r"-(?=[\d.]+$)", " ", path.stem) for path in BUNDLES.glob("*.bundle"))
COMMIT = "0123456789abcdef0123456789abcdef01234567"
OTHER = COMMIT[::-1]


@pytest.fixture
def git(tmp_path: Path) -> Path:
    folder = tmp_path / ".git"
    (folder / "refs" / "heads").mkdir(parents=True)
    (folder / "HEAD").write_text("ref: refs/heads/main\n")
    return folder


def test_a_written_revision_counts_before_the_checkout(git: Path, tmp_path: Path) -> None:
    (git / "refs" / "heads" / "main").write_text(COMMIT + "\n")
    assert release.revision_of(tmp_path / "REVISION", git) == COMMIT[:12]
    (tmp_path / "REVISION").write_text(OTHER + "\n")
    assert release.revision_of(tmp_path / "REVISION", git) == OTHER[:12]


def test_a_branch_may_be_packed_and_a_commit_checked_out_by_itself(git: Path, tmp_path: Path) -> None:
    packed = f"# pack-refs\n{OTHER} refs/heads/other\n{COMMIT} refs/heads/main\n"
    (git / "packed-refs").write_text(packed)
    assert release.revision_of(tmp_path / "none", git) == COMMIT[:12]
    (git / "HEAD").write_text(OTHER + "\n")
    assert release.revision_of(tmp_path / "none", git) == OTHER[:12]


def test_a_worktree_shares_its_branches(git: Path, tmp_path: Path) -> None:
    (git / "refs" / "heads" / "main").write_text(COMMIT)
    own = git / "worktrees" / "w"
    own.mkdir(parents=True)
    (own / "HEAD").write_text("ref: refs/heads/main\n")
    (own / "commondir").write_text("../..\n")
    (tmp_path / "link").write_text(f"gitdir: {own}\n")
    assert release.revision_of(tmp_path / "none", tmp_path / "link") == COMMIT[:12]


def test_nobody_knows_the_revision_without_either(tmp_path: Path) -> None:
    assert release.revision_of(tmp_path / "none", tmp_path / ".git") is None


def test_the_models_are_named_by_what_their_bundles_say(tmp_path: Path) -> None:
    assert [str(one) for one in release.shipped_models()] == SHIPPED
    (tmp_path / "torn.bundle").write_bytes(b"PK")
    assert [str(one) for one in release.shipped_models(tmp_path)] == ["torn.bundle ?"]


def test_the_version_is_told_without_loading_what_serves() -> None:
    code = (
        "import sys; from station.cli import app; app(['--version', '--json'], standalone_mode=False); "
        "print(*sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    told, loaded = done.stdout.splitlines()
    assert json.loads(told)["models"] == SHIPPED
    assert not {"cv2", "numpy", "onnxruntime", "fastapi", "sqlmodel", "sqlalchemy"} & set(loaded.split())
