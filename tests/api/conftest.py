"""The small silo with people and tokens, and its counter on a real socket."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.api.rig import Counter, Tokens, counter_of, make_folder, served
from tests.silo_rig import Silo


@pytest.fixture(scope="session")
def staffed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Tokens]:
    """A data folder with people and tokens, to be copied."""
    folder = tmp_path_factory.mktemp("staffed") / "data"
    return folder, make_folder(folder)


@pytest.fixture
def unserved(tmp_path: Path, staffed: tuple[Path, Tokens]) -> Iterator[Counter]:
    """The counter without a socket."""
    folder, tokens = staffed
    silo = Silo.reopen(shutil.copytree(folder, tmp_path / "data"))
    yield counter_of(silo, tokens)
    silo.desk.ledger.close()


@pytest.fixture
def counter(unserved: Counter) -> Iterator[Counter]:
    with served(unserved) as running:
        yield running


@pytest.fixture(scope="module")
def still(tmp_path_factory: pytest.TempPathFactory, staffed: tuple[Path, Tokens]) -> Iterator[Counter]:
    """One counter for tests that only send what is refused, or look."""
    folder, tokens = staffed
    silo = Silo.reopen(shutil.copytree(folder, tmp_path_factory.mktemp("still") / "data"))
    with served(counter_of(silo, tokens)) as running:
        yield running
    silo.desk.ledger.close()
