"""`./silo test`: style, types, import contracts, tests. Ends with pytest's closing line.

./silo test                 everything but the tests that take minutes, and says how many these are;
                            a property draws a quarter of its examples (tests/draws.py)
./silo test --all           everything
./silo test [--all] tests/grain -k falling      only pytest, with these arguments
"""

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
# Two cores carry three workers, browsers, databases and a booted Debian at once; what a test waits for may
# come too late: it is tried once more, and named. A fault fails twice.
ONCE_MORE = ("--reruns", "1", "--reruns-delay", "2", "-rR")
IN_ORDER = ("--dist", "loadfile", "--no-loadscope-reorder")  # as `tests/conftest.py` sorts them


def main(arguments: list[str]) -> int:
    """Runs every check even when one fails, so that one run names all that is wrong."""
    programs = Path(sys.executable).parent
    failed = []
    if arguments in ([], ["--all"]):
        for name, command in CHECKS:
            print(f"silo test: {name} ...", flush=True)
            if subprocess.run([programs / command[0], *command[1:]], cwd=ROOT, check=False).returncode:
                failed.append(name)
        # one more than cores: many tests wait for a process they started
        arguments = [*arguments, "-n", str(min(3, len(os.sched_getaffinity(0)) + 1)), *IN_ORDER, *ONCE_MORE]
    for name in failed:
        print(f"silo test: FAILED: {name}", flush=True)
    command = [sys.executable, "-m", "pytest", *arguments]
    tests = subprocess.run(command, cwd=ROOT, env=_environment(), check=False).returncode
    return tests or (1 if failed else 0)


def _environment() -> dict[str, str]:
    """Keeps compiled modules, whatever the caller's habit: hundreds of processes would compile them again."""
    return {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
