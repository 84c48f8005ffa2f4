"""What several rooms' tests need."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from station.acts import passwords
from station.store.engine import Ledger
from tests import draws
from tests.silo_rig import Silo
from ui.words import vocabulary

# how quick a machine is belongs to the benchmarks: no property fails because the tests share two cores
WHOLE = settings(max_examples=draws.WHOLE, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("whole", WHOLE)
settings.register_profile("plain", WHOLE, max_examples=draws.QUARTER)

# rooms of few tests that take long
SLOW = ("season_day", "installation", "demo", "runtime", "cli", "ui", "api", "export", "vision")
_left = pytest.StashKey[int]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--all", action="store_true", help="also the tests that are marked long")


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    os.environ.update(LANG="C", LC_ALL="C")  # commands speak English, whatever the machine speaks
    settings.load_profile("whole" if _is_chosen(config) else "plain")


def _is_chosen(config: pytest.Config) -> bool:
    """All tests are wanted, a file is named, or marks are chosen."""
    return bool(
        config.getoption("all") or config.getoption("markexpr") or any(".py" in arg for arg in config.args)
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the long tests out, unless they are wanted.

    The rooms of slow tests come first: quick ones at the end leave no core without work.
    """
    left = [] if _is_chosen(config) else [item for item in items if item.get_closest_marker("long")]
    config.hook.pytest_deselected(items=left)
    config.stash[_left] = len(left)
    items[:] = sorted((item for item in items if item not in left), key=_rank)


def _rank(item: pytest.Item) -> int:
    room = item.path.relative_to(Path(__file__).parent).parts[0]
    return SLOW.index(room) if room in SLOW else len(SLOW)


@pytest.fixture(scope="module", autouse=True)
def _names_of_another_site() -> Iterator[None]:
    """What one module's site calls its cells is nothing to the next."""
    before = dict(vocabulary._NAMES)
    yield
    vocabulary._NAMES.clear()
    vocabulary._NAMES.update(before)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """A worker of `-n` tells the process that started it how many tests it left."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["left"] = session.config.stash.get(_left, 0)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    node.config.stash[_left] = (getattr(node, "workeroutput", None) or {}).get("left", 0)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if left := config.stash.get(_left, 0):
        terminalreporter.write_line(f"{left} long tests were left out: ./silo test --all runs them")


@pytest.fixture(scope="session", autouse=True)
def quick_pins() -> None:
    """PINs are argon2id as ever, but cheap: at its real price signing in takes longer than most tests."""
    passwords._hashes = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1),))


@pytest.fixture(scope="session")
def new_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with nothing but a new ledger, to be copied: making one takes longer than most tests."""
    folder = tmp_path_factory.mktemp("new") / "data"
    Ledger(folder).close()
    return folder


@pytest.fixture(scope="session")
def silo_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of the small silo on its first morning, to be copied."""
    folder = tmp_path_factory.mktemp("silo") / "data"
    Silo.open(folder).desk.ledger.close()
    return folder


@pytest.fixture
def silo(tmp_path: Path, silo_folder: Path) -> Iterator[Silo]:
    """The small silo of `tests/silo_rig.py`, opened and closed."""
    shutil.copytree(silo_folder, tmp_path / "data")
    opened = Silo.reopen(tmp_path / "data")
    yield opened
    opened.desk.ledger.close()
