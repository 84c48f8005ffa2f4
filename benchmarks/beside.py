"""`./silo bench --beside REV NAME ...`: this working tree and another revision, measured in turn.

The other revision stands in a worktree of its own, in a temporary folder, with the environment that its own
`./silo` sets up there. Both are run by the same Python, one process for each bench and round.
"""

import compileall
import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.machine import description
from benchmarks.ratios import Comparison, compare

ROOT = Path(__file__).parent.parent
PHOTOS = "shared"  # the folder of real photos, beside a checkout
STOP_S = 10.0


class Unmeasured(Exception):
    """The comparison cannot be made. The message says which revision failed, and in what."""


def run_beside(revision: str, names: Sequence[str], rounds: int) -> int:
    """Print each bench's ratios this/other: JSON lines on standard output, a table on standard error."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        with checked_out(revision) as tree:
            demand(names, revision, tree)
            print(json.dumps({"beside": _heading(revision, rounds)}), flush=True)
            for name in names:
                compared = _measure(name, rounds, tree)
                found = {one.figure: one.as_dict() for one in compared}
                print(json.dumps({name: found}, ensure_ascii=False), flush=True)
                _say("\n".join([f"{name}: this / {revision}, {rounds} rounds", *table(compared, revision)]))
    except Unmeasured as error:
        _say(f"silo bench: {error}")
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


@contextmanager
def checked_out(revision: str) -> Iterator[Path]:
    """A worktree of `revision`, gone from the disk and from `git worktree list` however the block ends."""
    commit = _commit(revision)
    folder = Path(tempfile.mkdtemp(prefix="silo-beside-"))
    tree = folder / "tree"
    try:
        _git("worktree", "add", "--quiet", "--detach", str(tree), commit)
        if (ROOT.parent / PHOTOS).is_dir():
            (folder / PHOTOS).symlink_to(ROOT.parent / PHOTOS)
        yield tree
    finally:
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)  # a second Ctrl-C would leave it behind
        with contextlib.suppress(Unmeasured):  # never registered
            _git("worktree", "remove", "--force", str(tree))
        shutil.rmtree(folder, ignore_errors=True)
        signal.signal(signal.SIGINT, before)


def table(compared: Sequence[Comparison], revision: str) -> list[str]:
    """One line a figure with both medians and the ratios; what one revision lacks is said."""
    width = max((len(one.figure) for one in compared), default=6)
    lines = [f"  {'figure':{width}}  better      this     other   ratio: min  median     max"]
    lines += [f"  {one.figure:{width}}  {_numbers(one, revision)}" for one in compared]
    return lines if compared else ["  no time, size or rate among its figures"]


def _numbers(one: Comparison, revision: str) -> str:
    this, other = ([value for value in side if value is not None] for side in (one.this, one.other))
    if len(this) < len(one.this) or len(other) < len(one.other):
        lacking = "this revision" if len(this) < len(one.this) else revision
        return f"{one.better}  {lacking} does not measure it" + (" in every round" if this and other else "")
    if one.ratio is None:
        return f"{one.better}  {revision} measures 0"
    ratio = f"{one.ratio.min:11.3f} {one.ratio.median:7.3f} {one.ratio.max:7.3f}"
    return f"{one.better:6} {median(this):9.7g} {median(other):9.7g} {ratio}"


def demand(names: Sequence[str], revision: str, tree: Path) -> None:
    """Set the other revision up and ask which benches it has, by a name that none can have."""
    _say(f"{revision} is being set up in {tree} ...")
    asked = _run([tree / "silo", "bench", "?"], tree, _environment(tree), stderr=subprocess.PIPE)
    known = re.search(r"; known: (.+)", asked.stderr)
    if known is None:
        raise Unmeasured(f"{revision} cannot be set up, or has no benches:\n{asked.stderr.rstrip()}")
    there = known[1].split(", ")
    if missing := [name for name in names if name not in there]:
        raise Unmeasured(f"{revision} has no bench {', '.join(missing)}; it has: {', '.join(there)}")


def _measure(name: str, rounds: int, tree: Path) -> list[Comparison]:
    there, here = [tree / "silo", "bench", name], [sys.executable, "-m", "benchmarks", "--no-keep", name]
    this, other = [], []
    for folder in (ROOT, tree):  # so that no round pays for compiling
        for room in ("benchmarks", "drivers", "station", "ui"):
            compileall.compile_dir(folder / room, quiet=2)
    for number in range(1, rounds + 1):
        _say(f"{name}, round {number} of {rounds} ...")
        other.append(_result(name, there, tree, _environment(tree)))
        this.append(_result(name, here, ROOT, dict(os.environ)))
    return compare(this, other)


def _result(name: str, command: list[Any], folder: Path, environment: dict[str, str]) -> Any:
    """What the bench prints as JSON."""
    done = _run(command, folder, environment)
    if done.returncode:
        raise Unmeasured(f"{name} ended with exit code {done.returncode} in {folder}")
    return json.loads(done.stdout.splitlines()[-1])[name]


def _run(
    command: list[Any], folder: Path, environment: dict[str, str], stderr: int | None = None
) -> subprocess.CompletedProcess[str]:
    """As `subprocess.run`; but all that the command started ends with it when it is interrupted."""
    process = subprocess.Popen(
        command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=stderr, text=True,
        start_new_session=True,
    )  # fmt: skip
    try:
        out, said = process.communicate()
    except BaseException:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGINT)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(STOP_S)
            os.killpg(process.pid, signal.SIGKILL)
        raise
    return subprocess.CompletedProcess(command, process.returncode, out, said)


def _environment(tree: Path) -> dict[str, str]:
    return {**os.environ, "SILO_ENV": str(tree / ".venv"), "SILO_PYTHON": str(Path(sys.executable).resolve())}


def _heading(revision: str, rounds: int) -> dict[str, Any]:
    changed = bool(_git("status", "--porcelain"))
    this = _commit("HEAD") + (" and uncommitted changes" if changed else "")
    other = f"{revision} ({_commit(revision)})"
    return {"this": this, "other": other, "rounds": rounds, "machine": description()}


def _commit(revision: str) -> str:
    try:
        return _git("rev-parse", "--short", "--verify", f"{revision}^{{commit}}")
    except Unmeasured as error:
        raise Unmeasured(f"there is no revision {revision} in this checkout ({error})") from error


def _git(*arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Unmeasured(f"git {arguments[0]}: {done.stderr.strip()}")
    return done.stdout.strip()


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
