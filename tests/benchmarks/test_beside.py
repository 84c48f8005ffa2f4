import json
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.beside import Unmeasured, checked_out, demand, table
from benchmarks.ratios import compare

pytestmark = pytest.mark.long

ROOT = Path(__file__).parents[2]
LAST = ROOT / "benchmarks" / "last.json"


def git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=ROOT, check=True, capture_output=True, text=True).stdout


def bench(*arguments: str, temporary: Path | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "benchmarks", *arguments]
    environment = {**os.environ, **({"TMPDIR": str(temporary)} if temporary else {})}
    return subprocess.run(command, cwd=ROOT, env=environment, check=False, capture_output=True, text=True)


def is_clean(temporary: Path) -> bool:
    """No worktree is left there, nor registered from there."""
    return not list(temporary.glob("silo-beside-*")) and not any(
        temporary in tree.parents for tree in worktrees()
    )


def worktrees() -> list[Path]:
    lines = git("worktree", "list", "--porcelain").splitlines()
    return [Path(line.removeprefix("worktree ")) for line in lines if line.startswith("worktree ")]


in_a_checkout = pytest.mark.skipif(
    not (ROOT / ".git").exists() or shutil.which("git") is None,
    reason="no git checkout to measure beside: apt-get install -y git, and clone",
)


def test_the_table_says_each_figures_medians_and_ratios_and_what_a_revision_lacks() -> None:
    this = [{"a_s": second, "new_mb": 3} for second in (1.0, 1.0, 2.0)]
    other = [{"a_s": second, "old_s": 1, "none_s": 0} for second in (2.0, 2.0, 2.0)]
    head, *lines = table(compare(this, other), "v1")
    assert head.split() == ["figure", "better", "this", "other", "ratio:", "min", "median", "max"]
    assert lines[0].split() == ["a_s", "lower", "1", "2", "0.500", "0.500", "1.000"]
    assert [line.split(maxsplit=2)[0::2] for line in lines[1:]] == [
        ["new_mb", "v1 does not measure it"],
        ["old_s", "this revision does not measure it"],
        ["none_s", "this revision does not measure it"],
    ]
    assert table(compare([{"skipped": "no photos"}], [{}]), "v1") == [
        "  no time, size or rate among its figures"
    ]


@in_a_checkout
@pytest.mark.parametrize("failure", [KeyboardInterrupt, RuntimeError])
def test_the_other_revision_is_gone_from_disk_and_git_however_it_ends(failure: type[BaseException]) -> None:
    seen: list[Path] = []

    def fail_inside() -> None:
        with checked_out("HEAD") as tree:
            assert (tree / "silo").exists()
            assert tree.resolve() in worktrees()
            seen.append(tree)
            raise failure

    with pytest.raises(failure):
        fail_inside()
    (tree,) = seen
    assert not tree.parent.exists()
    assert tree.resolve() not in worktrees()


@in_a_checkout
def test_a_revision_that_is_none_is_told() -> None:
    with pytest.raises(Unmeasured, match="there is no revision nowhere"), checked_out("nowhere"):
        pass
    done = bench("--beside", "nowhere", "route")
    assert (done.returncode, done.stdout) == (1, "")
    assert "no revision nowhere in this checkout" in done.stderr


@pytest.mark.parametrize("arguments", [["--beside", "HEAD"], ["--beside", "HEAD", "route", "--rounds", "2"]])
def test_names_and_three_rounds_are_needed(arguments: list[str]) -> None:
    done = bench(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert "at least 3 rounds" in done.stderr


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        ("silo bench: unknown: ?; known: route, decode", "v1 has no bench day, swaps; it has: route, decode"),
        ("silo: python3 is too old", "v1 cannot be set up, or has no benches:\nsilo: python3 is too old"),
    ],
)
def test_a_revision_without_the_bench_or_without_benches_is_told(
    answer: str, problem: str, tmp_path: Path
) -> None:
    script = tmp_path / "silo"
    script.write_text(f"#!/bin/sh\necho '{answer}' >&2\nexit 2\n")
    script.chmod(0o755)
    with pytest.raises(Unmeasured, match=re.escape(problem)):
        demand(["route", "day", "swaps"], "v1", tmp_path)


@in_a_checkout
@pytest.mark.long
def test_a_bench_is_measured_on_both_revisions_in_turn_and_nothing_is_kept(tmp_path: Path) -> None:
    kept = LAST.read_bytes()
    done = bench("--beside", "HEAD~1", "route", temporary=tmp_path)
    assert done.returncode == 0, done.stderr
    heading, route = (json.loads(line) for line in done.stdout.splitlines())
    assert heading["beside"]["other"].startswith("HEAD~1 (")
    for figure in ("route_ms.p50", "route_ms.p95", "route_ms.max"):
        found = route["route"][figure]
        assert len(found["this"]) == len(found["other"]) == 3
        assert found["ratio"]["min"] <= found["ratio"]["median"] <= found["ratio"]["max"]
        assert figure in done.stderr
    assert LAST.read_bytes() == kept
    assert is_clean(tmp_path)


@in_a_checkout
@pytest.mark.long
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_stopped_in_the_middle_of_a_bench_nothing_of_it_stays(number: int, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "benchmarks", "--beside", "HEAD", "route"]
    process = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        env={**os.environ, "TMPDIR": str(tmp_path)}, start_new_session=True,
    )  # fmt: skip
    assert process.stderr is not None
    for line in process.stderr:
        if line.startswith("route, round 1"):
            break
    os.killpg(process.pid, number)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 128 + number, said
    assert is_clean(tmp_path)


def test_the_help_says_how_to_measure_beside_another_revision() -> None:
    done = bench("--help")
    assert done.returncode == 0
    for word in ("--beside REV", "--rounds", "ratio", "route", "vision.speed"):
        assert word in done.stdout
