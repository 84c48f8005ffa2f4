"""`./silo test`: style, types, import contracts, tests. Ends with pytest's closing line.

./silo test                 everything but the tests that take minutes, and says how many these are;
                            a property draws a quarter of its examples (tests/draws.py)
./silo test --all           everything
./silo test [--all] tests/grain -k falling      only pytest, with these arguments
"""

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
CHECKS = (
    ("style", ["ruff", "check", "."]),
    ("format", ["ruff", "format", "--check", "."]),
    ("types", ["mypy"]),
    ("import contracts", ["lint-imports", "--no-cache"]),
)
MOST_AGAIN = 10
IN_ORDER = ("--dist", "loadfile", "--no-loadscope-reorder")  # as `tests/conftest.py` sorts them


def main(arguments: list[str]) -> int:
    """Runs every check even when one fails, so that one run names all that is wrong."""
    programs = Path(sys.executable).parent
    failed = []
    is_whole = arguments in ([], ["--all"])
    if is_whole:
        for name, command in CHECKS:
            print(f"silo test: {name} ...", flush=True)
            if subprocess.run([programs / command[0], *command[1:]], cwd=ROOT, check=False).returncode:
                failed.append(name)
        # one more than cores: many tests wait for a process they started
        count = min(3, len(os.sched_getaffinity(0)) + 1)
        arguments = [*arguments, "-n", str(count), *IN_ORDER, "--cache-clear"]
    for name in failed:
        print(f"silo test: FAILED: {name}", flush=True)
    tests = _pytest(arguments)
    if tests == 1 and is_whole:
        tests = _alone()
    return tests or (1 if failed else 0)


def _alone() -> int:
    """Tries what failed beside other tests once more, alone, and names it. Two cores carry three workers,
    browsers, databases and a booted Debian at once, and what a test waits for may come too late; a fault
    fails here too. Many that failed are a fault."""
    kept = ROOT / ".pytest_cache" / "v" / "cache" / "lastfailed"
    names = sorted(json.loads(kept.read_text(encoding="utf-8")))
    if len(names) > MOST_AGAIN:
        return 1
    print("silo test: tried once more, alone:", *names, sep="\n    ", flush=True)
    return _pytest(["--all", "--last-failed"])


def _pytest(arguments: list[str]) -> int:
    command = [sys.executable, "-m", "pytest", *arguments]
    return subprocess.run(command, cwd=ROOT, env=_environment(), check=False).returncode


def _environment() -> dict[str, str]:
    """Keeps compiled modules, whatever the caller's habit: hundreds of processes would compile them again."""
    return {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
