"""A hub in memory, and headquarters on a PostgreSQL."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection

from tests.hub.conftest import headquarters, made, postgres
from tests.post.post_rig import memory_hub

__all__ = ["headquarters", "made", "postgres"]  # fixtures


@pytest.fixture
def hub() -> Iterator[Connection]:
    with memory_hub().begin() as connection:
        yield connection
