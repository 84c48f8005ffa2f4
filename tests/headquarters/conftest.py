"""A hub in memory."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection

from tests.post.post_rig import memory_hub


@pytest.fixture
def hub() -> Iterator[Connection]:
    with memory_hub().begin() as connection:
        yield connection
