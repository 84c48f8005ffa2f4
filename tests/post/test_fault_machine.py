"""The fault machine of `./silo bench post`, once: what it counts is nothing lost and nothing doubled."""

import pytest

from benchmarks.post.cluster import programs
from benchmarks.post.machine import run_seed

KILLS = 6

pytestmark = [
    pytest.mark.long,
    pytest.mark.timeout(300),
    pytest.mark.skipif(programs() is None, reason="no PostgreSQL: apt-get install -y postgresql"),
]


def test_six_kills_a_bad_line_and_clocks_that_jump_lose_and_double_nothing() -> None:
    outcome = run_seed(3, KILLS)
    found = outcome.found
    assert outcome.kills.total() == KILLS
    assert found.rows > 500
    assert (found.lost, found.doubled, found.quarantined) == (0, 0, 0), (outcome.kept, outcome.examples)
    assert (outcome.left, outcome.unapplied) == (0, 0)


def test_a_postgres_that_is_killed_under_load_loses_nothing() -> None:
    outcome = run_seed(4, 3, only_postgres=True)
    assert outcome.kills == {"postgres": 3}
    assert outcome.holds, (outcome.kept, outcome.examples)
    assert outcome.found.loads > 10
