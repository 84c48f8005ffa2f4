"""A PostgreSQL of the tests' own: a private cluster, no port, not run as root."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Engine, create_engine

from benchmarks.post.cluster import Cluster, programs


@contextmanager
def cluster() -> Iterator[Engine]:
    """An empty database on a socket in a folder of its own; killed and removed at the end."""
    if programs() is None:
        pytest.skip("no PostgreSQL: apt-get install -y postgresql")
    with Cluster() as found:
        engine = create_engine(found.address.replace("postgresql:", "postgresql+psycopg:"))
        try:
            yield engine
        finally:
            engine.dispose()
